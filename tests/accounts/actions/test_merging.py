"""What a decided merge does to the systems themselves."""

import pytest

from accounts.actions.merging import begin_merging, check_merge_target, end_merging
from accounts.actor import CLOCK
from accounts.errors import MergedElsewhere
from accounts.models import AuditEvent, SystemRelation, SystemVersion
from kernel.errors import Invalid
from tests.factories.accounts import SystemFactory
from tests.factories.cases import MergeFactory


@pytest.fixture
def pair(department):
    return SystemFactory(department=department), SystemFactory(department=department)


def test_a_system_is_marked_as_being_merged_once(pair):
    old, new = pair
    for _ in range(2):
        begin_merging(old, new, actor=CLOCK)
    old.refresh_from_db()
    assert old.state == "being_merged"
    assert SystemRelation.objects.get().other_id == new.pk
    assert AuditEvent.objects.filter(verb="system.merged").count() == 1
    assert [v.values["state"] for v in SystemVersion.objects.order_by("number")] == [
        "in_operation",
        "being_merged",
    ]


def test_a_system_is_merged_into_one_other(pair):
    old, new = pair
    begin_merging(old, new, actor=CLOCK)
    with pytest.raises(MergedElsewhere):
        begin_merging(old, SystemFactory(), actor=CLOCK)
    assert SystemRelation.objects.get().other_id == new.pk


def test_a_merge_that_ends_leaves_the_system_working(pair):
    old, new = pair
    begin_merging(old, new, actor=CLOCK)
    end_merging(old, new, actor=CLOCK, reason="目标平台停建")
    old.refresh_from_db()
    assert old.state == "in_operation"
    assert not SystemRelation.objects.exists()
    assert AuditEvent.objects.get(verb="system.kept").detail["reason"] == "目标平台停建"


def test_a_merge_that_another_decision_wants_goes_on(pair):
    old, new = pair
    begin_merging(old, new, actor=CLOCK)
    MergeFactory(target=new, systems=[old], state="accepted")
    end_merging(old, new, actor=CLOCK)
    old.refresh_from_db()
    assert old.state == "being_merged"
    assert SystemRelation.objects.get().other_id == new.pk


@pytest.mark.parametrize("state", ["planned", "suspended", "being_merged", "retired"])
def test_a_target_runs(pair, state):
    with pytest.raises(Invalid):
        check_merge_target(pair[0], SystemFactory(state=state))


def test_a_target_is_another_system(pair):
    with pytest.raises(Invalid):
        check_merge_target(pair[0], pair[0])
