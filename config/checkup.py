"""What must be right around the platform, one function a subject; `manage.py doctor` prints it."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Literal

import redis
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.utils import timezone

from accounts.models import CalendarYear, Heartbeat, Member, User
from accounts.permissions import ADMINISTRATORS
from accounts.secondfactors import is_required
from config import env
from config.keyring import look
from exchange.models import Batch, Snapshot
from kernel.commands import unapplied

OLDEST_POSTGRESQL = 15
LEAST_DISK = 2 * 1024**3  # bytes: a batch of the default greatest size still fits
STALE = timedelta(seconds=60)  # six ticks of the heartbeat
SCRUBBED = timedelta(days=2)
_FICTIONAL = "99"  # the province in which the demonstration plays
_NAMED = 20  # damaged files that one line names
Level = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Finding:
    """One line of the check-up; `mend` says what to do when the level is not ok."""

    subject: str
    level: Level
    detail: str
    mend: str = ""


def examine() -> list[Finding]:
    """Every finding; what cannot be asked because a server is away is left out."""
    findings = [*python(), *store(), *redis_server()]
    try:
        connection.ensure_connection()
    except DatabaseError as problem:
        return [*findings, _unreachable(problem)]
    for subject in (postgresql, durability, role, clock, tables):
        findings += subject()
    if all(finding.level != "fail" for finding in findings if finding.subject == "migrations"):
        findings += [*calendar(), *heartbeat(), *blobs(), *people(), *sealing()]
    return findings


def python() -> Iterator[Finding]:
    """The interpreter is one the platform is tested on."""
    here = sys.version.split()[0]
    fits = (3, 11) <= sys.version_info[:2] < (3, 14)
    yield _judge(fits, "python", here, "Use Python 3.11, 3.12 or 3.13.")


def store() -> Iterator[Finding]:
    """The content store takes files and has room."""
    folder = settings.STORE_DIR
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder):
            yield Finding("store", "ok", f"{folder} is writable")
    except OSError as problem:
        mend = "Let the platform's account write to STORE_DIR."
        yield Finding("store", "fail", f"{folder}: {problem.strerror}", mend)
        return
    room = shutil.disk_usage(folder)
    yield _judge(
        room.free > max(LEAST_DISK, room.total // 20),
        "disk",
        f"{room.free / 1024**3:.1f} GiB of {room.total / 1024**3:.1f} GiB free",
        "Free or add space for STORE_DIR; publishing stops when it is full.",
        "fail" if room.free < LEAST_DISK else "warn",
    )


def redis_server() -> Iterator[Finding]:
    """Redis answers, never drops a message to save memory, and keeps them over a restart."""
    client = redis.Redis.from_url(settings.REDIS_URL, socket_timeout=5, socket_connect_timeout=5)
    with closing(client):
        try:
            version = client.info("server")["redis_version"]
        except redis.RedisError as problem:
            mend = "Start the server or correct REDIS_URL (make serve starts one)."
            yield Finding("redis", "fail", type(problem).__name__, mend)
            return
        yield Finding("redis", "ok", f"version {version}")
        yield from _redis_settings(client)


def postgresql() -> Iterator[Finding]:
    """The database's version, encoding, letters and search extension."""
    version = int(_value("SHOW server_version_num")) // 10000
    yield _judge(
        version >= OLDEST_POSTGRESQL,
        "postgresql",
        f"version {_value('SHOW server_version')}",
        f"Use PostgreSQL {OLDEST_POSTGRESQL} or newer; 18 is what the platform is tested on.",
    )
    encoding = _value("SHOW server_encoding")
    yield _judge(encoding == "UTF8", "encoding", encoding, "Make the database with ENCODING UTF8.")
    installed = _value("SELECT count(*) FROM pg_extension WHERE extname = 'pg_trgm'")
    offered = _value("SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'")
    mend = "Install the server's contrib package (apt-get install postgresql-contrib)."
    yield _judge(bool(offered), "pg_trgm", "installed" if installed else "available", mend)
    letters = _value("SELECT datctype FROM pg_database WHERE datname = current_database()")
    yield _judge(
        _value("SELECT '行政区划' ~ '^[[:alpha:]]+$'"),
        "locale",
        f"LC_CTYPE {letters}",
        "Make the cluster with --locale=C.UTF-8; otherwise search finds no Chinese words.",
    )


def durability() -> Iterator[Finding]:
    """What is committed survives a power cut, and a rotten page is noticed."""
    for name, wrong in (
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("synchronous_commit", "off"),
    ):
        value = _value(f"SHOW {name}")
        mend = f"Set {name} = on in postgresql.conf; committed rows could be lost."
        yield _judge(value != wrong, name, value, mend)
    value = _value("SHOW data_checksums")
    mend = "Stop the server and run pg_checksums --enable."
    yield _judge(value == "on", "data_checksums", value, mend, "warn")


def role() -> Iterator[Finding]:
    """The platform does not work with the rights of the database's owner."""
    powerful = _value("SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user")
    mend = "Log in as the application's role in DATABASE_URL; the audit trail relies on it."
    yield _judge(not powerful, "role", _value("SELECT current_user"), mend, "warn")


def clock() -> Iterator[Finding]:
    """This machine and the database agree on the time."""
    begun = timezone.now()
    theirs = _value("SELECT clock_timestamp()")
    middle = begun + (timezone.now() - begun) / 2
    apart = abs((theirs - middle).total_seconds())
    level: Level = "fail" if apart > 60 else "warn"
    mend = "Let both machines follow the same time server (chrony or systemd-timesyncd)."
    yield _judge(apart < 2, "clock", f"{apart:.2f} s apart from the database", mend, level)


def tables() -> Iterator[Finding]:
    """The tables are those of this version."""
    missing = unapplied()
    detail = f"{missing} not applied" if missing else "all applied"
    yield _judge(not missing, "migrations", detail, "Run: python manage.py prepare")


def calendar() -> Iterator[Finding]:
    """Statutory clocks can count this year's workdays and, from November, the next year's."""
    today = timezone.localdate()
    wanted = [today.year, today.year + 1] if today.month >= 11 else [today.year]
    loaded = set(CalendarYear.objects.values_list("year", flat=True))
    for year in wanted:
        missing = "not loaded; due dates in it are provisional"
        mend = "Load it once the State Council has announced it: python manage.py calendar load"
        level: Level = "fail" if year == today.year else "warn"
        detail = "loaded" if year in loaded else missing
        yield _judge(year in loaded, f"workdays {year}", detail, mend, level)


def heartbeat() -> Iterator[Finding]:
    """Beat rings and a worker answers: the last task that only says so was run moments ago."""
    mend = "Start one beat and at least one worker for each queue; see their logs."
    beats = list(Heartbeat.objects.order_by("name"))
    if not beats:
        yield Finding("heartbeat", "fail", "beat and worker have never been heard of", mend)
    for beat in beats:
        age = timezone.now() - beat.at
        detail = f"{beat.name}, {age.total_seconds():.0f} s ago"
        yield _judge(age < STALE, "heartbeat", detail, mend)


def blobs() -> Iterator[Finding]:
    """Every stored file has the digest that it had, and was read again lately."""
    here = Batch.objects.filter(expired_at=None)
    bad = [f"batch {row.number} of {row.dataset_id}" for row in _damaged(here)]
    bad += [f"table {row.number} of {row.dataset_id}" for row in _damaged(Snapshot.objects.all())]
    mend = "Restore the file under STORE_DIR/blobs, or publish the same body again."
    yield _judge(not bad, "blobs", ", ".join(bad) or "no damage is known", mend)
    before = timezone.now() - SCRUBBED
    late = here.filter(created_at__lt=before).exclude(verified_at__gte=before).count()
    mend = "Let a worker serve the queue bulk, and raise SCRUB_BYTES."
    yield _judge(not late, "scrub", f"{late} batches not read for two days", mend, "warn")


def people() -> Iterator[Finding]:
    """Three administrators, each with a second factor; no account of the demonstration; first
    passwords that were changed."""
    holders = Member.objects.active()
    for role in sorted(ADMINISTRATORS):
        known = holders.filter(roles__contains=[role.value])
        bare = known.exclude(user__second_factors__confirmed_at__isnull=False).distinct()
        names = ", ".join(bare.order_by("user__username").values_list("user__username", flat=True))
        detail = f"without a second factor: {names}" if names else f"{known.count()}"
        mend = "Let them set one up under My account." if names else "Appoint one."
        right = known.exists() and not (names and is_required([role]))
        yield _judge(right, role.value, detail, mend, "warn")
    shown = holders.filter(department__division_code__startswith=_FICTIONAL).count()
    mend = "Begin with an empty database; correct the division code of departments that are real."
    real = not (shown and env.text("DJANGO_SETTINGS_MODULE").endswith(".production"))
    yield _judge(real, "demonstration", f"{shown} people of the fictional province 99", mend)
    week = timezone.now() - timedelta(days=7)
    idle = User.objects.filter(is_active=True, must_change_password=True, password_set_at__lt=week)
    mend = "Let the people sign in, or end their memberships."
    detail = f"{idle.count()} first passwords older than a week"
    yield _judge(not idle.exists(), "first passwords", detail, mend, "warn")


def sealing() -> Iterator[Finding]:
    """Everything that was sealed can be opened, and with the first key."""
    held = look(files=False)
    closed = [f"{name} ({', '.join(sorted(keys))})" for name, keys in sorted(held.closed.items())]
    mend = "Put the keys with these fingerprints back into SEALING_KEYS (docs/security/keys.md)."
    yield _judge(not closed, "sealed secrets", "; ".join(closed) or "all can be opened", mend)
    old = f"{held.outdated} values sealed with an older key" if held.outdated else "the first one"
    mend = "Run: python manage.py keys rotate"
    yield _judge(not held.outdated, "sealing key", old, mend, "warn")


def _damaged(rows: Any) -> Any:
    return rows.exclude(damaged_at=None).order_by("dataset_id", "number")[:_NAMED]


def _redis_settings(client: redis.Redis) -> Iterator[Finding]:
    mend = "Set it in redis.conf; otherwise messages are lost (the timetable finds the work later)."
    for name, wanted in (("maxmemory-policy", "noeviction"), ("appendonly", "yes")):
        try:
            value = client.config_get(name).get(name, "unknown")
        except redis.RedisError:
            hidden = "the server does not tell"
            yield Finding(f"redis {name}", "warn", hidden, f"Make sure that it is {wanted}.")
            continue
        yield _judge(value == wanted, f"redis {name}", value, f"{name} {wanted}: {mend}", "warn")


def _unreachable(problem: Exception) -> Finding:
    words = str(problem).strip().splitlines()
    mend = "Start the server or correct DATABASE_URL (make serve starts one)."
    return Finding("postgresql", "fail", words[0] if words else type(problem).__name__, mend)


def _value(query: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return cursor.fetchone()[0]


def _judge(
    right: object, subject: str, detail: object, mend: str, otherwise: Level = "fail"
) -> Finding:
    return (
        Finding(subject, "ok", str(detail))
        if right
        else Finding(subject, otherwise, str(detail), mend)
    )
