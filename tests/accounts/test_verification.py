"""Forgeries by the owner of the database, each named by its first bad entry; and no false alarm."""

import random

import pytest
from django.conf import settings as django_settings
from django.db import transaction

from accounts import checkpoints
from accounts.actions import trail
from accounts.actions.trail import seal_audit
from accounts.verification import verify_audit
from tests.ledgers import execute, first_bad, lines, put, sealed, table, write_lines

__all__ = ["sealed"]

LEDGERS = pytest.mark.parametrize("ledger", ["trail", "uses"])


@pytest.mark.parametrize("place", [0, 4, 5, 11])
@pytest.mark.parametrize(
    ("ledger", "change"),
    [
        ("trail", "detail = jsonb_set(detail, '{note}', '\"别的\"')"),
        ("trail", "at = at + interval '1 microsecond'"),
        ("trail", "address = '10.0.0.1'"),
        ("uses", "rows = rows + 1"),
        ("uses", "subjects = ARRAY[subjects[2], subjects[1]]"),
        ("uses", "end_user = ''"),
        ("uses", "credential_id = grant_id"),
    ],
)
def test_an_edited_entry_is_named(sealed, place, ledger, change):
    execute(f"UPDATE {table(ledger)} SET {change} WHERE id = %s", [sealed[place]])
    assert first_bad(ledger, sealed[place])["reason"].endswith("was edited")


@LEDGERS
@pytest.mark.parametrize("place", [0, 4, 5, 11])
def test_a_deleted_entry_is_named(sealed, place, ledger):
    execute(f"DELETE FROM {table(ledger)} WHERE id = %s", [sealed[place]])
    assert first_bad(ledger, sealed[place])["block"] == place // 5 + 1


@LEDGERS
def test_an_entry_put_in_among_long_sealed_ones_is_named(sealed, ledger):
    put(ledger, [sealed[3] + 1])
    assert seal_audit() == 0
    assert "was put in" in first_bad(ledger, sealed[3] + 1)["reason"]


def test_two_swapped_entries_are_named_by_the_first(sealed):
    execute(
        "UPDATE exchange_useentry e SET rows = o.rows, subjects = o.subjects"
        " FROM exchange_useentry o WHERE (e.id, o.id) IN ((%s, %s), (%s, %s))",
        [sealed[2], sealed[3], sealed[3], sealed[2]],
    )
    first_bad("uses", sealed[2])


@LEDGERS
def test_a_cut_tail_is_named_by_its_first_entry(sealed, ledger):
    execute("DELETE FROM accounts_evidenceblock WHERE ledger = %s AND number > 1", [ledger])
    execute(f"DELETE FROM {table(ledger)} WHERE id >= %s", [sealed[5]])
    assert first_bad(ledger, sealed[5])["block"] == 2


@LEDGERS
def test_a_recomputed_tail_is_named_by_the_entry_that_was_edited(sealed, ledger, tmp_path):
    _recompute(ledger, sealed[7], 2, tmp_path)
    assert first_bad(ledger, sealed[7])["block"] == 2


def test_a_block_that_was_removed_is_missed_though_its_entries_are_there(sealed):
    execute("DELETE FROM accounts_evidenceblock WHERE ledger = 'uses' AND number = 3")
    assert "is not that of its checkpoint" in first_bad("uses", sealed[10])["reason"]


def test_of_a_hundred_clean_chains_none_raises_an_alarm(db, monkeypatch, settings, tmp_path):
    dice = random.Random(39)
    alarms = []
    for number in range(100):
        settings.AUDIT_CHECKPOINT_FILE = tmp_path / f"{number}.ndjson"
        settings.EVIDENCE_ALGORITHM = dice.choice(["sha256", "sm3"])
        monkeypatch.setattr(trail, "BLOCK", dice.randint(1, 9))
        with transaction.atomic():
            ids = dice.sample(range(1, 60), dice.randint(3, 16))
            put("uses", ids[1:])
            put("trail", ids[len(ids) // 2 :])
            seal_audit()
            if number % 4 == 0:
                put("trail", ids[: len(ids) // 2])
                seal_audit()
            if not verify_audit().ok:
                alarms.append(number)
            transaction.set_rollback(True)
    assert alarms == []


def test_of_five_hundred_forgeries_each_is_found_with_its_first_bad_entry(sealed, tmp_path):
    dice, missed = random.Random(809), []
    whole = checkpoints.files()[0].read_bytes()
    for number in range(500):
        with transaction.atomic():
            expected = _forge(dice, dice.choice(["trail", "uses"]), sealed, tmp_path)
            bad = verify_audit().first_bad or {}
            if (bad.get("ledger"), bad.get("block"), bad.get("entry")) != expected:
                missed.append((number, expected, bad))
            transaction.set_rollback(True)
        checkpoints.files()[0].write_bytes(whole)
    assert missed == []
    assert verify_audit().ok


_EDITS = {
    "trail": ("verb = 'x-y'", "detail = '{}'", "subject_id = ''", "actor_name = '甲'"),
    "uses": ("rows = rows + 1", "reason = '甲'", "items = '{}'", "subjects = NULL"),
}


def _forge(dice, ledger, ids, folder):
    """One deed of a forger at random; the ledger, block and entry that are to be named."""
    deed = dice.choice([_edit, _delete, _insert, _swap, _cut, _recompute_some, _replace])
    return deed(dice, ledger, ids, folder)


def _at(ledger, ids, place):
    return ledger, place // 5 + 1, ids[place]


def _edit(dice, ledger, ids, folder):
    place = dice.randrange(12)
    change = dice.choice(_EDITS[ledger])
    execute(f"UPDATE {table(ledger)} SET {change} WHERE id = %s", [ids[place]])
    return _at(ledger, ids, place)


def _delete(dice, ledger, ids, folder):
    gone = sorted(dice.sample(range(12), dice.randint(1, 3)))
    execute(f"DELETE FROM {table(ledger)} WHERE id = ANY(%s)", [[ids[place] for place in gone]])
    return _at(ledger, ids, gone[0])


def _insert(dice, ledger, ids, folder):
    forged = ids[dice.randrange(11)] + dice.choice([1, 2])
    put(ledger, [forged])
    return ledger, None, forged


def _swap(dice, ledger, ids, folder):
    one, other = sorted(dice.sample(range(12), 2))
    column = {"trail": "subject_id", "uses": "rows"}[ledger]
    execute(
        f"UPDATE {table(ledger)} e SET {column} = o.{column} FROM {table(ledger)} o"
        " WHERE (e.id, o.id) IN ((%s, %s), (%s, %s))",
        [ids[one], ids[other], ids[other], ids[one]],
    )
    return _at(ledger, ids, one)


def _cut(dice, ledger, ids, folder):
    place = dice.randrange(12)
    execute(f"DELETE FROM {table(ledger)} WHERE id >= %s", [ids[place]])
    number = place // 5 + (place % 5 == 0)
    execute(
        "DELETE FROM accounts_evidenceblock WHERE ledger = %s AND number > %s", [ledger, number]
    )
    return _at(ledger, ids, place)


def _recompute_some(dice, ledger, ids, folder):
    place = dice.randrange(12)
    _recompute(ledger, ids[place], place // 5 + 1, folder)
    return _at(ledger, ids, place)


def _recompute(ledger, entry, block, folder):
    """Edit an entry and seal its block and all after it anew, with the platform's own key."""
    change = _EDITS[ledger][0]
    execute(f"UPDATE {table(ledger)} SET {change} WHERE id = %s", [entry])
    execute(
        "DELETE FROM accounts_evidenceblock WHERE ledger = %s AND number >= %s", [ledger, block]
    )
    honest = django_settings.AUDIT_CHECKPOINT_FILE
    django_settings.AUDIT_CHECKPOINT_FILE = folder / "forged.ndjson"
    try:
        assert seal_audit() > 0
    finally:
        django_settings.AUDIT_CHECKPOINT_FILE = honest


def _forget(ledger, first):
    blocks = "DELETE FROM accounts_evidenceblock WHERE ledger = %s AND number >= %s"
    execute(blocks, [ledger, first])


def _replace(dice, ledger, ids, folder):
    told, number = lines(), dice.randint(1, 3)
    places = [at for at, line in enumerate(told) if line["ledger"] == ledger]
    at = places[number - 1]
    deed = dice.choice(["other", "edit", "remove", "sign"])
    if deed == "other":
        told[at] = told[dice.choice([place for place in places if place != at])]
        # A repeat of what the file had before is none, so that its own block is what is missing.
        if told[at]["number"] > number:
            return _written(told, ledger, ids, number)
    elif deed == "edit":
        name = dice.choice(["digest", "root", "previous", "at", "marks", "entries", "algorithm"])
        value = told[at][name]
        other = value + 1 if name == "entries" else "AB"[value.startswith("A")] + value[1:]
        told[at] = {**told[at], name: other}
    elif deed == "sign":
        told[at] = {**told[at], "signature": told[at - 1]["signature"]}
    else:
        del told[at]
    return _written(told, ledger, ids, number)


def _written(told, ledger, ids, number):
    write_lines(told)
    return ledger, number, ids[5 * (number - 1)]
