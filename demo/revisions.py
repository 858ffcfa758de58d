"""The yearly revisions of GB/T 2260 from the GB2260 package, as tables and as bodies to send."""

import csv
import io
import json
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from gb2260.data import data
from gb2260.division import make_year_key

COLUMNS = ("code", "name", "level", "parent_code", "named_since")
KEY, WITHHELD = "code", "named_since"
GRANTED = tuple(name for name in COLUMNS if name != WITHHELD)

# key -> the other items in the order of COLUMNS
Table = dict[str, tuple[str | None, ...]]


@dataclass(frozen=True)
class Counts:
    """How many rows one table has more than, unlike and fewer than another."""

    inserted: int
    updated: int
    deleted: int


@dataclass(frozen=True)
class Revision:
    """The table of division codes as one revision has it."""

    label: str
    rows: Table

    @property
    def granted(self) -> Table:
        """The table without the item that is not granted."""
        return {code: values[:-1] for code, values in self.rows.items()}

    def records(self) -> list[dict[str, str | None]]:
        """The rows as records, in the order of their codes."""
        return [
            dict(zip(COLUMNS, (code, *values), strict=True))
            for code, values in sorted(self.rows.items())
        ]


def all_revisions() -> list[Revision]:
    """The 17 revisions from 2002 to 2014 in their order."""
    found: list[Revision] = []
    since: dict[int, tuple[str, str]] = {}
    for year in sorted(data, key=make_year_key):
        label = _label(year)
        # A name counts from the revision that brought it in; a code that was gone counts anew.
        since = {
            code: since[code] if since.get(code, ("",))[0] == name else (name, label)
            for code, name in data[year].items()
        }
        rows: Table = {
            str(code): (name, _level(code), _parent(code), since[code][1])
            for code, name in data[year].items()
        }
        found.append(Revision(label, rows))
    return found


def difference(old: Table, new: Table) -> Counts:
    """What the hub must count when ``new`` follows ``old``."""
    return Counts(
        inserted=len(new.keys() - old.keys()),
        updated=sum(old[code] != new[code] for code in old.keys() & new.keys()),
        deleted=len(old.keys() - new.keys()),
    )


def changes(old: Revision, new: Revision) -> list[dict[str, Any]]:
    """The records of a ``changes`` body that turns one revision into the other."""
    upserts = [
        {"_op": "upsert", **record}
        for record in new.records()
        if old.rows.get(str(record["code"])) != new.rows[str(record["code"])]
    ]
    gone = sorted(old.rows.keys() - new.rows.keys())
    return upserts + [{"_op": "delete", "code": code} for code in gone]


def as_ndjson(records: list[dict[str, Any]]) -> bytes:
    """One JSON object a line."""
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records).encode()


def as_csv(records: list[dict[str, Any]]) -> bytes:
    """CSV with a header line, in GB18030."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue().encode("gb18030")


def as_parquet(records: list[dict[str, Any]]) -> bytes:
    """A Parquet file."""
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(records, _ARROW), out)
    return out.getvalue()


_ARROW = pa.schema([(name, pa.string()) for name in COLUMNS])
NDJSON = ("NDJSON", "application/x-ndjson", as_ndjson)
# Most departments will send lines of JSON; two revisions travel otherwise.
FORMATS = {
    "2008": ("CSV GB18030", "text/csv; charset=gb18030", as_csv),
    "2010": ("Parquet", "application/vnd.apache.parquet", as_parquet),
}


def body_of(revision: Revision) -> tuple[str, str, bytes]:
    """The name of the format, its media type and the body."""
    name, media_type, encode = FORMATS.get(revision.label, NDJSON)
    return name, media_type, encode(revision.records())


def _label(year: int | None) -> str:
    text = str(year or 2014)
    return text if len(text) == 4 else f"{text[:4]}-{text[4:]}"


def _level(code: int) -> str:
    if code % 10000 == 0:
        return "省级"
    return "地级" if code % 100 == 0 else "县级"


def _parent(code: int) -> str | None:
    if code % 10000 == 0:
        return None
    return str(code // 10000 * 10000 if code % 100 == 0 else code // 100 * 100)
