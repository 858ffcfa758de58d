"""The register that the demonstration plants: its behaviours show what they are meant to show."""

import json
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from accounts.codes import credit_code_fault
from accounts.zombies.evidence import Evidence, Peer, Series, Span
from accounts.zombies.judge import Judgement, judge
from accounts.zombies.thresholds import DEFAULTS
from demo import behaviours, cast
from demo.census import DEPARTMENTS, ENTRIES, Entry, code_of, title

MADE = date(2026, 11, 22)
# The demonstration is played in every month of the year.
TODAYS = [date(2026, month, day) for month in range(1, 13) for day in (2, 20)]
# At once, and played again so many days later.
LATER = (0, 45)


@lru_cache(maxsize=8)
def facts(code: str, behaviour: behaviours.Behaviour, made: date, today: date) -> list[Any]:
    """What one play tells; kept, for those that follow begin with it too."""
    return [json.loads(line) for line in behaviours.facts(code, behaviour, made, today)]


def told(entry: Entry, made: date, *plays: date) -> dict[str, dict[date, float]]:
    """What is known after the demonstration was played on these days, as kind -> day -> number."""
    days: dict[str, dict[date, float]] = {}
    for today in dict.fromkeys(plays):
        for fact in facts(code_of(entry), entry.behaviour, made, today):
            days.setdefault(fact["kind"], {})[date.fromisoformat(fact["at"])] = fact["number"]
    return days


def span(days: dict[date, float], first: date, last: date) -> Span:
    held = {day: number for day, number in days.items() if first <= day <= last}
    if not held:
        return Span()
    zeros = sum(number == 0 for number in held.values())
    return Span(len(held), zeros, sum(held.values()), max(held.values()), min(held), max(held))


def series(days: dict[date, float], today: date) -> Series:
    year, half = today - timedelta(364), today - timedelta(179)
    recent = sorted(day for day in days if day >= half)
    active = [day for day, number in days.items() if number]
    months: list[float | None] = [None] * 36
    for day, number in days.items():
        place = 35 - ((today.year - day.year) * 12 + today.month - day.month)
        months[place] = (months[place] or 0.0) + number
    return Series(
        year=span(days, year, today),
        half=span(days, half, today),
        before=span(days, year - timedelta(365), year - timedelta(1)),
        last_active=max(active, default=None),
        latest=days[max(days)],
        growth=days[recent[-1]] - days[recent[0]] if recent else 0.0,
        growth_days=(recent[-1] - recent[0]).days if recent else 0,
        months=tuple(months),
    )


def evidence(entry: Entry, made: date, today: date) -> Evidence:
    until = None if entry.contract is None else made + timedelta(entry.contract)
    known_days = told(entry, made, made, today)
    known = Evidence(
        started_on=date.fromisoformat(entry.started),
        maintainer="" if entry.contract is None else "示例运维公司",
        maintained_until=until,
        season=entry.season,
        series={kind: series(days, today) for kind, days in known_days.items()},
    )
    if not entry.like:
        return known
    other = next(one for one in ENTRIES if one.name == entry.like)
    shared = [item for item in entry.business if item in other.business]
    peer = Peer(
        id=uuid4(),
        name=title(other.name),
        overlap=len(shared) / len(entry.business),
        business_items=tuple(shared),
        evidence=evidence(other, made, today),
    )
    return replace(known, peers=(peer,))


def suspected(judgement: Judgement) -> list[str]:
    return [f.criterion for f in judgement.findings if f.level == "suspected"]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_each_planted_zombie_shows_its_reason_and_nobody_else_any_on_every_day_of_the_year(
    entry: Entry,
) -> None:
    for made, later in product(TODAYS, LATER):
        today = made + timedelta(later)
        found = judge(evidence(entry, made, today), DEFAULTS, today)
        if entry.planted:
            assert suspected(found) == [entry.planted], (made, later)
        elif entry.behaviour is behaviours.silent:
            assert found.level == "unknown", (made, later)
        else:
            assert suspected(found) == [], (made, later)


def test_all_five_criteria_are_planted() -> None:
    assert {entry.planted for entry in ENTRIES} == {"", "Z1", "Z2", "Z3", "Z4", "Z5"}


def test_a_day_told_twice_is_told_alike() -> None:
    for entry in ENTRIES[::5]:
        earlier, later = told(entry, MADE, MADE), told(entry, MADE, MADE + timedelta(9))
        for kind, days in earlier.items():
            both = days.keys() & later[kind].keys()
            assert both
            assert {day: days[day] for day in both} == {day: later[kind][day] for day in both}


def test_codes_and_names_are_each_one_system() -> None:
    assert len({code_of(entry) for entry in ENTRIES}) == len(ENTRIES)
    assert len({entry.name for entry in ENTRIES}) == len(ENTRIES)
    known = {*DEPARTMENTS, *cast.DEPARTMENTS, "office"}
    assert {entry.department for entry in ENTRIES} <= known


def test_the_credit_codes_have_right_check_characters() -> None:
    faults = {body.name: credit_code_fault(body.credit_code) for body in DEPARTMENTS.values()}
    assert not any(faults.values()), faults
