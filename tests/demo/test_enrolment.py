"""The census workbook of the demonstration is the platform's own form."""

from datetime import date
from pathlib import Path

from accounts.register.checking import Checked
from accounts.register.reading import read_workbook
from demo.census import ENTRIES, code_of, title
from demo.enrolment import HEADERS, day_of, made_on, today, workbook

MADE = date(2026, 11, 22)


def checked(tmp_path: Path, known: dict) -> Checked:
    path = tmp_path / "form.xlsx"
    path.write_bytes(workbook(known, MADE))
    return Checked(read_workbook(path))


def test_every_cell_of_the_form_is_right(tmp_path: Path) -> None:
    form = checked(tmp_path, {})
    assert form.form.ignored == ()
    assert len(form.form.columns) == len(HEADERS)
    assert [fault for row in form.rows for fault in row.faults] == []
    assert [row.values["name"] for row in form.rows] == [title(one.name) for one in ENTRIES]
    assert {row.values["state"] for row in form.rows} == {"in_operation"}


def test_the_form_moves_no_system_that_is_registered(tmp_path: Path) -> None:
    known = {code_of(ENTRIES[0]): {"created_at": "2026-11-20T20:00:00Z"}}
    first, second, *_ = checked(tmp_path, known).rows
    assert "state" in first.blank
    assert second.values["state"] == "in_operation"


def test_the_register_was_made_on_the_day_in_china_of_an_earlier_run() -> None:
    known = {"990001": {"created_at": "2026-11-20T20:00:00Z"}}
    assert made_on(known) == date(2026, 11, 21) == day_of("2026-11-20T20:00:00+00:00")
    assert made_on({}) == today()
