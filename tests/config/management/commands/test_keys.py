"""manage.py keys export: two administrators with words of their own; no file otherwise."""

import errno
import json
import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import AuditEvent
from tests.factories.accounts import PASSWORD, MemberFactory
from tools import open_keys

pytestmark = pytest.mark.django_db
WORDS = ("seven grey herons stand", "下雨天留客天，天留我不留，今晚上走")


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    monkeypatch.setattr(open_keys, "COST", 2**4)


@pytest.fixture
def people():
    return [MemberFactory(roles=[role]).user.username for role in ("operator", "security_admin")]


def export(monkeypatch, file, usernames, words=WORDS, password=PASSWORD):
    typed = "".join(f"{password}\n\n{one}\n" for one in words)
    monkeypatch.setattr("sys.stdin", StringIO(typed))
    out = StringIO()
    named = [part for username in usernames for part in ("--witness", username)]
    call_command("keys", "export", str(file), *named, stdout=out)
    return out.getvalue()


def test_the_keys_are_in_a_file_that_both_words_open_in_any_order(
    monkeypatch, settings, tmp_path, people
):
    file = tmp_path / "keys.json"
    told = export(monkeypatch, file, people)
    assert json.loads(file.read_text())["master_keys"][0] in told
    assert file.stat().st_mode & 0o777 == 0o600
    kept = open_keys.opened(file.read_bytes(), WORDS[::-1])
    assert kept["SEALING_KEYS"].split(",") == settings.SEALING_KEYS
    assert kept["EVIDENCE_KEYS"].split(",") == settings.EVIDENCE_KEYS
    assert kept["SECRET_KEY"] == settings.SECRET_KEY
    assert not any(key in file.read_text() + told for key in settings.SEALING_KEYS)
    deeds = AuditEvent.objects.filter(verb="deed.attested").values_list("detail__deed", flat=True)
    assert list(deeds) == ["keys.export"] * 2


@pytest.mark.parametrize("words", [(WORDS[0],) * 2, (WORDS[0], WORDS[1] + "了"), ("", "")])
def test_one_person_alone_opens_nothing(monkeypatch, tmp_path, people, words):
    file = tmp_path / "keys.json"
    export(monkeypatch, file, people)
    with pytest.raises(open_keys.Unopened, match="not right"):
        open_keys.opened(file.read_bytes(), words)


@pytest.mark.parametrize(
    ("words", "password", "reason"),
    [
        (WORDS, "wrong", "Nothing was written"),
        ((WORDS[0], WORDS[0]), PASSWORD, "words of their own"),
        ((WORDS[0], "short"), PASSWORD, "at least 16 characters"),
    ],
)
def test_who_is_refused_gets_no_file(monkeypatch, tmp_path, people, words, password, reason):
    with pytest.raises(CommandError, match=reason):
        export(monkeypatch, tmp_path / "keys.json", people, words, password)
    assert list(tmp_path.iterdir()) == []
    assert not AuditEvent.objects.filter(verb="deed.attested").exists()


def test_one_person_twice_or_two_of_one_role_get_no_file(monkeypatch, tmp_path, people):
    other = MemberFactory(roles=["operator"]).user.username
    for pair in ([people[0], people[0]], [people[0], other], people[:1]):
        with pytest.raises(CommandError):
            export(monkeypatch, tmp_path / "keys.json", pair)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_there_stays_as_it_is(monkeypatch, tmp_path, people):
    file = tmp_path / "keys.json"
    file.write_text("mine")
    with pytest.raises(CommandError, match="File exists"):
        export(monkeypatch, file, people)
    assert file.read_text() == "mine"


def test_a_full_disk_leaves_no_part_of_a_file(monkeypatch, tmp_path, people):
    def full(_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("config.escrow.os.fsync", full)
    with pytest.raises(CommandError, match="No space left on device"):
        export(monkeypatch, tmp_path / "keys.json", people)
    assert list(tmp_path.iterdir()) == []


def test_what_opens_it_stands_alone(monkeypatch, settings, tmp_path, people):
    monkeypatch.setattr(open_keys, "COST", 2**17)
    export(monkeypatch, tmp_path / "keys.json", people)
    command = [sys.executable, "-I", str(Path(open_keys.__file__)), str(tmp_path / "keys.json")]
    done = subprocess.run(command, input="\n".join(WORDS), capture_output=True, text=True)
    assert done.stdout.splitlines()[0] == f"SEALING_KEYS={','.join(settings.SEALING_KEYS)}"
    wrong = subprocess.run(command, input="a\nb\n", capture_output=True, text=True)
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "not right" in wrong.stderr


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"salt": 1}', b"\xff"])
def test_what_is_no_such_file_is_said_to_be_none(content):
    with pytest.raises(open_keys.Unopened, match="no file of keys"):
        open_keys.opened(content, WORDS)
