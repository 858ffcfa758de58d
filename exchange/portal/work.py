"""What the exchange tells the home page: requests, grants, objections, disputes, and failures."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, Min, OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may, may_everywhere
from accounts.worklist import Item, Part, shape_of
from exchange.models import (
    Batch,
    Dispute,
    Grant,
    Objection,
    ServiceChange,
    ServiceInterface,
    SharingRequest,
    Subscription,
    SyncJob,
    SyncRun,
)
from exchange.states import GRANT_ENDED, OBJECTION_OPEN, REQUEST_PENDING
from kernel.kept import KeptCounts
from kernel.pages import link

_LATELY = timedelta(days=30)


def work(actor: Actor) -> Iterator[Item]:
    """Lines of sharing, of what was promised, and of what did not get through."""
    yield from _requests(actor)
    yield from _grants(actor)
    yield from _objections(actor)
    yield from _disputes(actor)
    yield from _failures(actor)
    yield from _starts(actor)


def _requests_of(actor: Actor, own: UUID) -> tuple[Any, dict[str, Any]]:
    made, received = Q(department_id=own), Q(provider_id=own)
    return SharingRequest.objects.filter(made | received), {
        "agree": Count("pk", filter=made & Q(state="submitted")),
        "to_supplement": Count("pk", filter=made & Q(state="incomplete")),
        "waiting": Count("pk", filter=made & Q(state__in=REQUEST_PENDING)),
        "prepare": Count("pk", filter=received & Q(state__in=("agreed", "received"))),
        "to_answer": Count("pk", filter=received & Q(state="prepared")),
    }


def _grants_of(actor: Actor, own: UUID, until: date) -> tuple[Any, dict[str, Any]]:
    held: Any = Grant.objects
    soon = Q(state="active", certify_by__lte=until)
    return held.filter(department_id=own), {
        "certify": Count("pk", filter=soon),
        "first_certificate": Min("certify_by", filter=soon),
        "rectify": Count("pk", filter=Q(state="suspended")),
        "first_mending": Min("rectify_by", filter=Q(state="suspended")),
        "dispose": Count("pk", filter=Q(state__in=GRANT_ENDED)),
    }


def _jobs_of(actor: Actor, own: UUID) -> tuple[Any, dict[str, Any]]:
    last = SyncRun.objects.filter(job=OuterRef("pk")).order_by("-number").values("state")[:1]
    jobs: Any = SyncJob.objects.visible_to(actor).exclude(state="closed")
    return jobs.alias(last=Subquery(last)).filter(last="failed"), {"failed": Count("pk")}


def _lanes_of(actor: Actor, own: UUID) -> tuple[Any, dict[str, Any]]:
    lanes: Any = Subscription.objects
    return lanes.visible_to(actor), {
        "parked": Count("pk", filter=Q(state="paused")),
        "failing": Count("pk", filter=Q(state="active", attempts__gt=1)),
    }


def _batches_of(actor: Actor, own: UUID, since: datetime) -> tuple[Any, dict[str, Any]]:
    batches: Any = Batch.objects.visible_to(actor).filter(created_at__gte=since)
    return batches.filter(rejected__gt=0), {"rejected": Count("pk")}


def _interfaces_of(actor: Actor, own: UUID, now: datetime) -> tuple[Any, dict[str, Any]]:
    interfaces: Any = ServiceInterface.objects.visible_to(actor)
    return interfaces.filter(open_until__gt=now), {"down": Count("pk")}


_REQUESTS, _GRANTS = KeptCounts(_requests_of), KeptCounts(_grants_of)
_JOBS, _LANES = KeptCounts(_jobs_of), KeptCounts(_lanes_of)
_BATCHES, _INTERFACES = KeptCounts(_batches_of), KeptCounts(_interfaces_of)


def _requests(actor: Actor) -> Iterator[Item]:
    if not may(actor, Perm.REQUEST_VIEW):
        return
    found = _REQUESTS((), actor, own=actor.department_id)
    clocks = ("C3", "C4", "N4")
    if may(actor, Perm.REQUEST_AGREE):
        to = link("requests", show="made", state="submitted")
        yield Item(Part.MINE, _("Requests to agree to"), found["agree"], to)
    if may(actor, Perm.REQUEST_PREPARE):
        to = link("requests", show="received", open="open")
        yield Item(
            Part.MINE, _("Requests to prepare an answer to"), found["prepare"], to, clocks=clocks
        )
    if may(actor, Perm.REQUEST_ANSWER):
        to = link("requests", show="received", state="prepared")
        yield Item(Part.MINE, _("Requests to answer"), found["to_answer"], to, clocks=clocks)
    if may(actor, Perm.REQUEST_SUBMIT):
        to = link("requests", show="made", state="incomplete")
        yield Item(Part.MINE, _("Requests to supplement"), found["to_supplement"], to)
        to = link("requests", show="made", open="open")
        yield Item(Part.OTHERS, _("Your requests with their providers"), found["waiting"], to)


def _grants(actor: Actor) -> Iterator[Item]:
    perms = (Perm.GRANT_CERTIFY, Perm.GRANT_RECTIFY, Perm.GRANT_DISPOSE)
    if not any(may(actor, perm) for perm in perms):
        return
    until = timezone.localdate() + _LATELY
    found = _GRANTS((), actor, own=actor.department_id, until=until)
    if may(actor, Perm.GRANT_CERTIFY):
        yield Item(
            Part.MINE,
            _("Grants to certify as still needed"),
            found["certify"],
            link("grants", show="held", state="active"),
            found["first_certificate"],
        )
    if may(actor, Perm.GRANT_RECTIFY):
        to = link("grants", show="held", state="suspended")
        title = _("Suspended uses to rectify")
        yield Item(Part.MINE, title, found["rectify"], to, found["first_mending"])
    if may(actor, Perm.GRANT_DISPOSE):
        title = _("Ended grants whose data is to be disposed of")
        to = link("grants", show="held")
        yield Item(Part.MINE, title, found["dispose"], to, clocks=("N6",))


def _objections(actor: Actor) -> Iterator[Item]:
    if not may(actor, Perm.OBJECTION_RESOLVE):
        return
    own = Objection.objects.filter(respondent_id=actor.department_id, state__in=OBJECTION_OPEN)
    to = link("objections", show="received")
    yield Item(Part.MINE, _("Objections to answer"), own.count(), to, clocks=("C6", "N1"))
    rows: Any = Objection.objects
    made = rows.filter(department_id=actor.department_id)
    found = made.aggregate(
        resolved=Count("pk", filter=Q(state="resolved")),
        waiting=Count("pk", filter=Q(state__in=OBJECTION_OPEN)),
    )
    if may(actor, Perm.OBJECTION_SUBMIT):
        to = link("objections", show="made", state="resolved")
        yield Item(Part.MINE, _("Answers to your objections to look at"), found["resolved"], to)
        to = link("objections", show="made")
        yield Item(Part.OTHERS, _("Your objections without an answer"), found["waiting"], to)


def _disputes(actor: Actor) -> Iterator[Item]:
    if may_everywhere(actor, Perm.DISPUTE_DECIDE):
        count = Dispute.objects.filter(state="with_authority").count()
        to = link("disputes", state="with_authority")
        yield Item(Part.MINE, _("Disputes to settle"), count, to, clocks=("N3",))
    elif may(actor, Perm.DISPUTE_OPEN):
        own = Dispute.objects.filter(respondent_id=actor.department_id, state="negotiating")
        to = link("disputes", show="received", state="negotiating")
        yield Item(Part.MINE, _("Disputes to negotiate"), own.count(), to, clocks=("N2",))
    if may_everywhere(actor, Perm.SERVICE_FILE):
        count = ServiceChange.objects.filter(state="announced").count()
        to = link("announcements", state="announced")
        yield Item(Part.OTHERS, _("Announced changes of services"), count, to)


def _failures(actor: Actor) -> Iterator[Item]:
    shape, own = shape_of(actor), actor.department_id
    if may(actor, Perm.SYNC_VIEW):
        failed = _JOBS(shape, actor, own=own)["failed"]
        yield Item(Part.WRONG, _("Sync jobs whose last run failed"), failed, link("syncs"))
    if may(actor, Perm.REQUEST_VIEW):
        found = _LANES(shape, actor, own=own)
        to = link("subscriptions", state="paused")
        yield Item(Part.WRONG, _("Deliveries that were stopped"), found["parked"], to)
        to = link("subscriptions", health="failing")
        yield Item(Part.WRONG, _("Deliveries that fail and are tried again"), found["failing"], to)
    if may(actor, Perm.BATCH_PUBLISH) or may_everywhere(actor, Perm.DATASET_VIEW):
        since = timezone.now() - _LATELY
        count = _BATCHES(shape, actor, own=own, since=since)["rejected"]
        to = link("batches", fault="rejected", **{"from": timezone.localdate(since)})
        yield Item(Part.WRONG, _("Batches with rows set aside, last 30 days"), count, to)
    if may(actor, Perm.INTERFACE_VIEW):
        down = _INTERFACES(shape, actor, own=own, now=timezone.now())["down"]
        yield Item(Part.WRONG, _("Interfaces that do not answer"), down, link("interfaces"))


def _starts(actor: Actor) -> Iterator[Item]:
    if may(actor, Perm.REQUEST_SUBMIT):
        yield Item(Part.START, _("Request data"), address=link("request-new"))
    if may(actor, Perm.BATCH_PUBLISH):
        yield Item(Part.START, _("Publish data"), address=link("datasets"))
    if may(actor, Perm.EVALUATION_VIEW):
        yield Item(Part.START, _("Look at the dashboard"), address=link("dashboard"))
