"""What a file is, told from its first bytes and never from its name."""

import codecs
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from exchange.dataplane.connectors.sheets import MOST_PARTS
from exchange.dataplane.errors import BodyMalformed
from kernel.archives import count_entries
from kernel.charsets import is_doubtful

_HEAD = 64 * 1024
_PIECE = 1024 * 1024
_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Kind:
    """Format, characters and coding, as a publication announces them; xlsx is none it takes."""

    format: str
    encoding: str = "utf-8"
    coding: str = ""


def kind_of(path: Path) -> Kind:
    """What the file holds; BodyMalformed ``empty`` or ``format-unknown``.

    Text is UTF-8 where all of it reads so, else GB 18030. What begins as an object or an array is
    NDJSON or JSON; all other text is CSV.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip():
        raise BodyMalformed("empty", "the file holds nothing")
    if head.startswith(b"PAR1"):
        return Kind("parquet")
    if head.startswith((b"ARROW1", b"\xff\xff\xff\xff")):
        return Kind("arrow")
    if head.startswith(b"PK\x03\x04"):
        return _packed(path)
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise BodyMalformed("format-unknown", "an old Excel file: save it as .xlsx or CSV")
    if head.startswith((b"\x1f\x8b", b"\x28\xb5\x2f\xfd")):
        raise BodyMalformed("format-unknown", "the file is compressed: unpack it first")
    return _text(path, head)


def _packed(path: Path) -> Kind:
    if _is_workbook(path):
        return Kind("xlsx")
    raise BodyMalformed("format-unknown", "the file is no Excel workbook")


def _is_workbook(path: Path) -> bool:
    # Counted first: a list of very many parts fills the memory by itself.
    with path.open("rb") as file:
        if count_entries(file, MOST_PARTS) > MOST_PARTS:
            return False
    try:
        with zipfile.ZipFile(path) as parts:
            return "xl/workbook.xml" in parts.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, RuntimeError):
        return False


def _text(path: Path, head: bytes) -> Kind:
    start = head.removeprefix(_BOM).lstrip()
    if start[:1] == b"[":
        return Kind("json")
    if start[:1] == b"{" and _is_record(start):
        return Kind("ndjson")
    if _reads_as(path, "utf-8"):
        return Kind("csv")
    if b"\x00" not in head and _reads_as(path, "gb18030"):
        return Kind("csv", "gb18030")
    raise BodyMalformed(
        "format-unknown", "the file is no known format, and no text whose characters can be told"
    )


def _is_record(start: bytes) -> bool:
    """Whether its first line is a JSON object, as far as the first bytes show."""
    line, ends, _rest = start.partition(b"\n")
    if not ends and len(start) >= _HEAD - 8:
        return True
    try:
        return isinstance(json.loads(line), dict)
    except (ValueError, RecursionError):
        return False


def _reads_as(path: Path, encoding: str) -> bool:
    reader = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as file:
            while piece := file.read(_PIECE):
                text = reader.decode(piece)
                if encoding != "utf-8" and is_doubtful(piece, text):
                    return False
        reader.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True
