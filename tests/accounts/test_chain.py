"""Canonical bytes of an entry, and the block over entries."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from accounts import chain
from accounts.ledgers import TRAIL, Ledger
from tools.verify_evidence import GENESIS, block_digest


def test_canonical_bytes_are_sorted_json_in_utf8_with_times_in_utc():
    china = timezone(timedelta(hours=8))
    at = datetime(2026, 3, 2, 9, 0, tzinfo=china)
    assert chain.canonical({"b": "甲", "at": at, "a": {"z": 1, "y": None}}) == (
        '{"a":{"y":null,"z":1},"at":"2026-03-02T01:00:00.000000+00:00","b":"甲"}'.encode()
    )


def test_the_zone_of_the_reader_changes_nothing():
    utc = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
    china = utc.astimezone(timezone(timedelta(hours=8)))
    assert chain.canonical({"at": utc}) == chain.canonical({"at": china})


def test_a_column_that_is_null_is_no_part_of_an_entry_so_that_columns_can_be_added():
    before = Ledger("one", "table_one", ("id", "word"))
    after = Ledger("one", "table_one", ("id", "word", "added"))
    assert chain.read_entry(before, (7, "x")) == chain.read_entry(after, (7, "x", None))
    assert chain.read_entry(after, (7, "x", 0)).content == b'{"added":0,"id":7,"word":"x"}'


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
