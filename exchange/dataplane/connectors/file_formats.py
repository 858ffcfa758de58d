"""Tables out of CSV, Parquet, NDJSON and Excel files, portion by portion, by the file's columns.

What is text in the file stays text here; the items' types come later, once for all formats.
"""

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as pcsv
import pyarrow.parquet as pq

from exchange.dataplane.connectors.json_lines import first_records, of_records, read_lines
from exchange.dataplane.connectors.sheets import sheet_rows
from exchange.dataplane.connectors.typed import as_text
from exchange.dataplane.errors import Terminal

FORMATS = ("csv", "parquet", "ndjson", "excel")
ENCODINGS = ("utf-8", "gb18030")
_BY_ENDING = {
    ".csv": "csv",
    ".txt": "csv",
    ".tsv": "csv",
    ".parquet": "parquet",
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".xlsx": "excel",
    ".xls": "excel",
    ".xlsb": "excel",
    ".ods": "excel",
}
BLOCK = 4 * 1024 * 1024
MOST_COLUMNS = 10_000


@dataclass(frozen=True)
class Format:
    """How files are written; without a ``name`` their endings tell. ``sheet`` empty: the first."""

    name: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    sheet: str = ""

    def of(self, path: str) -> str:
        """The format of this file; Terminal ``format-unknown``."""
        found = self.name or _BY_ENDING.get(Path(path).suffix.lower(), "")
        if not found:
            raise Terminal("format-unknown", "Say in the options which format the files have.")
        return found


def header(file: Path, kind: str, form: Format) -> tuple[str, ...]:
    """The columns of the file, in its order."""
    with _told(file):
        if kind == "csv":
            return tuple(_open_csv(file, form).schema.names)
        if kind == "parquet":
            return tuple(pq.read_schema(file).names)
        if kind == "excel":
            return tuple(_titles(next(sheet_rows(file, form.sheet), [])))
        records = first_records(file, form.encoding, 1000)
        return tuple(dict.fromkeys(name for record in records for name in record))


def portions(
    file: Path, kind: str, form: Format, types: Mapping[str, pa.DataType], rows: int
) -> Iterator[pa.Table]:
    """The file's rows in order with these columns, some at a time; of the types where the format
    has types of its own."""
    names = tuple(types)
    with _told(file):
        if kind == "csv":
            for batch in _open_csv(file, form, names):
                yield _only(batch, names)
        elif kind == "parquet":
            with pq.ParquetFile(file) as stored:
                for batch in stored.iter_batches(rows, columns=list(names)):
                    yield _only(batch, names)
        elif kind == "excel":
            yield from _from_sheet(file, form, names, rows)
        else:
            yield from read_lines(file, form.encoding, types, rows)


def _only(batch: pa.RecordBatch, names: tuple[str, ...]) -> pa.Table:
    """The batch with these columns, each of which stands in it once."""
    table = pa.Table.from_batches([batch])
    for name in names:
        if table.column_names.count(name) > 1:
            raise Terminal("source-unreadable", f"The column {name!r} stands twice in the file.")
    return table.select(list(names))


def _open_csv(file: Path, form: Format, names: tuple[str, ...] = ()) -> pcsv.CSVStreamingReader:
    with file.open("rb") as raw:
        # Each column costs the reader kilobytes, whatever it holds.
        if raw.readline(BLOCK).count(form.delimiter.encode()) >= MOST_COLUMNS:
            raise Terminal("source-unreadable", f"The file has more than {MOST_COLUMNS} columns.")
    return pcsv.open_csv(
        file,
        read_options=pcsv.ReadOptions(block_size=BLOCK, encoding=_codec(form.encoding)),
        parse_options=pcsv.ParseOptions(delimiter=form.delimiter, newlines_in_values=True),
        convert_options=pcsv.ConvertOptions(
            include_columns=list(names) or None,
            column_types=dict.fromkeys(names, pa.string()),
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )


def _codec(encoding: str) -> str:
    return "utf8" if encoding == "utf-8" else encoding


def _from_sheet(file: Path, form: Format, names: tuple[str, ...], rows: int) -> Iterator[pa.Table]:
    lines = sheet_rows(file, form.sheet)
    titles = _titles(next(lines, []))
    places = [titles.index(name) for name in names]
    records = (
        {name: line[place] for name, place in zip(names, places, strict=True)}
        for line in lines
        if any(cell not in (None, "") for cell in line)
    )
    yield from of_records(records, names, rows)


def _titles(cells: list[Any]) -> list[str]:
    return [str(as_text(cell) or "").strip() for cell in cells]


class _told:  # noqa: N801 - reads as a block
    """Errors of the parsers, without the values their texts quote."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: Any, error: BaseException | None, trace: object) -> None:
        if isinstance(error, UnicodeError) or "UTF8" in str(error or ""):
            raise Terminal(
                "source-encoding",
                "The file is not in the declared encoding: declare utf-8 or gb18030.",
            ) from None
        # Arrow also raises OSError for bytes that are no Parquet; one of the disk has a number.
        is_broken = isinstance(error, OSError) and not error.errno
        if is_broken or isinstance(error, pa.ArrowException | zipfile.BadZipFile):
            said = (
                str(error).split(":", 1)[0][:80]
                if "Expected" not in str(error)
                else ("a row has more or fewer columns than the header")
            )
            raise Terminal("source-unreadable", f"The file cannot be read: {said}.") from None
