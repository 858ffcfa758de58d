"""The commands of accounts, which may all be run twice."""

import io
import json

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from accounts.models import CalendarYear, Department, Member, User

pytestmark = pytest.mark.django_db
PASSWORD = "seven small blue lanterns"


def test_the_official_calendars_load_once():
    said = io.StringIO()
    call_command("calendar", "load", "--official", stdout=said)
    assert "23 new editions" in said.getvalue()
    call_command("calendar", "load", "--official", stdout=said)
    assert "0 new editions" in said.getvalue()
    years = CalendarYear.objects.order_by("year")
    assert [years.first().year, years.last().year, years.count()] == [2004, 2026, 23]
    year = CalendarYear.objects.get(year=2026)
    assert [day for day, works in year.days.items() if works] == [
        "2026-01-04",
        "2026-02-14",
        "2026-02-28",
        "2026-05-09",
        "2026-09-20",
        "2026-10-10",
    ]


def test_a_calendar_file_is_loaded(tmp_path):
    file = tmp_path / "2027.json"
    day = {"name": "元旦", "date": "2027-01-01", "isOffDay": True}
    file.write_text(json.dumps({"year": 2027, "days": [day]}), encoding="utf-8")
    call_command("calendar", "load", str(file), "--source", "国办发明电", verbosity=0)
    row = CalendarYear.objects.get()
    assert (row.year, row.days, row.source) == (2027, {"2027-01-01": False}, "国办发明电")


@pytest.mark.parametrize(
    "body",
    [
        "{",
        '{"year": 2027}',
        '{"year": 2027, "days": [{"date": "soon", "isOffDay": true}]}',
        '{"year": 2027, "days": [{"date": "2026-01-01", "isOffDay": true}]}',
        '{"year": 20270, "days": []}',
    ],
)
def test_a_bad_calendar_file_is_refused(tmp_path, body):
    file = tmp_path / "bad.json"
    file.write_text(body, encoding="utf-8")
    with pytest.raises(CommandError):
        call_command("calendar", "load", str(file))
    assert not CalendarYear.objects.exists()


def test_calendar_load_wants_exactly_one_source(tmp_path):
    with pytest.raises(CommandError, match="name a file or give --official"):
        call_command("calendar", "load")


def test_the_first_operator_is_made_once(monkeypatch):
    monkeypatch.setenv("OPERATOR_PASSWORD", PASSWORD)
    said = io.StringIO()
    call_command("first_operator", "operator", stdout=said)
    assert "operator operator is ready" in said.getvalue()
    call_command("first_operator", "operator", stdout=said)
    assert "was there already" in said.getvalue()
    member = Member.objects.get()
    assert (member.user.username, member.roles) == ("operator", ["operator"])
    assert member.user.check_password(PASSWORD)
    assert Department.objects.count() == 1


def test_the_first_operators_password_can_come_from_standard_input(monkeypatch):
    monkeypatch.delenv("OPERATOR_PASSWORD", raising=False)
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    call_command("first_operator", "operator", verbosity=0)
    assert User.objects.get().check_password(PASSWORD)


def test_a_weak_password_makes_no_operator(monkeypatch):
    monkeypatch.setenv("OPERATOR_PASSWORD", "12345")
    with pytest.raises(CommandError):
        call_command("first_operator", "operator")
    assert not User.objects.exists()
    assert not Department.objects.exists()


def test_the_application_role_works_with_rows_but_shapes_no_tables():
    call_command("grant_app_role", verbosity=0)
    call_command("grant_app_role", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE shuqiao_app")
        cursor.execute("INSERT INTO accounts_heartbeat (name, at) VALUES ('x', now())")
        cursor.execute("UPDATE accounts_heartbeat SET at = now()")
        cursor.execute("DELETE FROM accounts_heartbeat")
        for forbidden in (
            "CREATE TABLE public.mine (id int)",
            "ALTER TABLE accounts_heartbeat ADD COLUMN x int",
            "TRUNCATE accounts_heartbeat",
            "DROP TABLE accounts_heartbeat",
            "DELETE FROM django_migrations",
        ):
            refused = pytest.raises(Exception, match=r"permission denied|must be owner")
            with refused, transaction.atomic():
                cursor.execute(forbidden)
        cursor.execute("CREATE TABLE dataset_state.mine (id int)")
        cursor.execute("DROP TABLE dataset_state.mine")
        cursor.execute("RESET ROLE")


def test_a_missing_role_is_told_with_its_cure():
    with pytest.raises(CommandError, match="CREATE ROLE nobody_of_ours LOGIN"):
        call_command("grant_app_role", "--role", "nobody_of_ours")
