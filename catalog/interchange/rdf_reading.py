"""Catalogues in DCAT: JSON-LD, RDF/XML and Turtle; nothing is fetched and nothing is included."""

import re
from collections.abc import Callable
from typing import Any
from xml.parsers import expat

from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.memory import Memory
from rdflib.term import Node

from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS
from catalog.interchange.documents import load_json
from catalog.interchange.errors import CatalogTooLarge, CatalogUnreadable
from catalog.interchange.rdf_terms import (
    ACCESS_RIGHTS,
    DCAT,
    DCTERMS,
    FOAF,
    FREQUENCIES,
    RDF,
    SKOS,
    SQ,
)
from kernel import strictjson
from kernel.errors import DomainError, Malformed

MOST_BYTES = 32 * 1024 * 1024
# Each takes about a kilobyte; a page of our own export has a tenth of them.
MOST_TRIPLES = 400_000
_FREQUENCY_OF = {said: cycle for cycle, said in FREQUENCIES.items()}
_ACCESS_OF = {said: share for share, said in ACCESS_RIGHTS.items()}
_KEEPABLE = re.compile("[^\0\ud800-\udfff]*")
_LISTED = ("keywords", "share_modes", "related_codes", "codes")

Entries = list[tuple[int, dict[str, Any]]]


class _Bounded(Memory):
    """Statements in memory: so many, and only of text that a database can keep."""

    def add(self, triple: Any, context: Any, quoted: bool = False) -> None:
        """Keep a statement; CatalogTooLarge, or CatalogUnreadable that names the property."""
        self.kept = getattr(self, "kept", 0) + 1
        if self.kept > MOST_TRIPLES:
            detail = f"it has more than {MOST_TRIPLES} statements; hand it in in parts"
            raise CatalogTooLarge(detail, limit=MOST_TRIPLES)
        for text in triple:
            if not _KEEPABLE.fullmatch(text):
                named = ascii(str(triple[1]))[:80]
                raise CatalogUnreadable(f"a value of {named} holds a NUL or half of a character")
        super().add(triple, context, quoted)


def read_json_ld(body: bytes) -> Entries:
    """Datasets of a JSON-LD document whose context stands in it."""
    _check_contexts(body)
    return _read(body, "json-ld")


def read_rdf_xml(body: bytes) -> Entries:
    """Datasets of an RDF/XML document without a document type."""
    _check_xml(body)
    return _read(body, "xml")


def read_turtle(body: bytes) -> Entries:
    """Datasets of a Turtle document."""
    return _read(body, "turtle")


def _read(body: bytes, syntax: str) -> Entries:
    if len(body) > MOST_BYTES:
        raise CatalogTooLarge(f"at most {MOST_BYTES} bytes of RDF are taken", limit=MOST_BYTES)
    graph = Graph(store=_Bounded())
    try:
        graph.parse(data=body, format=syntax, publicID="urn:shuqiao:import")
    except DomainError:
        raise
    # The parsers raise whatever their grammar trips over.
    except Exception as broken:
        raise CatalogUnreadable(f"no {syntax} that can be read: {str(broken)[:120]}") from broken
    found = sorted(set(graph.subjects(RDF.type, DCAT.Dataset)), key=str)
    order = {node: _order(graph, node) for node in found}
    ranked = sorted(found, key=lambda node: (order[node], str(node)))
    return [(place, _dataset(graph, node)) for place, node in enumerate(ranked, 1)]


def _order(graph: Graph, node: Node) -> str:
    return _text(graph, node, DCTERMS.identifier)


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


def _check_xml(body: bytes) -> None:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise CatalogUnreadable("it declares a document type, which is not taken")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as broken:
        raise CatalogUnreadable(f"not XML: {broken}") from broken


def _dataset(graph: Graph, node: Node) -> dict[str, Any]:
    publisher = graph.value(node, DCTERMS.publisher)
    made: dict[str, Any] = {
        "name": _text(graph, node, DCTERMS.title),
        "code": _text(graph, node, DCTERMS.identifier),
        "abstract": _text(graph, node, DCTERMS.description),
        "keywords": sorted(str(word) for word in graph.objects(node, DCAT.keyword)),
        "released_on": _text(graph, node, DCTERMS.issued)[:10],
        "data_updated_on": _text(graph, node, DCTERMS.modified)[:10],
        "landing_url": _text(graph, node, DCAT.landingPage),
        "update_cycle": _last(graph, node, DCTERMS.accrualPeriodicity, _FREQUENCY_OF),
        "share_type": _last(graph, node, DCTERMS.accessRights, _ACCESS_OF),
    }
    if publisher is not None:
        made["department"] = _text(graph, publisher, FOAF.name)
        made["credit_code"] = _text(graph, publisher, DCTERMS.identifier)
    theme = graph.value(node, DCAT.theme)
    if theme is not None and not isinstance(theme, Literal):
        made["theme"] = _text(graph, theme, SKOS.prefLabel)
    made = {name: value for name, value in made.items() if value}
    made.update(_own(graph, node, ENTRY_COLUMNS))
    items = [_own(graph, item, ITEM_COLUMNS) for item in _ordered(graph, node)]
    if items:
        made["items"] = items
    elif "format_class" not in made:
        formats = sorted(_formats(graph, node))
        made |= {"formats": formats} if formats else {}
    return made


def _ordered(graph: Graph, node: Node) -> list[Node]:
    items = list(graph.objects(node, SQ.item))
    return sorted(items, key=lambda item: _position(_text(graph, item, SQ.position)))


def _position(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


def _own(graph: Graph, node: Node, columns: Any) -> dict[str, Any]:
    """Values in our own terms; a list is one literal that holds JSON."""
    made: dict[str, Any] = {}
    for name in columns:
        value = graph.value(node, SQ[name])
        if value is None:
            continue
        made[name] = _listed(str(value)) if name in _LISTED else str(value)
    return made


def _listed(text: str) -> Any:
    try:
        return strictjson.loads(text.encode())
    except Malformed:
        return text


def _text(graph: Graph, node: Node, predicate: URIRef) -> str:
    """The value of a property; of several languages Chinese, else the first by text."""
    found = sorted(
        graph.objects(node, predicate),
        key=lambda value: (not str(getattr(value, "language", "") or "").startswith("zh"), value),
    )
    return str(found[0]) if found else ""


def _last(graph: Graph, node: Node, predicate: URIRef, words: dict[str, str]) -> str:
    """A word of an authority's list, said by the end of its address, or as it stands."""
    said = _text(graph, node, predicate)
    last = said.rstrip("/").rpartition("/")[2].rpartition("#")[2]
    return words.get(last, last)


def _formats(graph: Graph, node: Node) -> set[str]:
    reads: list[Callable[[Node], str]] = [
        lambda one: _text(graph, one, DCTERMS["format"]),
        lambda one: _text(graph, one, DCAT.mediaType),
    ]
    found = set()
    for one in graph.objects(node, DCAT.distribution):
        said = next((text for read in reads if (text := read(one))), "")
        if said:
            found.add(said.rstrip("/").rpartition("/")[2].casefold())
    return found
