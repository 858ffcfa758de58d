"""Every parser of bytes from elsewhere, what it takes, and the only ways in which it may refuse.

What the platform runs in a process of its own is called here directly.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from accounts.documents import media_type_of
from accounts.register import reading as forms
from accounts.sheets import open_sheet
from accounts.signals import bodies as signals
from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS
from catalog.interchange.mapping import SourceWords
from catalog.interchange.rdf_parsing import told_datasets
from catalog.interchange.reading import CSV, DATA_JSON, JSON, format_of, read_catalogue
from catalog.tabular import read_codes
from exchange.dataplane import intake, sniffing
from exchange.dataplane.connectors import file_formats, json_lines
from exchange.dataplane.connectors.sheets import told_rows
from exchange.dataplane.engine import page_engine
from exchange.dataplane.errors import DataplaneError
from exchange.dataplane.formats import read_body
from exchange.dataplane.limits import Limits
from exchange.dataplane.provider_answers import read_answer, records_of
from exchange.dataplane.schema import Item, Schema
from exchange.gateways import unwrap
from exchange.schedules import check_schedule
from kernel import strictjson
from kernel.cursors import read_cursor, write_cursor
from kernel.digests import announced_digest
from kernel.errors import DomainError
from tests.factories.registers import workbook_of

SCHEMA = Schema(
    (
        Item("code", "string", required=True),
        Item("area", "decimal", scale=2),
        Item("count", "integer"),
        Item("rate", "float"),
        Item("open", "boolean"),
        Item("revised_on", "date"),
        Item("seen_at", "datetime"),
    ),
    ("code",),
)
_TABLE = pa.table({"code": ["110101", "示例"], "count": [1, None], "rate": [0.5, 1e9]})
_LINES = (
    '{"code": "110101", "area": 12.50, "count": 3, "rate": 1e-3, "open": true}\n'
    '{"code": "示例", "revised_on": "2026-01-31", "seen_at": "2026-01-31T08:00:00+08:00"}\n'
).encode()
_TEXTS = 'code,area,count\n110101,12.50,3\n示例,"1,""5",\n'.encode()
_TURTLE = (
    "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> .\n"
    '<urn:a> a dcat:Dataset ; dct:title "婚姻登记"@zh ; dct:publisher [ dct:identifier "1" ] .'
).encode()
_XML = (
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns:dct="http://purl.org/dc/terms/" xmlns:dcat="http://www.w3.org/ns/dcat#">'
    '<dcat:Dataset rdf:about="urn:a"><dct:title>登记</dct:title></dcat:Dataset></rdf:RDF>'
).encode()
_JSON_LD = (
    '{"@context": {"dct": "http://purl.org/dc/terms/"}, "@id": "urn:a", '
    '"@type": "http://www.w3.org/ns/dcat#Dataset", "dct:title": "登记"}'
).encode()
_CATALOGUE = '[{"name": "登记", "keywords": ["甲"], "items": [{"name": "姓名"}]}]'.encode()
_DATA_JSON = '{"conformsTo": "x", "dataset": [{"title": "登记", "publisher": {}}]}'.encode()
_FACTS = b"kind,at,number\nlogin,2026-01-31,5\n"
# DuckDB quotes of a line that is no JSON so many bytes, which may end within a character.
_CUT = tuple(b'{"rate": x' + b" " * gap + "示例".encode() * 40 + b"}\n" for gap in range(3))
_FACT = b'{"kind": "login", "at": "2026-01-31T08:00:00+08:00", "number": 5}\n'


@dataclass(frozen=True)
class Parser:
    """``parse`` takes bytes and a folder of its own; whatever else it raises is a fault.

    ``broke`` holds what once was such a fault.
    """

    name: str
    parse: Callable[[bytes, Path], object]
    seeds: tuple[bytes, ...]
    broke: tuple[bytes, ...] = ()


def _in_file(read: Callable[[Path], object]) -> Callable[[bytes, Path], object]:
    def parse(body: bytes, folder: Path) -> object:
        path = folder / "body"
        path.write_bytes(body)
        return read(path)

    return parse


def _publication(format: str, encoding: str, path: Path) -> None:
    with page_engine() as con:
        found = read_body(
            path,
            format=format,
            encoding=encoding,
            schema=SCHEMA,
            limits=Limits(max_expanded_bytes=64 * 1024 * 1024),
            work=path.parent,
            con=con,
            ops=True,
        )
        for _ in found:
            pass
    (path.parent / "lines.ndjson").unlink(missing_ok=True)


def _facts(read: Callable[..., object], encoding: str, path: Path) -> None:
    with page_engine() as con:
        for _ in read(path, encoding, con):  # type: ignore[attr-defined]
            pass


def _file_of_source(kind: str, encoding: str, path: Path) -> None:
    form = file_formats.Format(kind, encoding)
    types = dict.fromkeys(file_formats.header(path, kind, form), pa.string())
    for _ in file_formats.portions(path, kind, form, types, 100):
        pass


def _unpacked(coding: str, path: Path) -> None:
    out = path.with_name("out")
    try:
        intake.expand(path, coding, out, Limits(max_expanded_bytes=1024 * 1024))
    finally:
        out.unlink(missing_ok=True)


def _catalogue(kind: str) -> Callable[[bytes, Path], object]:
    return lambda body, _: read_catalogue(body, kind, SourceWords())


def _rdf(syntax: str, path: Path) -> list[object]:
    return list(told_datasets(str(path), syntax, list(ENTRY_COLUMNS), list(ITEM_COLUMNS)))


def _said(read: Callable[[str], object]) -> Callable[[bytes, Path], object]:
    """For what comes as a text: a header, a parameter, a member of a body."""
    return lambda body, _: read(body.decode("utf-8", "replace"))


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(_TABLE, out, compression="zstd")
    return out.getvalue()


def _arrow() -> bytes:
    out = io.BytesIO()
    with pa.ipc.new_stream(out, _TABLE.schema) as stream:
        stream.write_table(_TABLE)
    return out.getvalue()


def _book() -> bytes:
    return workbook_of([["甲", "2026-01-31", 3.5]], ["业务系统名称", "code", "area"])


def _misnamed() -> bytes:
    """A workbook with a part whose name is said to be UTF-8 and is not."""
    body = bytearray(_book())
    body[body.index(b"PK\x01\x02") + 9] |= 0x08
    body[30] = 0xF7
    return bytes(body)


def _packed_document() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("word/document.xml", "<w/>")
    return out.getvalue()


def parsers() -> list[Parser]:
    """All of them."""
    gb = _TEXTS.decode().encode("gb18030")
    publications = {
        "ndjson": (_LINES,),
        "json": (b"[" + _LINES.strip().replace(b"\n", b",") + b"]",),
        "csv": (_TEXTS,),
        "parquet": (_parquet(),),
        "arrow": (_arrow(),),
    }
    broke = {
        "ndjson": _CUT,
        "json": tuple(b"[" + line + b"]" for line in _CUT),
        # Names of columns that are no UTF-8.
        "parquet": (_parquet().replace(b"count", b"\x98ount"),),
        "arrow": (_arrow().replace(b"count", b"\x98ount"),),
    }
    return [
        Parser("a JSON body", lambda body, _: strictjson.loads(body), (_LINES[:74], b"[1e3, {}]")),
        Parser("a workbook", _in_file(lambda path: open_sheet(path, 1000, 50)), (_book(),)),
        Parser(
            "a register's form in CSV",
            _in_file(lambda path: forms.read_csv(path, "gb18030")),
            ("业务系统名称,业务功能\r\n甲,乙\r\n".encode("gb18030"),),
        ),
        Parser("a document", lambda body, _: media_type_of(body), (b"%PDF-", _packed_document())),
        Parser(
            "facts in NDJSON", _in_file(partial(_facts, signals.read_ndjson, "utf-8")), (_FACT,)
        ),
        Parser(
            "facts in CSV",
            _in_file(partial(_facts, signals.read_csv, "gb18030")),
            (_FACTS,),
            (b"kind\rat,number\n",),
        ),
        *(
            Parser(f"a catalogue in {kind}", _catalogue(kind), (seed,))
            for kind, seed in (
                (CSV, "信息资源名称,信息项名称\n登记,姓名\n".encode()),
                (JSON, _CATALOGUE),
                (DATA_JSON, _DATA_JSON),
            )
        ),
        *(
            Parser(f"a catalogue in {syntax}", _in_file(partial(_rdf, syntax)), (seed,))
            for syntax, seed in (("turtle", _TURTLE), ("xml", _XML), ("json-ld", _JSON_LD))
        ),
        Parser("the kind of a catalogue", lambda body, _: format_of(body), (_TURTLE, _XML)),
        Parser(
            "a list of codes", lambda body, _: read_codes(body), ("代码,名称\n1,甲\n".encode(),)
        ),
        *(
            Parser(
                f"a publication in {name}",
                _in_file(partial(_publication, name, "utf-8")),
                seeds,
                broke.get(name, ()),
            )
            for name, seeds in publications.items()
        ),
        Parser(
            "a publication in GB 18030", _in_file(partial(_publication, "csv", "gb18030")), (gb,)
        ),
        *(
            Parser(f"a source's {name}", _in_file(partial(_file_of_source, name, "utf-8")), seeds)
            for name, seeds in publications.items()
            if name in ("csv", "ndjson", "parquet")
        ),
        Parser(
            "a source's workbook",
            _in_file(lambda path: list(told_rows(str(path), ""))),
            (_book(),),
            (_misnamed(),),
        ),
        Parser(
            "a source's record",
            _said(lambda text: json_lines.parse_record(text, "a line")),
            (_FACT,),
        ),
        Parser(
            "a provider's answer",
            lambda body, _: records_of(read_answer(body, "/data/0")),
            (b'{"data": [{"a": 1}]}',),
        ),
        Parser("what a file is", _in_file(sniffing.kind_of), (_book(), _parquet(), gb, _LINES)),
        Parser("a gzip body", _in_file(partial(_unpacked, "gzip")), (gzip.compress(_TEXTS),)),
        Parser(
            "a zstd body",
            _in_file(partial(_unpacked, "zstd")),
            (pa.compress(_TEXTS, "zstd", asbytes=True),),
        ),
        Parser(
            "a cursor",
            _said(lambda text: read_cursor("x", text)),
            (write_cursor("x", {"after": "1"}).encode(),),
        ),
        Parser(
            "a timetable",
            _said(lambda text: check_schedule(text, "x")),
            (b"every 15m", b"5 4 * * 1-5"),
        ),
        Parser("a digest", _said(announced_digest), (b"sha-256=:MTIz:",)),
        Parser("a wrapped secret", _said(_unwrapped), (b"MTIzNDU2Nzg5MDEyMzQ1Ng==",)),
    ]


def _unwrapped(text: str) -> None:
    with contextlib.suppress(ValueError):
        unwrap(text, "key")


def attempt(parser: Parser, body: bytes, folder: Path) -> bool:
    """Whether it was taken; False if it was refused as refusals are; all else is raised."""
    try:
        parser.parse(body, folder)
    except (DomainError, DataplaneError):
        return False
    return True
