"""Real servers with one dataset and its subscriptions, and what is done to them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import psycopg2
import pyarrow.parquet as pq

from bench import database
from bench.hub import web
from bench.rights.population import write_residents
from config.launch import services
from config.launch.processes import Processes
from exchange.dataplane.encoding import encode

ROWS_OF_A_BATCH = 100
DRAIN_SECONDS = 180


class Receivers:
    """The process that takes the calls."""

    def __init__(self, stack: ExitStack, ports: int) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.fanout.receiver", str(ports)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        stack.callback(self._end)
        self.ports: list[int] = self._read()

    def forget(self, silent: int = 0) -> None:
        """Begin anew, with so many ports that never answer."""
        self._ask({"do": "forget", "silent": silent})

    def arrived(self) -> dict[str, float]:
        """When each path was first called."""
        return {path: times[0] for path, times in self._ask({"do": "tell"}).items()}

    def _ask(self, words: dict[str, Any]) -> Any:
        assert self._process.stdin
        self._process.stdin.write(json.dumps(words) + "\n")
        self._process.stdin.flush()
        return self._read()

    def _read(self) -> Any:
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def _end(self) -> None:
        self._process.terminate()
        self._process.wait(10)


class Platform:
    """Web server, one worker process for deliveries, beat; a dataset with many webhooks."""

    def __init__(self, folder: Path, stack: ExitStack, lanes: int, hosts: int, calls: int) -> None:
        self.calls, self._folder = calls, folder
        self.receivers = Receivers(stack, hosts)
        ports = self.receivers.ports
        # Neighbours have different hosts, and lane n is on host n modulo the number of hosts.
        self.urls = [f"http://127.0.0.1:{ports[n % hosts]}/lane/{n}" for n in range(lanes)]
        self.silent_lanes = {f"/lane/{n}": n % hosts for n in range(lanes)}
        source = folder / "residents.parquet"
        write_residents(source, 1000)
        self._rows = pq.read_table(source).slice(0, ROWS_OF_A_BATCH)
        variables = database.make_database("bench_fanout") | {
            "STORE_DIR": str(folder / "store"),
            "EGRESS_TEST_ADDRESSES": ",".join(f"127.0.0.1:{port}" for port in ports),
            "DELIVERY_CALLS": str(calls),
            "DEBUG": "false",
        }
        self.scene = database.step(
            "bench.hub.scene", "make", str(source), "{}", variables=variables
        )
        (folder / "urls.json").write_text(json.dumps(self.urls))
        self.secrets: list[str] = database.step(
            "bench.fanout.steps",
            "lanes",
            self.scene["grant"],
            str(folder / "urls.json"),
            variables=variables,
        )
        self._con = psycopg2.connect(variables["DATABASE_OWNER_URL"])
        self._con.autocommit = True
        stack.callback(self._con.close)
        self._serve(stack, variables)

    def _serve(self, stack: ExitStack, variables: dict[str, str]) -> None:
        port = stack.enter_context(web.serving(variables, self._folder))
        told = {**os.environ, **variables, "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        held = stack.enter_context(Processes())
        log = self._folder / "worker.log"
        worker = held.start(services.worker(told, log, queues="deliver", concurrency=1))
        worker.wait_until(lambda: " ready." in log.read_text(), timeout=60)
        held.start(services.beat(told, self._folder / "beat.log"))
        address = f"http://127.0.0.1:{port}/api/v1/datasets/{self.scene['dataset']}"
        self._address = f"{address}/batches?kind=changes"
        headers = {
            "Authorization": f"Bearer {self.scene['publisher']}",
            "Content-Type": "application/x-ndjson",
        }
        self._web = stack.enter_context(httpx2.Client(trust_env=False, timeout=60, headers=headers))
        self._body = encode(self._rows, "ndjson")

    def publish(self) -> tuple[float, float]:
        """Publish one batch of 100 rows; how long it took, and when it was answered."""
        begun = time.monotonic()
        answer = self._web.post(self._address, content=self._body)
        ended = time.monotonic()
        answer.raise_for_status()
        return ended - begun, ended

    def keep_open(self, lanes: int) -> None:
        """Only so many lanes are active; those that rest are put at the last batch."""
        self._run(
            "UPDATE exchange_subscription lane SET lease_until = NULL, attempts = 0,"
            " last_error = '', lease_token = lane.lease_token + 1, next_attempt_at = now(),"
            " position = dataset.last_number, state = CASE"
            " WHEN split_part(lane.url, '/lane/', 2)::int < %s THEN 'active' ELSE 'paused' END"
            " FROM exchange_dataset dataset"
            " WHERE dataset.id = lane.dataset_id AND lane.mode = 'webhook'",
            [lanes],
        )

    def wait_until_arrived(self, paths: set[str]) -> dict[str, float]:
        """When each of these was called; RuntimeError if one is not called in time."""
        end = time.monotonic() + DRAIN_SECONDS
        while not paths <= (arrived := self.receivers.arrived()).keys():
            if time.monotonic() > end:
                raise RuntimeError(f"{len(paths - arrived.keys())} calls never came")
            time.sleep(0.2)
        return arrived

    def wait_until_booked(self) -> None:
        """Until no lane is held and the worker is idle."""
        end = time.monotonic() + DRAIN_SECONDS
        query = "SELECT count(*) FROM exchange_subscription WHERE lease_until IS NOT NULL"
        while self._run(query)[0][0]:
            if time.monotonic() > end:
                raise RuntimeError("some lanes are still held")
            time.sleep(0.2)
        time.sleep(0.5)

    def _run(self, statement: str, values: list[Any] | None = None) -> list[tuple[Any, ...]]:
        with self._con.cursor() as cursor:
            cursor.execute(statement, values)
            return cursor.fetchall() if cursor.description else []
