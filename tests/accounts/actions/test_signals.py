"""Telling facts: nothing counts twice, the days add up, and refusals leave no trace."""

import math
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone
from django.utils.dateparse import parse_date

from accounts.actions.signals import (
    expire_facts,
    record_heartbeat,
    record_signal,
    report_days,
)
from accounts.actor import CLOCK
from accounts.errors import SignalsRefused
from accounts.models import AuditEvent, InformationSystem, SignalFact
from accounts.vocabulary import SignalKind
from kernel.errors import Forbidden, NotFound
from tests.factories.accounts import SystemFactory
from tests.factories.signals import codes, counts, day, fact, known_days, ndjson, tell
from tests.people import actor_for


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


def test_of_two_different_facts_under_one_reference_the_first_stands(system, admin):
    lines = [fact(system, number=5, reference="r"), fact(system, number=6, reference="r")]
    told = tell(ndjson(lines), admin)
    assert codes(told) == [(2, "reference", "reference-reused")]
    assert (told.new, told.repeated, told.rejected) == (1, 0, 1)
    later = tell(ndjson([fact(system, number=7, reference="r")]), admin)
    assert codes(later) == [(1, "reference", "reference-reused")]
    assert known_days(system) == {day(1): 5}


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
