"""A list of the portal as a page, a fragment, or a file of everything that its filter leaves."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from accounts.actor import Actor
from accounts.models import SavedList
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal.access import View, signed_in
from accounts.portal.bulk import bulk_page
from accounts.spreadsheets import report_answer
from kernel.errors import Forbidden
from kernel.kept import Kept
from kernel.lists import Column, Filter, List
from kernel.pages import page

_SAVED = Kept(
    lambda user, address: SavedList.objects.filter(user=user, address=address).order_by("title")
)


class DepartmentsList(List):
    """A list whose ``department`` column and filter are for those who see several departments.

    ``perm`` is the permission under which the rows are seen.
    """

    perm: ClassVar[Perm]

    def shown_columns(self) -> list[Column]:
        """Departments for those who see several."""
        return [column for column in self.columns if self._shows(column.name)]

    def shown_filters(self) -> list[Any]:
        """As the columns."""
        return [one for one in self.filters if self._shows(one.name)]

    def _shows(self, name: str) -> bool:
        return name != "department" or may_everywhere(self.actor, self.perm)


def state_filter(states: Mapping[str, tuple[Any, str]]) -> Filter:
    """The filter by the column ``state``; each state has its title and its tone."""
    return Filter(
        "state",
        _("State"),
        lambda actor: [(name, told[0]) for name, told in states.items()],
        "state",
    )


def list_page(
    request: HttpRequest, kind: type[List], template: str = "components/list_page.html", **more: Any
) -> HttpResponseBase:
    """The list as the address asks for it: ``as=xlsx`` and ``as=csv`` give it as a file, POST
    takes a bulk step with the rows that were picked."""
    shown = kind.of(request)
    if request.method == "POST":
        return bulk_page(request, shown)
    wanted = request.GET.get("as", "")
    if wanted in ("xlsx", "csv"):
        rows = shown.export_rows()
        return report_answer(str(shown.title), shown.export_heads(), rows, wanted, "utf-8")
    shown.saved = _SAVED(user=shown.actor.id, address=shown.path)
    return page(request, template, {"list": shown, **more})


def list_view(kind: type[List], perm: Perm) -> View:
    """The view of a list's page, for those with the permission."""

    @require_GET
    @signed_in
    def view(request: HttpRequest) -> HttpResponseBase:
        reader(request, perm)
        return list_page(request, kind)

    return view


def reader(request: HttpRequest, perm: Perm) -> Actor:
    """Who looks at the page; Forbidden without the permission."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not may(actor, perm):
        raise Forbidden(permission=perm.value)
    return actor
