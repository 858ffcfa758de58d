"""Files put down where a subscriber picks them up: whole or not at all, the manifest last."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from exchange.dataplane.encoding import COLUMNAR, encode, printable, table_writer
from exchange.dataplane.errors import DataplaneError, Transient
from exchange.dataplane.sealed import source_of

FORMATS = ("parquet", "ndjson", "csv")
_BATCH_ROWS = 65_536
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


class DropPlace(Protocol):
    """A folder elsewhere. Every error is Transient or Terminal and repeats no credentials."""

    def stage(self, name: str, source: Path) -> None:
        """Bring the file there under a name that no reader takes for it, where the place can
        rename; else do nothing."""

    def show(self, name: str, source: Path) -> None:
        """Let the staged file stand under its name, in place of one that stands there."""

    def holds(self, name: str) -> bool:
        """Whether a file of that name can be seen there."""

    def clear(self, name: str) -> None:
        """Remove what was staged and never shown."""


class FsspecPlace:
    """A folder of a file system of fsspec; ``renames`` says whether it moves a file at once."""

    def __init__(self, files: Any, folder: str, *, renames: bool) -> None:
        self._files, self._folder, self._renames = files, folder.rstrip("/"), renames

    def stage(self, name: str, source: Path) -> None:
        """Upload under the temporary name, as ``DropPlace.stage`` promises."""
        if self._renames:
            with _told():
                self._files.makedirs(self._folder, exist_ok=True)
                self._files.put_file(str(source), self._staged(name))

    def show(self, name: str, source: Path) -> None:
        """Rename, or upload where that is one step anyhow."""
        with _told():
            if self._renames:
                self._files.mv(self._staged(name), self._shown(name))
            else:
                self._files.put_file(str(source), self._shown(name))

    def holds(self, name: str) -> bool:
        """Asks the place itself, not what is remembered of it."""
        with _told():
            self._files.invalidate_cache()
            return bool(self._files.exists(self._shown(name)))

    def clear(self, name: str) -> None:
        """Best effort: what stays is overwritten by the next attempt."""
        try:
            if self._renames and self._files.exists(self._staged(name)):
                self._files.rm_file(self._staged(name))
        except Exception:  # noqa: BLE001
            return

    def _shown(self, name: str) -> str:
        return f"{self._folder}/{name}"

    def _staged(self, name: str) -> str:
        return f"{self._folder}/.{name}.part"


@contextmanager
def _told() -> Iterator[None]:
    """Every failure of the place is one that may pass: its text may hold paths and accounts."""
    try:
        yield
    except DataplaneError:
        raise
    except Exception as error:  # noqa: BLE001
        raise Transient(
            "target-failing", f"The target did not take the file ({type(error).__name__})."
        ) from None


def file_name(base: str, number: int, format: str, table: str = "") -> str:
    """``NAME-000017.parquet``; a whole table is ``NAME-000017-table-1a2b3c4d.parquet``, named by
    what it shows, so that nothing that was picked up once is ever another file."""
    kind = f"-table-{table[:8]}" if table else ""
    return f"{base}-{number:06}{kind}.{format}"


def is_base_name(name: str) -> bool:
    """Whether files may be named so: lower case letters, digits, ``-`` and ``_``."""
    return bool(_NAME.fullmatch(name))


def convert(source: Path, *, format: str, out: Path) -> None:
    """Write the rows of a Parquet file in another format, record batch by record batch."""
    with pq.ParquetFile(source_of(source), pre_buffer=False) as file:
        tables = (
            pa.Table.from_batches([batch], file.schema_arrow)
            for batch in file.iter_batches(_BATCH_ROWS, use_threads=False)
        )
        if format not in COLUMNAR:
            with out.open("wb") as target:
                for table in tables:
                    target.write(encode(table, format))
            return
        with table_writer(out, file.schema_arrow, format) as writer:
            for table in tables:
                writer.write_table(printable(table) if format == "csv" else table)


def manifest(facts: dict[str, object], out: Path) -> None:
    """The manifest's bytes: the same facts give the same bytes."""
    out.write_bytes(orjson.dumps(facts, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
