"""A register too large to draw day by day: many systems share the signals of a few behaviours.

Register entries are drawn for each system, so that likeness has as much to compare as in life.
"""

from __future__ import annotations

import io
import random
from datetime import date
from uuid import UUID

from django.db import connection

from bench.zombies.behaviours import DAYS
from bench.zombies.population import Made, populate
from bench.zombies.register import Entry, draw_entry, forget, imitate
from bench.zombies.writing import make_departments, write_systems, year_arrays

YEAR = 365


def fill_large(seed: int, templates: int, copies: int, today: date) -> dict[str, int]:
    """``templates`` x ``copies`` systems, each with a year of daily aggregates."""
    models = list(populate(seed, templates, today))
    departments = make_departments(500)
    rng = random.Random(seed + 1)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE drawn (n int, kind text, year int, days float8[])")
        cursor.copy_expert("COPY drawn FROM STDIN", _year(models, today))
        cursor.execute("CREATE TEMP TABLE born (system_id uuid, n int)")
        for copy in range(copies):
            batch = _copies(rng, models, copy, today)
            write_systems(batch, departments, prefix=f"{copy}-")
            lines = io.StringIO("".join(f"{one.id}\t{n}\n" for n, one in enumerate(batch)))
            cursor.copy_expert("COPY born FROM STDIN", lines)
        cursor.execute(
            "INSERT INTO accounts_signalyear (system_id, kind, year, days)"
            " SELECT b.system_id, d.kind, d.year, d.days FROM born b JOIN drawn d USING (n)"
        )
        return {"systems": templates * copies, "signal_years": cursor.rowcount}


def _year(models: list[Made], today: date) -> io.StringIO:
    lines = io.StringIO()
    for n, one in enumerate(models):
        for kind, days in one.signals.items():
            last = [None] * (DAYS - YEAR) + days[-YEAR:]
            for year, array in year_arrays(last, today):
                lines.write(f"{n}\t{kind}\t{year}\t{array}\n")
    lines.seek(0)
    return lines


def _copies(rng: random.Random, models: list[Made], copy: int, today: date) -> list[Made]:
    found: list[Made] = []
    entry: Entry | None = None
    for n, one in enumerate(models):
        began = one.entry.started_on or today.replace(year=today.year - 4)
        number = copy * len(models) + n
        if one.is_like_the_last and entry:
            entry = imitate(rng, entry, number, began)
        else:
            entry = draw_entry(rng, number, began)
        entry.maintained_until = one.entry.maintained_until
        entry.season = one.entry.season
        entry.use_scope, entry.use_frequency = one.entry.use_scope, one.entry.use_frequency
        if not one.is_like_the_last:
            forget(rng, entry)
        key = UUID(int=rng.getrandbits(128), version=4)
        found.append(
            Made(key, one.behaviour, entry, {}, one.must, one.may, one.size, one.is_like_the_last)
        )
    return found
