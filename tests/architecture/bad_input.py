"""One corpus for every door: input made to break readers, each named by what is wrong with it.

Bombs, lies, escapes, formulas, and characters that are none. What is asked for around a good row
takes the heads and the row that its door would take.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pyarrow.parquet as pq
from openpyxl import Workbook

from accounts.documents import PDF, XLSX

MIB = 1024 * 1024
JSON, NDJSON, CSV = "application/json", "application/x-ndjson", "text/csv"
PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"
RDF_XML, TURTLE, JSON_LD = "application/rdf+xml", "text/turtle", "application/ld+json"
GB18030 = f"{CSV}; charset=gb18030"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"
# Nothing is ever to stand there.
CLIMBED = "/tmp/climbed-out-of-an-archive"  # noqa: S108
DDE = "=cmd|'/c calc'!A0"
LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha" * 50) for n in range(12)
)
FILE_ENTITY = b'<!ENTITY b SYSTEM "file:///etc/passwd">'
_LONG = b'{"%b":{%b"n":"\\u0000"}}' % (b"k" * MIB, b"".join(b'"k%d":1,' % n for n in range(60_000)))
Sample = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class Bad:
    """``kind`` is the media type that it is sent as; ``says``: what the strict reader answers."""

    name: str
    kind: str
    body: bytes
    says: str = ""
    coding: str = ""


def documents() -> Iterator[Bad]:
    """JSON (F25, 5.2) that is not to be taken anywhere."""
    for name, says, body in (
        ("depth of 200,000 lists", "deeper than 32", b"[" * 200_000),
        ("depth of 200,000 objects", "deeper than 32", b'{"a":' * 200_000),
        ("depth of 40", "deeper than 32", b'{"a":' * 40 + b"1" + b"}" * 40),
        ("5,000 digits", "more than 18 digits", b'{"a": ' + b"9" * 5000 + b"}"),
        ("2 to the 63", "more than 18 digits", b'{"a": 9223372036854775808}'),
        ("not a number", "NaN", b'{"a": NaN}'),
        ("no end", "-Infinity", b'{"a": [-Infinity]}'),
        ("1e400", "#/a: the number is too large", b'{"a": 1e400}'),
        ("-1e131073", "#/a/0: the number is too large", b'{"a": [-1e131073]}'),
        ("a key twice", "'a' stands twice", b'{"a": 1, "a": 2}'),
        ("a key twice, once escaped", "'a' stands twice", b'{"a": 1, "\\u0061": 2}'),
        ("a key twice among many", "'k0' stands twice", _keys(120_000) + b',"k0":1}'),
        ("many keys", "", _keys(120_000) + b"}"),
        ("many below a long key", "#/kkkkk", _LONG),
        ("many lists", "200000 values", b"[" + b"[]," * 600_000 + b"[]]"),
        ("a long text", "2097152", b'{"a": "' + b"x" * 2 * MIB + b'"}'),
        ("an escaped NUL", "#/a: the text has a NUL", b'{"a": "b\\u0000c"}'),
        ("a NUL in a key", "#/a\\u0000: the text has a NUL", b'{"a\\u0000": 1}'),
        ("a plain NUL", "Invalid control character", b'{"a": "b\0c"}'),
        ("a plain tab", "Invalid control character", b'{"a": "b\tc"}'),
        ("half of a pair", "#/a: the text has half", b'{"a": "\\ud800"}'),
        ("the other half", "#/a/0: the text has half", b'{"a": ["x\\udc00y"]}'),
        ("half of a pair as bytes", "byte 7 is not UTF-8", b'{"a": "\xed\xa0\x80"}'),
        ("an overlong NUL", "byte 7 is not UTF-8", b'{"a": "\xc0\x80"}'),
        ("GB 18030", "is not UTF-8", '{"a": "示例"}'.encode("gb18030")),
        ("GB 18030 in four bytes", "is not UTF-8", '{"a": "𠮷"}'.encode("gb18030")),
        ("Big5", "is not UTF-8", '{"a": "臺灣"}'.encode("big5")),
        ("UTF-16", "byte 0 is not UTF-8", '{"a": "示例"}'.encode("utf-16")),
        ("UTF-16 unmarked", "is not UTF-8", '{"a": "示例"}'.encode("utf-16-be")),
        ("UTF-32", "byte 0 is not UTF-8", '{"a": "示例"}'.encode("utf-32")),
        ("UTF-8 and GB 18030", "is not UTF-8", '{"a": "示例'.encode() + "示例".encode("gbk")),
        ("cut in a character", "is not UTF-8", '{"a": "示'.encode()[:-1]),
        ("cut in a text", "line 1, column 7", b'{"a": "b'),
        ("cut in an object", "line 1, column 9", b'{"a": 1,'),
        ("two documents", "line 1, column 10", b'{"a": 1} {"a": 2}'),
        ("a comment", "line 1, column 2", b"{/* a */}"),
        ("single quotes", "line 1, column 2", b"{'a': 1}"),
        ("a comma too many", "line 1", b'{"a": [1,],}'),
        ("no quotes", "line 1, column 2", b"{a: 1}"),
        ("noise", "is not UTF-8", bytes(range(128, 256))),
    ):
        yield Bad(name, JSON, body, says)


def _keys(count: int) -> bytes:
    return b"{" + b",".join(b'"k%d":1' % n for n in range(count))


def lines(sample: Sample) -> Iterator[Bad]:
    """NDJSON (F25, 5.2): a good line, and then one that is not to be taken."""
    good = b"{" + b",".join(f'"{h}": "{v}"'.encode() for h, v in zip(*sample, strict=True)) + b"}"
    name = sample[0][-1].encode()
    for bad in documents():
        if b"\n" not in bad.body and len(bad.body) < 4 * MIB and bad.name != "UTF-16":
            yield Bad(bad.name, NDJSON, good + b"\n" + bad.body + b"\n")
    yield Bad("a list in a line", NDJSON, good + b"\n[1, 2]\n")
    yield Bad("an object in an item", NDJSON, good.replace(b"}", b', "%b": {"a": 1}}' % name))
    yield Bad("two objects in a line", NDJSON, good + good)
    yield Bad("a line of two MiB", NDJSON, good + b"\n" + good[:-2] + b"x" * 2 * MIB + b'"}\n')


def tables(sample: Sample) -> Iterator[Bad]:
    """Tables as text (F27, 5.2) whose characters nobody can read: not to be taken anywhere."""
    head, line = (",".join(cells) for cells in sample)
    good = f"{head}\n{line}\n".encode()
    rest = "," * (len(sample[0]) - 1) + "\n"
    for name, body in (
        ("a NUL", good.replace(line.encode(), line.encode() + b"\0")),
        ("no UTF-8 and no GB 18030", good + b"\xff\xfe,x\n"),
        ("damaged UTF-8", good + ("统一社会信用代码数据共享" * 20).encode() + b"\xff" + b"\n"),
        ("UTF-8 and GB 18030", good + f"甲乙丙丁戊{rest}".encode() + b"\xbd\xe1\xb9\xfb\xff\n"),
        ("GB 18030 cut in a character", f"{head}\n示例".encode("gb18030")[:-1]),
        ("GB 18030 cut in four bytes", f"{head}\n{line}𠮷".encode("gb18030")[:-1]),
        ("UTF-16", f"{head}\n{line}\n".encode("utf-16")),
        ("UTF-16 unmarked", f"{head}\n{line}\n".encode("utf-16-le")),
        ("an open quote", good + b'"open'),
        ("a hundred thousand columns", head.encode() + b"," * 100_000 + b"\n" + line.encode()),
        ("a field of two MiB", good + b'"' + b"x" * 2 * MIB + b'"' + rest.encode()),
        ("a head twice", f"{head},{head}\n{line},{line}\n".encode()),
        ("a mark alone", b"\xef\xbb\xbf"),
        ("a picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256))),
    ):
        yield Bad(name, CSV, body)


def misread(sample: Sample) -> Iterator[Bad]:
    """Tables in other characters than they are said to be in (F27)."""
    head, line = (",".join(cells) for cells in sample)
    text = f"{head}\n{line}\n" + "统一社会信用代码数据共享" * 2
    yield Bad("UTF-8 called GB 18030", GB18030, text.encode())
    yield Bad("Big5 called UTF-8", CSV, f"{head}\n臺灣{line}\n".encode("big5", "replace"))
    yield Bad("GB 18030 called UTF-8", CSV, text.encode("gb18030"))
    yield Bad("half of a pair in CESU-8", CSV, f"{head}\n{line}".encode() + b"\xed\xa0\x80\n")
    for charset in ("big5", "utf-16", "utf-7", "x" * 300):
        yield Bad(f"in {charset[:9]}", f"{CSV}; charset={charset}", text.encode())


def workbooks(sample: Sample) -> Iterator[Bad]:
    """Workbooks (F24, F26) around one good row; none of them is to be taken."""
    good = book([*sample])
    media = {"xl/media/a.png": b"\0" * 9}
    doctype = b'<?xml version="1.0"?><!DOCTYPE a [%b]><worksheet xmlns="%b">&b;</worksheet>'
    for name, body in (
        ("declares half a gigabyte", _declared(_with(good, media), 2**29)),
        (
            "holds more than it declares",
            _declared(_with(good, {"xl/media/a.png": b"\0" * 64 * MIB}), 10),
        ),
        ("3,000 parts", _with(good, {f"xl/{n}": b"" for n in range(3000)})),
        ("a list of 220,000 parts", listing(220_000)),
        ("a workbook as its workbook", _with(good, {"xl/workbook.xml": good})),
        ("a cell at the far end", _with(good, {SHEET: _cells("XFD1048576")})),
        ("an entity of a file", _with(good, {SHEET: doctype % (FILE_ENTITY, MAIN.encode())})),
        ("a thousand million laughs", _with(good, {SHEET: doctype % (LAUGHS, MAIN.encode())})),
        ("depth", _with(good, {SHEET: b"<a>" * 200_000})),
        ("two sheets of one name", _with(good, {SHEET.upper(): _cells("A1")})),
        ("cut in half", good[: len(good) // 2]),
        ("an old workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000),
        ("a locked one", _locked(good)),
        ("no workbook", _with(None, {"a.txt": b"text"})),
        ("no archive", b"PK\x03\x04" + bytes(range(256))),
        ("a table called a workbook", "\n".join(map(",".join, sample)).encode()),
    ):
        yield Bad(name, XLSX, body)


def formulas(sample: Sample) -> Bad:
    """A workbook whose cells are formulas that nothing ever calculated (F26)."""
    return Bad("formulas", XLSX, book([sample[0], tuple(DDE for _ in sample[1])]))


def harmless(sample: Sample) -> Iterator[Bad]:
    """Workbooks with one good row in which nothing of what they try has any effect."""
    good = book([*sample])
    sheet = zipfile.ZipFile(io.BytesIO(good)).read(SHEET)
    wide = sheet.replace(b'<dimension ref="', b'<dimension ref="A1:XFD1048576" was="')
    yield Bad("an extent that is not so", XLSX, _with(good, {SHEET: wide}))
    out = io.BytesIO(_with(good, {f"../../..{CLIMBED}": b"x", CLIMBED: b"x"}))
    with zipfile.ZipFile(out, "a") as made:
        link = zipfile.ZipInfo("xl/link")
        link.external_attr = 0o120777 << 16
        made.writestr(link, "/etc/passwd")
    yield Bad("climbs out, and a link", XLSX, out.getvalue())


def graphs() -> Iterator[Bad]:
    """RDF (F24): entities, inclusions and contexts from elsewhere, and what is no RDF."""
    rdf = b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">%b</rdf:RDF>'
    nodes = b'<rdf:Description rdf:about="urn:a"><rdf:value>%b</rdf:value></rdf:Description>'
    context = '{"@context": "%s", "@type": "dcat:Dataset", "dcat:x": 1}'
    for name, kind, body in (
        (
            "an entity of a file",
            RDF_XML,
            b"<!DOCTYPE a [%b]>" % FILE_ENTITY + rdf % (nodes % b"&b;"),
        ),
        ("laughs", RDF_XML, b"<!DOCTYPE a [%b]>" % LAUGHS + rdf % (nodes % b"&l11;")),
        ("depth", RDF_XML, rdf % (b"<rdf:li>" * 50_000)),
        ("a NUL", RDF_XML, rdf % (nodes % b"a&#0;b")),
        ("no UTF-8", RDF_XML, rdf % (nodes % b"\xff\xfe")),
        ("cut", RDF_XML, (rdf % b"<a/>")[:-7]),
        ("an unknown name", RDF_XML, rdf % b"<no:such/>"),
        ("cut", TURTLE, b"@prefix dcat: <http://www.w3.org/ns/dcat#> . <urn:a> a dcat:Data"),
        ("half of a pair", TURTLE, b'@prefix a: <urn:a> . <urn:b> <urn:c> "\\uD800" .'),
        ("a NUL", TURTLE, b'@prefix a: <urn:a> . <urn:b> <urn:c> "\\u0000" .'),
        ("depth", TURTLE, b"@prefix a: <urn:a> . <urn:b> <urn:c> " + b"[ a:b " * 20_000),
        ("a context of a file", JSON_LD, (context % "file:///etc/passwd").encode()),
        ("a context from elsewhere", JSON_LD, (context % "http://127.0.0.1:9/dcat").encode()),
        ("depth", JSON_LD, b'{"@context": {"dcat": "urn:d"}, "a":' * 100_000),
    ):
        yield Bad(f"{name} in {kind.rpartition('/')[2]}", kind, body)


def columnar() -> Iterator[Bad]:
    """Parquet and Arrow of the division codes, not to be taken."""
    code, name = ["110109"], ["示例县"]
    strings = pa.array(["110109"])
    indices = pa.DictionaryArray.from_arrays(pa.array([7], pa.int8()), strings, safe=False)
    no_utf8 = pa.array([b"\xff\xfe\xc0"]).view(pa.string())
    days = pa.array([3_000_000], pa.int32()).cast(pa.date32())
    for fault, table in (
        ("a NUL in a text", pa.table({"code": code, "name": ["示\0例"]})),
        ("a text that is no UTF-8", pa.table({"code": code, "name": no_utf8})),
        ("a day of the year 10183", pa.table({"code": code, "name": name, "revised_on": days})),
        ("a column that there is not", pa.table({"code": code, "name": name, "colour": ["red"]})),
        ("a column twice", pa.table([strings, strings], ["code", "code"])),
        ("numbers for texts", pa.table({"code": code, "name": [1]})),
        ("a list in a cell", pa.table({"code": code, "name": [["a"]]})),
        ("no key", pa.table({"name": name})),
        ("100,000 columns", pa.table({f"c{n}": [1] for n in range(10_000)})),
    ):
        yield Bad(fault, PARQUET, parquet(table))
        yield Bad(fault, ARROW, arrow(table))
    ends = struct.pack("<ii", 0, len(code[0])), struct.pack("<ii", 0, 2**30)
    beyond = arrow(pa.table({"code": code, "name": name})).replace(*ends)
    yield Bad("bytes beyond its end", ARROW, beyond)
    yield Bad("words beyond its list", ARROW, arrow(pa.table({"code": indices, "name": name})))
    good = pa.table({"code": code, "name": name})
    for kind, body in ((PARQUET, parquet(good)), (ARROW, arrow(good))):
        yield Bad("cut in half", kind, body[: len(body) // 2])
        yield Bad("cut at its end", kind, body[:-9])
        yield Bad("bits turned", kind, bytes(b ^ 0x55 for b in body))
        yield Bad("only its mark", kind, body[:4])


def packed() -> Iterator[Bad]:
    """Compressed bodies (F24): bombs, and what is not packed as it says."""
    for kind, coding in ((CSV, "gzip"), (NDJSON, "gzip"), (CSV, "zstd"), (JSON, "zstd")):
        yield Bad(f"a bomb in {coding}", kind, _bomb(coding), coding=coding)
        yield Bad(f"no {coding}", kind, b"code,name\n1,a\n", coding=coding)
        yield Bad(f"{coding} cut", kind, _bomb(coding)[:900], coding=coding)
    twice = gzip.compress(_bomb("gzip"))
    yield Bad("packed twice", CSV, twice, coding="gzip")
    for coding in ("br", "deflate", "gzip, gzip", "x"):
        yield Bad(f"packed in {coding}", CSV, b"code,name\n1,a\n", coding=coding)


@cache
def _bomb(coding: str) -> bytes:
    piece = b"\0" * MIB
    if coding == "zstd":
        return bytes(pa.compress(piece * 128, "zstd", asbytes=True))
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    return b"".join([*(packer.compress(piece) for _ in range(128)), packer.flush()])


def fields() -> Iterator[Bad]:
    """Forms of machines, not to be taken."""
    for name, body in (
        ("a field twice", b"grant_type=client_credentials&grant_type=client_credentials"),
        ("no UTF-8", b"grant_type=%ff%fe&token=%c0%80"),
        ("a NUL", b"grant_type=client_credentials%00&token=%00"),
        ("10,001 fields", b"a=&" * 10_001),
        ("six MiB", b"token=" + b"x" * 6 * MIB),
        ("noise", bytes(range(256))),
    ):
        yield Bad(name, "application/x-www-form-urlencoded", body)


def papers() -> Iterator[Bad]:
    """Documents whose bytes are none of the kinds that are kept, whatever they are called."""
    office = {"word/document.xml": b"<w/>", "word/vbaProject.bin": b"x"}
    for name, body in (
        ("a program", b"MZ\x90\0" + b"\0" * 400),
        ("a page with a script", b"<html><script>alert(1)</script>"),
        ("a drawing with a script", b'<svg xmlns="http://www.w3.org/2000/svg" onload="a()"/>'),
        ("a page before its mark", b"<script>alert(1)</script>%PDF-1.7\n"),
        ("macros", _with(None, office)),
        ("an archive", _with(None, {"a.txt": b"x"})),
        ("a list of 220,000 parts", listing(220_000)),
        ("a link", b"\0\0\0\x01L\0\0\0\x01\x14\x02\0"),
        ("eleven MiB", b"%PDF-1.7\n" + b"\0" * 11 * MIB),
        ("a NUL", b"\0"),
    ):
        yield Bad(name, PDF, body)


def parquet(table: pa.Table) -> bytes:
    """The table as a Parquet file."""
    out = io.BytesIO()
    pq.write_table(table, out)
    return out.getvalue()


def arrow(table: pa.Table) -> bytes:
    """The table as an Arrow stream."""
    out = io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as stream:
        stream.write_table(table)
    return out.getvalue()


def book(rows: list[tuple[str, ...]]) -> bytes:
    """A workbook of one sheet."""
    made, out = Workbook(), io.BytesIO()
    for row in rows:
        made.active.append(row)
    made.save(out)
    return out.getvalue()


def listing(count: int) -> bytes:
    """An archive without parts whose list has so many."""
    entries = (b"PK\x01\x02" + b"\0" * 42) * count
    few = min(count, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, few, few, len(entries), 0, 0)
    return b"PK\x03\x04" + entries + end


def _with(source: bytes | None, parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as made:
        if source is not None:
            held = zipfile.ZipFile(io.BytesIO(source))
            for name in held.namelist():
                if name not in parts:
                    made.writestr(name, held.read(name))
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def _declared(archive: bytes, size: int) -> bytes:
    """The archive whose last part says that it has so many bytes."""
    made = bytearray(archive)
    place = made.rfind(b"PK\x01\x02")
    made[place + 24 : place + 28] = struct.pack("<I", size)
    return bytes(made)


def _locked(archive: bytes) -> bytes:
    """The archive whose parts all say that they are under a password."""
    made, place = bytearray(archive), -1
    while (place := made.find(b"PK\x01\x02", place + 1)) >= 0:
        made[place + 8] |= 1
    return bytes(made)


def _cells(place: str) -> bytes:
    number = "".join(filter(str.isdigit, place))
    cell = f'<row r="{number}"><c r="{place}"><v>1</v></c></row>'
    return f'<worksheet xmlns="{MAIN}"><sheetData>{cell}</sheetData></worksheet>'.encode()
