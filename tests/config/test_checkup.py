import re
from datetime import timedelta
from types import SimpleNamespace

import pytest
import redis
from django.db import OperationalError, connection
from django.utils import timezone

from accounts.models import CalendarYear, Heartbeat
from accounts.permissions import ADMINISTRATORS
from config import checkup
from config.checkup import Finding, examine
from exchange.models import Batch
from tests.exchanges import store_dir, world
from tests.factories.accounts import DepartmentFactory
from tests.factories.exchange import row
from tests.people import member_with

__all__ = ["store_dir", "world"]

pytestmark = pytest.mark.django_db


def load(*years: int) -> None:
    for year in years:
        CalendarYear.objects.create(year=year, edition=9, days={}, source="test")


def beat(age: timedelta = timedelta(0)) -> None:
    for name in ("beat", "worker"):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": timezone.now() - age})


def levels(findings: list[Finding]) -> dict[str, str]:
    return {finding.subject: finding.level for finding in findings}


def one(findings: object) -> Finding:
    (only,) = findings
    return only


def test_a_platform_with_everything_in_place_has_nothing_to_mend():
    CalendarYear.objects.all().delete()
    load(timezone.localdate().year, timezone.localdate().year + 1)
    beat()
    for role in ADMINISTRATORS:
        member_with((role,), DepartmentFactory())
    # Tests log in as the owner, which a real platform must not.
    wrong = [f for f in examine() if f.level != "ok" and f.subject != "role"]
    assert wrong == []


def test_every_finding_that_is_not_ok_says_how_to_mend_it():
    Heartbeat.objects.all().delete()
    CalendarYear.objects.all().delete()
    findings = examine()
    assert "fail" in {finding.level for finding in findings}
    assert [f for f in findings if (f.level == "ok") != (f.mend == "")] == []


@pytest.mark.parametrize(
    ("day", "loaded", "expected"),
    [
        ("2026-10-31", [2026], {"workdays 2026": "ok"}),
        ("2026-11-01", [2026], {"workdays 2026": "ok", "workdays 2027": "warn"}),
        ("2026-11-01", [2026, 2027], {"workdays 2026": "ok", "workdays 2027": "ok"}),
        ("2027-01-01", [2026], {"workdays 2027": "fail"}),
    ],
)
def test_next_years_workdays_are_asked_for_from_november(time_machine, day, loaded, expected):
    CalendarYear.objects.all().delete()
    load(*loaded)
    time_machine.move_to(f"{day}T12:00:00+08:00")
    assert levels(checkup.calendar()) == expected


def test_a_heart_that_stopped_a_minute_ago_fails_by_its_name():
    beat()
    assert {f.level for f in checkup.heartbeat()} == {"ok"}
    Heartbeat.objects.filter(name="worker").update(at=timezone.now() - timedelta(seconds=61))
    assert [(f.detail.split(",")[0], f.level) for f in checkup.heartbeat()] == [
        ("beat", "ok"),
        ("worker", "fail"),
    ]


def test_a_heart_that_never_beat_fails():
    Heartbeat.objects.all().delete()
    assert one(checkup.heartbeat()).level == "fail"


def test_a_clock_that_is_wrong_is_measured(time_machine):
    time_machine.move_to(timezone.now() + timedelta(seconds=30), tick=True)
    found = one(checkup.clock())
    assert found.level == "warn"
    assert 29 < float(re.match(r"[\d.]+", found.detail)[0]) < 31


def test_a_store_that_cannot_be_written_fails_and_a_full_disk_is_told(
    settings, tmp_path, monkeypatch
):
    settings.STORE_DIR = tmp_path / "store"
    assert levels(checkup.store())["store"] == "ok"
    usage = SimpleNamespace(free=1024**3, total=100 * 1024**3)
    monkeypatch.setattr(checkup.shutil, "disk_usage", lambda folder: usage)
    assert levels(checkup.store()) == {"store": "ok", "disk": "fail"}
    (tmp_path / "file").write_text("in the way")
    settings.STORE_DIR = tmp_path / "file"
    assert one(checkup.store()).level == "fail"


def test_a_redis_that_may_forget_is_warned_of(settings):
    client = redis.Redis.from_url(settings.REDIS_URL)
    client.config_set("maxmemory-policy", "allkeys-lru")
    try:
        assert levels(checkup.redis_server())["redis maxmemory-policy"] == "warn"
    finally:
        client.config_set("maxmemory-policy", "noeviction")
    assert levels(checkup.redis_server())["redis maxmemory-policy"] == "ok"


def test_a_redis_that_is_away_fails_without_showing_its_password(settings):
    settings.REDIS_URL = "redis://:hunter2hunter2@127.0.0.1:1/0"
    found = one(checkup.redis_server())
    assert (found.subject, found.level) == ("redis", "fail")
    assert "hunter2" not in found.detail


def test_without_a_database_the_rest_is_still_examined(monkeypatch):
    def refuse() -> None:
        raise OperationalError("connection refused\nmore")

    monkeypatch.setattr(connection, "ensure_connection", refuse)
    findings = examine()
    assert (findings[-1].subject, findings[-1].level) == ("postgresql", "fail")
    assert findings[-1].detail == "connection refused"
    assert {"python", "store", "redis"} <= set(levels(findings))


def test_the_owners_rights_are_warned_of():
    assert one(checkup.role()).level == "warn"


def test_commits_that_may_be_lost_fail():
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
    assert levels(checkup.durability())["synchronous_commit"] == "fail"


def test_damaged_and_unread_blobs_are_named(world):
    first = world.publish([row("110101")]).batch
    world.publish([row("110102")])
    assert levels(checkup.blobs()) == {"blobs": "ok", "scrub": "ok"}
    first.change(damaged_at=timezone.now())
    found = {finding.subject: finding for finding in checkup.blobs()}
    assert found["blobs"].level == "fail"
    assert found["blobs"].detail == f"batch 1 of {world.dataset.pk}"
    Batch.objects.update(created_at=timezone.now() - timedelta(days=3))
    assert levels(checkup.blobs())["scrub"] == "warn"
    Batch.objects.update(verified_at=timezone.now())
    assert levels(checkup.blobs())["scrub"] == "ok"
