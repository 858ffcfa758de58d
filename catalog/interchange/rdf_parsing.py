"""Statements of RDF as plain objects; nothing is fetched and nothing is included.

Runs apart from the platform (see catalog.interchange.rdf_reading).
"""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.parsers import expat

from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.memory import Memory
from rdflib.term import Node

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
from kernel.texts import Text

# Each takes about a kilobyte; a page of our own export has a tenth of them.
MOST_TRIPLES = 400_000
_FREQUENCY_OF = {said: cycle for cycle, said in FREQUENCIES.items()}
_ACCESS_OF = {said: share for share, said in ACCESS_RIGHTS.items()}
_KEEPABLE = re.compile("[^\0\ud800-\udfff]*")
_LISTED = ("keywords", "share_modes", "related_codes", "codes")


class _Bounded(Memory):
    """Statements in memory: so many, and only of text that a database can keep."""

    def add(self, triple: Any, context: Any, quoted: bool = False) -> None:
        """Keep a statement; CatalogTooLarge, or CatalogUnreadable that names the property."""
        self.kept = getattr(self, "kept", 0) + 1
        if self.kept > MOST_TRIPLES:
            detail = Text(
                "it has more than {most} statements; hand it in in parts", most=MOST_TRIPLES
            )
            raise CatalogTooLarge(detail, limit=MOST_TRIPLES)
        for text in triple:
            if not _KEEPABLE.fullmatch(text):
                named = ascii(str(triple[1]))[:80]
                raise CatalogUnreadable(f"a value of {named} holds a NUL or half of a character")
        super().add(triple, context, quoted)


def told_datasets(
    path: str, syntax: str, entry_names: Sequence[str], item_names: Sequence[str]
) -> Iterator[list[Any]]:
    """Place and values of each dataset, by their identifiers; with our own terms of these names.

    ``syntax`` is json-ld, xml or turtle.
    """
    body = Path(path).read_bytes()
    if syntax == "xml":
        _check_xml(body)
    graph = Graph(store=_Bounded())
    try:
        graph.parse(data=body, format=syntax, publicID="urn:shuqiao:import")
    except (DomainError, MemoryError):
        raise
    # The parsers raise whatever their grammar trips over.
    except Exception as broken:
        detail = Text("no {syntax} that can be read: {why}", syntax=syntax, why=str(broken)[:120])
        raise CatalogUnreadable(detail) from broken
    found = sorted(set(graph.subjects(RDF.type, DCAT.Dataset)), key=str)
    order = {node: _order(graph, node) for node in found}
    ranked = sorted(found, key=lambda node: (order[node], str(node)))
    for place, node in enumerate(ranked, 1):
        yield [place, _dataset(graph, node, entry_names, item_names)]


def _order(graph: Graph, node: Node) -> str:
    return _text(graph, node, DCTERMS.identifier)


def _check_xml(body: bytes) -> None:
    parser = expat.ParserCreate()

    def refuse(*_: object) -> None:
        raise CatalogUnreadable("it declares a document type, which is not taken")

    parser.StartDoctypeDeclHandler = refuse
    try:
        parser.Parse(body, True)
    except expat.ExpatError as broken:
        raise CatalogUnreadable(f"not XML: {broken}") from broken


def _dataset(
    graph: Graph, node: Node, entry_names: Sequence[str], item_names: Sequence[str]
) -> dict[str, Any]:
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
    made.update(_own(graph, node, entry_names))
    items = [_own(graph, item, item_names) for item in _ordered(graph, node)]
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


def _own(graph: Graph, node: Node, names: Sequence[str]) -> dict[str, Any]:
    """Values in our own terms; a list is one literal that holds JSON."""
    made: dict[str, Any] = {}
    for name in names:
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
