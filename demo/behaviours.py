"""How systems behave, day by day: what their departments' monitoring would count.

Drawn from chance with the system's code and the day as seed, so that a day told twice is told
alike. Nothing here knows what the platform makes of it.
"""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

# The platform keeps single facts for 400 days; a year and a month of them are told.
DAYS_TOLD = 396
SOURCE = "monitoring"


@dataclass(frozen=True)
class Day:
    """A day in the life of a system; ``ago`` counts back from when the register was made."""

    on: date
    ago: int
    chance: random.Random

    @property
    def is_workday(self) -> bool:
        """Monday to Friday; holidays are not worth a calendar here."""
        return self.on.weekday() < 5

    def around(self, number: float, least: int = 0) -> int:
        """A whole number near this one."""
        return max(least, round(self.chance.gauss(number, number * 0.15)))

    def happens(self, times_a_year: float) -> int:
        """1 on so many days of a year, otherwise 0."""
        return int(self.chance.random() * 365 < times_a_year)


# kind of fact -> number of that day; what is not in it is not told
Numbers = dict[str, float]
Behaviour = Callable[[Day], Numbers]


def busy(people: int, deals: int) -> Behaviour:
    """In full use: people, business, growing data, a release each month."""

    def numbers(day: Day) -> Numbers:
        share = 1.0 if day.is_workday else 0.15
        told = _use(day, people * share, deals * share)
        told |= {"cpu_percent": day.around(30, 12), **_stored(day, deals / 500)}
        return told | ({"deployment": 1} if day.on.day == 12 else {})

    return numbers


def seasonal(months: tuple[int, ...], people: int, deals: int) -> Behaviour:
    """In full use in these months, asleep in the others; what a season brings is archived."""

    def numbers(day: Day) -> Numbers:
        works = day.on.month in months
        share = (1.0 if day.is_workday else 0.15) if works else 0
        told = _use(day, people * share, deals * share)
        return told | {"cpu_percent": day.around(12, 6) if works else 2, **_stored(day, 0)}

    return numbers


def outgrown(people: int, deals: int, gone: int = 130) -> Behaviour:
    """In use until everybody went over to another system; the machine runs its jobs on."""

    def numbers(day: Day) -> Numbers:
        left = day.ago <= gone
        told = _use(day, 0 if left else people, 0 if left else deals)
        return told | {"cpu_percent": day.around(9, 7), **_stored(day, 0)}

    return numbers


def abandoned(day: Day) -> Numbers:
    """Somebody looked in now and then until a year ago; nobody since."""
    visit = 0 if day.ago <= 366 else day.happens(60)
    return {"login": visit, "active_users": visit, "cpu_percent": day.around(8, 6)}


def rarely_used(day: Day) -> Numbers:
    """Two people, a few log-ins a month, an order now and then."""
    visit = day.happens(60) if day.is_workday else 0
    deal = int(visit and day.chance.random() < 0.4)
    return {
        "login": visit,
        "active_users": visit * day.chance.randint(1, 2),
        "transaction": deal,
        "cpu_percent": day.around(12, 7),
    }


def idle(day: Day) -> Numbers:
    """A machine that does nothing; only the data centre watches it."""
    return {"cpu_percent": day.chance.choice((1, 2, 2, 3)), **_stored(day, 0)}


def detached(day: Day) -> Numbers:
    """The last reports were taken in over a year ago; the counter has told zero since."""
    report = day.happens(120) if day.ago > 370 else 0
    return {"transaction": report, "cpu_percent": day.around(8, 6)}


def unpatched(people: int, deals: int) -> Behaviour:
    """In full use, and nobody has released anything for as long as it is told."""
    works = busy(people, deals)
    return lambda day: {**works(day), "deployment": 0}


def small(deals: float) -> Behaviour:
    """Two people on duty, who hardly log in; the work goes on every day."""

    def numbers(day: Day) -> Numbers:
        visit = day.happens(85)
        return {
            "login": visit,
            "active_users": visit * day.chance.randint(1, 2),
            "transaction": day.around(deals) if deals >= 1 else day.happens(deals * 365),
            "cpu_percent": day.around(11, 6),
        }

    return numbers


def called(calls: int) -> Behaviour:
    """Hardly anybody logs in; other systems call it all day."""

    def numbers(day: Day) -> Numbers:
        visit = day.happens(40)
        return {
            "login": visit,
            "active_users": visit,
            "call_provided": day.around(calls, 1),
            "cpu_percent": day.around(10, 6),
        }

    return numbers


def silent(day: Day) -> Numbers:
    """Nothing is counted, so nothing can be told."""
    return {}


def facts(code: str, behaviour: Behaviour, anchor: date, today: date) -> Iterator[bytes]:
    """The facts of a system as lines of NDJSON, up to yesterday.

    ``anchor`` is the day on which the register was made: what happened "half a year ago" does not
    wander when the demonstration is played again.
    """
    for back in range(DAYS_TOLD, 0, -1):
        on = today - timedelta(days=back)
        chance = random.Random(f"{code} {on}")  # noqa: S311 - repeatable, guards nothing
        for kind, number in behaviour(Day(on, (anchor - on).days, chance)).items():
            line = {
                "system_code": code,
                "kind": kind,
                "at": on.isoformat(),
                "number": number,
                "source": SOURCE,
                "reference": on.isoformat(),
            }
            yield json.dumps(line).encode() + b"\n"


def _use(day: Day, people: float, deals: float) -> Numbers:
    users = day.around(people)
    return {"login": round(users * 1.6), "active_users": users, "transaction": day.around(deals)}


def _stored(day: Day, growth: float) -> Numbers:
    """Gigabytes, measured on Mondays; ``growth`` a day."""
    if day.on.weekday():
        return {}
    return {"storage_gb": round(400 + growth * (day.on - date(2024, 1, 1)).days, 1)}
