"""Local limits of the statutory clocks: shorter than the national one, never longer."""

import pytest

from accounts.actions.clocks import limit_clock
from accounts.errors import OverCeiling
from accounts.models import AuditEvent, ClockLimit
from kernel.errors import Forbidden


def test_a_limit_is_set_once_and_then_changed(actor_of):
    authority = actor_of("authority")
    first = limit_clock("C4", actor=authority, workdays=5, basis="示例省办法第十二条")
    again = limit_clock("C4", actor=authority, workdays=7, basis="示例省办法（修订）")
    assert again.pk == first.pk
    row = ClockLimit.objects.get()
    assert (row.kind, row.workdays, row.basis) == ("C4", 7, "示例省办法（修订）")
    traces = AuditEvent.objects.filter(verb="clock.limited").order_by("id")
    assert [trace.detail["workdays"] for trace in traces] == [5, 7]


@pytest.mark.parametrize("workdays", [0, -1, 11])
def test_a_limit_above_the_national_one_or_below_a_day_is_refused(actor_of, workdays):
    with pytest.raises(OverCeiling):
        limit_clock("C4", actor=actor_of("authority"), workdays=workdays, basis="x")
    assert not ClockLimit.objects.exists()
    assert not AuditEvent.objects.exists()


def test_a_head_limits_no_clock(actor_of):
    with pytest.raises(Forbidden):
        limit_clock("C4", actor=actor_of("head"), workdays=5, basis="x")
    assert not ClockLimit.objects.exists()
