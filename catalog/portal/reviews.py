"""The review queue: what waits for the person, with workdays left, and steps with many at once."""

from dataclasses import replace
from typing import Any

from django.db.models import BooleanField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.actor import Actor
from accounts.models import Obligation
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.listing import DepartmentsList, list_page, reader
from accounts.portal.steps import Step
from catalog.models import Entry
from catalog.portal import cells as own_cells
from catalog.portal import words
from catalog.portal.due import dues
from catalog.portal.entry_steps import STEPS
from catalog.states import ENTRY
from kernel import cells
from kernel.lists import Column, Filter

# Whose turn a version is, by its state: the permission to go on from there.
TURNS = {
    "submitted": Perm.RESOURCE_APPROVE,
    "approved": Perm.RESOURCE_REVIEW,
    "reviewed": Perm.RESOURCE_PUBLISH,
}
_ORIGINS = (("first", _("New entry")), ("change", _("Change of an entry in force")))


def waiting_for(actor: Actor) -> Q:
    """Versions whose next step is this actor's; what one submitted or agreed to is another's."""
    waits = Q(pk__in=[])
    for state, perm in TURNS.items():
        turn = Q(state=state)
        if may_everywhere(actor, perm):
            waits |= turn
        elif may(actor, perm, actor.department_id):
            waits |= turn & Q(department_id=actor.department_id)
    return waits & ~Q(submitted_by=actor.id) & ~Q(approved_by=actor.id, state__in=TURNS)


def _of_entry(step: Step) -> Step:
    """A step of the resource, taken with the row of its version."""

    def deed(entry: Entry, **given: Any) -> Entry:
        found: Entry = step.deed(entry.resource, **given)
        return found

    return replace(step, deed=deed)


class ReviewList(DepartmentsList):
    """Versions that wait for the person, the most urgent first."""

    perm = Perm.RESOURCE_VIEW
    title = _("To review")
    lead = _("Versions whose next step is yours. Your own submissions wait for somebody else.")
    nothing = _("Nothing waits for your review.")
    search = ("name__icontains", "resource__code__icontains")
    search_title = _("Name or code")
    order = ("due_on", "updated_at", "pk")
    filters = (
        Filter(
            "state",
            _("State"),
            lambda actor: [(state, words.ENTRY_STATES[state][0]) for state in TURNS],
            "state",
        ),
        Filter(
            "origin",
            _("Kind"),
            lambda actor: _ORIGINS,
            apply=lambda rows, said: (
                rows.filter(number=1) if said == "first" else rows.filter(number__gt=1)
            ),
        ),
        Filter("department", _("Department"), departments, "department_id"),
    )
    columns = (
        Column(
            "name", _("Entry"), lambda row: row.name, own_cells.under_review, ("name",), width=40
        ),
        Column(
            "department",
            _("Department"),
            lambda row: row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("state", _("State"), lambda row: row.word, own_cells.word, ("state",)),
        Column("number", _("Version"), lambda row: row.number, sort=("number",), is_number=True),
        Column(
            "due",
            _("Due"),
            lambda row: row.due and row.due.on,
            own_cells.due,
            ("due_on",),
        ),
        Column("message", _("What changes"), lambda row: row.change_message, width=40),
        Column(
            "updated_at",
            _("Changed"),
            lambda row: timezone.localtime(row.updated_at),
            cells.moment,
            ("updated_at",),
            is_extra=True,
        ),
    )

    def rows(self) -> Any:
        """Versions with the clock of the authority where it runs."""
        clock = Obligation.objects.filter(kind="C2", subject_id=OuterRef("pk"), state="open")
        provisional = Subquery(clock.values("is_provisional")[:1], output_field=BooleanField())
        rows: Any = Entry.objects.visible_to(self.actor).filter(waiting_for(self.actor))
        return rows.select_related("department", "resource").annotate(
            due_on=Subquery(clock.values("due_on")[:1]),
            is_provisional=Coalesce(provisional, False),
        )

    def lines(self, rows: list[Any]) -> list[Any]:
        """With what is left of the term."""
        told = dues((row.due_on, row.is_provisional) for row in rows)
        for row, due in zip(rows, told, strict=True):
            row.word, row.badge = words.ENTRY_STATES[row.state]
            row.due = due
        return rows

    bulk = {verb: _of_entry(STEPS[verb]) for verb in ("approve", "review", "publish", "return")}

    def is_possible(self, verb: str, row: Any) -> bool:
        """Whether the version can take this step."""
        return ENTRY.allows(row.state, verb)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def review_list(request: HttpRequest) -> HttpResponseBase:
    """What waits for the person, with the steps that it may take with several."""
    reader(request, Perm.RESOURCE_VIEW)
    return list_page(request, ReviewList)
