"""The review queue: what waits for the person, with workdays left, and steps with many at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.actor import Actor
from accounts.models import Obligation
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.portal.access import signed_in
from accounts.portal.choices import departments
from accounts.portal.forms import ReasonForm
from accounts.portal.listing import DepartmentsList, list_page, reader
from catalog.actions.bulk import MOST_ROWS, step_resources
from catalog.models import Entry, Resource
from catalog.portal import words
from catalog.portal.due import dues
from catalog.states import ENTRY, IN_PROGRESS
from kernel.errors import DomainError, NotFound
from kernel.lists import Column, Filter
from kernel.pages import page
from kernel.problems import refusal

# Whose turn a version is, by its state: the permission, and the step that goes on from there.
TURNS = {
    "submitted": (Perm.RESOURCE_APPROVE, "approve"),
    "approved": (Perm.RESOURCE_REVIEW, "review"),
    "reviewed": (Perm.RESOURCE_PUBLISH, "publish"),
}
VERBS = {
    "submit": (_("Submit to the head"), _("Handed to the heads of their departments.")),
    "approve": (_("Agree and send to the authority"), _("Sent to the authority.")),
    "review": (_("Found in order"), _("Found in order; they can be published.")),
    "publish": (_("Publish"), _("They are in force.")),
    "return": (_("Return"), _("Returned to their writers.")),
}
_ORIGINS = (("first", _("New entry")), ("change", _("Change of an entry in force")))


@dataclass(frozen=True)
class Result:
    """What became of one entry of a step with many."""

    resource: Resource
    name: str
    refused: str


def waiting_for(actor: Actor) -> Q:
    """Versions whose next step is this actor's; what one submitted or agreed to is another's."""
    waits = Q(pk__in=[])
    for state, (perm, _verb) in TURNS.items():
        turn = Q(state=state)
        if may_everywhere(actor, perm):
            waits |= turn
        elif may(actor, perm, actor.department_id):
            waits |= turn & Q(department_id=actor.department_id)
    return waits & ~Q(submitted_by=actor.id) & ~Q(approved_by=actor.id, state__in=TURNS)


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
        Column("pick", _("Choose"), lambda row: row.name, "catalog/cells/pick.html"),
        Column(
            "name", _("Entry"), lambda row: row.name, "catalog/cells/link.html", ("name",), width=40
        ),
        Column(
            "department",
            _("Department"),
            lambda row: row.department.name,
            sort=("department__name",),
            width=28,
        ),
        Column("state", _("State"), lambda row: row.word, "catalog/cells/word.html", ("state",)),
        Column("number", _("Version"), lambda row: row.number, sort=("number",), is_number=True),
        Column(
            "due",
            _("Due"),
            lambda row: row.due and row.due.on,
            "catalog/cells/due.html",
            ("due_on",),
        ),
        Column("message", _("What changes"), lambda row: row.change_message, width=40),
        Column(
            "updated_at",
            _("Changed"),
            lambda row: timezone.localtime(row.updated_at),
            "components/moment.html",
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
            row.address = f"{reverse('resource', args=[row.resource_id])}?tab=versions"
        return rows

    def export_heads(self) -> list[tuple[str, int]]:
        """Without the boxes to choose by."""
        return super().export_heads()[1:] if self._picks else super().export_heads()

    def export_rows(self) -> Any:
        """Without the boxes to choose by."""
        return (line[1:] if self._picks else line for line in super().export_rows())

    @property
    def _picks(self) -> bool:
        return any(column.name == "pick" for column in self.chosen)


@require_GET
@signed_in
def review_list(request: HttpRequest) -> HttpResponseBase:
    """What waits for the person, with the steps that it may take with many."""
    actor = reader(request, Perm.RESOURCE_VIEW)
    verbs = [(verb, VERBS[verb][0]) for perm, verb in TURNS.values() if may(actor, perm)]
    if verbs:
        verbs.append(("return", VERBS["return"][0]))
    return list_page(request, ReviewList, "catalog/reviews.html", verbs=verbs)


@require_POST
@signed_in
def review_many(request: HttpRequest) -> HttpResponse:
    """Look at a step with many entries, then take it: each row has an outcome of its own."""
    actor = reader(request, Perm.RESOURCE_VIEW)
    verb = request.POST.get("verb", "")
    if verb not in VERBS:
        raise NotFound()
    rows = _chosen(actor, request.POST.getlist("ids"))
    title, done = VERBS[verb]
    form = ReasonForm.filled(None, actor, request) if verb == "return" else None
    context: dict[str, Any] = {
        "verb": verb,
        "title": title,
        "rows": rows,
        "most": MOST_ROWS,
        "form": form or None,
        "back": reverse("resources") if verb == "submit" else reverse("reviews"),
    }
    if not rows:
        context["summary"] = [("", now("Choose at least one entry in the list."))]
        return page(request, "catalog/review_many.html", context, status=422)
    if "confirmed" not in request.POST:
        context["form"] = ReasonForm.blank(None, actor) if form else None
        return page(request, "catalog/review_many.html", context)
    if form is not None and not form.is_valid():
        context["summary"] = form.summary
        return page(request, "catalog/review_many.html", context, status=422)
    context["results"] = _taken(actor, verb, rows, form.values if form else {})
    context["done"] = done
    context["count"] = sum(not result.refused for result in context["results"])
    return page(request, "catalog/review_many.html", context)


def _taken(
    actor: Actor, verb: str, rows: Sequence[tuple[Resource, str]], given: dict[str, Any]
) -> list[Result]:
    outcomes = step_resources(verb, [row.pk for row, _name in rows], actor=actor, **given)
    return [
        Result(row, name, _why(outcome.refusal) if outcome.refusal else "")
        for (row, name), outcome in zip(rows, outcomes, strict=True)
    ]


def _why(refused: DomainError) -> str:
    problem = refusal(refused)
    errors = problem.facts.get("errors") or []
    if errors:
        places = ", ".join(error["pointer"].removeprefix("#/") for error in errors[:5])
        return f"{now(problem.title)} ({places})" if not words.is_chinese() else now(problem.title)
    return now(problem.title)


def _chosen(actor: Actor, keys: list[str]) -> list[tuple[Resource, str]]:
    """The entries chosen that the actor may see, each with the name of its version in work."""
    found = {key for key in (_uuid(one) for one in keys[:MOST_ROWS]) if key}
    seen = Entry.objects.visible_to(actor).filter(resource__in=found, state__in=IN_PROGRESS)
    return [
        (entry.resource, entry.name)
        for entry in seen.select_related("resource").order_by("name", "pk")
    ]


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def is_my_turn(actor: Actor, entry: Entry) -> bool:
    """Whether the next step of the version is this actor's."""
    perm, verb = TURNS.get(entry.state, (None, ""))
    if perm is None or not ENTRY.allows(entry.state, verb):
        return False
    own = actor.id in (entry.submitted_by, entry.approved_by)
    return may(actor, perm, entry.department_id) and not own
