"""Data that is graded so lies sealed wherever it lies, and is read as before."""

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from accounts.actor import CLOCK
from catalog.models import Entry
from exchange.actions.reads import read_changes, read_table
from exchange.actions.scrubs import scrub_blobs
from exchange.actions.uploads import finish_upload, open_upload, receive_part
from exchange.api.rendering import given_response
from exchange.datakeys import key_of, load_key
from exchange.dataplane import sealed
from exchange.dataplane.errors import Terminal
from exchange.dataplane.sealed import Keyring, is_sealed, open_plain
from exchange.errors import StoreFailed
from exchange.models import Batch, DataKey, Snapshot
from exchange.storage import keep_file, projections, store, store_of
from exchange.tables import snapshot_at_head
from kernel.sealing import unseal
from tests.factories.exchange import ndjson, row

NAME = "欧阳守密"
ROWS = [row("110101", NAME), row("110102", "乙区")]


def grade(world, word: str) -> None:
    Entry.objects.filter(resource=world.resource).update(data_grade=word)


@pytest.fixture
def graded(world):
    grade(world, "important")
    return world


@pytest.fixture
def strangers(monkeypatch):
    """Another process, which has opened no key yet."""

    def forget() -> None:
        ring = Keyring()
        ring.load = load_key
        monkeypatch.setattr(sealed, "KEYRING", ring)
        monkeypatch.setattr("exchange.dataplane.store.KEYRING", ring)
        monkeypatch.setattr("exchange.datakeys.KEYRING", ring)

    return forget


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.suffix != ".facts"]


def test_without_a_grade_of_that_kind_nothing_is_sealed_and_no_key_is_made(world):
    world.publish(ROWS)
    assert [is_sealed(path) for path in files(store().root)] == [False]
    assert key_of(world.resource.pk) is None
    assert not DataKey.objects.exists()


def test_every_file_of_graded_data_is_sealed_under_one_key_of_its_resource(graded, store_dir):
    lane = graded.subscribe(grant=graded.grant())
    graded.publish(ROWS)
    graded.publish([row("110103", NAME)], "changes")
    snapshot_at_head(graded.dataset)
    read_table(lane, actor=graded.actor("reader"), format="csv")
    found = files(store_dir)
    assert len(found) == 4
    assert {is_sealed(path) for path in found} == {True}
    assert not [path for path in found if NAME.encode() in path.read_bytes()]
    key = DataKey.objects.get()
    assert (key.resource_id, key.cipher) == (graded.resource.pk, "aes-256-gcm")
    assert unseal(key.sealed) not in str(key.__dict__)


def test_a_batch_has_the_digest_that_it_would_have_in_the_clear(graded, world):
    sealed_one = graded.publish(ROWS).batch
    assert store().verify(sealed_one.digest).digest == sealed_one.digest
    grade(graded, "general")
    made = graded.publish([row("110109")]).batch
    grade(graded, "core")
    assert store_of(graded.resource.pk).seal(made.digest)
    assert store().verify(made.digest).size == made.size


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_another_process_reads_it_by_every_way(graded, strangers, settings, cipher):
    settings.SEALING_CIPHER = cipher
    grant = graded.grant(masks={"area": {"kind": "full"}}, condition=f'name = "{NAME}"')
    lanes = [graded.subscribe(grant=each) for each in (graded.grant(), grant)]
    graded.publish(ROWS)
    strangers()
    reader = graded.actor("reader")
    for lane, names in zip(lanes, ([NAME, "乙区"], [NAME]), strict=True):
        page = read_changes(lane, actor=reader, cursor=None, limit=9)
        assert page.table.column("name").to_pylist() == names
        given = read_table(lane, actor=reader, format="ndjson")
        with open_plain(given.path) as file:
            whole = file.read()
        response = given_response(given, lambda: True)
        assert b"".join(response.streaming_content) == whole
        assert int(response["Content-Length"]) == len(whole)
        assert whole.decode().count(NAME) == 1
    assert DataKey.objects.get().cipher == cipher


def test_nginx_sends_no_sealed_file(graded, settings):
    settings.ACCEL_REDIRECT = True
    lane = graded.subscribe(grant=graded.grant())
    graded.publish(ROWS)
    given = read_table(lane, actor=graded.actor("reader"), format="csv")
    response = given_response(given, lambda: True)
    assert "X-Accel-Redirect" not in response
    assert NAME in b"".join(response.streaming_content).decode()


def test_parts_of_an_upload_lie_sealed_and_make_the_body(graded, store_dir):
    data, actor = ndjson(ROWS), graded.actor("publisher")
    how = {"kind": "snapshot", "content_type": "application/x-ndjson", "size": len(data)}
    upload, _ = open_upload(graded.dataset, actor=actor, **how)
    for start, stop in ((0, 40), (40, 41), (41, len(data))):
        receive_part(upload, actor=actor, offset=start, chunks=[data[start:stop]])
    parts = [path for path in files(store_dir / "uploads") if path.stat().st_size]
    assert [is_sealed(path) for path in parts] == [True] * 3
    done = finish_upload(upload, actor=actor, format="ndjson", encoding="utf-8")
    assert (done.batch.received, done.batch.accepted) == (2, 2)
    assert files(store_dir / "uploads") == []


def test_an_upload_that_began_before_the_grade_is_put_together_whole(world, store_dir):
    data, actor = ndjson(ROWS), world.actor("publisher")
    how = {"kind": "snapshot", "content_type": "application/x-ndjson", "size": len(data)}
    upload, _ = open_upload(world.dataset, actor=actor, **how)
    receive_part(upload, actor=actor, offset=0, chunks=[data[:40]])
    grade(world, "important")
    receive_part(upload, actor=actor, offset=40, chunks=[data[40:90]])
    grade(world, "general")
    receive_part(upload, actor=actor, offset=90, chunks=[data[90:]])
    done = finish_upload(upload, actor=actor, format="ndjson", encoding="utf-8")
    assert done.batch.accepted == 2


def test_what_was_graded_later_is_sealed_by_the_next_scrub_and_keeps_its_digest(world):
    batch = world.publish(ROWS).batch
    grade(world, "core")
    assert scrub_blobs(actor=CLOCK) == 0
    assert [is_sealed(path) for path in files(store().root)] == [True]
    assert store().verify(batch.digest).size == batch.size
    batch.refresh_from_db()
    assert batch.damaged_at is None


def test_a_lost_master_key_is_said_and_no_byte_is_taken_for_damaged(graded, strangers, settings):
    lane = graded.subscribe(grant=graded.grant())
    graded.publish(ROWS)
    kept = files(store().root)
    settings.SEALING_KEYS = [Fernet.generate_key().decode()]
    strangers()
    with pytest.raises(StoreFailed, match="which SEALING_KEYS lacks") as refusal:
        read_changes(lane, actor=graded.actor("reader"), cursor=None, limit=9)
    assert refusal.value.facts["reason"] == "data-key-missing"
    assert scrub_blobs(actor=CLOCK) == 0
    assert files(store().root) == kept
    assert not Batch.objects.exclude(damaged_at=None).exists()
    assert Snapshot.objects.filter(damaged_at=None).count() == 1


def test_a_key_without_its_row_opens_nothing(graded):
    graded.publish(ROWS)
    key = DataKey.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM exchange_datakey")
    with pytest.raises(Terminal, match=str(key.pk)) as refusal:
        load_key(key.pk)
    assert refusal.value.code == "data-key-missing"


def test_a_kept_file_is_sealed_on_its_way_and_its_plain_form_is_gone(graded, tmp_path):
    made = tmp_path / "made"
    made.write_text(NAME)
    keep_file(made, projections() / "kept", graded.resource.pk)
    assert is_sealed(projections() / "kept")
    assert list(tmp_path.glob("made*")) == []
