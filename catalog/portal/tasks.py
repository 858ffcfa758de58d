"""A department's part in a census, in the portal: what it has, and its head's confirmation."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.portal.access import signed_in
from accounts.portal.forms import PlainForm, ReasonForm
from accounts.portal.listing import reader, state_filter
from accounts.portal.steps import NOTHING_SENT, Sent, Step, take_step
from catalog.actions.campaigns import confirm_task, return_task
from catalog.interchange.columns import ENTRY_COLUMNS
from catalog.models import CampaignTask
from catalog.portal import cells as own_cells
from catalog.portal.due import dues
from catalog.portal.words import column_title
from catalog.quality.completeness import CENSUS_NUMBERS
from catalog.reports import counts_of
from catalog.states import CAMPAIGN_TASK
from kernel import cells
from kernel.lists import Column, List
from kernel.pages import page
from kernel.rows import fetch

TASK_STATES = {
    "open": (_("Not confirmed"), "warn"),
    "confirmed": (_("Confirmed"), "good"),
    "returned": (_("Returned"), "bad"),
}
COUNTED = {
    "in_force": _("Entries in force"),
    "with_numbers": _("With all census numbers"),
    "complete": _("Without a gap"),
    "attached": _("With data attached"),
    "in_work": _("In work"),
}
STEPS = {
    "confirm": Step(
        confirm_task,
        PlainForm,
        (Perm.CAMPAIGN_CONFIRM,),
        _("Confirm our catalogue"),
        _("Confirmed; the numbers of today are kept with it."),
        lambda row: row.department_id,
        _("Confirm that your department's catalogue is complete and right?"),
    ),
    "return": Step(
        return_task,
        ReasonForm,
        (Perm.CAMPAIGN_RETURN,),
        _("Return the confirmation"),
        _("The department has to mend its catalogue and confirm anew."),
    ),
}


def _counted(name: str) -> Column:
    """A number of the department's catalogue."""
    extra = name in ("complete", "in_work")
    return Column(
        name, COUNTED[name], lambda row: row.kept.get(name), is_number=True, is_extra=extra
    )


class CampaignTaskList(List):
    """The departments' parts in one census, by name."""

    title = _("Parts of the departments")
    nothing = _("No department has a part in this census.")
    search = ("department__name__icontains",)
    search_title = _("Department")
    order = ("department__name", "pk")
    filters = (state_filter(TASK_STATES),)
    columns = (
        Column(
            "department",
            _("Department"),
            lambda row: row.department.name,
            cells.linked("campaign-task"),
            ("department__name",),
            width=28,
        ),
        Column("state", _("State"), lambda row: row.word, own_cells.word, ("state",)),
        Column(
            "confirmed_at",
            _("Confirmed on"),
            lambda row: row.confirmed_at and timezone.localtime(row.confirmed_at),
            cells.day,
            ("confirmed_at",),
        ),
        *(_counted(name) for name in COUNTED),
    )

    def rows(self) -> Any:
        """The parts in the census of the address that the actor may see."""
        key = self.path.rstrip("/").rpartition("/")[2]
        rows: Any = CampaignTask.objects.visible_to(self.actor).filter(campaign_id=key)
        return rows.select_related("department")

    def lines(self, rows: list[Any]) -> list[Any]:
        """With what was confirmed, or for the others what there is now."""
        present = counts_of([row.department_id for row in rows], timezone.localdate())
        for row in rows:
            row.word, row.badge = TASK_STATES[row.state]
            row.kept = row.counts if row.state == "confirmed" else present[row.department_id]
        return rows


@require_GET
@signed_in
def task_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One department's part: what it has now, and what it confirmed."""
    return _shown(request, _found(request, pk))


@require_POST
@signed_in
def task_step(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Take a step; a refusal is said on the page and changes nothing."""
    return take_step(request, _found(request, pk), verb, STEPS, _shown, to="campaign-task", pk=pk)


def _found(request: HttpRequest, pk: UUID) -> CampaignTask:
    actor = reader(request, Perm.CAMPAIGN_VIEW)
    rows = CampaignTask.objects.visible_to(actor).select_related("campaign", "department")
    return fetch(rows, pk)


def _shown(request: HttpRequest, row: CampaignTask, sent: Sent = NOTHING_SENT) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    present = counts_of([row.department_id], timezone.localdate())[row.department_id]
    runs = row.campaign.state == "open"
    titles = {**COUNTED, **{name: column_title(ENTRY_COLUMNS[name]) for name in CENSUS_NUMBERS}}
    context = {
        "task": row,
        "campaign": row.campaign,
        "state": TASK_STATES[row.state],
        "due": dues([(row.campaign.due_on if runs else None, False)])[0],
        "numbers": [(title, present[name], row.counts.get(name)) for name, title in titles.items()],
        **sent.context(
            row, actor, STEPS, lambda name: runs and CAMPAIGN_TASK.allows(row.state, name)
        ),
    }
    return page(request, "catalog/campaign_task.html", context, status=sent.status)
