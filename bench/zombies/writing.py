"""Synthetic systems into the platform's own tables: the register in bulk, the signals by COPY."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from django.db import connection

from accounts.models import Department, InformationSystem
from bench.zombies.behaviours import DAYS
from bench.zombies.population import Made
from bench.zombies.signals import Days

COLUMNS = "(system_id, kind, year, days)"


def make_departments(count: int) -> list[Department]:
    """Departments of the fictional province."""
    return Department.objects.bulk_create(
        Department(
            name=f"示例省第{n}局", credit_code=f"1199000{n:011d}"[-18:], division_code="990000"
        )
        for n in range(count)
    )


def write_systems(made: Iterable[Made], departments: list[Department], prefix: str = "") -> None:
    """The register's rows; names begin with their own, then ``prefix``."""
    rows = [
        InformationSystem(
            id=one.id,
            department=departments[number % len(departments)],
            name=f"{one.entry.name}-{prefix}{number}",
            function=one.entry.function,
            state="in_operation",
            business_items=one.entry.business_items,
            data_items=one.entry.data_items,
            started_on=one.entry.started_on,
            maintainer=one.entry.maintainer,
            maintained_until=one.entry.maintained_until,
            use_scope=one.entry.use_scope,
            use_frequency=one.entry.use_frequency,
            user_count=one.entry.user_count,
            season=one.entry.season,
        )
        for number, one in enumerate(made)
    ]
    InformationSystem.objects.bulk_create(rows, batch_size=1000)


def write_signals(made: Iterable[Made], today: date) -> None:
    """The signals as year arrays."""
    with connection.cursor() as cursor:
        for one in made:
            lines = io.StringIO()
            for kind, days in one.signals.items():
                for year, array in year_arrays(days, today):
                    lines.write(f"{one.id}\t{kind}\t{year}\t{array}\n")
            lines.seek(0)
            cursor.copy_expert(f"COPY accounts_signalyear {COLUMNS} FROM STDIN", lines)


def year_arrays(days: Days, today: date) -> Iterator[tuple[int, str]]:
    """Year -> its 366 numbers as PostgreSQL writes an array, for the years with a number."""
    first = today - timedelta(DAYS - 1)
    for year in range(first.year, today.year + 1):
        offset = (date(year, 1, 1) - first).days
        length = 366 if (date(year + 1, 1, 1) - date(year, 1, 1)).days == 366 else 365
        told = [_at(days, offset + element) for element in range(length)]
        if any(n is not None for n in told):
            told += [None] * (366 - length)
            yield year, "{" + ",".join("NULL" if n is None else f"{n:g}" for n in told) + "}"


def _at(days: Days, at: int) -> float | None:
    return days[at] if 0 <= at < DAYS else None
