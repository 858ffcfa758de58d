"""Which systems could become one, on plain values."""

from uuid import UUID

import pytest

from accounts.grouping import Candidate, Register

CIVIL, HEALTH = UUID(int=1001), UUID(int=1002)


def system(number, department=CIVIL, items="", **more):
    return Candidate(UUID(int=number), department, items=frozenset(items.split()), **more)


def groups(*candidates, barred=()):
    """Target -> systems with their grounds, by small numbers."""
    pairs = [(UUID(int=one), UUID(int=other)) for one, other in barred]
    found = Register(candidates, pairs).groups()
    return {
        target.int: {tie.system.int: tie.grounds for tie in ties} for target, ties in found.items()
    }


def test_an_offices_own_system_goes_into_the_departments_nearest_one():
    found = groups(
        system(1, items="低保 特困"),
        system(2, items="婚姻登记"),
        system(3, items="婚姻登记 收养 殡葬", is_office=True),
        system(4, HEALTH, "收养 婚姻登记 殡葬 公墓", is_suspected=True),
    )
    assert found == {2: {3: ("office_level",)}}


def test_without_a_system_of_the_department_the_most_used_offices_one_stays():
    found = groups(
        system(1, is_office=True, users=5),
        system(2, is_office=True, users=80),
        system(3, is_office=True, users=7),
    )
    assert found == {2: {1: ("office_level",), 3: ("office_level",)}}


def test_a_department_with_one_offices_system_has_nothing_to_merge():
    assert groups(system(1, is_office=True), system(2, HEALTH)) == {}


def test_what_the_scan_found_to_replace_it_is_proposed_across_departments():
    found = groups(
        system(1, CIVIL, is_suspected=True, replacement_id=UUID(int=2)),
        system(2, HEALTH),
    )
    assert found == {2: {1: ("replaceable",)}}


@pytest.mark.parametrize(
    ("other", "merged"),
    [("a b c d e f g x y z", True), ("a b c d e f x y z", False)],
)
def test_seven_of_ten_items_are_enough(other, merged):
    one = system(1, items="a b c d e f g h i j", users=1)
    found = groups(one, system(2, HEALTH, other, users=9))
    assert found == ({2: {1: ("overlap",)}} if merged else {})


def test_the_greater_one_stays():
    alive, dead = system(1, items="收文 发文"), system(2, items="收文 发文", is_suspected=True)
    assert groups(alive, dead) == {1: {2: ("overlap",)}}


def test_an_item_that_very_many_bear_joins_nobody():
    crowd = [system(n, UUID(int=5000 + n), "行政审批") for n in range(1, 52)]
    assert groups(*crowd) == {}
    assert len(groups(*crowd[:50])[1]) == 49


def test_systems_that_replace_each_other_do_not_go_round_in_circles():
    found = groups(
        system(1, replacement_id=UUID(int=2)),
        system(2, replacement_id=UUID(int=1), users=10),
    )
    assert found == {2: {1: ("replaceable",)}}


def test_no_target_is_merged_itself():
    found = groups(
        system(1, items="a b", replacement_id=UUID(int=2)),
        system(2, items="a b", replacement_id=UUID(int=3)),
        system(3, items="a b", users=9),
    )
    assert found == {3: {1: ("overlap",), 2: ("replaceable", "overlap")}}


def test_a_barred_pair_and_a_system_that_may_not_go_are_left_alone():
    dead = system(1, replacement_id=UUID(int=2))
    assert groups(dead, system(2), barred=[(1, 2)]) == {}
    assert groups(system(1, replacement_id=UUID(int=2), may_go=False), system(2)) == {}


def test_a_suspended_system_is_no_target():
    assert groups(system(1, replacement_id=UUID(int=2)), system(2, is_target=False)) == {}


@pytest.mark.parametrize(
    ("name", "merged"),
    [("低保核对信息平台", True), ("婚姻登记系统", False), ("信息管理系统", False)],
)
def test_nearly_the_same_name_in_one_department_is_enough(name, merged):
    old, new = system(1, name="低保核对管理系统"), system(2, name=name, users=9)
    assert groups(old, new) == ({2: {1: ("similar_name",)}} if merged else {})


def test_the_same_name_in_two_departments_is_not():
    assert groups(system(1, name="低保核对系统"), system(2, HEALTH, name="低保核对系统")) == {}


def test_the_tie_says_the_share_and_the_items():
    one, other = system(1, items="a b c d", users=1), system(2, items="a b c x y", users=2)
    (tie,) = Register([one, other]).groups()[other.id]
    assert (tie.overlap, tie.shared) == (0.75, ("a", "b", "c"))
