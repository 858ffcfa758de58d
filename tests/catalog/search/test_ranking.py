"""Which entry answers better."""

from uuid import UUID

import pytest

from catalog.search.hits import Hit
from catalog.search.query import Asked
from catalog.search.ranking import likeness, ranked

NO = UUID(int=0)


def order(question, *names, by_sound=False, synonyms=(), **more):
    found = [Hit(UUID(int=n), NO, "", name, NO, **more) for n, name in enumerate(names)]
    return [hit.name for hit in ranked(Asked(question, synonyms), found, by_sound=by_sound)]


@pytest.mark.parametrize(
    ("question", "better", "worse"),
    [
        ("公积金", "公积金信息", "公积金贷款合作楼盘信息"),
        ("企业信息", "泸县企业信息变更", "企业职工医疗信息"),
        ("养老机构", "养老机构名单", "机构养老床位"),
        ("路灯", "路灯信息", "路灯管理先进个人名单"),
        ("泸县 水库", "泸县水库信息", "合江县水库信息"),
        ("gjj", "公积金贷款", "各级结核病定点医疗机构"),
    ],
)
def test_the_better_answer_comes_first(question, better, worse):
    assert order(question, worse, better) == [better, worse]


def test_a_word_stands_before_its_synonym():
    synonyms = [["低保", "最低生活保障"]]
    assert order("低保", "最低生活保障信息", "农村低保信息", synonyms=synonyms)[0] == "农村低保信息"


def test_what_sounds_the_same_stands_before_what_is_written_nearly_the_same():
    names = ("政府性基金信息", "公积金贷款信息")
    assert order("公基金", *names, by_sound=True)[0] == "公积金贷款信息"


def test_equals_stand_by_length_then_name():
    assert order("水库", "乙水库", "甲水库", "甲乙水库信息") == ["乙水库", "甲水库", "甲乙水库信息"]


def test_places_and_general_words_do_not_make_names_alike():
    assert likeness("泸州市古树名木信息", "银川市古树名木清单") == 1.0
    assert likeness("泸州市路灯信息", "泸州市水库信息") == 0.0
