"""A page of the catalogue as a file, in every format that it can be taken in again."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from accounts.documents import XLSX
from catalog.interchange.documents import write_data_json, write_json
from catalog.interchange.flat import write_csv, write_flat
from catalog.interchange.national import write_national
from catalog.interchange.rdf_writing import MEDIA_TYPES, write_rdf

TITLE = "政务信息资源目录"
Entries = Sequence[Mapping[str, Any]]


class Kind(NamedTuple):
    """A format: its media type, the end of its file's name, and how many entries a page has."""

    media_type: str
    extension: str
    usual: int
    most: int


KINDS = {
    "national": Kind(XLSX, "xlsx", 1000, 5000),
    "flat": Kind(XLSX, "xlsx", 1000, 5000),
    "csv": Kind("text/csv; charset=utf-8", "csv", 1000, 5000),
    "json": Kind("application/json", "json", 1000, 5000),
    "data.json": Kind("application/json", "json", 1000, 5000),
    "jsonld": Kind(MEDIA_TYPES["jsonld"], "jsonld", 500, 1000),
    "rdf": Kind(MEDIA_TYPES["rdf"], "rdf", 500, 1000),
    # Writing Turtle takes more than twice as long for twice as many.
    "turtle": Kind(MEDIA_TYPES["turtle"], "ttl", 200, 500),
}


def hand_out(
    entries: Entries, kind: str, *, base: str, charset: str = "utf-8", next_page: str = ""
) -> bytes:
    """The entries (catalog.published.told) as a file of this kind."""
    if kind in MEDIA_TYPES:
        return write_rdf(entries, kind, base=base, title=TITLE, next_page=next_page)
    if kind == "data.json":
        return write_data_json(entries, base)
    if kind == "csv":
        return write_csv(entries, charset)
    return _WRITERS[kind](entries)


def _national(entries: Entries) -> bytes:
    return write_national(entries, sorted({entry["department"] for entry in entries}))


_WRITERS: dict[str, Callable[[Entries], bytes]] = {
    "national": _national,
    "flat": write_flat,
    "json": write_json,
}
