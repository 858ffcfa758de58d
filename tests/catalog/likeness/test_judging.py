"""Two entries judged: renamed ones are one, neighbours are two, and both are explained."""

import pytest

from catalog.likeness.judging import LEAST, Said, Shared, judge, name_likeness
from catalog.likeness.names import office_of, take_apart
from catalog.likeness.places import Gazetteer

PLACES = Gazetteer(["临河市民政局", "东山区民政局", "西湖区民政局", "东山区教育局"])


def said(name, office="东山区民政局", offices=1, abstract=""):
    parts = take_apart(name, office, PLACES)
    return Said(parts, office, office_of(office, PLACES), abstract, offices)


def judged(one, other, shared=None, **more):
    first = one if isinstance(one, Said) else said(one)
    second = other if isinstance(other, Said) else said(other)
    return judge(first, second, shared or Shared(), {})


@pytest.mark.parametrize(
    "renamed",
    [
        "养老机构基本情况",
        "东山区养老机构名录",
        "东山区民政局养老机构资料",
        "“养老”机构_信息（东山区）",
        "机构养老信息",
    ],
)
def test_another_name_of_the_same_resource_is_recognised(renamed):
    found = judged("养老机构信息", renamed)
    assert found.score >= LEAST
    assert found.reasons["department"] == "the same"


@pytest.mark.parametrize(
    ("one", "other", "against"),
    [
        ("2021年养老机构信息", "2022年养老机构信息", "series: 2021 and 2022"),
        ("养老机构信息", "2022年养老机构信息", "series: - and 2022"),
        ("第一季度低保发放", "第二季度低保发放", "series: 1季度 and 2季度"),
        ("东山区养老机构信息", "西湖区养老机构信息", "place: 东山 and 西湖"),
        ("养老机构设立信息", "养老机构注销信息", "word: 设立 and 注销"),
        ("教育局权责事项", "权责事项", "office: 教育局 and 民政局"),
        ("上市公司信息", "非上市公司信息", "word: one says that it is not so"),
    ],
)
def test_neighbours_are_two_and_it_is_said_why(one, other, against):
    found = judged(one, other)
    assert (found.score, found.reasons) == (0.0, {"against": against})


def test_a_name_that_every_office_uses_is_not_enough_between_two_offices():
    one, other = (said("执法人员信息", office, 5) for office in ("东山区民政局", "东山区教育局"))
    assert judged(one, other).score == 0.6
    assert judged(one, one).score == 1.0
    assert judged(one, other, Shared(8, 8, 0.95, 0.95)).score == 0.98


def test_items_that_have_nothing_in_common_refute_a_name():
    assert judged("养老机构信息", "养老机构名录", Shared(6, 7, 0.1, 0.1)).score == 0.75
    assert judged("养老机构信息", "养老服务信息", Shared(6, 7, 0.1, 0.1)).score < LEAST


def test_few_items_are_no_evidence():
    assert not Shared(2, 9, 1.0, 0.3).is_known
    assert Shared(3, 9, 1.0, 0.5).likeness == 0.75


def test_the_name_weighs_by_the_characters_that_tell():
    weights = dict.fromkeys("护士注册", 5.0) | dict.fromkeys("管理", 0.5)
    assert name_likeness("护士注册管理", "护士注册", weights) == (
        pytest.approx(0.35 + 0.65 * 20 / 21),
        "shortened",
    )
    assert name_likeness("护士注册", "注册护士", weights) == (0.97, "another order")
    assert name_likeness("护士注册", "护士注册", weights) == (1.0, "the same")
