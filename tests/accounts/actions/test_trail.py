"""The ledgers: sealed in blocks with checkpoints outside, and every forgery named."""

import json
import threading
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts import audit, checkpoints
from accounts.actions import trail
from accounts.actions.trail import seal_audit
from accounts.actor import CLOCK
from accounts.evidencekeys import sign
from accounts.models import CheckpointPlace, EvidenceBlock
from accounts.verification import verify_audit
from tests.factories.accounts import DepartmentFactory
from tests.ledgers import execute, first_bad, lines, put, sealed, write_lines

__all__ = ["sealed"]

LEDGERS = pytest.mark.parametrize("ledger", ["trail", "uses"])


def test_empty_ledgers_are_sound(db):
    assert seal_audit() == 0
    verdict = verify_audit()
    assert (verdict.ok, verdict.entries, verdict.blocks, verdict.unsealed) == (True, 0, 0, 0)


@LEDGERS
def test_entries_are_sealed_in_chained_blocks(sealed, ledger):
    blocks = list(EvidenceBlock.objects.filter(ledger=ledger).order_by("number"))
    assert [(b.number, b.entries) for b in blocks] == [(1, 5), (2, 5), (3, 2)]
    assert blocks[0].ids == [[number, number] for number in sealed[:5]]
    assert blocks[0].previous == "0" * 64
    assert blocks[1].previous == blocks[0].digest
    assert blocks[2].previous == blocks[1].digest
    verdict = verify_audit()
    assert verdict.ok
    assert (verdict.entries, verdict.blocks, verdict.checkpoints) == (24, 6, 6)


def test_sealing_again_seals_only_what_is_new(sealed):
    put("uses", [2000])
    assert verify_audit().unsealed == 1
    assert seal_audit() == 1
    assert seal_audit() == 0
    verdict = verify_audit()
    assert (verdict.ok, verdict.blocks, verdict.checkpoints) == (True, 7, 7)


def test_an_entry_that_becomes_visible_late_goes_into_a_later_block(db, monkeypatch):
    monkeypatch.setattr(trail, "BLOCK", 5)
    put("trail", [10, 11, 13, 14])
    seal_audit()
    # Its id was taken before those of the sealed entries; its transaction ended after them.
    put("trail", [12])
    assert verify_audit().unsealed == 1
    assert seal_audit() == 1
    late = EvidenceBlock.objects.get(number=2)
    assert (late.ids, late.through) == ([[12, 12]], 14)
    put("trail", [15])
    assert seal_audit() == 1
    assert verify_audit().ok


@pytest.mark.parametrize("algorithm", ["sha256", "sm3"])
def test_blocks_of_either_hash_function_follow_each_other(sealed, settings, algorithm):
    settings.EVIDENCE_ALGORITHM = "sm3"
    put("trail", [2000, 2001])
    seal_audit()
    settings.EVIDENCE_ALGORITHM = algorithm
    put("trail", [2002])
    seal_audit()
    used = EvidenceBlock.objects.filter(ledger="trail").order_by("number")
    assert list(used.values_list("algorithm", flat=True)) == ["sha256"] * 3 + ["sm3", algorithm]
    assert verify_audit().ok
    execute("UPDATE accounts_auditevent SET verb = 'x.y' WHERE id = 2001")
    first_bad("trail", 2001)


def test_a_checkpoint_signed_with_another_key_is_no_checkpoint(sealed, settings):
    mine = settings.EVIDENCE_KEYS
    settings.EVIDENCE_KEYS = ["ed25519:" + "QUJD" * 10 + "QUI="]
    told = lines()
    bare = {name: value for name, value in told[1].items() if name not in ("key", "signature")}
    write_lines([told[0], sign(bare), *told[2:]])
    settings.EVIDENCE_KEYS = mine
    assert "is not signed" in first_bad(told[1]["ledger"], sealed[5])["reason"]


def test_after_a_change_of_keys_the_old_one_verifies_by_its_public_half(sealed, settings):
    from accounts.evidencekeys import public_keys

    old = public_keys()[0]
    settings.EVIDENCE_KEYS = ["ed25519:" + "QUJD" * 10 + "QUI=", old]
    put("trail", [2000])
    seal_audit()
    assert len({line["key"] for line in lines()}) == 2
    assert verify_audit().ok
    settings.EVIDENCE_KEYS = settings.EVIDENCE_KEYS[:1]
    assert "is not signed" in first_bad("trail", sealed[0])["reason"]


def test_a_missing_checkpoint_file_is_no_proof(sealed, audit_checkpoints):
    audit_checkpoints.unlink()
    assert "it is missing" in first_bad("trail", sealed[0])["reason"]


def test_a_line_torn_by_a_crash_is_no_alarm_and_no_checkpoint(sealed, audit_checkpoints):
    whole = audit_checkpoints.read_bytes()
    audit_checkpoints.write_bytes(whole + b'{"format": "shuqiao-che')
    put("trail", [2000])
    seal_audit()
    assert verify_audit().ok
    assert checkpoints.newest(audit_checkpoints)["number"] == 4
    audit_checkpoints.write_bytes(audit_checkpoints.read_bytes()[:-40])
    assert "has no checkpoint" in first_bad("trail", 2000)["reason"]


def test_lines_that_a_crash_let_be_written_twice_are_no_alarm(sealed):
    CheckpointPlace.objects.update(heads={"trail": 1, "uses": 0})
    seal_audit()
    assert len(lines()) == 6 + 5
    assert verify_audit().ok


def test_a_file_that_was_moved_goes_on_where_it_ends(sealed, settings, audit_checkpoints, tmp_path):
    moved = tmp_path / "elsewhere" / "checkpoints.ndjson"
    moved.parent.mkdir()
    audit_checkpoints.rename(moved)
    settings.AUDIT_CHECKPOINT_FILE = moved
    put("uses", [2000])
    seal_audit()
    assert len(lines()) == 7
    assert verify_audit().ok


def test_a_further_file_gets_the_same_and_is_compared(sealed, settings, tmp_path):
    copy = tmp_path / "copy.ndjson"
    settings.CHECKPOINT_COPIES = [str(copy)]
    seal_audit()
    assert copy.read_bytes() != b""
    assert verify_audit().ok
    told = copy.read_text().splitlines()
    copy.write_text("\n".join([told[0], told[2]]) + "\n")
    bad = verify_audit().first_bad
    assert (bad["block"], bad["reason"]) == (2, "copy.ndjson knows another block 2")


def test_a_place_that_takes_nothing_is_noted_and_gets_all_when_it_does(sealed, settings, tmp_path):
    wall = tmp_path / "wall"
    wall.write_text("a file where a folder should be")
    settings.CHECKPOINT_COPIES = [str(wall / "checkpoints.ndjson")]
    seal_audit()
    place = CheckpointPlace.objects.get(address=settings.CHECKPOINT_COPIES[0])
    assert (place.fault, place.heads, place.stored_at) == ("File exists", {}, None)
    wall.unlink()
    seal_audit()
    place.refresh_from_db()
    assert (place.fault, place.heads) == ("", {"trail": 3, "uses": 3})
    assert place.stored_at is not None


def test_without_a_key_blocks_are_sealed_and_the_places_say_what_is_missing(db, settings):
    settings.EVIDENCE_KEYS = []
    put("trail", [1, 2])
    assert seal_audit() == 2
    place = CheckpointPlace.objects.get()
    assert (place.fault, place.heads) == ("EVIDENCE_KEYS names no key", {})


def test_the_command_tells_by_its_exit_code(sealed):
    said = StringIO()
    call_command("audit", "verify", "--json", stdout=said)
    body = json.loads(said.getvalue())
    assert (body["ok"], body["entries"], body["first_bad"]) == (True, 24, None)

    execute("UPDATE exchange_useentry SET rows = 0 WHERE id = %s", [sealed[3]])
    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("audit", "verify", stdout=said)
    assert end.value.code == 1
    assert f"First bad place: uses, entry {sealed[3]}." in said.getvalue()
    with pytest.raises(CommandError, match="not sealed yet"):
        call_command("audit", "receipt", "uses", "999999")


@pytest.mark.django_db(transaction=True)
def test_two_sealers_make_one_chain(monkeypatch):
    monkeypatch.setattr(trail, "BLOCK", 5)
    department = DepartmentFactory()
    for _ in range(40):
        audit.record(CLOCK, "department.changed", department)
    barrier, made = threading.Barrier(4), []

    def seal():
        try:
            barrier.wait(10)
            made.append(seal_audit())
        finally:
            connection.close()

    rivals = [threading.Thread(target=seal) for _ in range(4)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(30)
    assert sum(made) == 40
    assert [block.entries for block in EvidenceBlock.objects.all()] == [5] * 8
    seal_audit()
    assert verify_audit().ok


@pytest.mark.parametrize("name", ["accounts_auditevent", "accounts_evidenceblock"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_role_can_only_add_to_the_trail(sealed, name, deed):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE shuqiao_app")
        cursor.execute(f"SELECT count(*) FROM {name}")
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            cursor.execute(deed.format(name))
        cursor.execute("RESET ROLE")
    assert verify_audit().ok


def test_the_application_role_can_seal(db):
    put("trail", [1, 2, 3])
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE shuqiao_app")
        assert seal_audit() == 3
        cursor.execute("RESET ROLE")
    assert verify_audit().ok
