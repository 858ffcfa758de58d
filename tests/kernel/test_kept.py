"""A kept query gives what its queryset gives, whatever the values, and is made once."""

import pytest
from django.db.models import Count, Q

from accounts.models import Department, Member
from kernel.kept import Kept, KeptCounts
from kernel.models import uuid7
from tests.factories.accounts import DepartmentFactory, MemberFactory

pytestmark = pytest.mark.django_db


def test_the_rows_are_those_of_the_queryset_with_each_call_s_values(department):
    asked = []

    def rows(user):
        asked.append(user)
        named = Member.objects.active().filter(user=user)
        return named.select_related("department").order_by("pk")

    kept = Kept(rows)
    first, second = MemberFactory(department=department), MemberFactory()
    again = MemberFactory(user=first.user)
    assert kept(user=first.user_id) == [first, again]
    assert kept(user=second.user_id) == [second]
    assert len(asked) == 1
    second.is_active = False
    second.save()
    assert kept(user=second.user_id) == []


def test_a_row_has_its_columns_and_those_beside_it(department, django_assert_num_queries):
    member = MemberFactory(department=department, roles=["steward", "head"])
    kept = Kept(lambda key: Member.objects.filter(pk=key).select_related("department__parent"))
    with django_assert_num_queries(1):
        (found,) = kept(key=member.pk)
        assert (found.roles, found.created_at) == (member.roles, member.created_at)
        assert found.department.name == department.name
        assert found.department.parent is None
    assert not found._state.adding


def test_a_value_that_does_not_stand_in_the_statement_is_refused():
    DepartmentFactory()
    with pytest.raises(ValueError, match="each value"):
        Kept(lambda name: Department.objects.filter(name=f"{name}局"))(name="海洋")


def test_counts_are_those_of_an_aggregate_for_each_shape_and_value(department):
    other, asked = DepartmentFactory(), []
    MemberFactory(department=department)
    MemberFactory(department=department, is_active=False)
    MemberFactory(department=other)

    def rows(shape, own):
        asked.append(shape)
        seen = Member.objects.all() if shape == "all" else Member.objects.filter(department=own)
        return seen, {"all": Count("pk"), "active": Count("pk", filter=Q(is_active=True))}

    counts = KeptCounts(rows)
    for _ in range(2):
        assert counts("own", "own", own=department.pk) == {"all": 2, "active": 1}
        assert counts("own", "own", own=other.pk) == {"all": 1, "active": 1}
        assert counts("all", "all", own=other.pk)["all"] == Member.objects.count()
    assert asked == ["own", "all"]


def test_what_is_empty_or_names_another_key_is_counted_but_not_kept(department):
    asked = []

    def rows(key, own):
        asked.append(key)
        seen = Member.objects.filter(department=key) if key else Member.objects.none()
        return seen, {"all": Count("pk")}

    counts, other = KeptCounts(rows), MemberFactory()
    MemberFactory(department=department)
    for key, count in ((None, 0), (department.pk, 1), (other.department_id, 1)):
        assert counts((), key, own=uuid7()) == {"all": count}
    assert len(asked) == 3
