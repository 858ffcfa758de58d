"""The alarm bells of accounts."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts import audit, tasks
from accounts.actor import CLOCK
from accounts.models import EvidenceBlock, Heartbeat
from tests.factories.accounts import DepartmentFactory

pytestmark = pytest.mark.django_db


def test_a_beat_heard_by_a_worker_shows_that_both_live():
    Heartbeat.objects.create(name="beat", at=timezone.now() - timedelta(days=1))
    tasks.beat_heartbeat()
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    assert set(beats) == {"beat", "worker"}
    assert all(abs(timezone.now() - at) < timedelta(minutes=1) for at in beats.values())


def test_the_trail_is_sealed_on_time():
    audit.record(CLOCK, "department.changed", DepartmentFactory())
    tasks.seal_audit()
    assert EvidenceBlock.objects.get().entries == 1


def test_checking_clocks_with_nothing_to_do_does_nothing():
    tasks.check_obligations()
