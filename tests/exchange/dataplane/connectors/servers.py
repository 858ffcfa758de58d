"""Servers that sources are tried against: SFTP in a thread, pages of JSON over HTTP."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import paramiko

USER, PASSWORD = "hub", "hub-secret"


class SftpServer:
    """Serves one folder to one user, by password."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.key = paramiko.ECDSAKey.generate()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._transports: list[paramiko.Transport] = []
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while True:
            try:
                peer, _ = self._socket.accept()
            except OSError:
                return
            transport = paramiko.Transport(peer)
            transport.add_server_key(self.key)
            files = _files_of(self.root)
            transport.set_subsystem_handler("sftp", paramiko.SFTPServer, files)
            with contextlib.suppress(paramiko.SSHException, EOFError):
                transport.start_server(server=_Login())
                self._transports.append(transport)

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        for transport in self._transports:
            transport.close()


class _Login(paramiko.ServerInterface):
    def check_auth_password(self, username: str, password: str) -> int:
        good = (username, password) == (USER, PASSWORD)
        return paramiko.AUTH_SUCCESSFUL if good else paramiko.AUTH_FAILED

    def check_channel_request(self, kind: str, chanid: int) -> int:
        return paramiko.OPEN_SUCCEEDED

    def get_allowed_auths(self, username: str) -> str:
        return "password"


class _Writing(paramiko.SFTPServerInterface):
    """What opens and changes files."""

    def _real(self, path: str) -> Path:
        raise FileNotFoundError(path)

    def open(self, path: str, flags: int, attr: Any) -> Any:
        handle = paramiko.SFTPHandle(flags)
        try:
            if flags & (os.O_WRONLY | os.O_RDWR):
                handle.writefile = self._real(path).open("wb")
            else:
                handle.readfile = self._real(path).open("rb")
        except OSError as error:
            return paramiko.SFTPServer.convert_errno(error.errno)
        return handle

    def mkdir(self, path: str, attr: Any) -> int:
        self._real(path).mkdir(exist_ok=True)
        return paramiko.SFTP_OK

    def posix_rename(self, oldpath: str, newpath: str) -> int:
        self._real(oldpath).replace(self._real(newpath))
        return paramiko.SFTP_OK

    def remove(self, path: str) -> int:
        self._real(path).unlink(missing_ok=True)
        return paramiko.SFTP_OK


def _files_of(root: Path) -> type[paramiko.SFTPServerInterface]:
    class Files(_Writing):
        def _real(self, path: str) -> Path:
            return root / path.lstrip("/")

        def list_folder(self, path: str) -> Any:
            found = []
            for each in self._real(path).iterdir():
                entry = paramiko.SFTPAttributes.from_stat(each.lstat())
                entry.filename = each.name
                found.append(entry)
            return found

        def stat(self, path: str) -> Any:
            try:
                return paramiko.SFTPAttributes.from_stat(os.stat(self._real(path)))
            except OSError as error:
                return paramiko.SFTPServer.convert_errno(error.errno)

        lstat = stat

    return Files


class PageServer:
    """Gives records in pages; ``records`` may be changed, ``ask`` sees each request's query.

    The way of paging is the path: ``/page``, ``/offset``, ``/next``, ``/cursor``, ``/stuck``.
    """

    def __init__(self, size: int = 2) -> None:
        self.records: list[dict[str, Any]] = []
        self.size = size
        self.asked: list[str] = []
        self.status = 200
        self.before: Callable[[], None] = lambda: None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        pages = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                pages.asked.append(self.path)
                pages.before()
                known = self.headers.get("Authorization") == f"Bearer {PASSWORD}"
                status = pages.status if known else 401
                body = json.dumps(pages.answer(self.path), ensure_ascii=False).encode()
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *told: Any) -> None:
                return

        return Handler

    def answer(self, address: str) -> Any:
        """The page of this address."""
        parts = urlsplit(address)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        way = parts.path.strip("/")
        start = {
            "page": (int(query.get("page", 1)) - 1) * self.size,
            "offset": int(query.get("offset", 0)),
            "stuck": 0,
        }.get(way, int(query.get("from", 0)))
        rows = [row for row in self.records if row.get("step", 0) > int(query.get("since", -1))]
        shown = rows[start : start + self.size]
        more = start + self.size < len(rows)
        following = {
            "next": f"/next?from={start + self.size}",
            "cursor": str(start + self.size),
        }.get(way)
        return {"data": {"items": shown}, "next": following if more else None}
