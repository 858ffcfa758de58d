"""Which systems do the same."""

import pytest

from accounts.scanning.likeness import open_index
from tests.factories.accounts import SystemFactory

OA = {
    "function": "办理机关公文流转、会议通知、督查督办和请假审批。",
    "business_items": ["公文办理", "会议通知", "督查督办", "请假审批"],
    "data_items": ["公文标题", "文号", "拟稿人", "签发日期"],
}
WEATHER = {
    "function": "采集雷电监测站点观测资料，生成预警产品并向公众发布。",
    "business_items": ["雷电监测", "预警发布"],
    "data_items": ["站点编号", "电场强度"],
}


def alike(*systems):
    with open_index([one.pk for one in systems]) as index:
        return index.alike([one.pk for one in systems])


@pytest.fixture
def others(db):
    return [SystemFactory(**WEATHER)]


def test_the_same_functions_and_items_are_found_with_the_share(others):
    first, second = SystemFactory(**OA), SystemFactory(**OA)
    found = alike(first, second)
    assert [(one.other, round(one.overlap, 2)) for one in found[first.pk]] == [(second.pk, 1.0)]
    assert found[second.pk][0].other == first.pk


def test_the_share_is_that_of_the_own_functions(others):
    small = SystemFactory(**OA)
    large = SystemFactory(
        **{
            **OA,
            "function": f"{OA['function']}另有档案管理、印章管理、车辆调度、值班安排和资产盘点。",
            "business_items": [*OA["business_items"], "档案管理", "印章管理", "车辆调度", "值班"],
        }
    )
    found = alike(small, large)
    assert found[small.pk][0].overlap == pytest.approx(1.0)
    assert found[large.pk][0].overlap < 0.7


def test_systems_that_do_other_things_are_not_alike(others):
    system = SystemFactory(**OA)
    assert alike(system, *others) == {}


def test_a_system_that_does_not_run_is_no_other(others):
    system = SystemFactory(**OA)
    SystemFactory(**OA, state="planned")
    SystemFactory(**OA, state="retired")
    assert alike(system) == {}


def test_what_the_other_register_does_not_say_is_not_compared(others):
    full = SystemFactory(**OA)
    bare = SystemFactory(**{**OA, "business_items": [], "data_items": []})
    found = alike(full, bare)
    # Functions alone count for less.
    assert found[full.pk][0].overlap == pytest.approx(0.8)


def test_a_short_function_is_like_nothing(db):
    first, second = SystemFactory(function="办理业务"), SystemFactory(function="办理业务")
    assert alike(first, second) == {}


def test_quotes_line_breaks_and_commas_in_functions_are_read_as_they_stand(others):
    words = {**OA, "function": '办理"机关"公文,会议通知\n督查督办\\请假审批及印章用印登记。'}
    first, second = SystemFactory(**words), SystemFactory(**words)
    assert alike(first)[first.pk][0].other == second.pk
