"""The stand-alone verifier: exports and receipts, with nothing but the public key."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from accounts import audit
from accounts.actions.trail import seal_audit
from accounts.actions.trailchecks import export_evidence
from accounts.actor import CLOCK
from accounts.chain import tree_path
from accounts.evidencekeys import public_keys
from accounts.exporting import write_export
from accounts.models import AuditEvent
from accounts.receipts import receipt_of
from config.env import BASE_DIR
from tests.ledgers import put, sealed
from tools import verify_evidence
from tools.verify_evidence import (
    Unreadable,
    Unsound,
    hash_of,
    leaf_of,
    read_keys,
    root_by_path,
    tree_root,
    verify_export,
    verify_receipt,
)

__all__ = ["sealed"]

# The reference tree of Certificate Transparency: its leaves, and the root of the first n of them.
LEAVES = [
    bytes.fromhex(word)
    for word in (
        *("", "00", "10", "2021", "3031", "40414243", "5051525354555657"),
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
SHA256 = hash_of("sha256")


@pytest.fixture
def keys():
    return read_keys("\n".join(public_keys()))


@pytest.fixture
def export(sealed, tmp_path):
    """An export of the twelve entries of each ledger."""
    folder = tmp_path / "export"
    assert write_export(folder) == {"trail": 12, "uses": 12}
    return folder


@pytest.mark.parametrize("size", range(1, 9))
def test_the_tree_is_the_one_of_certificate_transparency(size):
    leaves = [leaf_of(content, SHA256) for content in LEAVES[:size]]
    assert tree_root(leaves, SHA256).hex() == ROOTS[size - 1]


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7, 8, 13, 1000])
def test_every_leaf_has_its_way_to_the_root_and_no_other(size):
    leaves = [leaf_of(b"%d" % number, SHA256) for number in range(size)]
    root = tree_root(leaves, SHA256)
    for place in {0, 1, size // 2, size - 2, size - 1} & set(range(size)):
        path = [bytes.fromhex(node) for node in tree_path(leaves, place, SHA256)]
        assert root_by_path(leaves[place], place, size, path, SHA256) == root
        assert root_by_path(leaves[place], place, size, [*path, root], SHA256) is None
        if path:
            assert root_by_path(leaves[place], place, size, path[1:], SHA256) != root
            assert root_by_path(leaves[place - 1], place, size, path, SHA256) != root


def test_a_hash_function_that_openssl_lacks_is_said_to_be_missing(monkeypatch):
    def without(name, *content):
        raise ValueError(f"unsupported hash type {name}")

    assert hash_of("sm3")(b"abc").hex().startswith("66c7f0f462eeedd9d1f2d46bdc10e4e2")
    monkeypatch.setattr(verify_evidence.hashlib, "new", without)
    with pytest.raises(Unreadable, match="has no SM3"):
        hash_of("sm3")


def test_a_sound_export_is_verified_by_the_file_alone(export, tmp_path):
    """In a folder of its own, by an interpreter that sees nothing of the platform."""
    alone = tmp_path / "alone"
    alone.mkdir()
    program = alone / "verify_evidence.py"
    program.write_bytes((BASE_DIR / "tools" / "verify_evidence.py").read_bytes())
    (alone / "keys.txt").write_text("\n".join(public_keys()))
    done = _run(program, "export", export, "--keys", "keys.txt")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0].startswith("trail: 12 entries in 3 blocks up to 2")
    entries = export / "uses.entries.ndjson"
    entries.write_text(entries.read_text().replace("核对", "查询", 1))
    done = _run(program, "export", export, "--keys", "keys.txt")
    assert done.returncode == 1
    assert "First bad place: ledger uses, block 1, entry 1000" in done.stdout
    (alone / "keys.txt").write_text("ed25519:secret")
    assert _run(program, "export", export, "--keys", "keys.txt").returncode == 2


def _run(program: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", str(program), *map(str, words)]
    return subprocess.run(command, cwd=program.parent, capture_output=True, text=True, check=False)


def test_an_export_is_noted_in_the_trail(department, tmp_path):
    audit.record(CLOCK, "department.changed", department)
    seal_audit()
    assert export_evidence(tmp_path / "export") == {"trail": 1, "uses": 0}
    entry = AuditEvent.objects.get(verb="evidence.exported")
    assert entry.detail == {"trail": 1, "uses": 0}


def test_a_hundred_and_fifty_forged_exports_are_each_found(export, keys, sealed):
    dice, missed = random.Random(2017), []
    whole = {file: file.read_bytes() for file in export.iterdir()}
    for number in range(150):
        expected = _forge(dice, export, sealed)
        try:
            verify_export(export, keys)
            missed.append((number, expected, "not found"))
        except Unsound as bad:
            if (bad.ledger, bad.entry) != expected:
                missed.append((number, expected, str(bad)))
        for file, content in whole.items():
            file.write_bytes(content)
    assert missed == []
    assert verify_export(export, keys)["uses"].entries == 12


def _forge(dice, folder, ids):
    ledger = dice.choice(["trail", "uses"])
    file, place = folder / f"{ledger}.entries.ndjson", dice.randrange(12)
    rows = file.read_bytes().splitlines()
    deed = dice.choice(["edit", "delete", "insert", "repeat", "swap", "cut", "append"])
    named = ids[place]
    if deed == "edit":
        rows[place] = rows[place].replace(b'"id":%d' % named, b'"id":%d,"x":1' % named)
    elif deed == "delete":
        del rows[place]
    elif deed == "insert":
        named += 1
        rows.insert(place, b'{"id":%d}' % named)
    elif deed == "repeat":
        place = max(place, 1)
        named = ids[place - 1]
        rows.insert(place, rows[place - 1])
    elif deed == "swap":
        one, other = sorted(dice.sample(range(12), 2))
        rows[one], rows[other] = rows[other], rows[one]
        named = ids[one]
    elif deed == "cut":
        rows = rows[:place]
    else:
        named = 5000
        rows.append(b'{"id":5000}')
    file.write_bytes(b"".join(row + b"\n" for row in rows))
    return ledger, named


def test_a_forged_manifest_or_end_is_found(export, keys):
    manifest = export / "export.json"
    told = json.loads(manifest.read_bytes())
    for name in ("entries", "checkpoints"):
        file = export / f"uses.{name}.ndjson"
        rows = file.read_bytes().splitlines(keepends=True)
        file.write_bytes(b"".join(rows[: 10 if name == "entries" else 2]))
    with pytest.raises(Unsound, match="cut after entry 1027"):
        verify_export(export, keys)
    del told["ledgers"]["uses"]
    manifest.write_text(json.dumps(told))
    with pytest.raises(Unsound, match=r"export\.json is not signed"):
        verify_export(export, keys)


def test_an_own_copy_of_checkpoints_finds_what_the_platform_itself_forged(
    export, keys, audit_checkpoints, tmp_path
):
    copy = tmp_path / "copy.ndjson"
    copy.write_bytes(audit_checkpoints.read_bytes())
    assert verify_export(export, keys, copy)["trail"].blocks == 3
    told = [json.loads(line) for line in copy.read_bytes().splitlines()]
    put("trail", [2000])
    seal_audit()
    later = tmp_path / "later"
    write_export(later)
    copy.write_text("".join(json.dumps(line) + "\n" for line in told if line["number"] < 3))
    assert verify_export(later, keys, copy)["trail"].blocks > 3
    (tmp_path / "torn.ndjson").write_bytes(audit_checkpoints.read_bytes() + b'{"torn')
    with pytest.raises(Unsound, match="cut after entry 1033"):
        verify_export(export, keys, tmp_path / "torn.ndjson")


def test_a_receipt_proves_one_entry_to_anybody(sealed, keys):
    for ledger in ("trail", "uses"):
        receipt = json.loads(json.dumps(receipt_of(ledger, sealed[6])))
        assert verify_receipt(receipt, keys)["id"] == sealed[6]
        assert (receipt["place"], len(receipt["path"])) == (2, 3)


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("entry", '{"id":1018}'),
        ("place", 3),
        ("place", 0),
        ("place", True),
        ("path", []),
        ("path", ["00"]),
        ("checkpoint", None),
    ],
)
def test_a_forged_receipt_proves_nothing(sealed, keys, member, value):
    receipt = receipt_of("uses", sealed[6]) | {member: value}
    with pytest.raises((Unsound, Unreadable)):
        verify_receipt(receipt, keys)


def test_a_receipt_of_another_key_proves_nothing(sealed, settings, keys):
    settings.EVIDENCE_KEYS = ["ed25519:" + "QUJD" * 10 + "QUI="]
    with pytest.raises(Unsound, match="is not signed"):
        verify_receipt(receipt_of("uses", sealed[6]), keys)


def test_nothing_that_it_is_given_breaks_the_verifier(export, keys):
    dice = random.Random(1)
    kinds = [b"[" * 100_000, b"\xff", b"{}", b'{"entries": 1e999}', b'{"entries": -1}', b"null"]
    for file in sorted(export.iterdir()):
        whole = file.read_bytes()
        for kind in kinds:
            file.write_bytes(dice.choice([kind + b"\n" + whole, kind]))
            with pytest.raises((Unsound, Unreadable)):
                verify_export(export, keys)
        file.write_bytes(whole)
