from datetime import UTC, date, datetime

from django.utils import timezone

from kernel.days import today


def test_a_day_begins_at_midnight_in_china(monkeypatch):
    assert today() == timezone.localdate()
    for moment, day in ((15, 21), (16, 22)):
        now = datetime(2026, 11, 21, moment, 30, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        assert today() == date(2026, 11, day)
