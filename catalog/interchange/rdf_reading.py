"""Catalogues in DCAT: JSON-LD, RDF/XML and Turtle, parsed in a process of their own."""

import tempfile
from pathlib import Path
from typing import Any

from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS
from catalog.interchange.documents import load_json
from catalog.interchange.errors import CatalogTooLarge, CatalogUnreadable
from kernel.confined import MIB
from kernel.foreign import parsed
from kernel.texts import Text

MOST_BYTES = 32 * MIB
_BOUNDS = {"memory": 2048 * MIB, "seconds": 120}

Entries = list[tuple[int, dict[str, Any]]]


def read_json_ld(body: bytes) -> Entries:
    """Datasets of a JSON-LD document whose context stands in it."""
    _check_contexts(body)
    return _read(body, "json-ld")


def read_rdf_xml(body: bytes) -> Entries:
    """Datasets of an RDF/XML document without a document type."""
    return _read(body, "xml")


def read_turtle(body: bytes) -> Entries:
    """Datasets of a Turtle document."""
    return _read(body, "turtle")


def _read(body: bytes, syntax: str) -> Entries:
    if len(body) > MOST_BYTES:
        detail = Text("at most {most} bytes of RDF are taken", most=MOST_BYTES)
        raise CatalogTooLarge(detail, limit=MOST_BYTES)
    with tempfile.TemporaryDirectory(prefix="catalogue-") as folder:
        path = Path(folder) / "body"
        path.write_bytes(body)
        found = parsed(
            "catalog.interchange.rdf_parsing:told_datasets",
            *(str(path), syntax, list(ENTRY_COLUMNS), list(ITEM_COLUMNS)),
            unreadable=CatalogUnreadable,
            too_large=CatalogTooLarge,
            **_BOUNDS,
        )
    return [(place, values) for place, values in found]


def _check_contexts(body: bytes) -> None:
    """A context that is an address would be fetched; only contexts in the document are taken."""
    pending = [load_json(body)]
    while pending:
        value = pending.pop()
        if isinstance(value, list):
            pending += value
        elif isinstance(value, dict):
            if "@import" in value or _holds_text(value.get("@context")):
                raise CatalogUnreadable("its @context is an address; write the context into it")
            pending += value.values()


def _holds_text(contexts: Any) -> bool:
    """True if a context is a text, in however many lists it stands."""
    if isinstance(contexts, list):
        return any(map(_holds_text, contexts))
    return isinstance(contexts, str)
