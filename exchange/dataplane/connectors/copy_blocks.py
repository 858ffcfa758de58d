"""The rows of a COPY as blocks of CSV that end with a row, read by a thread one block ahead."""

import contextlib
import os
import queue
import socket
import threading
from collections.abc import Iterator

import psycopg2
from psycopg2 import extensions

BLOCK_BYTES = 16 * 1024 * 1024
WAIT_SECONDS = 0.2
END_SECONDS = 10.0


class _EndedError(Exception):
    """Nobody wants the rest."""


class CopyBlocks:
    """Runs one ``COPY ... TO STDOUT`` and hands out its rows, at most two blocks in memory.

    The server sends each row as one message, so a block is cut where a message ends. A slow
    reader slows the server down. Leaving the ``with`` early ends the connection.
    """

    def __init__(self, cursor: extensions.cursor, statement: bytes, rows: int) -> None:
        self._cursor = cursor
        self._statement = statement.decode()
        self._rows = rows
        self._ready: queue.Queue[bytes | BaseException | None] = queue.Queue(1)
        self._ended = threading.Event()
        self._parts: list[bytes] = []
        self._bytes = 0
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> "CopyBlocks":
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        with contextlib.suppress(queue.Empty):
            self._ready.get_nowait()
        if self._thread.is_alive():
            _hang_up(self._cursor.connection)
            self._thread.join(END_SECONDS)

    def __iter__(self) -> Iterator[bytes]:
        while (block := self._ready.get()) is not None:
            if isinstance(block, BaseException):
                raise block
            yield block

    def write(self, row: bytes) -> None:
        """Called by the driver with each row."""
        self._parts.append(row)
        self._bytes += len(row)
        if len(self._parts) >= self._rows or self._bytes >= BLOCK_BYTES:
            self._flush()

    def _run(self) -> None:
        try:
            self._cursor.copy_expert(self._statement, self)
            if self._parts:
                self._flush()
            self._put(None)
        except _EndedError:
            return
        except BaseException as error:  # noqa: BLE001 - whatever it was, the reader raises it
            with contextlib.suppress(_EndedError):
                self._put(error)

    def _flush(self) -> None:
        block = b"".join(self._parts)
        self._parts, self._bytes = [], 0
        self._put(block)

    def _put(self, block: bytes | BaseException | None) -> None:
        while not self._ended.is_set():
            with contextlib.suppress(queue.Full):
                self._ready.put(block, timeout=WAIT_SECONDS)
                return
        raise _EndedError


def _hang_up(connection: extensions.connection) -> None:
    """Cut the line under a statement that another thread waits for.

    Not the driver's ``cancel``: it holds the interpreter while it waits for the server.
    """
    with (
        contextlib.suppress(OSError, psycopg2.Error),
        socket.socket(fileno=os.dup(connection.fileno())) as line,
    ):
        line.shutdown(socket.SHUT_RDWR)
