"""Timetables: ``every 15m``, or five fields of cron in the platform's time zone."""

import re
from datetime import datetime, timedelta

from cronsim import CronSim, CronSimError
from django.utils import timezone

from kernel.errors import Invalid
from kernel.texts import Text

_EVERY = re.compile(r"every ([1-9][0-9]{0,4})([smhd])")
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
SHORTEST_SECONDS = 10


def check_schedule(schedule: str, field: str) -> None:
    """Invalid, naming the field, unless the timetable can be read and has a next time."""
    if not schedule:
        return
    try:
        next_time(schedule, timezone.now())
    except ValueError as bad:
        raise Invalid.field(field, bad.args[0]) from bad


def next_time(schedule: str, now: datetime, last: datetime | None = None) -> datetime | None:
    """The first slot behind ``now``; None for the empty timetable, which is by hand only.

    Slots of ``every`` are counted from ``last``, the slot before. Slots that passed meanwhile are
    left out, so what was missed is made up for once. ValueError if the timetable cannot be read.
    """
    if not schedule:
        return None
    every = _EVERY.fullmatch(schedule)
    if every:
        return _after(int(every[1]) * _UNITS[every[2]], now, last)
    if len(schedule.split()) != 5:
        raise ValueError(Text("write 'every 15m' (s, m, h, d) or the five fields of cron"))
    try:
        return next(CronSim(schedule, timezone.localtime(now)))
    except (CronSimError, StopIteration) as bad:
        raise ValueError(
            Text("no such time in cron; its five fields are as in 30 6 * * 1-5")
        ) from bad


def _after(seconds: int, now: datetime, last: datetime | None) -> datetime:
    if seconds < SHORTEST_SECONDS:
        raise ValueError(Text("the shortest is every {seconds}s", seconds=SHORTEST_SECONDS))
    if last is None or last > now:
        return now + timedelta(seconds=seconds)
    missed = int((now - last).total_seconds() // seconds)
    return last + timedelta(seconds=(missed + 1) * seconds)
