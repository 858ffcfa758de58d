"""The catalogue as DCAT-AP 3: a page of entries as one graph, without blank nodes."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.namespace import RDFS, XSD

from catalog.interchange.columns import ITEM_COLUMNS, METADATA_NAMES, plain
from catalog.interchange.rdf_terms import (
    ACCESS,
    ACCESS_RIGHTS,
    DCAT,
    DCTERMS,
    FOAF,
    FREQUENCIES,
    FREQUENCY,
    PREFIXES,
    RDF,
    SKOS,
    SQ,
)

SYNTAXES = {"jsonld": "json-ld", "rdf": "pretty-xml", "turtle": "turtle"}
MEDIA_TYPES = {
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "turtle": "text/turtle; charset=utf-8",
}
_ADDRESS = re.compile(r"https?://[^\s<>\"{}|\\^`]+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Said with DCAT's own words; the rest with ours.
_SAID = frozenset(
    ("name", "abstract", "keywords", "share_type", "update_cycle", "released_on", "theme")
)
_FILE_TYPES = Namespace("urn:shuqiao:format:")


def write_rdf(
    entries: Iterable[Mapping[str, Any]], kind: str, *, base: str, title: str, next_page: str = ""
) -> bytes:
    """The entries as a catalogue in jsonld, rdf (RDF/XML) or turtle; ``base`` is our address."""
    graph = Graph(bind_namespaces="core")
    for prefix, namespace in PREFIXES.items():
        graph.bind(prefix, namespace)
    catalogue = URIRef(f"{base}/open/")
    publisher = URIRef(f"{base}/")
    graph.add((catalogue, RDF.type, DCAT.Catalog))
    graph.add((catalogue, DCTERMS.title, _words(title, lang="zh")))
    graph.add((catalogue, DCTERMS.description, _words(f"{title}：政务信息资源目录", lang="zh")))
    graph.add((catalogue, DCTERMS.publisher, publisher))
    _agent(graph, publisher, title)
    if next_page and _ADDRESS.fullmatch(next_page):
        graph.add((catalogue, RDFS.seeAlso, URIRef(next_page)))
    for entry in entries:
        node = _dataset(graph, entry, base)
        graph.add((catalogue, DCAT.dataset, node))
    options: dict[str, Any] = {"auto_compact": True} if kind == "jsonld" else {}
    return graph.serialize(format=SYNTAXES[kind], encoding="utf-8", **options)


def address_of(entry: Mapping[str, Any], base: str) -> str:
    """The page of an entry that is open; else the name of its resource."""
    return f"{base}/open/{entry['id']}" if entry["open_to_public"] else f"urn:uuid:{entry['id']}"


def _dataset(graph: Graph, entry: Mapping[str, Any], base: str) -> URIRef:
    node = URIRef(address_of(entry, base))
    publisher = URIRef(f"urn:shuqiao:department:{quote(entry['credit_code'])}")
    _agent(graph, publisher, entry["department"], entry["credit_code"])
    graph.add((node, RDF.type, DCAT.Dataset))
    graph.add((node, DCTERMS.title, _words(entry["name"], lang="zh")))
    told = entry["abstract"] or entry["name"]
    graph.add((node, DCTERMS.description, _words(told, lang="zh")))
    graph.add((node, DCTERMS.publisher, publisher))
    if entry["code"]:
        graph.add((node, DCTERMS.identifier, _words(entry["code"])))
    for word in entry["keywords"]:
        graph.add((node, DCAT.keyword, _words(word, lang="zh")))
    _days(graph, node, entry)
    _authorities(graph, node, entry)
    _page(graph, node, entry)
    _distribution(graph, node, entry, base)
    _own(graph, node, entry)
    for place, item in enumerate(entry["items"], 1):
        _item(graph, node, item, place)
    return node


def _agent(graph: Graph, node: URIRef, name: str, identifier: str = "") -> None:
    graph.add((node, RDF.type, FOAF.Agent))
    graph.add((node, FOAF.name, _words(name, lang="zh")))
    if identifier:
        graph.add((node, DCTERMS.identifier, _words(identifier)))


def _days(graph: Graph, node: URIRef, entry: Mapping[str, Any]) -> None:
    for predicate, name in ((DCTERMS.issued, "released_on"), (DCTERMS.modified, "data_updated_on")):
        if entry[name]:
            graph.add((node, predicate, Literal(entry[name].isoformat(), datatype=XSD.date)))


def _authorities(graph: Graph, node: URIRef, entry: Mapping[str, Any]) -> None:
    if entry["update_cycle"]:
        often = FREQUENCY[FREQUENCIES[entry["update_cycle"]]]
        graph.add((node, DCTERMS.accrualPeriodicity, often))
        graph.add((often, RDF.type, DCTERMS.Frequency))
    if entry["share_type"]:
        right = ACCESS[ACCESS_RIGHTS[entry["share_type"]]]
        graph.add((node, DCTERMS.accessRights, right))
        graph.add((right, RDF.type, DCTERMS.RightsStatement))
    if entry["theme"]:
        theme = URIRef(f"urn:shuqiao:theme:{quote(entry['theme'], safe='')}")
        graph.add((node, DCAT.theme, theme))
        graph.add((theme, RDF.type, SKOS.Concept))
        graph.add((theme, SKOS.prefLabel, _words(entry["theme"], lang="zh")))


def _page(graph: Graph, node: URIRef, entry: Mapping[str, Any]) -> None:
    if _ADDRESS.fullmatch(entry["landing_url"]):
        page = URIRef(entry["landing_url"])
        graph.add((node, DCAT.landingPage, page))
        graph.add((page, RDF.type, FOAF.Document))


def _distribution(graph: Graph, node: URIRef, entry: Mapping[str, Any], base: str) -> None:
    """Where open data can be had: at the source's page, or on our own."""
    if not entry["open_to_public"]:
        return
    made = URIRef(f"{base}/open/{entry['id']}#data")
    page = entry["landing_url"] if _ADDRESS.fullmatch(entry["landing_url"]) else str(node)
    graph.add((node, DCAT.distribution, made))
    graph.add((made, RDF.type, DCAT.Distribution))
    graph.add((made, DCAT.accessURL, URIRef(page)))
    graph.add((made, DCTERMS.title, _words(entry["name"], lang="zh")))
    if entry["format_type"]:
        kind = _FILE_TYPES[quote(entry["format_type"], safe="")]
        graph.add((made, DCTERMS["format"], kind))
        graph.add((kind, RDF.type, DCTERMS.MediaTypeOrExtent))
        graph.add((kind, RDFS.label, _words(entry["format_type"])))


def _own(graph: Graph, node: URIRef, entry: Mapping[str, Any]) -> None:
    for name in (*METADATA_NAMES, "category"):
        value = entry.get(name)
        if name == "abstract" and not value:
            graph.add((node, SQ.abstract, Literal("")))
        elif name == "keywords" and len(value or ()) > 1:
            graph.add((node, SQ.keywords, _literal(value)))
        elif name == "landing_url" and _ADDRESS.fullmatch(value or ""):
            continue
        elif name not in _SAID and not _is_empty(value):
            graph.add((node, SQ[name], _literal(value)))


def _item(graph: Graph, node: URIRef, item: Mapping[str, Any], place: int) -> None:
    made = URIRef(f"{node}#item-{place}")
    graph.add((node, SQ.item, made))
    graph.add((made, SQ.position, Literal(str(place))))
    for name in ITEM_COLUMNS:
        if not _is_empty(item.get(name)) and item[name] is not False:
            graph.add((made, SQ[name], _literal(item[name])))


def _words(text: str, lang: str | None = None) -> Literal:
    """A text without the controls that XML has no way to write."""
    return Literal(_CONTROLS.sub("", text), lang=lang)


def _literal(value: Any) -> Literal:
    kept = plain(value)
    if isinstance(kept, bool):
        return Literal("true" if kept else "false")
    if isinstance(kept, list):
        return _words(json.dumps(kept, ensure_ascii=False))
    return _words(str(kept))


def _is_empty(value: Any) -> bool:
    return value is None or value == "" or value == []
