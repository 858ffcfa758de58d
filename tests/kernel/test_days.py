from datetime import UTC, date, datetime

from django.utils import timezone

from kernel.days import read_day, today


def test_a_text_names_a_day_from_which_others_can_be_counted():
    assert read_day("2026-03-02") == date(2026, 3, 2)
    for text in ("", "x", "2026-13-90", "0001-01-01", "9999-12-31"):
        assert read_day(text) is None, text


def test_a_day_begins_at_midnight_in_china(monkeypatch):
    assert today() == timezone.localdate()
    for moment, day in ((15, 21), (16, 22)):
        now = datetime(2026, 11, 21, moment, 30, tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda now=now: now)
        assert today() == date(2026, 11, day)
