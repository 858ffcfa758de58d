"""Holds keep a system from being retired, and say why."""

from uuid import uuid4

import pytest

from accounts.actions.holds import place_hold, release_hold
from accounts.actions.systems import retire_system
from accounts.actor import CLOCK
from accounts.errors import SystemHeld
from accounts.models import AuditEvent, Credential, SystemHold
from tests.factories.accounts import CredentialFactory, SystemFactory


@pytest.fixture
def system(department):
    return SystemFactory(department=department)


def test_a_held_system_is_not_retired_and_the_reasons_are_named(system, actor_of):
    CredentialFactory(system=system)
    first, second = uuid4(), uuid4()
    place_hold(system.pk, "dataset", first, "feeds 307024/1", actor=CLOCK)
    place_hold(system.pk, "dataset", second, "feeds 307024/2", actor=CLOCK)
    admin = actor_of("department_admin", system.department)
    with pytest.raises(SystemHeld) as refused:
        retire_system(system, actor=admin, reason="已由新系统替代")
    assert refused.value.facts["holds"] == [
        {"kind": "dataset", "reference": str(first), "note": "feeds 307024/1"},
        {"kind": "dataset", "reference": str(second), "note": "feeds 307024/2"},
    ]
    system.refresh_from_db()
    assert system.state == "in_operation"
    assert Credential.objects.live().count() == 1
    assert not AuditEvent.objects.filter(verb="system.retired").exists()
    assert release_hold("dataset", first, actor=CLOCK)
    assert release_hold("dataset", second, actor=CLOCK)
    assert retire_system(system, actor=admin, reason="已由新系统替代").state == "retired"


def test_a_hold_is_placed_once_and_moves_over(system):
    reference, successor = uuid4(), SystemFactory(department=system.department)
    for _ in range(2):
        place_hold(system.pk, "dataset", reference, "feeds 307024/1", actor=CLOCK)
    place_hold(successor.pk, "dataset", reference, "feeds 307024/1", actor=CLOCK)
    assert SystemHold.objects.get().system == successor
    assert AuditEvent.objects.filter(verb="hold.placed").count() == 2


def test_releasing_what_is_not_held_says_so(system):
    assert release_hold("dataset", uuid4(), actor=CLOCK) is False
    assert not AuditEvent.objects.exists()
