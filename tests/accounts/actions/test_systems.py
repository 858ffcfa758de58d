"""The life of a system, step by step, each with its evidence."""

import pytest
from django.utils import timezone

from accounts.actions import systems
from accounts.actions.holds import place_hold
from accounts.actor import CLOCK
from accounts.errors import MergeDecided, SystemHeld
from accounts.models import AuditEvent, SystemRelation
from accounts.models.system import InformationSystem
from accounts.states import SYSTEM
from kernel.errors import Forbidden, IllegalMove, Invalid
from tests.factories.accounts import CredentialFactory, SystemFactory
from tests.factories.cases import MergeFactory

pytestmark = pytest.mark.django_db
PLAIN = ["construct", "try", "commission", "suspend", "resume", "retire"]


def take(move, row, actor, **more):
    return getattr(systems, f"{move}_system")(
        row, actor=actor, reason="示例依据", document="示函1号", **more
    )


@pytest.mark.parametrize("move", PLAIN)
@pytest.mark.parametrize("state", SYSTEM.states)
def test_each_step_is_possible_from_the_states_of_the_table_only(admin, department, state, move):
    row = SystemFactory(department=department, state=state)
    if SYSTEM.allows(state, move):
        assert take(move, row, admin).state == SYSTEM.moves[move][1]
        event = AuditEvent.objects.get()
        assert (event.detail["reason"], event.detail["document"]) == ("示例依据", "示函1号")
        last = row.versions.order_by("number").last()
        assert (last.number, last.change_message) == (2, "示例依据")
        assert last.values["state"] == SYSTEM.moves[move][1]
        return
    with pytest.raises(IllegalMove):
        take(move, row, admin)
    row.refresh_from_db()
    assert (row.state, row.version, row.versions.count()) == (state, 1, 0)
    assert not AuditEvent.objects.exists()


def test_days_of_beginning_and_end_are_filled_in(admin, department):
    row = SystemFactory(department=department, state="trial")
    today = timezone.localdate()
    assert take("commission", row, admin).started_on == today
    assert take("retire", row, admin).stopped_on == today


def test_a_held_system_is_not_retired(admin, department):
    row = SystemFactory(department=department)
    key = CredentialFactory(system=row)
    place_hold(row.pk, "dataset", row.pk, "feeds 307024/1, granted 2 times", actor=CLOCK)
    with pytest.raises(SystemHeld) as refused:
        take("retire", row, admin)
    assert [hold["note"] for hold in refused.value.facts["holds"]] == [
        "feeds 307024/1, granted 2 times"
    ]
    row.refresh_from_db()
    key.refresh_from_db()
    assert (row.state, key.revoked_at) == ("in_operation", None)


def test_a_department_merges_its_system_and_may_keep_it_after_all(admin, department):
    row, other = SystemFactory.create_batch(2, department=department)
    assert take("merge", row, admin, into=other).state == "being_merged"
    assert SystemRelation.objects.get().other == other
    event = AuditEvent.objects.get(verb="system.merged")
    assert event.detail == {"into": str(other.pk), "reason": "示例依据", "document": "示函1号"}
    assert row.versions.get(number=2).change_message == "示例依据"
    assert take("keep", row, admin).state == "in_operation"
    assert not SystemRelation.objects.exists()


def test_a_decided_merge_is_not_the_departments_to_end(admin, department):
    row, other = SystemFactory.create_batch(2, department=department)
    take("merge", row, admin, into=other)
    MergeFactory(target=other, systems=[row], state="accepted")
    with pytest.raises(MergeDecided):
        take("keep", row, admin)
    assert InformationSystem.objects.get(pk=row.pk).state == "being_merged"
    assert SystemRelation.objects.exists()


def test_a_system_is_not_merged_into_one_that_stands_still(admin, department):
    row = SystemFactory(department=department)
    with pytest.raises(Invalid):
        take("merge", row, admin, into=SystemFactory(department=department, state="suspended"))
    row.refresh_from_db()
    assert row.state == "in_operation"


@pytest.mark.parametrize("move", [*PLAIN, "keep"])
def test_nobody_else_moves_a_system(actor_of, move):
    row = SystemFactory(state="trial")
    for actor in (actor_of("department_admin"), actor_of("steward", row.department)):
        with pytest.raises(Forbidden):
            take(move, row, actor)
    row.refresh_from_db()
    assert row.version == 1
