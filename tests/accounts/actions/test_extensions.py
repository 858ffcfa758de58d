"""More time for a clock: asked for by the department, given once by the authority, told to both."""

from datetime import UTC, date, datetime

import pytest

from accounts.actions.extensions import ask_extension, decline_extension, extend_obligation
from accounts.actions.obligations import meet_obligation, open_obligation
from accounts.actor import CLOCK
from accounts.errors import ExtensionNotAllowed
from accounts.models import AuditEvent, Notice, Obligation
from kernel.errors import Forbidden, Invalid
from tests.factories.accounts import DepartmentFactory

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def opened(department, official_calendar):
    def start(kind="C4", counterpart=None):
        return open_obligation(
            kind,
            department,
            actor=CLOCK,
            department_id=department.pk,
            started_at=MONDAY,
            counterpart_id=counterpart and counterpart.pk,
        )

    return start


def test_the_authority_extends_once_with_a_document(opened, actor_of):
    authority = actor_of("authority")
    clock = extend_obligation(
        opened(), actor=authority, workdays=10, reason="跨部门核实", document="示数函〔2026〕3号"
    )
    assert clock.due_on == date(2026, 3, 30)
    assert (clock.extended_workdays, clock.extension_document) == (10, "示数函〔2026〕3号")
    trace = AuditEvent.objects.get(verb="obligation.extended").detail
    assert (trace["due_before"], trace["due_on"]) == ("2026-03-16", "2026-03-30")
    with pytest.raises(ExtensionNotAllowed):
        extend_obligation(clock, actor=authority, workdays=1, reason="再", document="x")
    assert Obligation.objects.get().due_on == date(2026, 3, 30)


@pytest.mark.parametrize("kind", ["C2", "C3", "C5", "C6"])
def test_clocks_without_extension_in_the_law_cannot_be_extended(opened, actor_of, kind):
    clock = opened(kind)
    with pytest.raises(ExtensionNotAllowed):
        extend_obligation(clock, actor=actor_of("authority"), workdays=1, reason="a", document="b")
    assert Obligation.objects.get().extended_workdays == 0


def test_an_extension_is_at_most_the_laws(opened, actor_of):
    clock = opened("C1")
    with pytest.raises(Invalid):
        extend_obligation(clock, actor=actor_of("authority"), workdays=6, reason="a", document="b")
    assert Obligation.objects.get().extended_workdays == 0


def test_a_met_clock_cannot_be_extended(opened, actor_of, department):
    clock = opened()
    meet_obligation("C4", department, actor=CLOCK)
    with pytest.raises(ExtensionNotAllowed):
        extend_obligation(clock, actor=actor_of("authority"), workdays=1, reason="a", document="b")


def test_the_owing_department_cannot_extend_its_own_clock(opened, actor_of, department):
    with pytest.raises(Forbidden):
        extend_obligation(
            opened(), actor=actor_of("head", department), workdays=1, reason="a", document="b"
        )


def test_what_is_asked_for_waits_at_the_authority(opened, actor_of, department):
    authority = actor_of("authority")
    clock = ask_extension(
        opened(), actor=actor_of("head", department), workdays=5, reason="纸质档案"
    )
    assert (clock.asked_workdays, clock.asked_reason) == (5, "纸质档案")
    assert clock.due_on == date(2026, 3, 16)
    told = Notice.objects.get()
    assert (told.department_id, told.roles) == (authority.department_id, ["authority"])
    assert told.verb == "obligation.extension_asked"
    with pytest.raises(ExtensionNotAllowed):
        ask_extension(clock, actor=actor_of("head", department), workdays=5, reason="又")
    assert Notice.objects.count() == 1


def test_more_than_the_law_gives_cannot_even_be_asked_for(opened, actor_of, department):
    with pytest.raises(Invalid):
        ask_extension(opened(), actor=actor_of("head", department), workdays=11, reason="a")
    assert Obligation.objects.get().asked_at is None


def test_the_department_and_the_one_that_waits_are_told_of_an_extension(
    opened, actor_of, department
):
    waiting = DepartmentFactory()
    extend_obligation(
        opened(counterpart=waiting),
        actor=actor_of("authority"),
        workdays=2,
        reason="a",
        document="1号",
    )
    told = {row.department_id: (row.reason, row.facts["due_on"]) for row in Notice.objects.all()}
    assert told == {
        department.pk: ("Your department has this duty.", "2026-03-18"),
        waiting.pk: ("Your department waits for this.", "2026-03-18"),
    }


def test_what_is_declined_may_be_asked_for_again(opened, actor_of, department):
    head, authority = actor_of("head", department), actor_of("authority")
    clock = ask_extension(opened(), actor=head, workdays=5, reason="a")
    declined = decline_extension(clock, actor=authority, reason="理由不足")
    assert (declined.asked_at, declined.due_on) == (None, date(2026, 3, 16))
    assert Notice.objects.get(department=department).facts["why"] == "理由不足"
    ask_extension(clock, actor=head, workdays=3, reason="b")
    assert Obligation.objects.get().asked_workdays == 3


def test_nothing_asked_nothing_to_decline(opened, actor_of):
    with pytest.raises(ExtensionNotAllowed):
        decline_extension(opened(), actor=actor_of("authority"), reason="a")
    assert not AuditEvent.objects.filter(verb="obligation.extension_declined").exists()
