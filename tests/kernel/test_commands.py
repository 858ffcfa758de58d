"""Commands refuse a database that is not of this version, and say what to do."""

import subprocess
import sys
from io import StringIO

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import translation

from accounts.models import CalendarYear
from config import env
from config.launch.ports import free_port
from kernel.commands import PlatformCommand, unapplied
from tests.architecture.sources import APPS

# They make, examine or do without the tables.
WITHOUT = {"prepare", "doctor", "restore", "reference", "messages"}
OURS = {name: app for name, app in get_commands().items() if app in (*APPS, "config", "kernel")}


@pytest.fixture
def behind(db: None) -> None:
    """The last migration of the exchange is not known to the database."""
    recorder = MigrationRecorder(connection)
    last = recorder.migration_qs.filter(app="exchange").order_by("-name").first()
    recorder.record_unapplied("exchange", last.name)


@pytest.mark.parametrize("name", sorted(set(OURS) - WITHOUT))
def test_every_command_on_tables_asks_whether_they_are_there(name):
    assert isinstance(load_command_class(OURS[name], name), PlatformCommand)


@pytest.mark.parametrize(
    "line",
    [
        ("keys", "status"),
        ("keys", "rotate"),
        ("audit", "verify"),
        ("audit", "seal"),
        ("sync", "list"),
        ("search", "rebuild"),
        ("grant_app_role",),
    ],
    ids=" ".join,
)
def test_a_database_that_is_behind_is_refused_with_what_to_run(behind, line):
    out = StringIO()
    with pytest.raises(CommandError, match=r"lacks tables .*\. Run: python manage\.py prepare$"):
        call_command(*line, stdout=out)
    assert out.getvalue() == ""


def test_nothing_is_written_to_a_database_that_is_behind(behind):
    CalendarYear.objects.all().delete()
    with pytest.raises(CommandError, match="lacks tables"):
        call_command("calendar", "load", "--official")
    assert not CalendarYear.objects.exists()


def test_a_backup_is_made_by_the_version_before(behind, tmp_path):
    with pytest.raises(CommandError, match="with the version that runs on it"):
        call_command("backup", tmp_path / "backups")
    assert list(tmp_path.glob("backups/*")) == []


def test_the_deep_check_up_says_what_is_missing_and_reads_no_further(behind):
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--deep", stdout=out)
    assert "FAIL  migrations             1 not applied" in out.getvalue()
    assert "batch numbers" not in out.getvalue()


def test_a_database_that_is_away_is_said_without_a_traceback():
    away = f"postgresql://nobody@127.0.0.1:{free_port()}/none"
    done = subprocess.run(
        [sys.executable, "manage.py", "keys", "status"],
        env=env.inherited(DATABASE_URL=away, DATABASE_OWNER_URL=away),
        cwd=env.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("CommandError: The database does not answer.")
    assert "Traceback" not in done.stderr


def test_a_command_refuses_in_english_whatever_language_the_pages_have(db):
    with translation.override("zh-hans"), pytest.raises(CommandError) as refused:
        call_command("sync", "run", "no-such-task")
    assert str(refused.value).isascii()


@pytest.mark.django_db
def test_a_prepared_database_lacks_nothing():
    assert unapplied() == 0
