"""The catalogue as DCAT: valid against the shapes of DCAT-AP, and read back as it was."""

from datetime import date
from decimal import Decimal

import pytest
from pyshacl import validate
from rdflib import Graph

from catalog.api.examples import ITEMS, METADATA
from catalog.interchange import rdf_parsing
from catalog.interchange.columns import METADATA_NAMES
from catalog.interchange.errors import CatalogTooLarge, CatalogUnreadable
from catalog.interchange.mapping import read_mapping
from catalog.interchange.rdf_parsing import told_datasets
from catalog.interchange.rdf_reading import read_json_ld, read_rdf_xml, read_turtle
from catalog.interchange.rdf_terms import SQ
from catalog.interchange.rdf_writing import write_rdf
from catalog.interchange.reading import format_of, read_catalogue
from tests.catalog.realdata import real_file

BASE = "https://share.example.test"
READERS = {"jsonld": read_json_ld, "rdf": read_rdf_xml, "turtle": read_turtle}
SYNTAX = {"jsonld": "json-ld", "rdf": "xml", "turtle": "turtle"}
PREFIXES = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dcterms: <http://purl.org/dc/terms/> . "
    f"@prefix sq: <{SQ}> . "
)
EMPTY = dict.fromkeys(METADATA_NAMES, "") | {
    "keywords": [],
    "related_codes": [],
    "share_modes": [],
    "open_to_public": False,
    "released_on": None,
    "data_updated_on": None,
    "records_wan": None,
}
OWNER = {"department": "示例省民政厅", "credit_code": "11990000MB9002969X", "category": "307024"}


def entry(number, **values):
    own = {"id": f"01936f60-0000-7000-8000-{number:012}", "code": f"307024/{number}", "items": []}
    return EMPTY | OWNER | own | {"name": f"登记信息{number}"} | values


ENTRIES = [
    entry(1, **METADATA | {"name": "登记信息1", "items": ITEMS}),
    entry(
        2,
        open_to_public=True,
        keywords=["农、林、牧、渔业", "婚姻"],
        theme="民政、社区",
        landing_url="https://data.example.test/detail?id=1&type=open",
        released_on=date(2024, 3, 1),
        data_updated_on=date(2026, 1, 31),
        records_wan=Decimal("46.9585"),
        contact="办公室 <甲&乙>",
    ),
    entry(3, landing_url="not an address", update_cycle="other", share_type="not_shared"),
]


@pytest.mark.parametrize("kind", ["jsonld", "rdf", "turtle"])
def test_every_syntax_is_valid_against_the_shapes_of_dcat_ap(kind):
    shapes = Graph()
    for name in ("dcat-ap-3.0.1-shapes.ttl", "dcat-ap-3.0.1-range.ttl"):
        shapes.parse(real_file("dcat", name))
    data = Graph().parse(
        data=write_rdf(ENTRIES, kind, base=BASE, title="目录"), format=SYNTAX[kind]
    )
    is_valid, _, report = validate(data, shacl_graph=shapes, advanced=True)
    assert is_valid, report


@pytest.mark.parametrize("kind", ["jsonld", "rdf", "turtle"])
def test_what_is_written_is_read_as_it_was(kind):
    body = write_rdf(ENTRIES, kind, base=BASE, title="目录")
    assert format_of(body) == kind
    found = [one for _, one in READERS[kind](body)]
    assert [one["name"] for one in found] == ["登记信息1", "登记信息2", "登记信息3"]
    assert [item["column"] for item in found[0]["items"]] == [item["column"] for item in ITEMS]
    assert found[0]["credit_code"] == OWNER["credit_code"]
    second = found[1]
    assert second["keywords"] == ["农、林、牧、渔业", "婚姻"]
    assert (second["theme"], second["records_wan"]) == ("民政、社区", "46.9585")
    assert (second["released_on"], second["data_updated_on"]) == ("2024-03-01", "2026-01-31")
    assert second["landing_url"] == "https://data.example.test/detail?id=1&type=open"
    assert second["contact"] == "办公室 <甲&乙>"
    assert (found[2]["share_type"], found[2]["landing_url"]) == ("not_shared", "not an address")


def test_a_catalogue_of_another_portal_is_read_by_dcats_own_words():
    body = """
    @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .
    @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    <urn:a> a dcat:Dataset ; dct:title "Marriages"@en, "婚姻登记"@zh ; dct:identifier "A-1" ;
        dct:publisher [ a foaf:Agent ; foaf:name "市民政局"@zh ] ; dcat:keyword "婚姻" ;
        dct:accrualPeriodicity
            <http://publications.europa.eu/resource/authority/frequency/MONTHLY> ;
        dct:issued "2024-03-01T10:00:00"^^<http://www.w3.org/2001/XMLSchema#dateTime> ;
        dcat:distribution [ a dcat:Distribution ; dcat:accessURL <http://127.0.0.1:1/> ;
            dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv> ] .
    """
    assert read_turtle(body.encode()) == [
        (
            1,
            {
                "name": "婚姻登记",
                "code": "A-1",
                "keywords": ["婚姻"],
                "released_on": "2024-03-01",
                "update_cycle": "monthly",
                "department": "市民政局",
                "formats": ["csv"],
            },
        )
    ]


@pytest.mark.parametrize(
    ("read", "body"),
    [
        (read_json_ld, b'{"@context": "http://127.0.0.1:1/", "@id": "urn:a"}'),
        (read_json_ld, b'{"@graph": [{"@context": ["http://127.0.0.1:1/"], "@id": "urn:a"}]}'),
        (read_json_ld, b'{"@context": {"@import": "http://127.0.0.1:1/"}}'),
        (read_json_ld, b'{"@context": [[], [["http://127.0.0.1:1/"]]], "@id": "urn:a"}'),
        (read_json_ld, b'{"@context": {"a": {"@id": "u:a", "@context": [["file:///x"]]}}}'),
        (read_rdf_xml, b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
        (read_rdf_xml, "<?xml version='1.0' encoding='utf-16'?><!DOCTYPE a><a/>".encode("utf-16")),
    ],
)
def test_nothing_is_fetched_and_nothing_is_included(read, body):
    with pytest.raises(CatalogUnreadable, match=r"is an address|a document type"):
        read(body)


@pytest.mark.parametrize(
    "said",
    [
        r'dcterms:title "a\u0000b"',
        r'dcterms:title "a\uD800b"',
    ],
)
def test_a_text_that_no_database_keeps_is_refused_with_its_property(said):
    body = f"{PREFIXES}<urn:x:1> a dcat:Dataset ; {said} ."
    with pytest.raises(CatalogUnreadable, match="dc/terms/title"):
        read_turtle(body.encode())


def test_a_document_of_more_statements_than_are_taken_is_refused(monkeypatch, tmp_path):
    monkeypatch.setattr(rdf_parsing, "MOST_TRIPLES", 3)

    def read(syntax, body):
        (tmp_path / "body").write_text(body)
        return list(told_datasets(str(tmp_path / "body"), syntax, [], []))

    said = "<urn:x:1> a dcat:Dataset ; dcterms:title"
    assert read("turtle", f'{PREFIXES}{said} "a", "b" .')[0][1]["name"] == "a"
    for syntax, body in (
        ("turtle", f'{PREFIXES}{said} "a", "b", "c" .'),
        ("json-ld", '{"@context": {"@vocab": "urn:x:"}, "a": [1, 2, 3, 4]}'),
    ):
        with pytest.raises(CatalogTooLarge):
            read(syntax, body)


def test_odd_values_of_our_own_terms_are_read_on():
    deep = "[" * 5000
    body = f'''{PREFIXES}<urn:x:1> a dcat:Dataset ; dcterms:title "a" ; sq:keywords "{deep}" ;
        sq:item <urn:x:2>, <urn:x:3> . <urn:x:2> sq:position "last" ; sq:name "姓名" .
        <urn:x:3> sq:position "{"9" * 5000}" ; sq:name "号码" .'''
    ((_, read),) = read_turtle(body.encode())
    assert read["keywords"] == deep
    assert {item["name"] for item in read["items"]} == {"姓名", "号码"}


@pytest.mark.parametrize("kind", SYNTAX)
def test_controls_that_somebody_typed_break_no_document(kind):
    texts = {"name": "登记\x01信息", "abstract": "摘\x0b要", "theme": "民\x1f政"}
    odd = entry(1, keywords=["婚\x02姻"], **texts)
    body = write_rdf([odd], kind, base=BASE, title="目录")
    ((_, read),) = READERS[kind](body)
    told = [read[name] for name in ("name", "abstract", "keywords", "theme")]
    assert told == ["登记信息", "摘要", ["婚姻"], "民政"]


def test_an_export_is_told_from_plain_json():
    body = write_rdf(ENTRIES, "jsonld", base=BASE, title="目录")
    sheet = read_catalogue(body, "jsonld", read_mapping({}))
    assert [raw.cells["code"] for raw in sheet.raws] == ["307024/1", "307024/2", "307024/3"]
