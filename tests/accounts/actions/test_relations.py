"""How systems stand to each other."""

import pytest

from accounts.actions.relations import relate_systems, relations_of, remove_relation
from accounts.errors import AlreadyRelated, MergedElsewhere, RelationCircle, RelationFixed
from accounts.models import AuditEvent, SystemRelation
from kernel.errors import Forbidden, Invalid
from kernel.models import uuid7
from tests.factories.accounts import SystemFactory

pytestmark = pytest.mark.django_db


def relate(system, kind, other, actor):
    return relate_systems(system, actor=actor, kind=kind, other_id=other.pk)


def test_a_system_uses_one_of_another_department_which_sees_it(admin, department):
    row, other = SystemFactory(department=department), SystemFactory()
    before = other.evidence_at
    made = relate(row, "uses", other, admin)
    assert relations_of(row) == relations_of(other) == [made]
    other.refresh_from_db()
    assert other.evidence_at > before
    assert AuditEvent.objects.get().verb == "relation.added"


@pytest.mark.parametrize("kind", ["replaces", "merged_into"])
def test_no_circle_is_closed(admin, department, kind):
    first, second, third = SystemFactory.create_batch(3, department=department, state="retired")
    relate(first, kind, second, admin)
    relate(second, kind, third, admin)
    with pytest.raises(RelationCircle):
        relate(third, kind, first, admin)
    assert SystemRelation.objects.count() == 2


def test_two_systems_may_use_each_other(admin, department):
    first, second = SystemFactory.create_batch(2, department=department)
    relate(first, "uses", second, admin)
    relate(second, "uses", first, admin)
    with pytest.raises(AlreadyRelated):
        relate(first, "uses", second, admin)
    assert SystemRelation.objects.count() == 2


def test_only_a_retired_system_is_said_to_be_merged_and_once(admin, department):
    living, retired, other = SystemFactory.create_batch(3, department=department)
    with pytest.raises(Invalid):
        relate(living, "merged_into", other, admin)
    retired.change(state="retired")
    relate(retired, "merged_into", other, admin)
    with pytest.raises(MergedElsewhere):
        relate(retired, "merged_into", living, admin)
    assert SystemRelation.objects.count() == 1


def test_a_system_is_related_to_another_one_that_exists(admin, department):
    row = SystemFactory(department=department)
    for other in (row.pk, uuid7()):
        with pytest.raises(Invalid):
            relate_systems(row, actor=admin, kind="uses", other_id=other)
    assert not SystemRelation.objects.exists()


def test_a_relation_is_taken_back_unless_a_merge_rests_on_it(admin, department):
    row, other = SystemFactory.create_batch(2, department=department)
    remove_relation(relate(row, "uses", other, admin), actor=admin)
    row.change(state="being_merged")
    fixed = SystemRelation.objects.create(system=row, kind="merged_into", other=other)
    with pytest.raises(RelationFixed):
        remove_relation(fixed, actor=admin)
    assert SystemRelation.objects.get() == fixed


def test_the_other_side_does_not_remove_it(actor_of, admin, department):
    row, other = SystemFactory(department=department), SystemFactory()
    made = relate(row, "uses", other, admin)
    stranger = actor_of("department_admin", other.department)
    with pytest.raises(Forbidden):
        remove_relation(made, actor=stranger)
    with pytest.raises(Forbidden):
        relate(row, "supplies", other, stranger)
    assert SystemRelation.objects.get() == made
