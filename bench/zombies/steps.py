"""What runs in a process of its own: filling, scanning (with its time and peak memory), scoring."""

from __future__ import annotations

import json
import resource
import sys
import time
from datetime import timedelta

import django

django.setup()

from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from accounts.actions.scans import scan_systems  # noqa: E402
from accounts.actor import CLOCK  # noqa: E402
from accounts.models import InformationSystem, Verdict  # noqa: E402
from bench.zombies.large import fill_large  # noqa: E402
from bench.zombies.population import populate  # noqa: E402
from bench.zombies.score import score  # noqa: E402
from bench.zombies.writing import make_departments, write_signals, write_systems  # noqa: E402

TABLES = (
    "accounts_zombiecase, accounts_verdict, accounts_signalyear, accounts_informationsystem, "
    "accounts_department, accounts_auditevent"
)


def empty() -> dict[str, int]:
    """Remove what an earlier step filled in."""
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {TABLES} CASCADE")
    return {}


def forget() -> dict[str, int]:
    """Remove the verdicts and cases of an earlier scan."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE accounts_zombiecase, accounts_verdict CASCADE")
    return {}


def fill(seed: str, count: str) -> dict[str, int]:
    """A labelled register."""
    empty()
    today = timezone.localdate()
    made = list(populate(int(seed), int(count), today))
    write_systems(made, make_departments(40))
    write_signals(made, today)
    analyze()
    return {"systems": len(made)}


def large(seed: str, templates: str, copies: str) -> dict[str, int]:
    """A large register with a year of daily aggregates."""
    empty()
    rows = fill_large(int(seed), int(templates), int(copies), timezone.localdate())
    analyze()
    return rows


def analyze() -> None:
    """What autovacuum does within minutes on a platform that runs."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def scan() -> dict[str, float]:
    """One scan, as the beat asks for it."""
    started, worked = time.perf_counter(), time.process_time()
    done = scan_systems(actor=CLOCK)
    return {
        "seconds": time.perf_counter() - started,
        "own_cpu": time.process_time() - worked,
        "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        "judged": done.judged,
        "changed": done.changed,
        "opened": done.opened,
    }


def change(count: str) -> dict[str, int]:
    """Tell something new about some systems."""
    chosen = InformationSystem.objects.order_by("?").values("pk")[: int(count)]
    soon = timezone.now() + timedelta(milliseconds=1)
    told = InformationSystem.objects.filter(pk__in=list(chosen.values_list("pk", flat=True)))
    return {"changed": told.update(evidence_at=soon)}


def rate(seed: str, count: str) -> dict[str, object]:
    """The verdicts against the truth of the same seed."""
    made = list(populate(int(seed), int(count), timezone.localdate()))
    rows = Verdict.objects.values("system_id", "level", "findings")
    return score(made, {row["system_id"]: row for row in rows}).to_json()


STEPS = {
    "forget": forget,
    "fill": fill,
    "large": large,
    "scan": scan,
    "change": change,
    "rate": rate,
}

if __name__ == "__main__":
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
