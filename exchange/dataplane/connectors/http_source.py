"""An interface that gives JSON page by page, as a source."""

from collections.abc import Callable, Generator, Iterator
from contextlib import closing, contextmanager
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.connectors.base import Chunk, Described, Place, Reading, ReadRequest
from exchange.dataplane.connectors.http_pages import Interface, pages
from exchange.dataplane.connectors.inferring import infer
from exchange.dataplane.connectors.places import require_columns
from exchange.dataplane.connectors.proposing import columns_of
from exchange.dataplane.connectors.typed import as_items, as_text
from exchange.dataplane.errors import Terminal

_DONE = {"done": True}


class HttpSource:
    """A Source over one interface; a table is a path below its address, or empty.

    ``client`` gives a guarded client, which each call closes. There are no snapshots: a page that
    changes while others are read may show a row twice or not at all.
    """

    keyed = False

    def __init__(
        self, client: Callable[[], httpx2.Client], interface: Interface, *, zone: str
    ) -> None:
        self._client = client
        self._interface = interface
        self._zone = zone
        address = urlsplit(interface.url)
        self.host = (
            f"{address.hostname}:{address.port or (443 if address.scheme == 'https' else 80)}"
        )

    def test(self) -> str:
        """How many records the first page holds."""
        return f"{len(self._first(''))} records on the first page"

    def tables(self) -> list[str]:
        """The address itself; an interface does not list its paths."""
        return ["/"]

    def describe(self, table: str) -> Described:
        """The fields of the first page, the types as they seem to be."""
        records = self._first(table)
        return Described(table, columns_of(infer(n, _texts(records, n)) for n in _names(records)))

    def sample(self, table: str, limit: int) -> pa.Table:
        """The first records, all as text."""
        records = self._first(table)[:limit]
        return pa.table({name: _texts(records, name) for name in _names(records)})

    @contextmanager
    def read(self, request: ReadRequest) -> Iterator[Reading]:
        """Page after page; the highest watermark is known after the last."""
        if request.watermark and not request.whole and not self._interface.since_parameter:
            raise Terminal(
                "watermark-unsupported",
                "Name in the options the parameter that asks for changes since a watermark.",
            )
        if request.overlap:
            raise Terminal("overlap-invalid", "An interface knows no overlap.")
        with closing(self._client()) as client:
            reading = Reading(iter(()), highest=request.since if request.watermark else None)
            chunks = self._chunks(reading, client, request)
            reading.chunks = chunks
            try:
                yield reading
            finally:
                chunks.close()

    def count(self, request: ReadRequest) -> int:
        """Refused: only reading tells how many there are."""
        raise Terminal("keys-unsupported", "An interface cannot be asked by key.")

    def fetch(self, request: ReadRequest, keys: list[list[str]]) -> pa.Table:
        """Refused: an interface is not asked by key."""
        raise Terminal("keys-unsupported", "An interface cannot be asked by key.")

    def _first(self, table: str) -> list[dict[str, Any]]:
        with closing(self._client()) as client:
            return next(pages(client, self._interface, table, None, {})).records

    def _chunks(
        self, reading: Reading, client: httpx2.Client, request: ReadRequest
    ) -> Generator[Chunk]:
        if request.after == _DONE:
            return
        extra = {}
        if request.watermark and request.since and not request.whole:
            extra = {self._interface.since_parameter: str(request.since[0])}
        held: list[dict[str, Any]] = []
        size, checked = 0, False
        for page in pages(client, self._interface, request.table, request.after, extra):
            if page.records and not checked:
                require_columns(request, _described(request.table, _names(page.records)))
                checked = True
            held += page.records
            size += page.size
            if held and (len(held) >= request.chunk_rows or page.next is None):
                yield self._chunk(reading, held, request, page.next or _DONE, size)
                held, size = [], 0

    def _chunk(
        self,
        reading: Reading,
        records: list[dict[str, Any]],
        request: ReadRequest,
        place: Place,
        size: int,
    ) -> Chunk:
        known = [r for r in records if all(r.get(name) is not None for name in request.order)]
        reading.unkeyed += len(records) - len(known)
        columns = [_texts(known, name) for name in request.columns]
        if request.watermark:
            _raise_highest(reading, known, request)
        return Chunk(as_items(columns, request.schema, self._zone), place, size)


def _raise_highest(reading: Reading, records: list[dict[str, Any]], request: ReadRequest) -> None:
    """The last watermark place so far; texts are compared as numbers where all are numbers."""
    names = request.watermarked_order
    found = [[str(as_text(r.get(n))) for n in names] for r in records if r.get(names[0])]
    if reading.highest is not None:
        found.append(list(reading.highest))
    heads = pa.array([place[0] for place in found], pa.string())
    try:
        ordered = heads.cast(pa.int64())
    except pa.ArrowInvalid:
        ordered = heads
    if len(found):
        best = pc.max(ordered)
        last = max(n for n, value in enumerate(ordered) if value.equals(best))
        reading.highest = found[last]


def _names(records: list[dict[str, Any]]) -> list[str]:
    return list(dict.fromkeys(name for record in records for name in record))


def _texts(records: list[dict[str, Any]], name: str) -> pa.Array:
    return pa.array([as_text(record.get(name)) for record in records], pa.string())


def _described(table: str, names: list[str]) -> Described:
    return Described(
        table or "/", columns_of(infer(name, pa.array([], pa.string())) for name in names)
    )
