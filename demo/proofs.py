"""What must be refused, what must not happen twice, and what must end at once."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from demo.checks import Difference, same, same_table, until
from demo.client import Api
from demo.copies import Copies
from demo.publishing import Publisher, body_with_faults
from demo.registers import Stage
from demo.revisions import KEY, WITHHELD, Revision, as_ndjson, body_of, changes, difference

MANAGE = Path(__file__).resolve().parent.parent / "manage.py"


def refuse_bad_rows(publisher: Publisher, reader: Api, revision: Revision) -> str:
    """A snapshot with bad rows is refused by line and column, and changes nothing; how it says."""
    before = publisher.last_number(reader)
    media_type, body, places = body_with_faults(revision)
    answer = publisher.send("snapshot", media_type, body, publisher.key("with-faults"))
    problem = publisher.api.refused(answer, 422, "batch-refused")
    found = [(error["line"], error["column"], error["code"]) for error in problem["errors"]]
    same("the places of the bad rows", places, found)
    same("rejected rows", len(places), problem["rejected"])
    same("the last batch after the refusal", before, publisher.last_number(reader))
    error = problem["errors"][0]
    return f"line {error['line']}, column {error['column']}: {error['detail']} ({error['value']})"


def publish_again(publisher: Publisher, reader: Api, revision: Revision, number: int) -> None:
    """The same key and body give the same batch again; another body with it is refused."""
    before = publisher.last_number(reader)
    _, media_type, body = body_of(revision)
    key = publisher.key(revision.label)
    answer = publisher.send("snapshot", media_type, body, key)
    same("the status of the repetition", 201, answer.status_code)
    same("Idempotent-Replayed", "true", answer.headers.get("Idempotent-Replayed"))
    same("the batch of the repetition", number, answer.json()["batch"]["number"])
    other = publisher.send("snapshot", media_type, body + b"\n", key)
    publisher.api.refused(other, 422, "idempotency-key-reused")
    same("the last batch after the repetition", before, publisher.last_number(reader))


def look_up(system: Api, dataset: str, revision: Revision, number: int, code: str) -> str:
    """The record of a code, without the item not granted; by name as well. Gives the name."""
    path = f"/datasets/{dataset}/lookup"
    until(
        f"look-ups know batch {number}",
        lambda: system.post(path, {"where": {KEY: code}})["as_of"] >= number,
    )
    name, level, parent = revision.granted[code]
    expected = {KEY: code, "name": name, "level": level, "parent_code": parent}
    same(f"the record {code}", [expected], system.post(path, {"where": {KEY: code}})["items"])
    namesakes = sorted(key for key, values in revision.granted.items() if values[0] == name)
    found = system.post(path, {"where": {"name": name}, "items": [KEY]})["items"]
    same(f"the codes of {name}", namesakes, sorted(row[KEY] for row in found))
    same("a code that is not there", [], system.post(path, {"where": {KEY: "999999"}})["items"])
    asked = system.http.post(path, json={"where": {KEY: code}, "items": [WITHHELD]})
    system.refused(asked, 422, "item-not-granted")
    searched = system.http.post(path, json={"where": {WITHHELD: "2014"}})
    same(f"the status of searching by {WITHHELD}", 422, searched.status_code)
    return str(name)


def read_everything(copies: Copies, revision: Revision) -> None:
    """The whole table in one file, compared with the revision."""
    copies.pull.begin()
    same_table("the whole table", revision.granted, copies.pull.rows)


def retire_refused(stage: Stage) -> str:
    """A system that feeds a living grant is not retired; what holds it."""
    admin, path = stage.people["civil.admin"], f"/systems/{stage.systems['civil']}"
    answer = admin.attempt(f"{path}/retire", {"reason": "演示：仍在供数的系统"})
    problem = admin.refused(answer, 409, "system-held")
    same("the state of the system", "in_operation", admin.get(path)["state"])
    return f"409 system-held, {problem['holds'][0]['note']}"


def revoke(stage: Stage, grant: str, dataset: str, copies: Copies) -> None:
    """The provider ends the grant: page, table and look-up are refused from this moment."""
    answer = stage.people["civil.head"].post(
        f"/grants/{grant}/revoke", {"reason": "使用目的已实现，收回授权"}
    )
    same("the state of the grant", "revoked", answer["state"])
    system = stage.machines["tax"]
    for lane in system.all("/subscriptions", grant=grant):
        same(f"the state of the {lane['mode']} subscription", "ended", lane["state"])
        for page in ("changes", "table"):
            answer = system.http.get(f"/subscriptions/{lane['id']}/{page}")
            system.refused(answer, 403, "grant-ended")
    gone = system.http.post(f"/datasets/{dataset}/lookup", json={"where": {KEY: "110101"}})
    system.refused(gone, 403, "grant-ended")


def publish_after_revocation(
    publisher: Publisher, reader: Api, old: Revision, new: Revision, copies: Copies
) -> int:
    """Publish changes back to an older revision; nothing of it reaches the former subscriber."""
    sink, receiver = copies.sink, copies.webhook.receiver
    before, calls = sink.rows, len(receiver.events)
    body = as_ndjson(changes(old, new))
    batch = publisher.receipt(
        "changes",
        "application/x-ndjson",
        body,
        f"{new.label}-again",
        difference(old.rows, new.rows),
    )
    path = f"/datasets/{publisher.dataset}"
    # The workers have seen the batch once the queryable table has it.
    until("the hub folds the batch", lambda: reader.get(path)["folded_number"] >= batch["number"])
    same_table("the sink after the revocation", before, sink.rows)
    same("the sink's offset", batch["number"] - 1, sink.number)
    same("webhooks after the revocation", calls, len(receiver.events))
    return int(batch["number"])


def read_trail(auditor: Api, facts: dict[str, str]) -> int:
    """The deeds of this run stand in the trail; ``facts``: verb -> subject. How many entries."""
    entries = 0
    for verb, subject in facts.items():
        found = auditor.all("/audit-events", verb=verb, subject_id=subject)
        if not found:
            raise Difference(f"the trail has no entry {verb} about {subject}")
        entries += len(found)
    return entries


def verify_trail() -> dict[str, Any]:
    """Seal what is not sealed yet, recompute the whole chain; the verdict."""
    _manage("seal")
    verdict: dict[str, Any] = json.loads(_manage("verify", "--json"))
    same("the verdict on the trail", True, verdict["ok"])
    if not verdict["blocks"]:
        raise Difference("the trail has no sealed block")
    return verdict


def _manage(*words: str) -> str:
    answer = subprocess.run(
        [sys.executable, str(MANAGE), "audit", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    if answer.returncode:
        raise Difference(
            f"manage.py audit {words[0]} ended with {answer.returncode}:\n"
            f"{answer.stdout[-1000:]}{answer.stderr[-1000:]}"
        )
    return answer.stdout
