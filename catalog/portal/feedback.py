"""What the public says of open data, in the portal: read and settled by its provider."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import PortalForm
from accounts.portal.listing import DepartmentsList, list_page, reader
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from catalog.actions.feedback import settle_feedback
from catalog.models import Feedback
from catalog.portal import cells as own_cells
from kernel import cells
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.rows import fetch

STATES = {"no": (_("To settle"), "warn"), "yes": (_("Settled"), "good")}


class SettleForm(PortalForm):
    """What was done about it."""

    outcome = forms.CharField(
        label=_("How it was settled"), max_length=400, widget=forms.Textarea(attrs={"rows": 3})
    )


STEPS = {
    "settle": Step(
        settle_feedback,
        SettleForm,
        (Perm.COMMENT_RESOLVE,),
        _("Settle the feedback"),
        _("The feedback is settled."),
        lambda row: row.department_id,
    ),
}


class FeedbackList(DepartmentsList):
    """Feedback on the department's open data, the newest first."""

    perm = Perm.RESOURCE_VIEW
    title = _("Feedback of the public")
    lead = _("What people say of your open data on the open-data site.")
    nothing = _("Nobody has said anything yet.")
    search = ("text__icontains", "resource__published__name__icontains")
    search_title = _("Words or entry")
    order = ("-created_at", "pk")
    filters = (
        Filter(
            "settled",
            _("State"),
            lambda actor: [(said, title) for said, (title, _b) in STATES.items()],
            apply=lambda rows, said: rows.filter(settled_at__isnull=said == "no"),
        ),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "text", _("Feedback"), lambda row: row.short, cells.linked("feedback-page"), width=60
        ),
        Column("entry", _("Entry"), lambda row: row.name, width=36),
        Column("department", _("Department"), lambda row: row.department.name, width=28),
        Column("state", _("State"), lambda row: row.word, own_cells.word),
        Column(
            "created_at",
            _("Written on"),
            lambda row: timezone.localtime(row.created_at),
            cells.moment,
            ("created_at",),
        ),
        Column("contact", _("Contact"), lambda row: row.contact, is_extra=True),
        Column(
            "outcome", _("How it was settled"), lambda row: row.outcome, is_extra=True, width=40
        ),
    )

    def rows(self) -> Any:
        """With the entries that they are about."""
        rows: Any = Feedback.objects.visible_to(self.actor)
        return rows.select_related("resource__published", "department")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With the state in words."""
        for row in rows:
            row.short = row.text if len(row.text) <= 80 else f"{row.text[:79]}…"
            row.name = _name(row)
            row.word, row.badge = _state(row)
        return rows


@require_http_methods(["GET", "HEAD"])
@signed_in
def feedback_list(request: HttpRequest) -> HttpResponseBase:
    """What people say of the department's open data."""
    reader(request, Perm.RESOURCE_VIEW)
    return list_page(request, FeedbackList)


@require_GET
@signed_in
def feedback_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One feedback, and what was done about it."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def feedback_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Settle it; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="feedback-page", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> Feedback:
    actor = reader(request, Perm.RESOURCE_VIEW)
    rows = Feedback.objects.visible_to(actor).select_related("resource__published", "department")
    return fetch(rows, pk)


def _shown(request: HttpRequest, row: Feedback, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    context = {
        "feedback": row,
        "name": _name(row),
        "state": _state(row),
        **sent.context(row, actor, STEPS, lambda name: row.settled_at is None),
    }
    return page(request, "catalog/feedback.html", context, status=sent.status)


def _name(row: Feedback) -> str:
    entry = row.resource.published
    return entry.name if entry else str(row.resource)


def _state(row: Feedback) -> tuple[Any, str]:
    return STATES["yes" if row.settled_at else "no"]
