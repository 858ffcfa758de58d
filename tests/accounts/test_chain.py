"""Canonical bytes of an audit entry, and the links between them."""

from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

from accounts import chain


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


def test_a_link_covers_the_link_before_and_the_entry():
    entries = [chain.Entry(1, b"one"), chain.Entry(2, b"two")]
    first = sha256(b"0" * 64 + b"\none").hexdigest()
    second = sha256(first.encode() + b"\ntwo").hexdigest()
    assert list(chain.links(chain.GENESIS, entries)) == [first, second]
