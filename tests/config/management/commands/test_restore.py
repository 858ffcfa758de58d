"""manage.py restore wants two administrators in production, before and after the data is back."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.actions.attesting import Witness
from accounts.errors import SamePerson, WrongPassword
from config.backup.restoring import Restored
from config.management.commands import restore
from tests.factories.accounts import PASSWORD, MemberFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("witnesses", [[], ["--witness", "li.operator"]])
def test_production_restores_nothing_without_two_people(monkeypatch, tmp_path, witnesses):
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.production")
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match="name two people"):
        call_command("restore", str(tmp_path), *witnesses)


def test_two_administrators_are_proved_against_the_accounts_that_came_back():
    operator, guard = MemberFactory(roles=["operator"]), MemberFactory(roles=["security_admin"])
    told = [Witness(one.user.username, PASSWORD) for one in (operator, guard)]
    restore._attest(told)
    with pytest.raises(WrongPassword):
        restore._attest([told[0], told[1]._replace(password="wrong")])
    with pytest.raises(SamePerson):
        restore._attest([told[0], told[0]])


def test_who_is_refused_leaves_a_history_that_has_not_begun(monkeypatch, tmp_path):
    begun = []

    def restored(folder: Path, attested):
        attested()
        begun.append(folder)
        return Restored

    monkeypatch.setattr(restore, "restore", restored)
    monkeypatch.setattr("sys.stdin", StringIO("wrong\n\n" * 2))
    with pytest.raises(CommandError, match="do not open this one"):
        call_command("restore", str(tmp_path), "--witness", "a", "--witness", "b")
    assert begun == []
