"""A body reaches the disk whole, or not at all."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from exchange.dataplane.errors import BodyMalformed, TooLarge, Transient
from exchange.dataplane.intake import spool
from exchange.dataplane.limits import Limits

SHA = hashlib.sha256(b"abcdef").hexdigest()


def test_a_body_is_counted_and_hashed(tmp_path: Path) -> None:
    spooled = spool([b"abc", b"", b"def"], tmp_path / "b", Limits(), size=6, sha256=SHA.upper())
    assert (spooled.size, spooled.sha256) == (6, SHA)
    assert spooled.path.read_bytes() == b"abcdef"


@pytest.mark.parametrize(
    ("declared", "code"),
    [({"size": 7}, "length-mismatch"), ({"sha256": "0" * 64}, "digest-mismatch")],
)
def test_a_body_other_than_declared_leaves_no_file(
    tmp_path: Path, declared: dict[str, object], code: str
) -> None:
    with pytest.raises(BodyMalformed) as refusal:
        spool([b"abcdef"], tmp_path / "b", Limits(), **declared)
    assert refusal.value.code == code
    assert not (tmp_path / "b").exists()


def test_a_body_above_the_limit_is_cut_off(tmp_path: Path) -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b"x" * 100

    with pytest.raises(TooLarge, match="at most 250 bytes"):
        spool(endless(), tmp_path / "b", Limits(max_bytes=250))
    assert not (tmp_path / "b").exists()


def test_a_sender_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    def broken() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        spool(broken(), tmp_path / "b", Limits())
    assert not (tmp_path / "b").exists()


def test_a_file_that_is_there_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "b").write_bytes(b"mine")
    with pytest.raises(Transient):
        spool([b"abc"], tmp_path / "b", Limits())
    assert (tmp_path / "b").read_bytes() == b"mine"
