"""Tables of codes and names as they are handed around: CSV or TSV, UTF-8 or GB18030, one header."""

import csv
import io
from collections.abc import Mapping
from typing import NamedTuple

from kernel.charsets import encoding_of
from kernel.errors import Malformed
from kernel.texts import Text

CODE_NAMES = ("code", "代码", "编码", "类目代码", "code_number")
NAME_NAMES = ("name", "名称", "类目名称")


class CodeLine(NamedTuple):
    """A code and its name, and the line of the file that they stand in (the header is 1)."""

    line: int
    code: str
    name: str


def read_codes(
    body: bytes,
    *,
    code_column: str | None = None,
    name_column: str | None = None,
    only: Mapping[str, str] | None = None,
) -> list[CodeLine]:
    """The codes and names of a table; ``only`` keeps the lines with these values in these columns.

    Columns that are not named are found by the usual headings; Malformed says what is missing.
    """
    text = _decode(body)
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in head else ",")
    try:
        header = [cell.strip() for cell in next(reader, [])]
        code = _column(header, code_column, CODE_NAMES)
        name = _column(header, name_column, NAME_NAMES)
        kept = {_column(header, column, ()): value for column, value in (only or {}).items()}
        return [
            CodeLine(reader.line_num, _cell(row, code), _cell(row, name))
            for row in reader
            if any(map(str.strip, row))
            and all(_cell(row, place) == value for place, value in kept.items())
        ]
    except csv.Error as bad:
        raise Malformed(Text("line {line}: {bad}", line=reader.line_num, bad=bad)) from bad


def _decode(body: bytes) -> str:
    encoding = encoding_of(body)
    if encoding is None:
        raise Malformed("the file is neither UTF-8 nor GB18030")
    if b"\0" in body:
        line = body.count(b"\n", 0, body.index(b"\0")) + 1
        raise Malformed(Text("line {line}: a NUL character; remove it", line=line))
    return body.decode(encoding)


def _column(header: list[str], named: str | None, usual: tuple[str, ...]) -> int:
    folded = [cell.casefold() for cell in header]
    for name in (named,) if named else usual:
        if name.casefold() in folded:
            return folded.index(name.casefold())
    wanted = named or " or ".join(usual)
    raise Malformed(
        Text("there is no column {wanted}; the columns are: {known}", wanted=wanted, known=header)
    )


def _cell(row: list[str], place: int) -> str:
    return row[place].strip() if place < len(row) else ""
