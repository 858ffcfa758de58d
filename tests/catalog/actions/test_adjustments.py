"""Clock C1 from the day of a change to the hand-over to the authority; C2 from there."""

from datetime import UTC, date, datetime

import pytest
from django.core.management import call_command
from django.utils import timezone

from accounts.actions.calendar import load_calendar_year
from accounts.actions.extensions import extend_obligation
from accounts.actor import CLOCK
from accounts.models import AuditEvent, CalendarYear, Obligation
from catalog.actions.adjustments import register_adjustment
from catalog.actions.resources import revise_resource, submit_resource, withdraw_resource
from catalog.actions.reviews import approve_resource, return_resource
from catalog.errors import NotInForce
from catalog.models import Adjustment
from kernel.errors import Forbidden, Invalid

CHANGE = date(2025, 9, 25)


def registered(cast, resource, who="authority", happened_on=CHANGE, **changes):
    values = {"cause": "duties", "document": "示例机编〔2025〕18号"}
    return register_adjustment(
        resource, actor=cast.actor(who), happened_on=happened_on, **(values | changes)
    )


def clock(kind="C1"):
    return Obligation.objects.get(kind=kind)


def revise(cast, resource):
    revise_resource(resource, actor=cast.actor("steward"), change_message="职责调整")


def test_ten_workdays_from_25_september_2025_end_on_15_october(cast, official_calendar):
    """The holiday from 1 to 8 October is left out, the Sunday and Saturday worked for it count."""
    row = registered(cast, cast.resource("published"))
    assert (clock().subject_id, clock().department) == (row.pk, cast.civil)
    assert (clock().due_on, clock().is_provisional) == (date(2025, 10, 15), False)
    assert timezone.localdate(clock().started_at) == CHANGE
    assert AuditEvent.objects.last().detail == {
        "resource": str(row.resource_id),
        "cause": "duties",
        "happened_on": "2025-09-25",
    }


def test_the_authority_may_give_five_workdays_more(cast, official_calendar):
    registered(cast, cast.resource("published"))
    row = extend_obligation(
        clock(),
        actor=cast.actor("authority"),
        workdays=5,
        reason="系统改造",
        document="数函〔2025〕3号",
    )
    assert row.due_on == date(2025, 10, 22)


def test_a_department_cannot_extend_its_own_clock(cast, official_calendar):
    registered(cast, cast.resource("published"))
    with pytest.raises(Forbidden):
        extend_obligation(clock(), actor=cast.actor("head"), workdays=5, reason="忙", document="无")
    assert clock().due_on == date(2025, 10, 15)


def test_the_clock_stops_when_the_updated_entry_is_handed_to_the_authority(cast):
    resource = cast.resource("published")
    row = registered(cast, resource)
    revise(cast, resource)
    submit_resource(resource, actor=cast.actor("steward"))
    assert clock().state == "open"
    entry = approve_resource(resource, actor=cast.actor("head"))
    row.refresh_from_db()
    assert (clock().state, clock().met_at, row.entry) == ("met", entry.approved_at, entry)


def test_the_authoritys_clock_of_two_workdays_starts_with_the_hand_over(
    cast, official_calendar, monkeypatch
):
    resource = cast.resource("submitted")
    handed = datetime(2025, 9, 29, 16, 0, tzinfo=UTC)  # 30 September in Shanghai
    monkeypatch.setattr(timezone, "now", lambda: handed)
    approve_resource(resource, actor=cast.actor("head"))
    assert (clock("C2").department, clock("C2").due_on) == (cast.bureau, date(2025, 10, 10))


def test_a_returned_update_leaves_the_clock_stopped(cast):
    """Art. 17 asks for the update and its hand-over; what comes back has C2 behind it again."""
    resource = cast.resource("published")
    registered(cast, resource)
    revise(cast, resource)
    cast.bring(resource, "approved")
    return_resource(resource, actor=cast.actor("authority"), reason="摘要不清")
    assert clock().state == "met"


def test_a_resource_out_of_force_has_nothing_left_to_update(cast):
    resource = cast.resource("published")
    row = registered(cast, resource)
    withdraw_resource(resource, actor=cast.actor("head"), reason="职责划出")
    row.refresh_from_db()
    assert (clock().state, row.entry.state) == ("met", "withdrawn")


def test_each_change_has_a_clock_of_its_own(cast, official_calendar):
    resource = cast.resource("published")
    registered(cast, resource)
    registered(cast, resource, happened_on=date(2025, 10, 20), cause="law")
    dues = Obligation.objects.filter(kind="C1").order_by("due_on").values_list("due_on", flat=True)
    assert list(dues) == [date(2025, 10, 15), date(2025, 11, 3)]


@pytest.mark.parametrize("who", ["authority", "head", "steward"])
def test_the_department_and_the_authority_register_changes(cast, who):
    registered(cast, cast.resource("published"), who)
    assert Adjustment.objects.count() == 1


@pytest.mark.parametrize("who", ["third steward", "third head", "desk", "auditor", "operator"])
def test_nobody_else_registers_any(cast, who):
    resource = cast.resource("published")
    with pytest.raises(Forbidden):
        registered(cast, resource, who)
    assert not Adjustment.objects.exists()


def test_a_change_to_come_has_no_clock_yet(cast):
    resource = cast.resource("published")
    with pytest.raises(Invalid) as refused:
        registered(cast, resource, happened_on=date(2999, 1, 1))
    assert refused.value.facts["errors"][0]["pointer"] == "#/happened_on"
    assert not Obligation.objects.filter(kind="C1").exists()


def test_what_is_not_in_force_has_nothing_to_follow_with(cast):
    with pytest.raises(NotInForce):
        registered(cast, cast.resource("approved"))
    assert not Adjustment.objects.exists()


class TestAcrossAYearThatIsNotLoaded:
    """The calendar of 2026 is missing, as 2027's is before the notice of the State Council."""

    @pytest.fixture(autouse=True)
    def until_2025(self, official_calendar):
        CalendarYear.objects.filter(year__gte=2026).delete()

    def load_2026(self):
        call_command("calendar", "load", "--official", verbosity=0)

    def test_c1_is_provisional_and_recomputed_once(self, cast):
        registered(cast, cast.resource("published"), happened_on=date(2025, 12, 22))
        # Monday to Friday is guessed: ten weekdays on.
        assert (clock().due_on, clock().is_provisional) == (date(2026, 1, 5), True)
        self.load_2026()
        # 1 to 3 January are the holiday, Sunday the 4th is worked for it.
        assert (clock().due_on, clock().is_provisional) == (date(2026, 1, 6), False)
        self.recomputed_once("C1")

    def test_c2_is_provisional_and_recomputed_once(self, cast, monkeypatch):
        resource = cast.resource("submitted")
        handed = datetime(2025, 12, 31, 2, 0, tzinfo=UTC)
        with monkeypatch.context() as then:
            then.setattr(timezone, "now", lambda: handed)
            approve_resource(resource, actor=cast.actor("head"))
        assert (clock("C2").due_on, clock("C2").is_provisional) == (date(2026, 1, 2), True)
        self.load_2026()
        assert (clock("C2").due_on, clock("C2").is_provisional) == (date(2026, 1, 5), False)
        self.recomputed_once("C2")

    def recomputed_once(self, kind):
        traces = AuditEvent.objects.filter(verb="obligation.recomputed")
        assert [trace.detail["kind"] for trace in traces] == [kind]
        year = CalendarYear.objects.get(year=2026)
        corrected = {date(2026, 1, 5): False} | {
            date.fromisoformat(day): works for day, works in year.days.items()
        }
        before = clock(kind).due_on
        load_calendar_year(2026, corrected, "更正", actor=CLOCK)
        assert (clock(kind).due_on, traces.count()) == (before, 1)
