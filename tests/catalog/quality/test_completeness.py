import pytest

from catalog.quality.completeness import CENSUS_NUMBERS, ELEMENTS, score

ITEM = {
    "column": "code",
    "name": "行政区划代码",
    "data_type": "C",
    "length": 6,
    "meaning": "GB/T 2260",
    "is_key": True,
    "is_required": True,
    "codes": [],
    "sensitivity": "none",
    "share_type": "",
}
ENTRY = {
    "name": "行政区划代码",
    "internal_office": "区划地名处",
    "abstract": "全省县级以上行政区划的代码、名称、级别和上级区划，逐年修订。",
    "format_class": "database",
    "format_type": "mysql",
    "share_type": "unconditional",
    "share_condition": "无条件",
    "share_modes": ["interface"],
    "open_to_public": True,
    "open_condition": "普遍开放",
    "update_cycle": "yearly",
    "data_class": "公共管理数据",
    "data_grade": "general",
    "secrecy_assessment": "不涉及国家秘密和工作秘密。",
    "source_system": "01936f60-0000-7000-8000-00000000c001",
    "contact": "区划地名处 028-0000000",
    "keywords": ["区划"],
    **dict.fromkeys(CENSUS_NUMBERS, 0),
}


def test_an_entry_that_says_everything_has_100_and_no_gap():
    assert score(ENTRY, [ITEM]) == (100, ())


def test_an_entry_of_a_name_alone_has_nought():
    points, gaps = score({"name": "行政区划代码"}, [])

    assert points == 0
    assert gaps[:3] == ("no-items", "no-abstract", "no-update-cycle")


def test_each_gap_is_named_once_and_costs_its_weight():
    points, gaps = score({**ENTRY, "update_cycle": "", "contact": ""}, [ITEM])

    assert gaps == ("no-update-cycle", "no-contact")
    assert points == 89


def test_nought_is_an_answer_to_the_census_and_nothing_is_none():
    answered = {**ENTRY, **dict.fromkeys(CENSUS_NUMBERS, 0)}
    silent = {**ENTRY, **dict.fromkeys(CENSUS_NUMBERS)}

    assert score(answered, [ITEM])[1] == ()
    assert score(silent, [ITEM])[1] == ("no-census",)


def test_what_is_said_in_part_counts_in_part():
    half = {**ENTRY, **dict.fromkeys(CENSUS_NUMBERS[:3])}

    assert score(half, [ITEM]) == (97, ("no-census",))


@pytest.mark.parametrize(
    ("share_type", "gap"), [("conditional", "no-conditions"), ("not_shared", "no-legal-basis")]
)
def test_scope_and_basis_are_asked_of_those_whom_they_concern(share_type, gap):
    assert score({**ENTRY, "share_type": share_type}, [ITEM])[1] == (gap,)
    assert score(ENTRY, [{**ITEM, "share_type": share_type}])[1] == (gap,)


def test_personal_items_ask_for_an_assessment_of_their_impact():
    assert score(ENTRY, [{**ITEM, "sensitivity": "personal"}])[1] == ("no-privacy-assessment",)


def test_a_code_list_explains_an_item_as_well_as_words_do():
    bare = {**ITEM, "meaning": ""}

    assert score(ENTRY, [bare])[1] == ("unexplained-items",)
    assert score(ENTRY, [{**bare, "codes": ["510000"]}])[1] == ()
    assert score(ENTRY, [{**bare, "code_list": "01936f60-0000-7000-8000-00000000f001"}])[1] == ()


def test_almost_everything_is_not_100():
    items = [{**ITEM, "column": f"c{n}", "meaning": "" if n == 0 else "x"} for n in range(500)]

    assert score(ENTRY, items) == (99, ("unexplained-items",))


def test_gaps_fit_their_column_and_are_told_apart():
    codes = [element.code for element in ELEMENTS]

    assert max(map(len, codes)) <= 40
    assert len(set(codes)) == len(codes)
    weights = [element.weight for element in ELEMENTS]
    assert weights == sorted(weights, reverse=True)
