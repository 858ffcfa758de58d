"""Telling facts about systems: one, many in a body, a heartbeat, a report of another app."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

import duckdb
from django.conf import settings
from django.db import OperationalError, transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.errors import SignalsRefused
from accounts.models import Department, InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from accounts.signals import bodies, storing, words, workbooks
from accounts.signals.screening import Screened, Terms, screen
from accounts.signals.single import check_fact, refuse_fact
from accounts.vocabulary import SignalKind
from kernel.errors import NotFound

Mode = Literal["partial", "atomic"]
READERS = {
    "ndjson": bodies.read_ndjson,
    "csv": bodies.read_csv,
    "xlsx": workbooks.read_xlsx,
}
REMOVED_AT_ONCE, REMOVALS = 10_000, 200


@dataclass(frozen=True)
class Told:
    """What became of a telling: accepted + rejected = received, new + repeated = accepted."""

    received: int
    new: int
    repeated: int
    rejected: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    @property
    def accepted(self) -> int:
        """Facts that are stored now, whether by this call or an earlier one."""
        return self.new + self.repeated


def record_signal(
    system_id: UUID,
    kind: str,
    number: float,
    *,
    actor: Actor,
    at: datetime,
    source: str = "",
    reference: str = "",
    dry_run: bool = False,
) -> Told:
    """Tell one fact; telling it again under its reference changes nothing.

    SignalsRefused if the fact breaks a rule, NotFound if the actor may not tell it.
    """
    require(actor, Perm.SIGNAL_RECORD)
    system = InformationSystem.objects.tellable_by(actor).filter(pk=system_id).first()
    if system is None:
        raise NotFound()
    told = source or _source(actor)
    fact = check_fact(system_id, kind, number, at, told, reference, actor.kind == "clock")
    with _told_by_many(), transaction.atomic():
        stored = storing.store_fact(fact, timezone.localdate(at))
        if stored.clashes:
            raise refuse_fact("reference", "reference-reused")
        if dry_run:
            transaction.set_rollback(True)
        elif stored.new and actor.kind != "clock":
            audit.record(actor, "signal.recorded", system, kind=kind, reference=fact["reference"])
    return Told(1, stored.new, 1 - stored.new)


def record_signals(
    body: Path,
    *,
    actor: Actor,
    format: str,
    encoding: str = "utf-8",
    mode: Mode = "partial",
    dry_run: bool = False,
) -> Told:
    """Tell the facts of a body (ndjson, csv, xlsx), each rejected line named with its reason.

    ``partial`` stores the good lines though others are bad; ``atomic`` raises SignalsRefused then
    and stores nothing. ``dry_run`` stores nothing in any case and says what would become of it.
    """
    require(actor, Perm.SIGNAL_RECORD)
    with tempfile.TemporaryFile() as facts:
        with _engine() as con:
            lines = READERS[format](body, encoding, con)
            screened = screen(lines, _terms(actor), con, facts)
        facts.seek(0)
        if mode == "atomic" and screened.rejected and not dry_run:
            raise _refusal(screened)
        with _told_by_many(), transaction.atomic():
            stored = storing.store_told(facts)
            screened.add_errors(
                [(line, "reference", "reference-reused") for line in stored.clashes],
                len(stored.clashes),
            )
            if dry_run:
                transaction.set_rollback(True)
            elif mode == "atomic" and screened.rejected:
                raise _refusal(screened)
            elif stored.new:
                _note(actor, screened, stored.new)
    return _told(screened, stored.new)


def record_heartbeat(system: InformationSystem, *, actor: Actor) -> None:
    """Count a sign of life in today's number: one statement, and no fact of its own."""
    require(actor, Perm.SIGNAL_RECORD, system.department_id)
    if actor.kind == "system" and actor.id != system.pk:
        raise NotFound()
    storing.raise_day(system.pk, SignalKind.HEARTBEAT, timezone.localdate(), 1, always=False)


def report_days(
    kind: SignalKind, counted: str, values: dict[str, Any], *, actor: Actor, source: str
) -> Told:
    """Report another app's own counts: a query of (system_id, day, number), one row each.

    What was reported of a day stays, so counts are of days that are over; reports may overlap.
    """
    require(actor, Perm.SIGNAL_RECORD)
    with _told_by_many(), transaction.atomic():
        stored = storing.store_counted(kind, source, counted, values)
    return Told(stored.new, stored.new, 0)


def expire_facts(*, actor: Actor) -> int:
    """Remove the facts whose retention is over; how many. Their days stay in the years."""
    require(actor, Perm.SIGNAL_RECORD)
    # Two days more, because a fact may lie a day ahead of its telling: what can still be told
    # again is still known.
    before = timezone.now() - timedelta(days=settings.SIGNAL_RETENTION_DAYS + 2)
    removed = 0
    for _ in range(REMOVALS):
        with transaction.atomic():
            some = storing.remove_facts(before, REMOVED_AT_ONCE)
        removed += some
        if some < REMOVED_AT_ONCE:
            break
    return removed


def _terms(actor: Actor) -> Terms:
    return Terms(
        systems=InformationSystem.objects.tellable_by(actor),
        own=actor.id if actor.kind == "system" else None,
        source=_source(actor),
        now=timezone.now(),
        keep_days=settings.SIGNAL_RETENTION_DAYS,
        is_platform=actor.kind == "clock",
    )


def _source(actor: Actor) -> str:
    """What people declare is told apart from what systems measure."""
    return words.SYSTEM_SOURCE if actor.kind == "system" else words.DECLARED_SOURCE


def _told(screened: Screened, new: int) -> Told:
    accepted = screened.received - screened.rejected
    return Told(screened.received, new, accepted - new, screened.rejected, screened.errors)


def _refusal(screened: Screened) -> SignalsRefused:
    accepted = screened.received - screened.rejected
    return SignalsRefused(
        received=screened.received,
        accepted=accepted,
        rejected=screened.rejected,
        errors=screened.errors,
    )


def _note(actor: Actor, screened: Screened, new: int) -> None:
    if actor.kind == "clock":
        return
    teller = Department(pk=actor.department_id)
    audit.record(
        actor,
        "signal.recorded",
        teller,
        received=screened.received,
        rejected=screened.rejected,
        new=new,
    )


@contextmanager
def _told_by_many() -> Iterator[None]:
    """A call that waited too long for others becomes SignalsBusy; nothing of it is stored."""
    try:
        yield
    except OperationalError as failed:
        raise storing.busy(failed) or failed from failed


@contextmanager
def _engine() -> Iterator[duckdb.DuckDBPyConnection]:
    """A private in-memory database within the platform's bounds, without network."""
    with tempfile.TemporaryDirectory(prefix="signals-") as spill:
        con = duckdb.connect(
            config={
                "memory_limit": settings.DUCKDB_MEMORY,
                "threads": 2,
                "temp_directory": spill,
                "autoinstall_known_extensions": False,
                "autoload_known_extensions": False,
            }
        )
        try:
            yield con
        finally:
            con.close()
