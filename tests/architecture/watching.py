"""What calls leave behind: rows that changed, blobs that were kept, memory that was taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction

from tests.architecture.bad_input import MIB

# Beside what the process held before (F24).
MOST_MEMORY = 150 * MIB
_WRITTEN = """
    SELECT relid::regclass::text, n_tup_ins + n_tup_upd + n_tup_del
    FROM pg_stat_xact_user_tables
    WHERE schemaname !~ '^pg_temp' AND n_tup_ins + n_tup_upd + n_tup_del > 0
"""
_MARK = "INSERT INTO marks VALUES (1) RETURNING xmin::text::bigint"
_DIGEST = "SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM {table} t"
_NEWER = "SELECT to_jsonb(t)::text FROM {table} t WHERE t.xmin::text::bigint >= %s"


class Watch:
    """Of the rows as they are now: what each call changes before it is undone."""

    def __init__(self) -> None:
        tables = "SELECT relid::regclass::text FROM pg_stat_user_tables"
        self._before = {table: _digest(table) for (table,) in _rows(tables)}
        self._written: dict[str, int] = {}
        self._mark = 0
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE marks (number integer)")

    @contextmanager
    def call(self) -> Iterator[None]:
        """What happens inside is looked at with ``changed`` and ``texts``, and then undone."""
        self._written = dict(_rows(_WRITTEN))
        point = transaction.savepoint()
        blobs = _blobs()
        try:
            # Ids of transactions grow, also of those within this one.
            ((self._mark,),) = _rows(_MARK)
            yield
        finally:
            transaction.savepoint_rollback(point)
            # Left open, each would hold a lock until the test ends, and thousands hold them all.
            transaction.savepoint_commit(point)
            for file in _blobs() - blobs:
                file.unlink()

    def changed(self) -> set[str]:
        """The tables whose rows are others than before."""
        return {table for table in self._touched() if _digest(table) != self._before.get(table)}

    def texts(self, table: str) -> list[str]:
        """Its rows that are new or changed, as JSON."""
        return [text for (text,) in _rows(_NEWER.format(table=table), [self._mark])]

    def _touched(self) -> set[str]:
        now = dict(_rows(_WRITTEN))
        return {table for table, count in now.items() if count != self._written.get(table)}


def _rows(statement: str, values: list[int] | None = None) -> list[tuple]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def _digest(table: str) -> str | None:
    ((found,),) = _rows(_DIGEST.format(table=table))
    return found


def _blobs() -> set[Path]:
    return {path for path in Path(settings.STORE_DIR, "blobs").rglob("*") if path.is_file()}


class Memory:
    """``taken()``: how many bytes at most were held since it was made, beside those before."""

    def __init__(self) -> None:
        self._held = resident("VmRSS")
        Path("/proc/self/clear_refs").write_text("5")

    def taken(self) -> int:
        return resident("VmHWM") - self._held


def resident(name: str, process: int | str = "self") -> int:
    """What the process holds (VmRSS), or held at most (VmHWM), in bytes."""
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) * 1024
    raise AssertionError(name)
