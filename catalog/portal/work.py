"""What the catalogue tells the home page: versions, imports, censuses, demands, late data."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.worklist import Item, Part, shape_of
from catalog.models import CampaignTask, CatalogImport, Demand, Entry, Likeness, SearchDocument
from catalog.portal.reviews import waiting_for
from kernel.kept import KeptCounts
from kernel.pages import link


def work(actor: Actor) -> Iterator[Item]:
    """Lines of entries, imports, censuses, demands, duplicates and freshness."""
    yield from _entries(actor)
    yield from _imports(actor)
    yield from _campaigns(actor)
    yield from _demands(actor)
    yield from _quality(actor)
    yield from _starts(actor)


_STATES = ("draft", "returned", "submitted", "approved", "reviewed")
_ENTRIES = KeptCounts(
    lambda actor, own: (
        Entry.objects.filter(department_id=own, state__in=_STATES),
        {state: Count("pk", filter=Q(state=state)) for state in _STATES},
    )
)


def _demands_of(actor: Actor, own: UUID, today: date) -> tuple[Any, dict[str, Any]]:
    routed = Q(state="routed", routed_to_id=own)
    return Demand.objects.visible_to(actor), {
        "to_route": Count("pk", filter=Q(state="submitted")),
        "disputed": Count("pk", filter=Q(state="disputed")),
        "to_answer": Count("pk", filter=routed),
        "first_answer": Min("answer_by", filter=routed),
        "answered": Count("pk", filter=Q(state__in=("offered", "refused"), department_id=own)),
        "asked": Count("pk", filter=Q(state__in=("submitted", "routed"), department_id=own)),
        "late": Count("pk", filter=Q(state="routed", answer_by__lt=today)),
    }


_DEMANDS = KeptCounts(_demands_of)


def _entries(actor: Actor) -> Iterator[Item]:
    reviews = (Perm.RESOURCE_APPROVE, Perm.RESOURCE_REVIEW, Perm.RESOURCE_PUBLISH)
    if any(may(actor, perm) for perm in reviews):
        waiting = Entry.objects.visible_to(actor).filter(waiting_for(actor)).count()
        yield Item(Part.MINE, _("Entries to review"), waiting, link("reviews"), clocks=("C2",))
    if not may(actor, Perm.RESOURCE_SUBMIT):
        return
    found = _ENTRIES((), actor, own=actor.department_id)
    yield Item(
        Part.MINE,
        _("Drafts to finish and submit"),
        found["draft"],
        link("resources", state="draft"),
    )
    yield Item(
        Part.MINE,
        _("Entries returned to you"),
        found["returned"],
        link("resources", state="returned"),
    )
    yield Item(
        Part.OTHERS,
        _("Entries with your head"),
        found["submitted"],
        link("resources", state="submitted"),
    )
    for state, title in (
        ("approved", _("Entries under review by the authority")),
        ("reviewed", _("Entries that wait to be published")),
    ):
        yield Item(Part.OTHERS, title, found[state], link("resources", state=state))


def _imports(actor: Actor) -> Iterator[Item]:
    if may(actor, Perm.CATALOG_IMPORT):
        rows: Any = CatalogImport.objects.visible_to(actor).filter(state="checked")
        title = _("Imports that were checked and not taken in")
        yield Item(Part.MINE, title, rows.count(), link("imports", state="checked"))


def _campaigns(actor: Actor) -> Iterator[Item]:
    rows: Any = CampaignTask.objects.visible_to(actor).filter(campaign__state="open")
    if may(actor, Perm.CAMPAIGN_CONFIRM):
        own = rows.filter(state__in=("open", "returned"), department_id=actor.department_id)
        found = own.aggregate(count=Count("pk"), due=Min("campaign__due_on"))
        title = _("Census: entries to confirm")
        yield Item(Part.MINE, title, found["count"], link("campaigns", state="open"), found["due"])
    elif may_everywhere(actor, Perm.CAMPAIGN_CLOSE):
        found = rows.exclude(state="confirmed").aggregate(
            count=Count("pk"), due=Min("campaign__due_on")
        )
        title = _("Census: departments that have not confirmed")
        yield Item(
            Part.OTHERS, title, found["count"], link("campaigns", state="open"), found["due"]
        )


def _demands(actor: Actor) -> Iterator[Item]:
    if not may(actor, Perm.DEMAND_VIEW):
        return
    told = {"own": actor.department_id, "today": timezone.localdate()}
    found = _DEMANDS(shape_of(actor), actor, **told)
    if may_everywhere(actor, Perm.DEMAND_ROUTE):
        yield Item(
            Part.MINE, _("Demands to route"), found["to_route"], link("demands", state="submitted")
        )
        yield Item(
            Part.WRONG, _("Demands answered late"), found["late"], link("demands", state="late")
        )
    if may_everywhere(actor, Perm.DEMAND_SETTLE):
        yield Item(
            Part.MINE,
            _("Disputed demands to settle"),
            found["disputed"],
            link("demands", state="disputed"),
        )
    if may(actor, Perm.DEMAND_ANSWER):
        yield Item(
            Part.MINE,
            _("Demands to answer"),
            found["to_answer"],
            link("demands", show="to-answer", state="routed"),
            found["first_answer"],
        )
    if may(actor, Perm.DEMAND_SUBMIT):
        mine = link("demands", show="asked")
        yield Item(Part.MINE, _("Answers to your demands to look at"), found["answered"], mine)
        yield Item(Part.OTHERS, _("Your demands without an answer"), found["asked"], mine)


def _quality(actor: Actor) -> Iterator[Item]:
    if may(actor, Perm.LIKENESS_DECIDE):
        rows: Any = Likeness.objects.visible_to(actor)
        alike = rows.filter(state="open").count()
        yield Item(Part.MINE, _("Pairs of entries that look alike"), alike, link("likenesses"))
    if may(actor, Perm.RESOURCE_SUBMIT) or may(actor, Perm.RESOURCE_APPROVE):
        documents: Any = SearchDocument.objects
        late = documents.filter(
            department_id=actor.department_id,
            is_attached=True,
            fresh_until__lt=timezone.localdate(),
        ).count()
        yield Item(
            Part.WRONG,
            _("Entries whose data is overdue"),
            late,
            link("overdue", department=actor.department_id),
        )


def _starts(actor: Actor) -> Iterator[Item]:
    if may(actor, Perm.RESOURCE_DRAFT):
        yield Item(Part.START, _("Write an entry"), address=link("resource-new"))
    if may(actor, Perm.CATALOG_IMPORT):
        yield Item(Part.START, _("Import entries"), address=link("import-new"))
    yield Item(Part.START, _("Search the catalogue"), address=link("catalogue"))
    if may(actor, Perm.DEMAND_SUBMIT):
        yield Item(Part.START, _("Ask for data that is not there"), address=link("demand-new"))
