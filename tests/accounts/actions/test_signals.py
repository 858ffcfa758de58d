"""Telling facts: nothing counts twice, every line is accounted for, refusals leave no trace."""

import json
import math
from datetime import timedelta

import pytest
import time_machine
import xlsxwriter
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.actions.signals import (
    expire_facts,
    record_heartbeat,
    record_signal,
    record_signals,
    report_days,
)
from accounts.actor import CLOCK
from accounts.errors import SignalsRefused, SignalsUnreadable
from accounts.models import AuditEvent, InformationSystem, SignalFact
from accounts.vocabulary import SignalKind
from kernel.errors import Forbidden, NotFound
from tests.factories.accounts import SystemFactory
from tests.factories.signals import counts, csv_text, day, fact, known_days, ndjson, tell
from tests.people import actor_for


@pytest.fixture
def system(department):
    return SystemFactory(department=department, code="MZ-07")


@pytest.fixture
def admin(actor_of, department):
    return actor_of("department_admin", department)


def codes(told):
    return [(error["line"], error["column"], error["code"]) for error in told.errors]


def tell_one(system, actor, **values):
    told = {"number": 5, "at": timezone.now(), "kind": "login", "reference": "r1"} | values
    return record_signal(system.pk, actor=actor, **told)


def test_counts_of_a_day_add_up_and_gauges_keep_the_largest(system, admin):
    lines = [
        fact(system, 2, number=3, reference="a"),
        fact(system, 2, number=4, reference="b"),
        fact(system, 1, number=1),
        fact(system, 2, kind="cpu_percent", number=40, reference="a"),
        fact(system, 2, kind="cpu_percent", number=70.5, reference="b"),
        fact(system, 2, kind="cpu_percent", number=60, reference="c"),
    ]
    told = tell(ndjson(lines), admin)
    assert (told.received, told.accepted, told.new, told.repeated, told.rejected) == (6, 6, 6, 0, 0)
    assert known_days(system) == {day(2): 7, day(1): 1}
    assert known_days(system, "cpu_percent") == {day(2): 70.5}
    tell(ndjson([fact(system, 2, kind="cpu_percent", number=65, reference="d")]), admin)
    assert known_days(system, "cpu_percent") == {day(2): 70.5}


def test_telling_again_changes_nothing(system, admin):
    body = ndjson([fact(system, ago, number=ago, source="log") for ago in range(1, 21)])
    assert tell(body, admin).new == 20
    before, evidence = known_days(system), InformationSystem.objects.get().evidence_at
    again = tell(body, admin)
    assert (again.accepted, again.new, again.repeated) == (20, 0, 20)
    assert known_days(system) == before
    assert counts() == (20, len({date[:4] for date in before}))
    assert InformationSystem.objects.get().evidence_at == evidence
    assert AuditEvent.objects.filter(verb="signal.recorded").count() == 1


@pytest.mark.parametrize("days", [1, 2, 8, 9, 40])
def test_however_many_days_of_a_year_are_told_each_gets_its_number(system, admin, days):
    tell(ndjson([fact(system, ago, number=1, reference="first") for ago in (1, 3, 39)]), admin)
    lines = [fact(system, ago, number=ago * 10, reference="next") for ago in range(1, days + 1)]
    # Facts of one reference and another day are other facts only under another reference.
    for line in lines:
        line["reference"] += line["at"]
    tell(ndjson(lines), admin)
    expected = {day(ago): 1.0 for ago in (1, 3, 39)}
    for ago in range(1, days + 1):
        expected[day(ago)] = expected.get(day(ago), 0) + ago * 10
    # The first call told one fact three times under one reference: only its first day stands.
    for ago in (3, 39):
        expected[day(ago)] -= 1
        if not expected[day(ago)]:
            del expected[day(ago)]
    assert known_days(system) == expected


def test_the_day_is_the_one_in_shanghai_and_the_year_ends_with_it(system, admin):
    with time_machine.travel("2027-01-02T04:00:00Z", tick=False):
        lines = [
            fact(system, at="2026-12-31T15:59:59.999999Z", number=1),
            fact(system, at="2026-12-31T16:00:00Z", number=2),
            fact(system, at="2027-01-01T23:59:59+08:00", number=4),
            fact(system, at="2026-12-31", number=8),
        ]
        assert tell(ndjson(lines), admin).new == 4
    assert known_days(system) == {"2026-12-31": 9, "2027-01-01": 6}


def test_the_last_day_of_a_leap_year_is_the_366th(system, admin):
    with time_machine.travel("2028-12-31T04:00:00Z", tick=False):
        tell(ndjson([fact(system, at="2028-12-31", number=7)]), admin)
        record_heartbeat(system, actor=admin)
    assert known_days(system) == {"2028-12-31": 7}
    assert known_days(system, "heartbeat") == {"2028-12-31": 1}


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


def test_of_two_different_facts_under_one_reference_the_first_stands(system, admin):
    lines = [fact(system, number=5, reference="r"), fact(system, number=6, reference="r")]
    told = tell(ndjson(lines), admin)
    assert codes(told) == [(2, "reference", "reference-reused")]
    assert (told.new, told.repeated, told.rejected) == (1, 0, 1)
    later = tell(ndjson([fact(system, number=7, reference="r")]), admin)
    assert codes(later) == [(1, "reference", "reference-reused")]
    assert known_days(system) == {day(1): 5}


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


def test_a_system_tells_its_own_facts_and_need_not_name_itself(system):
    other = SystemFactory(department=system.department)
    actor = actor_for(system)
    told = tell(ndjson([fact(system, system=None), fact(other)]), actor)
    assert codes(told) == [(2, "system", "system-unknown")]
    assert known_days(system) == {day(1): 5}
    assert SignalFact.objects.get().source == "system"
    with pytest.raises(NotFound):
        tell_one(other, actor)
    with pytest.raises(NotFound):
        record_heartbeat(other, actor=actor)
    assert counts() == (1, 1)


@pytest.mark.parametrize("role", ["head", "auditor", "operator", "security_admin"])
def test_others_tell_nothing(actor_of, system, role):
    actor = actor_of(role, system.department)
    with pytest.raises(Forbidden):
        tell(ndjson([fact(system)]), actor)
    with pytest.raises(Forbidden):
        tell_one(system, actor)
    with pytest.raises(Forbidden):
        record_heartbeat(system, actor=actor)
    assert counts() == (0, 0)


def test_one_fact_counts_once_and_raises_the_evidence(system, admin):
    before = InformationSystem.objects.get().evidence_at
    at = timezone.now() - timedelta(days=1)
    assert tell_one(system, admin, at=at).new == 1
    assert InformationSystem.objects.get().evidence_at > before
    again = tell_one(system, admin, at=at)
    assert (again.new, again.repeated) == (0, 1)
    with pytest.raises(SignalsRefused):
        tell_one(system, admin, at=at, number=6)
    assert known_days(system) == {day(1): 5}


def test_a_fact_without_reference_is_known_again_by_its_content_in_either_way(system, admin):
    for number in (12, 0.1, 123456789.25):
        tell(ndjson([fact(system, number=number, source="log")]), admin)
        at = timezone.make_aware(
            timezone.datetime.combine(parse_date(day(1)), timezone.datetime.min.time())
        )
        told = tell_one(system, admin, number=number, at=at, source="log", reference="")
        assert told.repeated == 1


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"kind": "logins"}, "kind-unknown"),
        ({"number": math.nan}, "number-not-finite"),
        ({"number": -1}, "number-negative"),
        ({"number": 1e13}, "number-too-large"),
        ({"source": "exchange"}, "source-reserved"),
        ({"source": "a\0"}, "control-character"),
        ({"reference": "r" * 81}, "reference-too-long"),
        ({"at": timezone.now() + timedelta(days=2)}, "at-in-future"),
        ({"at": timezone.now() - timedelta(days=401)}, "at-too-old"),
    ],
)
def test_a_wrong_fact_is_refused(system, admin, values, code):
    with pytest.raises(SignalsRefused) as refused:
        tell_one(system, admin, **values)
    assert refused.value.facts["errors"][0]["code"] == code
    assert counts() == (0, 0)


def test_heartbeats_count_without_facts_and_only_the_first_of_a_day_is_news(system):
    actor = actor_for(system)
    record_heartbeat(system, actor=actor)
    first = InformationSystem.objects.get().evidence_at
    record_heartbeat(system, actor=actor)
    record_heartbeat(system, actor=actor)
    assert known_days(system, "heartbeat") == {day(0): 3}
    assert InformationSystem.objects.get().evidence_at == first
    assert counts() == (0, 1)


def test_a_heartbeat_is_one_statement(system, django_assert_num_queries):
    with django_assert_num_queries(1):
        record_heartbeat(system, actor=actor_for(system))


def test_an_app_reports_its_counts_by_day_and_a_reported_day_stays(system):
    counted = "SELECT %(system)s::uuid, %(day)s::date, %(number)s::int"
    values = {"system": system.pk, "day": day(1), "number": 7}
    report = {"actor": CLOCK, "source": "exchange"}
    told = report_days(SignalKind.BATCH_PUBLISHED, counted, values, **report)
    assert told.new == 1
    assert report_days(SignalKind.BATCH_PUBLISHED, counted, values, **report).new == 0
    assert (
        report_days(SignalKind.BATCH_PUBLISHED, counted, values | {"number": 9}, **report).new == 0
    )
    assert known_days(system, "batch_published") == {day(1): 7}
    assert SignalFact.objects.get().reference == day(1)


def test_old_facts_go_and_their_days_stay(system, admin, settings):
    settings.SIGNAL_RETENTION_DAYS = 10
    tell(ndjson([fact(system, 1), fact(system, 9)]), admin)
    days = known_days(system)
    body = ndjson([fact(system, 1)])
    with time_machine.travel(timezone.now() + timedelta(days=11), tick=False):
        assert expire_facts(actor=CLOCK) == 0
        # What may still be told is still known; what is gone may not be told any more.
        assert tell(body, admin).rejected == 1
    SignalFact.objects.update(told_at=timezone.now() - timedelta(days=13))
    assert expire_facts(actor=CLOCK) == 2
    assert known_days(system) == days
    assert counts()[0] == 0


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
    with pytest.raises(SignalsUnreadable, match="no Excel workbook"):
        record_signals(body, actor=admin, format="xlsx")
