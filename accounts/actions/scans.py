"""Scans: every running system judged by the rules in force, and suspicions opened as cases."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from uuid import UUID

from django.db import connection, transaction
from django.utils import timezone

from accounts import audit
from accounts.actions.cases import open_cases
from accounts.actions.rules import current_rules
from accounts.actor import Actor
from accounts.models import RuleSet
from accounts.permissions import Perm
from accounts.policy import require
from accounts.scanning.claims import chunks, claim, due_systems, known_until
from accounts.scanning.collecting import collect, with_months
from accounts.scanning.likeness import Index, open_index
from accounts.scanning.verdicts import drop_verdicts, keep_verdicts, suspicions
from accounts.zombies.judge import Judgement, judge
from accounts.zombies.thresholds import Thresholds, thresholds_from
from kernel.failpoints import failpoint
from kernel.jobs import wake

CHUNK = 1500


@dataclass(frozen=True)
class Scan:
    """What a scan did: systems judged, verdicts that changed, cases opened."""

    judged: int = 0
    changed: int = 0
    opened: int = 0

    def __add__(self, other: "Scan") -> "Scan":
        """Both together."""
        return Scan(
            self.judged + other.judged, self.changed + other.changed, self.opened + other.opened
        )


def scan_systems(*, actor: Actor, since: datetime | None = None) -> Scan:
    """Judge the systems whose evidence is newer than their verdict, or judged before ``since``.

    Each chunk is a transaction of its own: a scan that dies is resumed by the next one, and two
    at once share the work.
    """
    require(actor, Perm.ZOMBIE_SCAN)
    drop_verdicts()
    rules, today, done = current_rules(), timezone.localdate(), Scan()
    due = due_systems(rules, since)
    if not due:
        return done
    with open_index(due) as index:
        work = partial(_work_on, rules=rules, index=index, since=since, today=today, actor=actor)
        return sum(_both_cores(work, list(chunks(due, CHUNK))), done)


def request_scan(*, actor: Actor) -> None:
    """Ask a worker for a scan now."""
    require(actor, Perm.ZOMBIE_SCAN)
    with transaction.atomic():
        audit.record(actor, "scan.requested", current_rules())
        wake("accounts.scan_systems")


def _both_cores(
    work: Callable[[dict[int, list[UUID]]], Scan], chunks: list[dict[int, list[UUID]]]
) -> Iterator[Scan]:
    """Two chunks at a time, so that one is judged while PostgreSQL sums the other's days.

    Within a transaction of the caller's they go one by one, on its own connection.
    """
    if len(chunks) < 2 or connection.in_atomic_block:
        yield from map(work, chunks)
        return
    with ThreadPoolExecutor(2, thread_name_prefix="scan") as pool:
        yield from pool.map(partial(_on_own_connection, work), chunks)


def _on_own_connection(
    work: Callable[[dict[int, list[UUID]]], Scan], chunk: dict[int, list[UUID]]
) -> Scan:
    try:
        return work(chunk)
    finally:
        connection.close()


def _work_on(
    chunk: dict[int, list[UUID]],
    rules: RuleSet,
    index: Index,
    since: datetime | None,
    today: date,
    actor: Actor,
) -> Scan:
    done = _scan_chunk(chunk, rules, index, since, today, actor)
    failpoint("scan.after_chunk")
    return done


@transaction.atomic
def _scan_chunk(
    chunk: dict[int, list[UUID]],
    rules: RuleSet,
    index: Index,
    since: datetime | None,
    today: date,
    actor: Actor,
) -> Scan:
    claimed = claim(chunk)
    # Between the listing and the claim another worker may have judged them.
    mine = due_systems(rules, since, among=claimed) if claimed else []
    if not mine:
        return Scan()
    judged_at = known_until()
    judged = _judge(mine, index, thresholds_from(rules.thresholds), today)
    written = keep_verdicts(judged, rules, judged_at)
    opened = open_cases(suspicions(written), actor=actor)
    done = Scan(len(judged), len(written), len(opened))
    audit.record(
        actor, "system.scanned", rules, judged=done.judged, changed=done.changed, opened=done.opened
    )
    return done


def _judge(
    systems: Sequence[UUID], index: Index, t: Thresholds, today: date
) -> dict[UUID, Judgement]:
    evidence = collect(systems, index, t, today)
    judged = {key: judge(e, t, today) for key, e in evidence.items()}
    # Months are read only where a season could lift a suspicion.
    unsure = {key: evidence[key] for key, found in judged.items() if found.depends_on_season}
    if unsure:
        judged |= {key: judge(e, t, today) for key, e in with_months(unsure, today).items()}
    return judged
