"""The three real catalogues taken in over HTTP: hand in, check, take; then the same once more."""

from __future__ import annotations

import json
import os
import tempfile
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import database
from bench.catalog.real import CATALOGUES, DATA
from config.launch import services
from config.launch.ports import free_port
from config.launch.processes import Processes

MAPPING = {
    "columns": {"数据领域": "industry"},
    "defaults": {"share_type": "unconditional", "share_condition": "无条件"},
}
COUNTS = ("received", "new", "changed", "unchanged", "wrong")


def measure(variables: dict[str, str]) -> dict[str, float]:
    """Entries a second, of the first time, in a database of its own; ValueError if the counts do
    not reconcile or the second time changes anything."""
    own = variables | database.make_database("bench_importing")
    secrets = database.step("bench.catalog.import_steps", "prepare", variables=own, as_owner=True)
    port = free_port()
    address = {"PUBLIC_URL": f"http://127.0.0.1:{port}", "ALLOWED_HOSTS": "127.0.0.1"}
    with tempfile.TemporaryDirectory(prefix="bench-import-") as folder, Processes() as held:
        log = Path(folder) / "web.log"
        server = held.start(services.web({**os.environ, **own, **address}, log, port))
        server.wait_until(lambda: services.answers(port), timeout=60)
        first = _round(port, secrets)
        again = _round(port, secrets)
    for told in (first, again):
        if told["received"] != sum(told[name] for name in COUNTS[1:]):
            raise ValueError(f"the counts do not reconcile: {told}")
    if again["new"] or again["changed"]:
        raise ValueError(f"the second time changed something: {again}")
    print(f"import: {first} the first time, {again} the second time")
    return {"import_rows_s": round(first["received"] / first["seconds"])}


def _round(port: int, secrets: dict[str, str]) -> dict[str, Any]:
    started = time.perf_counter()
    told = dict.fromkeys(COUNTS, 0)
    for name in CATALOGUES:
        body = (DATA / "catalogues" / f"{name}.json").read_bytes()
        query = urlencode({"source": name, "standing": "in_force", "category": "307024"})
        row = _post(port, f"?{query}", body, secrets)
        _post(port, f"/{row['id']}/check", json.dumps({"mapping": MAPPING}).encode(), secrets)
        done = _post(port, f"/{row['id']}/take", b"{}", secrets)
        told = {count: told[count] + done[count] for count in COUNTS}
    return {**told, "seconds": round(time.perf_counter() - started, 1)}


def _post(port: int, path: str, body: bytes, secrets: dict[str, str]) -> Any:
    headers = {
        "Authorization": f"Bearer {secrets['token']}",
        "X-Acting-Department": secrets["department"],
        "Content-Type": "application/json",
    }
    connection = HTTPConnection("127.0.0.1", port, timeout=300)
    try:
        connection.request("POST", f"/api/v1/catalog-imports{path}", body, headers)
        answer = connection.getresponse()
        read = answer.read()
    finally:
        connection.close()
    if answer.status >= 400:
        raise ValueError(f"{path}: {answer.status} {read[:300]!r}")
    return json.loads(read)
