"""Sealed files: any part can be read, nothing of them can be changed unnoticed."""

import hashlib
import os
import random
import threading
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from exchange.dataplane.engine import engine, scan
from exchange.dataplane.errors import Terminal
from exchange.dataplane.limits import Limits
from exchange.dataplane.sealed import (
    FRAME,
    KEYRING,
    Damaged,
    DataKey,
    Keyring,
    SealedFile,
    is_sealed,
    key_id_of,
    open_plain,
    seal_file,
    size_of,
    source_of,
)
from exchange.dataplane.sealed_files import FILES, readable_name
from kernel.aead import AES, SM4, TAG

HEAD = 64
SECRET = "990101199001011234"


def new_key(cipher: str = AES) -> DataKey:
    return KEYRING.add(DataKey(uuid4(), cipher, os.urandom(32)))


@pytest.fixture(params=[AES, SM4])
def key(request) -> DataKey:
    return new_key(request.param)


def sealed_of(tmp_path: Path, data: bytes, key: DataKey, name: str = "file") -> Path:
    plain = tmp_path / f"{name}.plain"
    plain.write_bytes(data)
    seal_file(plain, tmp_path / name, key)
    return tmp_path / name


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 7])
def test_every_size_comes_back_and_is_known_without_the_key(tmp_path, key, size):
    data = random.Random(size).randbytes(size)
    path = sealed_of(tmp_path, data, key)
    assert (is_sealed(path), key_id_of(path), size_of(path)) == (True, key.id, size)
    with open_plain(path) as file:
        assert file.read() == data


def test_any_range_is_the_same_as_in_the_plain_file(tmp_path, key):
    data = os.urandom(3 * FRAME + 100)
    chance = random.Random(7)
    with SealedFile(sealed_of(tmp_path, data, key)) as file:
        for _ in range(300):
            start, length = chance.randrange(len(data) + 50), chance.randrange(2 * FRAME)
            assert file.seek(start) == start
            assert file.read(length) == data[start : start + length]
        assert (file.seek(-5, os.SEEK_END), file.read()) == (len(data) - 5, data[-5:])


def test_nothing_of_the_content_shows_and_no_two_files_are_alike(tmp_path, key):
    one = sealed_of(tmp_path, SECRET.encode() * 9000, key, "one").read_bytes()
    other = sealed_of(tmp_path, SECRET.encode() * 9000, key, "other").read_bytes()
    assert SECRET.encode() not in one
    assert one[HEAD:] != other[HEAD:]


def swap_frames(data: bytearray) -> None:
    step = FRAME + TAG
    first, second = data[HEAD : HEAD + step], data[HEAD + step : HEAD + 2 * step]
    data[HEAD : HEAD + 2 * step] = second + first


def flip(place: int) -> Callable[[bytearray], None]:
    def change(data: bytearray) -> None:
        data[place] ^= 1

    return change


def cut_last_frame(data: bytearray) -> None:
    del data[HEAD + 3 * (FRAME + TAG) :]


def cut_a_byte(data: bytearray) -> None:
    del data[-1]


def drop_first_frame(data: bytearray) -> None:
    del data[HEAD : HEAD + FRAME + TAG]


def repeat_the_end(data: bytearray) -> None:
    data += data[HEAD + 3 * (FRAME + TAG) :]


HARMS = [
    *(flip(place) for place in (9, 12, 40, HEAD, HEAD + FRAME, HEAD + 2 * FRAME, -1)),
    *(swap_frames, cut_last_frame, cut_a_byte, drop_first_frame, repeat_the_end),
]


@pytest.mark.parametrize("harm", HARMS)
def test_whatever_is_changed_cut_swapped_or_added_is_noticed(tmp_path, key, harm):
    path = sealed_of(tmp_path, os.urandom(3 * FRAME + 100), key)
    data = bytearray(path.read_bytes())
    harm(data)
    path.write_bytes(bytes(data))
    with pytest.raises(Damaged), open_plain(path) as file:
        file.read()


def test_frames_of_another_file_under_the_same_key_do_not_fit(tmp_path, key):
    one = sealed_of(tmp_path, b"a" * FRAME * 2, key, "one")
    other = sealed_of(tmp_path, b"b" * FRAME * 2, key, "other")
    one.write_bytes(one.read_bytes()[:HEAD] + other.read_bytes()[HEAD:])
    with pytest.raises(Damaged), open_plain(one) as file:
        file.read()


def test_without_its_key_a_file_says_which_it_needs(tmp_path, monkeypatch):
    monkeypatch.setattr(KEYRING, "load", None)
    key = DataKey(uuid4(), AES, os.urandom(32))
    path = sealed_of(tmp_path, b"data", key)
    with pytest.raises(Terminal, match=str(key.id)) as refusal:
        open_plain(path)
    assert refusal.value.code == "data-key-missing"


def test_a_keyring_asks_once_for_each_key():
    asked, key = [], DataKey(uuid4(), AES, os.urandom(32))
    ring = Keyring()
    ring.load = lambda key_id: asked.append(key_id) or key
    assert [ring.key(key.id), ring.key(key.id)] == [key, key]
    assert asked == [key.id]


@pytest.fixture(scope="module")
def table() -> pa.Table:
    rows = 300_000
    texts = [f"{number * 7919 % rows:08d}" for number in range(rows)]
    return pa.table({"k": pa.array(range(rows)), "s": texts})


@pytest.fixture(scope="module")
def parquet(table, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sealed")
    pq.write_table(table, folder / "plain", row_group_size=20_000, compression="zstd")
    seal_file(folder / "plain", folder / "sealed", new_key())
    return folder / "sealed"


def test_arrow_reads_a_sealed_table_as_a_plain_one(table, parquet):
    assert pq.ParquetFile(source_of(parquet)).read().equals(table)
    assert pq.ParquetFile(source_of(parquet.with_name("plain"))).read().equals(table)


def test_duckdb_joins_sealed_and_plain_files_on_several_threads(parquet, tmp_path):
    query = f"SELECT count(*), sum(k) FROM {scan([parquet, parquet.with_name('plain')])}"
    with engine(Limits(duckdb_threads=4), tmp_path) as con:
        for _ in range(5):
            assert con.execute(query).fetchone() == (600_000, 2 * sum(range(300_000)))


def test_threads_that_share_one_opened_file_do_not_disturb_each_other(parquet):
    whole = parquet.with_name("plain").read_bytes()
    wrong: list[int] = []
    with FILES.open(readable_name(parquet)) as file:

        def read(seed: int) -> None:
            chance = random.Random(seed)
            for _ in range(200):
                start = chance.randrange(len(whole))
                file.seek(start)
                if file.read(5000) != whole[start : start + 5000]:
                    wrong.append(start)

        readers = [threading.Thread(target=read, args=(seed,)) for seed in range(4)]
        for reader in readers:
            reader.start()
        for reader in readers:
            reader.join()
    assert wrong == []


def test_damage_that_duckdb_comes_upon_is_named_as_ours(parquet, tmp_path):
    data = bytearray(parquet.read_bytes())
    data[HEAD + 100] ^= 1
    bad = tmp_path / "bad"
    bad.write_bytes(bytes(data))
    with pytest.raises(Terminal) as refusal, engine(Limits(), tmp_path) as con:
        con.execute(f"SELECT sum(k) FROM {scan([bad])}").fetchall()
    assert refusal.value.code == "blob-corrupt"


def test_other_errors_of_duckdb_stay_what_they_are(tmp_path):
    with pytest.raises(duckdb.CatalogException), engine(Limits(), tmp_path) as con:
        con.execute("SELECT * FROM nothing")


def test_the_digest_of_the_plain_bytes_is_that_of_the_sealed_file_read(parquet):
    with open_plain(parquet) as file, parquet.with_name("plain").open("rb") as plain:
        assert (
            hashlib.file_digest(file, "sha256").digest()
            == hashlib.file_digest(plain, "sha256").digest()
        )
