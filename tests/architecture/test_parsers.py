"""No parser breaks on damaged bytes: it takes them or refuses them as refusals are, in time."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.architecture.parsers import Parser, attempt, parsers

EXAMPLES = 40
# What breaks readers: ends, quotes, marks, halves of characters, numbers that are none.
NASTY = (
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\x81", b"\x840", b"\r", b"\n\n"),
    *(b'"', b"'", b"\\ud800", b"\\u0000", b"NaN", b"-Infinity", b"1e400", b"9" * 400, b"-0"),
    *(b"[" * 3000, b'{"a":' * 3000, b"=1+1", b"\t", b",,,,", b"null", b"true", b"<!DOCTYPE a>"),
    *(b"&x;", b"@import", b"../../", b"9999-99-99", b"\xf0\x90\x8d\x88" * 40, b"a" * 140_000),
)


@st.composite
def damaged(draw: Any, seeds: tuple[bytes, ...]) -> bytes:
    """A seed with some places cut, repeated, overwritten or filled in; or no seed at all."""
    body = draw(st.sampled_from(seeds) | st.binary(max_size=60))
    for _ in range(draw(st.integers(0, 5))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 16)))
        piece = draw(st.sampled_from(NASTY) | st.binary(max_size=8) | st.just(body[start:end] * 2))
        body = body[:start] + piece + body[end:]
    return body


@pytest.mark.parametrize("parser", parsers(), ids=lambda parser: parser.name)
def test_a_parser_takes_its_own_and_breaks_on_nothing(parser: Parser, tmp_path: Any) -> None:
    assert all(attempt(parser, seed, tmp_path) for seed in parser.seeds)
    assert not any(attempt(parser, body, tmp_path) for body in parser.broke)

    @settings(
        max_examples=EXAMPLES,
        deadline=2000,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(damaged(parser.seeds))
    def each(body: bytes) -> None:
        attempt(parser, body, tmp_path)

    each()
