"""Publishing the revisions one after another, each compared with three copies."""

import time
from dataclasses import dataclass
from typing import Any

import httpx2

from demo.checks import Difference, same, same_table
from demo.client import Api
from demo.copies import Copies
from demo.revisions import NDJSON, Counts, Revision, body_of

WAIT = 30.0


@dataclass(frozen=True)
class Round:
    """One revision on its way: what the hub counted and how long each copy waited."""

    label: str
    format: str
    rows: int
    counts: Counts
    batch: int
    lags: dict[str, float]


class Publisher:
    """The provider's system with its dataset."""

    def __init__(self, api: Api, dataset: str, run: str) -> None:
        self.api, self.dataset, self.run = api, dataset, run

    def key(self, label: str) -> str:
        """The Idempotency-Key of a revision in this run."""
        return f"{self.run}-{label}"

    def send(self, kind: str, media_type: str, body: bytes, key: str) -> httpx2.Response:
        """The answer to a publication, whatever it is."""
        return self.api.publish(self.dataset, kind, media_type, body, key)

    def receipt(
        self, kind: str, media_type: str, body: bytes, label: str, counts: Counts
    ) -> dict[str, Any]:
        """The batch that a publication became, with exactly these counts."""
        answer = self.send(kind, media_type, body, self.key(label))
        if answer.status_code != 201:
            raise Difference(f"publishing {label}: expected 201, found {answer.text[:600]}")
        batch: dict[str, Any] = answer.json()["batch"]
        found = Counts(batch["inserted"], batch["updated"], batch["deleted"])
        if kind == "changes":
            # The hub counts upserts together: whether a row was there is the reader's knowledge.
            counts = Counts(counts.inserted + counts.updated, 0, counts.deleted)
        same(f"what revision {label} changed, as the hub counted it", counts, found)
        return batch

    def last_number(self, reader: Api) -> int:
        """The dataset's last batch."""
        return int(reader.get(f"/datasets/{self.dataset}")["last_number"])


def publish(publisher: Publisher, revision: Revision, counts: Counts, copies: Copies) -> Round:
    """Publish a revision as a snapshot; wait for every copy and compare its whole content."""
    format, media_type, body = body_of(revision)
    batch = publisher.receipt("snapshot", media_type, body, revision.label, counts)
    same(f"rows received of {revision.label}", len(revision.rows), batch["received"])
    lags = wait_for(copies, batch["number"])
    for copy in copies:
        same_table(f"the {copy.name} copy of {revision.label}", revision.granted, copy.rows)
    return Round(revision.label, format, len(revision.rows), counts, batch["number"], lags)


def wait_for(copies: Copies, number: int) -> dict[str, float]:
    """Seconds until each copy had the batch."""
    began, lags = time.monotonic(), dict[str, float]()
    waiting = list(copies)
    while waiting:
        for copy in waiting:
            if copy.has(number):
                lags[copy.name] = time.monotonic() - began
        waiting = [copy for copy in copies if copy.name not in lags]
        if time.monotonic() - began > WAIT:
            late = ", ".join(copy.name for copy in waiting)
            raise Difference(f"batch {number} did not reach {late} within {WAIT:.0f} s")
        time.sleep(0.01)
    return {copy.name: lags[copy.name] for copy in copies}


def body_with_faults(revision: Revision) -> tuple[str, bytes, list[tuple[int, str, str]]]:
    """A snapshot with two bad rows, and where: line, column and code of each fault."""
    records = revision.records()
    records[1000]["code"] = f"{records[1000]['code']}"[:5] + "X"
    records[2000]["level"] = "乡级"
    _, media_type, encode = NDJSON
    return media_type, encode(records), [(1001, "code", "pattern"), (2001, "level", "code-list")]
