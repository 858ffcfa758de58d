"""What the person's department was told, and why it was told."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actions.notices import read_notices
from accounts.actor import CLOCK
from accounts.models import Notice
from accounts.portal.access import signed_in
from accounts.portal.listing import list_page
from kernel import cells
from kernel.lists import Column, DayFilter, List


class NoticeList(List):
    """The newest first."""

    title = _("Notices")
    lead = _("What your department was told, the newest first.")
    nothing = _("Nobody has told your department anything yet.")
    order = ("-created_at", "pk")
    filters = (
        DayFilter("since", _("Since"), "created_at__date__gte"),
        DayFilter("until", _("Until"), "created_at__date__lte"),
    )
    columns = (
        Column(
            "at",
            _("When"),
            lambda row: timezone.localtime(row.created_at),
            cells.moment,
        ),
        Column("title", _("What happened"), lambda row: row.title, width=36),
        Column("why", _("Why you are told"), lambda row: row.why, width=60),
        Column("by", _("By"), lambda row: _by(row)),
    )

    def rows(self) -> Any:
        """For the roles that the person holds in the department."""
        return Notice.objects.visible_to(self.actor)


def _by(row: Notice) -> Any:
    name = row.facts.get("by", "")
    return _("the platform") if name == CLOCK.name else name


@require_GET
@signed_in
def notice_list(request: HttpRequest) -> HttpResponseBase:
    """Notices, the newest first."""
    return list_page(request, NoticeList, "accounts/notices.html")


@require_POST
@signed_in
def notices_read(request: HttpRequest) -> HttpResponse:
    """Take everything up to now as read."""
    read_notices(actor=request.actor, until=timezone.now())  # type: ignore[attr-defined]
    return redirect("notices")
