"""The audit trail: sealed in blocks, and every tampering named."""

import json
import random
import threading
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection, transaction

from accounts import audit, checkpoints
from accounts.actions import trail
from accounts.actions.trail import seal_audit
from accounts.actor import CLOCK
from accounts.models import AuditBlock, AuditEvent, AuditSeal
from accounts.verification import verify_audit
from tests.factories.accounts import DepartmentFactory


@pytest.fixture
def record(department):
    def some(count):
        for number in range(count):
            audit.record(CLOCK, "department.changed", department, number=number, note="示例")
        return list(AuditEvent.objects.order_by("pk").values_list("pk", flat=True))

    return some


@pytest.fixture
def sealed(record, monkeypatch):
    """Twelve entries in three blocks of five, five and two; gives their ids."""
    monkeypatch.setattr(trail, "BLOCK", 5)
    ids = record(12)
    assert seal_audit() == 12
    return ids


def execute(statement, values=()):
    """As the owner of the database, past every rule of ours."""
    with connection.cursor() as cursor:
        # Checks that wait for the end of the transaction are done now, not after the tampering.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, values)
        cursor.execute("SET session_replication_role = origin")


def first_bad():
    verdict = verify_audit()
    assert verdict.ok is False
    return verdict.first_bad


def test_an_empty_trail_is_sound(db):
    assert seal_audit() == 0
    verdict = verify_audit()
    assert (verdict.ok, verdict.entries, verdict.blocks, verdict.unsealed) == (True, 0, 0, 0)


def test_entries_are_sealed_in_chained_blocks(sealed):
    blocks = list(AuditBlock.objects.order_by("number"))
    assert [(b.number, b.entries) for b in blocks] == [(1, 5), (2, 5), (3, 2)]
    assert blocks[0].previous == "0" * 64
    assert blocks[1].previous == blocks[0].digest
    assert blocks[2].previous == blocks[1].digest
    verdict = verify_audit()
    assert verdict.ok
    assert (verdict.entries, verdict.blocks, verdict.unsealed) == (12, 3, 0)
    assert verdict.checkpoints == 1


def test_sealing_again_seals_only_what_is_new(sealed, record):
    record(1)
    assert verify_audit().unsealed == 1
    assert seal_audit() == 1
    assert seal_audit() == 0
    assert AuditBlock.objects.count() == 4
    verdict = verify_audit()
    assert (verdict.ok, verdict.checkpoints) == (True, 2)


def test_an_entry_that_becomes_visible_late_goes_into_a_later_block(sealed):
    # Its id was taken before those of the sealed entries; its transaction ended after them.
    execute(
        "INSERT INTO accounts_auditevent (id, verb, actor_kind, actor_name, subject_type,"
        " subject_id, detail, request_id, address)"
        " VALUES (%s, 'a.b', 'clock', 'clock', 'x', '1', '{}', '', '')",
        [sealed[0] - 1],
    )
    assert verify_audit().unsealed == 1
    assert seal_audit() == 1
    assert AuditSeal.objects.get(event_id=sealed[0] - 1).block_id == 4
    assert verify_audit().ok


@pytest.mark.parametrize("place", [0, 3, 4, 5, 11])
@pytest.mark.parametrize(
    "change",
    [
        "detail = jsonb_set(detail, '{note}', '\"别的\"')",
        "at = at + interval '1 microsecond'",
        "actor_name = 'nobody'",
        "verb = 'department.closed'",
        "address = '10.0.0.1'",
    ],
)
def test_an_edited_entry_is_named(sealed, place, change):
    execute(f"UPDATE accounts_auditevent SET {change} WHERE id = %s", [sealed[place]])
    assert first_bad()["entry"] == sealed[place]


@pytest.mark.parametrize("place", [0, 4, 5, 7, 11])
def test_a_deleted_entry_is_named(sealed, place):
    execute("DELETE FROM accounts_auditevent WHERE id = %s", [sealed[place]])
    bad = first_bad()
    assert bad["entry"] == sealed[place]
    assert bad["reason"] == f"entry {sealed[place]} was deleted"


@pytest.mark.parametrize("place", [0, 1, 4, 5, 7, 9, 10, 11])
def test_an_entry_deleted_with_its_seal_is_named(sealed, place):
    execute("DELETE FROM accounts_auditseal WHERE event_id = %s", [sealed[place]])
    execute("DELETE FROM accounts_auditevent WHERE id = %s", [sealed[place]])
    bad = first_bad()
    assert bad["block"] == (place // 5) + 1
    assert bad["entry"] == sealed[place]


def test_a_whole_block_deleted_is_named(sealed):
    execute("DELETE FROM accounts_auditseal WHERE block_id = 2")
    execute("DELETE FROM accounts_auditevent WHERE id = ANY(%s)", [sealed[5:10]])
    execute("DELETE FROM accounts_auditblock WHERE number = 2")
    bad = first_bad()
    assert (bad["block"], bad["entry"]) == (2, sealed[5])


def test_two_swapped_entries_are_named_by_the_first(sealed):
    execute(
        "UPDATE accounts_auditevent e SET detail = o.detail, at = o.at FROM accounts_auditevent o"
        " WHERE (e.id, o.id) IN ((%s, %s), (%s, %s))",
        [sealed[2], sealed[3], sealed[3], sealed[2]],
    )
    assert first_bad()["entry"] == sealed[2]


def test_two_swapped_seals_are_named_by_the_first(sealed):
    execute(
        "UPDATE accounts_auditseal s SET event_id = -s.event_id WHERE event_id IN (%s, %s)",
        [sealed[6], sealed[7]],
    )
    execute(
        "UPDATE accounts_auditseal SET event_id = %s WHERE event_id = -%s::bigint",
        [sealed[7], sealed[6]],
    )
    execute(
        "UPDATE accounts_auditseal SET event_id = %s WHERE event_id = -%s::bigint",
        [sealed[6], sealed[7]],
    )
    bad = first_bad()
    assert bad["entry"] in (sealed[6], sealed[7])
    assert bad["block"] == 2


def test_an_entry_put_into_a_sealed_block_is_named(sealed):
    forged = sealed[-1] + 1000
    execute(
        "INSERT INTO accounts_auditevent (id, verb, actor_kind, actor_name, subject_type,"
        " subject_id, detail, request_id, address)"
        " VALUES (%s, 'a.b', 'clock', 'clock', 'x', '1', '{}', '', '')",
        [forged],
    )
    execute(
        "INSERT INTO accounts_auditseal (event_id, block_id, place, link) VALUES (%s, 2, 6, %s)",
        [forged, "f" * 64],
    )
    assert first_bad()["entry"] == forged


def test_an_entry_put_in_among_long_sealed_ones_is_named(sealed):
    execute("UPDATE accounts_auditblock SET sealed_at = sealed_at - interval '2 hours'")
    execute(
        "INSERT INTO accounts_auditevent (id, verb, actor_kind, actor_name, subject_type,"
        " subject_id, detail, request_id, address)"
        " VALUES (%s, 'a.b', 'clock', 'clock', 'x', '1', '{}', '', '')",
        [sealed[0] - 1],
    )
    assert seal_audit() == 0
    assert first_bad()["entry"] == sealed[0] - 1


def test_a_cut_tail_is_seen_by_the_checkpoint(sealed):
    execute("DELETE FROM accounts_auditseal WHERE block_id = 3")
    execute("DELETE FROM accounts_auditblock WHERE number = 3")
    execute("DELETE FROM accounts_auditevent WHERE id = ANY(%s)", [sealed[10:]])
    bad = first_bad()
    assert bad["block"] == 3
    assert "the tail was cut" in bad["reason"]


def test_a_chain_recomputed_after_an_edit_is_seen_by_the_checkpoint(sealed, tmp_path, settings):
    execute("UPDATE accounts_auditevent SET verb = 'x.y' WHERE id = %s", [sealed[7]])
    execute("DELETE FROM accounts_auditseal WHERE true")
    execute("DELETE FROM accounts_auditblock WHERE true")
    honest = settings.AUDIT_CHECKPOINT_FILE
    settings.AUDIT_CHECKPOINT_FILE = tmp_path / "forged.ndjson"
    assert seal_audit() == 12
    settings.AUDIT_CHECKPOINT_FILE = honest
    bad = first_bad()
    assert bad["block"] == 3
    assert "the chain was recomputed" in bad["reason"]


def test_a_checkpoint_file_written_by_somebody_else_is_refused(sealed, audit_checkpoints):
    block = AuditBlock.objects.get(number=3)
    line = {"block": 3, "digest": block.digest, "at": "2026-01-01", "signature": "made-up"}
    audit_checkpoints.write_text(json.dumps(line) + "\n")
    assert "was not written by us" in first_bad()["reason"]


def test_a_missing_checkpoint_file_is_no_proof(sealed, audit_checkpoints):
    audit_checkpoints.unlink()
    assert "checkpoint file is missing" in first_bad()["reason"]


def test_a_checkpoint_lost_in_a_crash_is_written_by_the_next_sealing(sealed, audit_checkpoints):
    audit_checkpoints.write_bytes(audit_checkpoints.read_bytes()[:20])
    assert seal_audit() == 0
    assert checkpoints.newest().block == 3


def test_the_command_tells_by_its_exit_code(sealed):
    said = StringIO()
    call_command("audit", "verify", "--json", stdout=said)
    body = json.loads(said.getvalue())
    assert (body["ok"], body["entries"], body["first_bad"]) == (True, 12, None)

    execute("UPDATE accounts_auditevent SET verb = 'x.y' WHERE id = %s", [sealed[3]])
    said = StringIO()
    with pytest.raises(SystemExit) as end:
        call_command("audit", "verify", stdout=said)
    assert end.value.code == 1
    assert f"First bad place: entry {sealed[3]}." in said.getvalue()


@pytest.mark.django_db(transaction=True)
def test_two_sealers_make_one_chain(monkeypatch):
    monkeypatch.setattr(trail, "BLOCK", 5)
    department = DepartmentFactory()
    for _ in range(40):
        audit.record(CLOCK, "department.changed", department)
    barrier, sealed = threading.Barrier(4), []

    def seal():
        try:
            barrier.wait(10)
            sealed.append(seal_audit())
        finally:
            connection.close()

    rivals = [threading.Thread(target=seal) for _ in range(4)]
    for rival in rivals:
        rival.start()
    for rival in rivals:
        rival.join(30)
    assert sum(sealed) == 40
    assert AuditSeal.objects.count() == 40
    assert verify_audit().ok


@pytest.mark.parametrize(
    "table", ["accounts_auditevent", "accounts_auditblock", "accounts_auditseal"]
)
@pytest.mark.parametrize("deed", ["UPDATE {} SET {} = {}", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_the_application_role_can_only_add_to_the_trail(sealed, table, deed):
    column = {"accounts_auditblock": "number"}.get(table, "id")
    column = "place" if table == "accounts_auditseal" else column
    statement = deed.format(table, column, column)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE shuqiao_app")
        cursor.execute(f"SELECT count(*) FROM {table}")
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            cursor.execute(statement)
        cursor.execute("RESET ROLE")
    assert verify_audit().ok


def test_the_application_role_can_seal(record):
    record(3)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE shuqiao_app")
        assert seal_audit() == 3
        cursor.execute("RESET ROLE")
    assert verify_audit().ok


def test_of_two_hundred_random_tamperings_none_goes_unnoticed(record, monkeypatch):
    monkeypatch.setattr(trail, "BLOCK", 7)
    ids = record(40)
    seal_audit()
    dice = random.Random(809)
    missed = [deed for deed in range(200) if not _noticed(dice, ids)]
    assert missed == []
    assert verify_audit().ok


def _noticed(dice, ids):
    """Tamper once at random, look, and put everything back."""
    one, two = dice.sample(ids, 2)
    columns = ("verb", "actor_name", "subject_id", "request_id", "address", "actor_kind")
    edit = f"UPDATE accounts_auditevent SET {dice.choice(columns)} = 'x-{one}' WHERE id = {two}"
    deeds = [
        [edit],
        [f"UPDATE accounts_auditevent SET detail = '{{\"n\": {one}}}' WHERE id = {two}"],
        [f"DELETE FROM accounts_auditevent WHERE id = {one}"],
        [
            f"DELETE FROM accounts_auditseal WHERE event_id = {one}",
            f"DELETE FROM accounts_auditevent WHERE id = {one}",
        ],
        [
            f"UPDATE accounts_auditevent SET id = -1 WHERE id = {one}",
            f"UPDATE accounts_auditevent SET id = {one} WHERE id = {two}",
            f"UPDATE accounts_auditevent SET id = {two} WHERE id = -1",
        ],
        [f"UPDATE accounts_auditseal SET link = repeat('a', 64) WHERE event_id = {one}"],
        [f"UPDATE accounts_auditblock SET digest = repeat('a', 64) WHERE number = {one % 5 + 1}"],
        [f"UPDATE accounts_auditblock SET entries = entries + 1 WHERE number = {one % 5 + 1}"],
    ]
    with transaction.atomic():
        for statement in dice.choice(deeds):
            execute(statement)
        noticed = not verify_audit().ok
        transaction.set_rollback(True)
    return noticed
