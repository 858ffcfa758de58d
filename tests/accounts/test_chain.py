"""Canonical bytes of an entry, and the block over entries."""

import json
from datetime import UTC, datetime
from hashlib import sha256

import pytest
from django.db import connection

from accounts import blocks, chain
from accounts.ledgers import TRAIL, ledger_named
from tests.ledgers import put
from tools.verify_evidence import GENESIS, block_digest, canonical

NOBODY = "00000000-0000-0000-0000-000000000007"


def test_canonical_bytes_are_sorted_json_in_utf8():
    assert canonical({"b": "甲\n", "a": {"z": 1, "y": None}}) == (
        '{"a":{"y":null,"z":1},"b":"甲\\n"}'.encode()
    )


def test_a_column_that_is_null_is_no_part_of_an_entry_so_that_columns_can_be_added():
    assert chain.read_entry('{"word":"x","id":7,"added":null}') == chain.read_entry(
        '{"id":7, "word":"x"}'
    )
    assert chain.read_entry('{"id":7,"added":0}').content == b'{"added":0,"id":7}'


@pytest.mark.django_db
@pytest.mark.parametrize("zone", ["UTC", "Asia/Shanghai"])
def test_an_entry_is_read_the_same_whatever_the_zone_of_the_reader(zone):
    put("uses", [7])
    with connection.cursor() as cursor:
        cursor.execute("SELECT at FROM exchange_useentry")
        at = cursor.fetchone()[0]
        cursor.execute("SET LOCAL TimeZone TO %s", [zone])
    [entry] = blocks.entries_of(ledger_named("uses"), [[1, 9]])
    told = json.loads(entry.content)
    assert entry.content == canonical(told)
    assert told == {
        "at": at.astimezone(UTC).isoformat(timespec="microseconds"),
        "channel": "lookup",
        "department_id": NOBODY,
        "digest": "0" * 64,
        "edition": 1,
        "end_user": "甲",
        "first_row": 0,
        "grant_id": NOBODY,
        "id": 7,
        "items": ["code", "name"],
        "last_row": 0,
        "provider_id": NOBODY,
        "purpose": "核对",
        "reason": "",
        "rows": 7,
        "subjects": [7, 2**63 - 1],
        "system_id": NOBODY,
    }


def test_a_block_tells_its_entries_by_runs_of_ids_and_its_root_and_is_chained():
    entries = [chain.Entry(number, b"%d" % number) for number in (1, 2, 5)]
    at = datetime(2026, 3, 2, tzinfo=UTC)
    made = chain.block_of(TRAIL, 1, GENESIS, entries, algorithm="sha256", at=at)
    one, two, five = (sha256(b"\0" + entry.content).digest() for entry in entries)
    inner = sha256(b"\1" + one + two).digest()
    assert made["ids"] == [[1, 2], [5, 5]]
    assert made["root"] == sha256(b"\1" + inner + five).hexdigest()
    header = (
        '{"algorithm":"sha256","at":"2026-03-02T00:00:00.000000+00:00","entries":3,'
        f'"ids":[[1,2],[5,5]],"ledger":"trail","number":1,"previous":"{GENESIS}",'
        f'"root":"{made["root"]}"}}'
    )
    assert made["digest"] == sha256(b"\2" + header.encode()).hexdigest() == block_digest(made)


@pytest.mark.parametrize(
    ("ids", "pairs"), [([], []), ([4], [[4, 4]]), ([1, 2, 4], [[1, 2], [4, 4]])]
)
def test_runs_of_ids_are_pairs(ids, pairs):
    assert chain.pairs_of(ids) == pairs
