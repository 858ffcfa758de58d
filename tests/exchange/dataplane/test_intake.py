"""A body reaches the disk whole, or not at all."""

import hashlib
import resource
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

from exchange.dataplane.errors import BodyMalformed, TooLarge, Transient
from exchange.dataplane.intake import CODINGS, expand, spool
from exchange.dataplane.limits import MIB, Limits

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


@pytest.mark.parametrize("coding", CODINGS)
def test_a_compressed_body_is_unpacked(tmp_path: Path, coding: str) -> None:
    (tmp_path / "b").write_bytes(pa.compress(b"line\n" * 10_000, coding, asbytes=True))
    assert expand(tmp_path / "b", coding, tmp_path / "out", Limits()) == 50_000
    assert (tmp_path / "out").read_bytes() == b"line\n" * 10_000


@pytest.mark.parametrize("coding", CODINGS)
def test_several_frames_behind_each_other_are_one_body(tmp_path: Path, coding: str) -> None:
    frame = pa.compress(b"line\n", coding, asbytes=True)
    (tmp_path / "b").write_bytes(frame * 3)
    assert expand(tmp_path / "b", coding, tmp_path / "out", Limits()) == 15


@pytest.mark.parametrize("coding", CODINGS)
@pytest.mark.parametrize(
    ("limits", "code"),
    [
        (Limits(max_expanded_bytes=3 * MIB), "expanded-too-large"),
        (Limits(max_ratio=50, free_bytes=2 * MIB), "ratio"),
    ],
)
def test_a_bomb_is_cut_off_and_leaves_no_file(
    tmp_path: Path, coding: str, limits: Limits, code: str
) -> None:
    (tmp_path / "b").write_bytes(pa.compress(b"\0" * (32 * MIB), coding, asbytes=True))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(TooLarge) as refusal:
        expand(tmp_path / "b", coding, tmp_path / "out", limits)
    assert refusal.value.code == code
    assert not (tmp_path / "out").exists()
    # KiB: what a bomb holds is never in memory.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 24 * 1024


@pytest.mark.parametrize("coding", CODINGS)
def test_a_cut_or_foreign_body_leaves_no_file(tmp_path: Path, coding: str) -> None:
    whole = pa.compress(b"line\n" * 1000, coding, asbytes=True)
    for sent in (whole[:-3], b"line\n", whole + b"junk"):
        (tmp_path / "b").write_bytes(sent)
        with pytest.raises(BodyMalformed) as refusal:
            expand(tmp_path / "b", coding, tmp_path / "out", Limits())
        assert refusal.value.code == "coding"
        assert not (tmp_path / "out").exists()
