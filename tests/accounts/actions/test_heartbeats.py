"""Signs of life of the platform's parts."""

import pytest

from accounts.actions.heartbeats import record_heartbeats
from accounts.models import Heartbeat

pytestmark = pytest.mark.django_db(transaction=True)


def test_each_part_has_one_row_with_its_latest_sign():
    record_heartbeats("beat", "worker")
    first = Heartbeat.objects.get(name="worker").at
    record_heartbeats("worker")
    assert Heartbeat.objects.count() == 2
    assert Heartbeat.objects.get(name="worker").at > first
    assert Heartbeat.objects.get(name="beat").at <= first


def test_the_time_is_the_databases(time_machine):
    time_machine.move_to("2020-01-01", tick=False)
    record_heartbeats("beat")
    assert Heartbeat.objects.get().at.year > 2020
