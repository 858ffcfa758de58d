"""Which lines are facts: every rule over all lines at once, the first broken one named."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import IO, Any
from uuid import UUID

import duckdb
import pyarrow as pa
import pyarrow.csv as pcsv
from django.db.models import QuerySet

from accounts.models import InformationSystem
from accounts.signals.words import (
    DATE_FORM,
    ENDLESS_FORM,
    KINDS,
    MOMENT_FORM,
    MOST_NUMBER,
    MOST_REFERENCE,
    MOST_SOURCE,
    NUMBER_FORM,
    REFUSALS,
    RESERVED,
)
from accounts.vocabulary import SignalKind

MOST_ERRORS = 1000


@dataclass(frozen=True)
class Terms:
    """For whom the lines are judged: the systems open to the teller, and the time of the call.

    ``own`` is the system of a line that names none; ``source`` that of one without a source.
    """

    systems: "QuerySet[InformationSystem]"
    own: UUID | None
    source: str
    now: datetime
    keep_days: int
    is_platform: bool = False


@dataclass
class Screened:
    """How many lines were facts, how many not, and why the first of these were not."""

    received: int = 0
    rejected: int = 0
    errors: list[dict[str, Any]] = field(default_factory=list)

    def add_errors(self, found: Iterable[tuple[int, str | None, str]], count: int) -> None:
        """Name rejected lines (line, field, code), as many as are still named."""
        self.rejected += count
        self.errors += [
            {"line": line, "column": column, "code": code, "detail": REFUSALS[code]}
            for line, column, code in found
        ]
        self.errors.sort(key=lambda error: error["line"])
        del self.errors[MOST_ERRORS:]


def screen(
    chunks: Iterator[pa.Table], terms: Terms, con: duckdb.DuckDBPyConnection, accepted: IO[bytes]
) -> Screened:
    """Write the facts among the lines to ``accepted`` as CSV in the order of storing.TOLD."""
    total = Screened()
    con.register("kinds", pa.table({"word": list(KINDS), "kind": list(KINDS.values())}))
    for chunk in chunks:
        con.register("lines", chunk)
        con.register("known", _known(terms, con))
        con.execute(_judged(terms))
        total.received += len(chunk)
        count = con.execute("SELECT count(*) FROM judged WHERE code IS NOT NULL").fetchall()[0][0]
        wrong = con.execute(
            "SELECT line, field, code FROM judged WHERE code IS NOT NULL ORDER BY line LIMIT ?",
            [MOST_ERRORS - len(total.errors)],
        )
        total.add_errors(wrong.fetchall(), count)
        _write(con.sql(_ACCEPTED).to_arrow_table(), accepted)
    return total


def _write(facts: pa.Table, out: IO[bytes]) -> None:
    options = pcsv.WriteOptions(include_header=False, quoting_style="all_valid")
    pcsv.write_csv(facts, out, options)


def _known(terms: Terms, con: duckdb.DuckDBPyConnection) -> pa.Table:
    """Of the systems that the lines name, those open to the teller: id and code."""
    ids = con.execute(
        "SELECT DISTINCT TRY_CAST(system AS UUID)::VARCHAR FROM lines WHERE system IS NOT NULL"
    ).fetchall()
    codes = con.execute(
        "SELECT DISTINCT system_code FROM lines WHERE length(system_code) <= 40"
        " AND NOT contains(system_code, chr(0))"
    ).fetchall()
    named = [UUID(text) for (text,) in ids if text]
    by_id = terms.systems.filter(pk__in=named) if named else terms.systems.none()
    by_code = terms.systems.filter(code__in=[code for (code,) in codes])
    rows = {
        row
        for found in (by_id, by_code if codes else by_code.none())
        for row in found.values_list("pk", "code")
    }
    return pa.table(
        {
            "id": pa.array([str(pk) for pk, _ in rows], pa.string()),
            "code": pa.array([code for _, code in rows], pa.string()),
        }
    )


def _judged(terms: Terms) -> str:
    """SQL that types each line and names the first rule it breaks, its column with it."""
    now = terms.now.timestamp() * 1e6
    ahead = int(now + timedelta(days=1).total_seconds() * 1e6)
    oldest = int(now - timedelta(days=terms.keep_days).total_seconds() * 1e6)
    own = f"'{terms.own}'" if terms.own else "NULL"
    reserved = "" if terms.is_platform else ", ".join(f"'{word}'" for word in RESERVED)
    rules = [
        ("system", "system-missing", "named IS NULL AND system_code IS NULL"),
        ("system", "system-unknown", "named IS NOT NULL AND by_id IS NULL"),
        ("system_code", "system-unknown", "system_code IS NOT NULL AND coalesce(same, 0) = 0"),
        ("system", "system-mismatch", "by_id IS NOT NULL AND NOT list_contains(coded, by_id)"),
        ("system_code", "system-ambiguous", "by_id IS NULL AND same > 1"),
        ("kind", "kind-missing", "told_kind IS NULL"),
        ("kind", "kind-unknown", "kind IS NULL"),
        ("at", "at-missing", "told_at IS NULL"),
        ("at", "at-malformed", "moment IS NULL"),
        ("at", "at-in-future", f"epoch_us(moment) > {ahead}"),
        ("at", "at-too-old", f"epoch_us(moment) < {oldest}"),
        ("number", "number-missing", "told_number IS NULL"),
        ("number", "number-not-finite", f"regexp_full_match(told_number, '{ENDLESS_FORM}')"),
        ("number", "number-malformed", "number IS NULL"),
        ("number", "number-not-finite", "NOT isfinite(number)"),
        ("number", "number-negative", "number < 0"),
        ("number", "number-too-large", f"number > {MOST_NUMBER}"),
        ("number", "number-too-large", f"kind = '{SignalKind.CPU_PERCENT}' AND number > 100"),
        ("source", "source-too-long", f"length(source) > {MOST_SOURCE}"),
        ("source", "control-character", f"regexp_matches(source, {_CONTROL})"),
        ("source", "source-reserved", f"lower(source) IN ({reserved})" if reserved else "false"),
        ("reference", "reference-too-long", f"length(reference) > {MOST_REFERENCE}"),
        ("reference", "control-character", f"regexp_matches(reference, {_CONTROL})"),
    ]
    codes = " ".join(f"WHEN {broken} THEN '{code}'" for _, code, broken in rules)
    fields = " ".join(f"WHEN {broken} THEN '{column}'" for column, _, broken in rules)
    return f"""
        CREATE OR REPLACE TEMP TABLE judged AS
        WITH coded AS (
            SELECT code, list(id) AS coded, count(*) AS same FROM known
            WHERE code <> '' GROUP BY code
        ), typed AS (
            SELECT line, lines.code AS fault, field AS fault_field, system_code,
                coalesce(system, CASE WHEN system_code IS NULL THEN {own} END) AS named,
                CASE WHEN system IS NULL AND system_code IS NULL THEN {own} ELSE known.id END
                    AS by_id,
                coded, same, lines.kind AS told_kind, kinds.kind, lines."at" AS told_at,
                {_MOMENT} AS moment, lines.number AS told_number,
                CASE WHEN regexp_full_match(lines.number, '{NUMBER_FORM}')
                    THEN TRY_CAST(lines.number AS DOUBLE) + 0.0 END AS number,
                coalesce(source, '{terms.source}') AS source, reference
            FROM lines
            LEFT JOIN known ON known.id = TRY_CAST(lines.system AS UUID)::VARCHAR
            LEFT JOIN coded ON coded.code = lines.system_code
            LEFT JOIN kinds ON kinds.word = lines.kind
        )
        SELECT line, coalesce(by_id, coded[1]) AS system_id, kind, source, reference, moment,
            number,
            CASE WHEN fault IS NOT NULL THEN fault {codes} END AS code,
            CASE WHEN fault IS NOT NULL THEN fault_field {fields} END AS field
        FROM typed
    """  # noqa: S608 - put together of our own words


_CONTROL = r"'[\x00-\x1f\x7f]'"
# Naive moments in UTC; a bare date is the midnight of Asia/Shanghai, which has had one offset
# for longer than facts are kept.
_MOMENT = f"""
    CASE WHEN regexp_full_match(lines."at", '{DATE_FORM}')
            THEN TRY_CAST(lines."at" AS DATE)::TIMESTAMP - INTERVAL 8 HOUR
        WHEN regexp_full_match(lines."at", '{MOMENT_FORM}')
            THEN make_timestamp(epoch_us(TRY_CAST(upper(lines."at") AS TIMESTAMPTZ)))
    END
"""
# A fact without a reference gets one from its content, so that telling it again changes nothing.
_ACCEPTED = """
    SELECT line, system_id, kind, source,
        coalesce(reference, md5(epoch_us(moment) || '|' || number)) AS reference,
        strftime(moment, '%Y-%m-%d %H:%M:%S.%f+00') AS moment, number
    FROM judged WHERE code IS NULL ORDER BY line
"""
