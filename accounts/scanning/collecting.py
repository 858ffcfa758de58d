"""Evidence of many systems at once: register, series, relations and likes put together."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from accounts.scanning.likeness import Alike, Index
from accounts.scanning.register import (
    read_dependants,
    read_items,
    read_register,
    read_replacements,
)
from accounts.scanning.series import read_months, read_series
from accounts.zombies.evidence import NO_SERIES, Evidence, Peer, Series
from accounts.zombies.thresholds import Thresholds


def collect(
    systems: Sequence[UUID], index: Index, t: Thresholds, today: date
) -> dict[UUID, Evidence]:
    """System -> all that is known of it but the months; systems that are gone are left out."""
    alike, declared = index.alike(systems), read_replacements(systems)
    wanted = {one: _wanted(alike.get(one, ()), declared.get(one, set()), t) for one in systems}
    everyone = list({*systems, *(other for near in wanted.values() for other in near)})
    register, series = read_register(everyone), read_series(everyone, today)
    dependants = read_dependants(everyone)
    paired = {one for one, near in wanted.items() if near}
    items = read_items([*paired, *(other for near in wanted.values() for other in near)])

    def plain(key: UUID) -> Evidence:
        return _evidence(register[key], series.get(key, {}), dependants.get(key, ()))

    found = {}
    for one in systems:
        if one not in register:
            continue
        peers = tuple(
            _peer(
                items[one],
                items[other],
                overlap,
                other in declared.get(one, ()),
                register[other],
                plain,
            )
            for other, overlap in wanted[one].items()
            if other in register
        )
        found[one] = replace(plain(one), peers=peers)
    return found


def with_months(evidence: Mapping[UUID, Evidence], today: date) -> dict[UUID, Evidence]:
    """The same evidence with the sums of 36 months, in which seasons show."""
    months = read_months(list(evidence), today)
    return {
        key: replace(e, series=_monthly(e.series, months.get(key, {})))
        for key, e in evidence.items()
    }


def _monthly(
    series: Mapping[str, Series], months: Mapping[str, tuple[float | None, ...]]
) -> dict[str, Series]:
    return {
        **series,
        **{
            kind: replace(series.get(kind, NO_SERIES), months=sums) for kind, sums in months.items()
        },
    }


def _wanted(near: Sequence[Alike], declared: set[UUID], t: Thresholds) -> dict[UUID, float]:
    enough = {one.other: one.overlap for one in near if one.overlap * 100 >= t.overlap_percent}
    return {**dict.fromkeys(sorted(declared), 0.0), **enough}


def _peer(
    own: Mapping[str, Sequence[str]],
    theirs: Mapping[str, Sequence[str]],
    overlap: float,
    is_declared: bool,
    other: Mapping[str, Any],
    plain: Callable[[UUID], Evidence],
) -> Peer:
    return Peer(
        id=other["id"],
        name=other["name"],
        overlap=overlap,
        business_items=_shared(own["business_items"], theirs["business_items"]),
        data_items=_shared(own["data_items"], theirs["data_items"]),
        is_declared=is_declared,
        evidence=plain(other["id"]),
    )


def _shared(own: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    held = {item.strip() for item in other}
    return tuple(dict.fromkeys(item.strip() for item in own if item.strip() in held))


def _evidence(
    row: Mapping[str, Any], series: dict[str, Series], dependants: Sequence[str]
) -> Evidence:
    growth = row["yearly_growth_gb"]
    return Evidence(
        started_on=row["started_on"],
        stopped_on=row["stopped_on"],
        maintainer=row["maintainer"],
        maintained_until=row["maintained_until"],
        use_scope=row["use_scope"],
        use_frequency=row["use_frequency"],
        user_count=row["user_count"],
        yearly_growth_gb=None if growth is None else float(growth),
        season=tuple(row["season"]),
        has_function=row["has_function"],
        dependants=tuple(dependants),
        series=series,
    )
