"""What the pages of keys share: their lists, and the form whose answer shows a secret once."""

from collections.abc import Callable, Iterable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.portal.form_pages import attempt, form_page
from accounts.portal.forms import PortalForm
from accounts.portal.listing import DepartmentsList, reader


class KeyList(DepartmentsList):
    """What the two lists of keys share."""

    perm = Perm.CREDENTIAL_REVOKE

    def export_heads(self) -> list[tuple[str, int]]:
        """Without the steps, which no file has."""
        return [(str(each.title), each.width) for each in self.chosen if each.name != "deed"]

    def export_rows(self) -> Iterable[list[Any]]:
        """As the heads."""
        names = [each.name for each in self.chosen]
        for cells in super().export_rows():
            yield [cell for name, cell in zip(names, cells, strict=True) if name != "deed"]

    def tabs(self) -> list[tuple[str, Any, bool]]:
        """Keys of the API, and keys of gateways."""
        pairs = (("credentials", _("Keys")), ("gateway-keys", _("Gateway keys")))
        return [(reverse(name), title, reverse(name) == self.path) for name, title in pairs]


def issued(
    request: HttpRequest,
    kind: type[PortalForm],
    issue: Callable[[Actor, dict[str, Any]], HttpResponse],
    title: Any,
    back: str,
) -> HttpResponse:
    """The form, or what the action made of it."""
    actor = reader(request, Perm.CREDENTIAL_ISSUE)
    named = request.GET.get("system", "")
    if request.method != "POST":
        return form_page(request, kind.blank(named, actor), title=title, back=reverse(back))
    form = kind.filled(named, actor, request)
    done, refused = attempt(form, lambda: issue(actor, form.cleaned_data))
    return done or form_page(request, form, title=title, back=reverse(back), refused=refused)
