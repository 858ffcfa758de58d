"""What accounts tells the home page: systems, filings, zombie cases, clocks, keys, the trail."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.clocks import KEEPING
from accounts.evidence import standings
from accounts.models import (
    Credential,
    InformationSystem,
    MergeProposal,
    Obligation,
    Proposal,
    ZombieCase,
)
from accounts.permissions import Perm, Role
from accounts.policy import may, may_everywhere
from accounts.trail import last_verification
from accounts.worklist import Item, Part, shape_of
from kernel.kept import KeptCounts
from kernel.pages import link

_SOON = timedelta(days=30)


def work(actor: Actor) -> Iterator[Item]:
    """Lines of the register, of the process against zombies, of clocks, keys and the trail."""
    yield from _filings(actor)
    yield from _cases(actor)
    yield from _clocks(actor)
    yield from _keys(actor)
    yield from _evidence(actor)
    yield from _trail(actor)
    yield from _proposals(actor)
    yield from _starts(actor)


_FILINGS = KeptCounts(
    lambda actor, own: (
        InformationSystem.objects.visible_to(actor),
        {
            state: Count("pk", filter=Q(filing_state=state))
            for state in ("draft", "submitted", "returned")
        },
    )
)


def _filings(actor: Actor) -> Iterator[Item]:
    files, accepts = may(actor, Perm.SYSTEM_FILE), may_everywhere(actor, Perm.SYSTEM_ACCEPT)
    if not (files or accepts):
        return
    found = _FILINGS(shape_of(actor), actor, own=actor.department_id)
    if accepts:
        yield Item(
            Part.MINE,
            _("Filings to decide"),
            found["submitted"],
            link("systems", filing="submitted"),
        )
    if files and not accepts:
        yield Item(
            Part.MINE, _("Filings to hand in"), found["draft"], link("systems", filing="draft")
        )
        yield Item(
            Part.OTHERS,
            _("Filings with the authority"),
            found["submitted"],
            link("systems", filing="submitted"),
        )
        yield Item(
            Part.WRONG, _("Filings returned"), found["returned"], link("systems", filing="returned")
        )


def _cases(actor: Actor) -> Iterator[Item]:
    answers, decides = may(actor, Perm.ZOMBIE_ANSWER), may_everywhere(actor, Perm.ZOMBIE_DECIDE)
    if answers or decides:
        yield from _case_lines(actor, answers=answers, decides=decides)
    if may_everywhere(actor, Perm.MERGE_DECIDE):
        proposed = MergeProposal.objects.filter(state="proposed").count()
        yield Item(
            Part.MINE, _("Merge proposals to decide"), proposed, link("merges", state="proposed")
        )


_CASE_STATES = ("suspected", "notified", "answered", "decided")
_CASES = KeptCounts(
    lambda actor, own, today: (
        ZombieCase.objects.visible_to(actor),
        {
            **{state: Count("pk", filter=Q(state=state)) for state in _CASE_STATES},
            "first_answer": Min("answer_by", filter=Q(state="notified")),
            "first_deed": Min("due_on", filter=Q(state="decided")),
            "late": Count("pk", filter=ZombieCase.objects.lateness(today)),
        },
    )
)


def _case_lines(actor: Actor, *, answers: bool, decides: bool) -> Iterator[Item]:
    today = timezone.localdate()
    found = _CASES(shape_of(actor), actor, own=actor.department_id, today=today)
    to = {state: link("cases", state=state) for state in _CASE_STATES}
    if decides:
        yield Item(
            Part.MINE, _("Suspected zombies to look into"), found["suspected"], to["suspected"]
        )
        yield Item(
            Part.MINE, _("Answers on zombie systems to decide"), found["answered"], to["answered"]
        )
        yield Item(
            Part.OTHERS,
            _("Notices waiting for a department's answer"),
            found["notified"],
            to["notified"],
            found["first_answer"],
        )
    if answers and not decides:
        yield Item(
            Part.MINE,
            _("Zombie notices to answer"),
            found["notified"],
            to["notified"],
            found["first_answer"],
        )
        yield Item(
            Part.OTHERS, _("Answers waiting for the authority"), found["answered"], to["answered"]
        )
    who = Part.MINE if answers and not decides else Part.OTHERS
    title = _("Decisions on zombie systems to carry out")
    yield Item(who, title, found["decided"], to["decided"], found["first_deed"])
    yield Item(Part.WRONG, _("Zombie cases overdue"), found["late"], link("cases"))


_CLOCKS = KeptCounts(
    lambda actor, own, today: (
        Obligation.objects.visible_to(actor).filter(state="open").exclude(kind__in=KEEPING),
        {
            "late": Count("pk", filter=Q(due_on__lt=today)),
            "asked": Count("pk", filter=Q(asked_at__isnull=False, extended_workdays=0)),
        },
    )
)


def _clocks(actor: Actor) -> Iterator[Item]:
    if not may(actor, Perm.OBLIGATION_VIEW):
        return
    today = timezone.localdate()
    found = _CLOCKS(shape_of(actor), actor, own=actor.department_id, today=today)
    yield Item(
        Part.WRONG,
        _("Statutory time limits overdue"),
        found["late"],
        link("clocks", standing="overdue"),
    )
    if may_everywhere(actor, Perm.OBLIGATION_EXTEND):
        yield Item(Part.MINE, _("Requests for more time to decide"), found["asked"], link("clocks"))


def _keys(actor: Actor) -> Iterator[Item]:
    if not may(actor, Perm.CREDENTIAL_REVOKE):
        return
    rows: Any = Credential.objects.visible_to(actor).live()
    soon = rows.filter(expires_at__lt=timezone.now() + _SOON).count()
    part = Part.MINE if may(actor, Perm.CREDENTIAL_ISSUE) else Part.OTHERS
    yield Item(
        part, _("Credentials that expire within 30 days"), soon, link("credentials", state="soon")
    )


def _evidence(actor: Actor) -> Iterator[Item]:
    """That checkpoints are late, for those who run the platform and those who audit it."""
    if not actor.roles & {Role.OPERATOR, Role.AUDITOR}:
        return
    found, audits = standings(), may(actor, Perm.AUDIT_VIEW)
    address = link("audit-verification") if audits else ""
    stops = sum(one.stops for one in found)
    late = sum(one.is_late and not one.stops for one in found)
    title = _("Publishing and granting stop: places that take no checkpoints of the evidence")
    yield Item(Part.WRONG, title, stops, address)
    title = _("Places that have taken no checkpoints of the evidence for long")
    yield Item(Part.WRONG, title, late, address)


def _trail(actor: Actor) -> Iterator[Item]:
    if not may(actor, Perm.AUDIT_VIEW):
        return
    last, address = last_verification(), link("audit-verification")
    if last is None:
        yield Item(Part.MINE, _("The evidence has never been verified"), 1, address)
    elif not last.detail["ok"]:
        yield Item(Part.WRONG, _("The evidence is not as it was sealed"), 1, address)


def _proposals(actor: Actor) -> Iterator[Item]:
    if not may(actor, Perm.PROPOSAL_VIEW):
        return
    waiting: Any = Proposal.objects.waiting_for(actor)
    where = link("proposals", state="proposed")
    yield Item(
        Part.MINE, _("Dangerous deeds that wait for a second person"), waiting.count(), where
    )


def _starts(actor: Actor) -> Iterator[Item]:
    if may(actor, Perm.SYSTEM_REGISTER):
        yield Item(Part.START, _("Register a system"), address=link("system-register"))
    if may(actor, Perm.SYSTEM_IMPORT):
        yield Item(Part.START, _("Take in a form of systems"), address=link("systems-import"))
    if may(actor, Perm.MEMBER_ADD):
        yield Item(Part.START, _("Add a person"), address=link("member-add"))
    if may(actor, Perm.DEPARTMENT_REGISTER):
        yield Item(Part.START, _("Register a department"), address=link("department-register"))
    if may(actor, Perm.AUDIT_VIEW):
        yield Item(Part.START, _("Search the audit trail"), address=link("audit"))
