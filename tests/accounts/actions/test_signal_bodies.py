"""Facts told in bulk: every line is accounted for, each wrong one named, and refused bodies
leave no trace."""

import json

import pytest
import xlsxwriter
from django.utils.dateparse import parse_date

from accounts.actions.signals import (
    record_signals,
)
from accounts.errors import SignalsRefused, SignalsUnreadable
from accounts.models import AuditEvent, InformationSystem, SignalFact
from tests.factories.accounts import SystemFactory
from tests.factories.signals import codes, counts, csv_text, day, fact, known_days, ndjson, tell


def test_every_wrong_line_is_named_with_its_reason(system, admin):
    stranger = SystemFactory()
    good = fact(system)
    named = [
        ({**good, "system": None, "system_code": "MZ-07", "reference": "by code"}, None, None),
        ("no json", None, "not-json"),
        ("", None, None),
        ('["a"]', None, "not-an-object"),
        ("null", None, "not-an-object"),
        ({**good, "colour": "red"}, None, "unknown-field"),
        ('{"kind": "login", "kind": "login"}', None, "duplicate-field"),
        ({**good, "number": "5"}, "number", "wrong-type"),
        ({**good, "kind": 7}, "kind", "wrong-type"),
        ({**good, "at": {"day": 1}}, "at", "wrong-type"),
        ({**good, "system": None}, "system", "system-missing"),
        ({**good, "system": "MZ-07"}, "system", "system-unknown"),
        ({**good, "system": str(stranger.pk)}, "system", "system-unknown"),
        ({**good, "system": None, "system_code": "XX"}, "system_code", "system-unknown"),
        ({**good, "kind": None}, "kind", "kind-missing"),
        ({**good, "kind": "logins"}, "kind", "kind-unknown"),
        ({**good, "at": None}, "at", "at-missing"),
        ({**good, "at": "2026-02-30"}, "at", "at-malformed"),
        ({**good, "at": "yesterday"}, "at", "at-malformed"),
        ({**good, "at": f"{day(1)}T08:00:00"}, "at", "at-malformed"),
        ({**good, "at": f"{day(-3)}"}, "at", "at-in-future"),
        ({**good, "at": f"{day(402)}"}, "at", "at-too-old"),
        ({**good, "number": None}, "number", "number-missing"),
        ({**good, "number": -1}, "number", "number-negative"),
        (json.dumps(good).replace("5}", "NaN}"), "number", "number-not-finite"),
        (json.dumps(good).replace("5}", "1e999}"), "number", "number-not-finite"),
        ({**good, "number": 1e13}, "number", "number-too-large"),
        ({**good, "kind": "cpu_percent", "number": 101}, "number", "number-too-large"),
        ({**good, "source": "s" * 41}, "source", "source-too-long"),
        ({**good, "source": "Exchange"}, "source", "source-reserved"),
        ({**good, "source": "a\0b"}, "source", "control-character"),
        ({**good, "reference": "r" * 81}, "reference", "reference-too-long"),
        ({**good, "reference": "a\0b"}, "reference", "control-character"),
        ({**good, "reference": "x" * 5000}, None, "line-too-long"),
    ]
    lines = [
        {name: value for name, value in line.items() if value is not None}
        if isinstance(line, dict)
        else line
        for line, _, _ in named
    ]
    told = tell(ndjson(lines), admin)
    expected = [(n, column, code) for n, (_, column, code) in enumerate(named, 1) if code]
    assert codes(told) == expected
    assert (told.received, told.accepted, told.rejected) == (33, 1, 32)
    assert all(error["detail"] for error in told.errors)
    assert known_days(system) == {day(1): 5}
    assert SignalFact.objects.get().reference == "by code"


def test_a_line_of_another_encoding_is_rejected_alone(system, admin):
    body = ndjson([fact(system)]) + "登录\n".encode("gb18030") + ndjson([fact(system, 2)])
    told = tell(body, admin)
    assert codes(told) == [(2, None, "encoding")]
    assert known_days(system) == {day(1): 5, day(2): 5}


def test_atomic_stores_all_or_nothing(system, admin):
    body = ndjson([fact(system), fact(system, 2, number=-1)])
    with pytest.raises(SignalsRefused) as refused:
        tell(body, admin, mode="atomic")
    assert refused.value.facts["received"] == 2
    assert (refused.value.facts["accepted"], refused.value.facts["rejected"]) == (1, 1)
    assert [error["line"] for error in refused.value.facts["errors"]] == [2]
    clash = ndjson([fact(system, reference="r"), fact(system, 2, reference="r")])
    with pytest.raises(SignalsRefused):
        tell(clash, admin, mode="atomic")
    assert counts() == (0, 0)
    assert not AuditEvent.objects.exists()
    assert tell(ndjson([fact(system)]), admin, mode="atomic").new == 1


@pytest.mark.parametrize("mode", ["partial", "atomic"])
def test_a_dry_run_tells_the_outcome_and_writes_nothing(system, admin, mode):
    tell(ndjson([fact(system)]), admin)
    before = counts(), known_days(system), InformationSystem.objects.get().evidence_at
    body = ndjson([fact(system), fact(system, 2), fact(system, 3, number=-1)])
    told = tell(body, admin, mode=mode, dry_run=True)
    assert (told.received, told.new, told.repeated, told.rejected) == (3, 1, 1, 1)
    assert (counts(), known_days(system), InformationSystem.objects.get().evidence_at) == before
    assert AuditEvent.objects.filter(verb="signal.recorded").count() == 1


def test_csv_takes_chinese_headers_in_gb18030(system, admin):
    rows = [
        {"系统编码": "MZ-07", "指标": "登录次数", "时间": day(1), "数值": "12"},
        {"系统编码": "MZ-07", "指标": "CPU利用率", "时间": day(1), "数值": "3.5"},
        {"系统编码": "没有", "指标": "登录次数", "时间": day(1), "数值": "1"},
        {"系统编码": "MZ-07", "指标": "登录次数", "时间": day(1), "数值": "1,5"},
    ]
    told = tell(csv_text(rows).encode("gb18030"), admin, "csv", encoding="gb18030")
    assert codes(told) == [(4, "system_code", "system-unknown"), (5, "number", "number-malformed")]
    assert known_days(system) == {day(1): 12}
    assert known_days(system, "cpu_percent") == {day(1): 3.5}


def test_csv_lines_are_named_as_an_editor_counts_them(system, admin):
    head = "system_code,kind,at,number,source,reference\r\n"
    body = head + "\r\n".join(
        [
            f"MZ-07,login,{day(1)},1,a,r1",
            f"MZ-07,login,{day(1)},1,a",
            "",
            f'MZ-07,login,{day(1)},1,a,"two\nlines"',
            f"MZ-07,login,{day(1)},-1,a,r3",
            f"MZ-07,login,{day(1)},1,a,r4,more",
            f"MZ-07,login,{day(1)},many,a,r5",
            "",
            "",
        ]
    )
    told = tell(body.encode("utf-8-sig"), admin, "csv")
    assert codes(told) == [
        (3, None, "column-count"),
        (5, "reference", "control-character"),
        (7, "number", "number-negative"),
        (8, None, "column-count"),
        (9, "number", "number-malformed"),
    ]
    assert (told.received, told.new, told.rejected) == (6, 1, 5)


def test_a_code_that_two_departments_use_needs_the_id(actor_of):
    authority, first = actor_of("authority"), SystemFactory(code="A1")
    second = SystemFactory(code="A1")
    lines = [
        fact(first, system=None, system_code="A1"),
        fact(first, system_code="A1"),
        fact(second, system_code="A1"),
        fact(SystemFactory(code="B2"), system_code="A1"),
    ]
    told = tell(ndjson(lines), authority)
    assert codes(told) == [
        (1, "system_code", "system-ambiguous"),
        (4, "system", "system-mismatch"),
    ]
    assert known_days(first) == known_days(second) == {day(1): 5}


def test_a_hundred_thousand_lines_of_which_137_are_wrong(admin, department):
    """accepted + rejected = received, exactly the planted lines are named, a repeat is nothing."""
    systems = [SystemFactory(department=department) for _ in range(300)]
    planted = {line: line % 5 for line in range(500, 100_000, 730)}
    assert len(planted) == 137
    lines = []
    for line in range(1, 100_001):
        system = systems[line % 300]
        told = fact(system, 1 + line // 300, number=line % 97, reference=f"r{line}")
        match planted.get(line):
            case 0:
                told["number"] = -1
            case 1:
                told["kind"] = "logon"
            case 2:
                told["at"] = "2026-13-01"
            case 3:
                told["system"] = str(department.pk)
            case 4:
                told["number"] = "12"
        lines.append(told)
    body = ndjson(lines)
    told = tell(body, admin)
    assert [error["line"] for error in told.errors] == sorted(planted)
    assert (told.received, told.new, told.rejected) == (100_000, 99_863, 137)
    sums = sum(sum(known_days(system).values()) for system in systems[:3])
    facts = SignalFact.objects.filter(system__in=systems[:3]).values_list("number", flat=True)
    assert sums == sum(facts)
    again = tell(body, admin)
    assert (again.accepted, again.new, again.repeated, again.rejected) == (99_863, 0, 99_863, 137)
    assert sums == sum(sum(known_days(system).values()) for system in systems[:3])
    assert SignalFact.objects.count() == 99_863


def test_only_the_first_thousand_wrong_lines_are_named_and_all_are_counted(system, admin):
    told = tell(ndjson([fact(system, number=-1)] * 1500 + [fact(system)]), admin)
    assert (told.received, told.new, told.rejected, len(told.errors)) == (1501, 1, 1500, 1000)
    assert told.errors[-1]["line"] == 1000


def test_a_workbook_is_told_like_a_csv(system, admin, tmp_path):
    file = tmp_path / "facts.xlsx"
    with xlsxwriter.Workbook(file, {"default_date_format": "yyyy-mm-dd"}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["系统编码", "指标", "日期", "数值", "流水号"])
        sheet.write_row(1, 0, ["MZ-07", "登录次数", parse_date(day(1)), 12, 1001])
        sheet.write_row(3, 0, ["MZ-07", "登录次数", day(2), 3.5, 1002])
        sheet.write_row(4, 0, ["MZ-07", "登录次数", day(2), "许多", 1003])
    told = record_signals(file, actor=admin, format="xlsx")
    assert codes(told) == [(5, "number", "number-malformed")]
    assert (told.received, told.new) == (3, 2)
    assert known_days(system) == {day(1): 12, day(2): 3.5}
    assert set(SignalFact.objects.values_list("reference", flat=True)) == {"1001", "1002"}


def test_a_body_that_is_no_workbook_is_refused(admin, tmp_path):
    body = tmp_path / "facts.xlsx"
    body.write_bytes(b"no zip")
    with pytest.raises(SignalsUnreadable, match=r"save it anew as \.xlsx"):
        record_signals(body, actor=admin, format="xlsx")
