"""Names taken apart: what is left is what the resource is about."""

import pytest

from catalog.likeness.names import office_of, take_apart
from catalog.likeness.places import Gazetteer

OFFICES = ["泸州市教育局", "江阳区教育和体育局", "泸州市纳溪区司法局", "泸县卫生健康局", "市公安局"]
PLACES = Gazetteer(OFFICES)


def parts(name, office="市公安局"):
    return take_apart(name, office, PLACES)


@pytest.mark.parametrize(
    ("name", "office", "core"),
    [
        ("泸县卫生健康局医师信息", "泸县卫生健康局", "医师"),
        ("泸州市江阳区知名校长、教师名单", "江阳区教育和体育局", "知名校长老师"),
        ("《公证员-基本信息》（纳溪区）", "泸州市纳溪区司法局", "公证员"),
        ("城乡居民最低生活保障花名册", "市民政局", "城乡居民低保"),
        ("信息", "市公安局", "信息"),
    ],
)
def test_places_own_office_punctuation_and_general_words_fall_away(name, office, core):
    assert parts(name, office).core == core


def test_years_quarters_and_levels_are_kept_apart_as_marks():
    assert parts("2021年度市级重点项目").marks == {"2021", "市级"}
    assert parts("重点项目（二〇二一年第一季度）").marks == parts("2021年1季度重点项目").marks
    assert parts("2021年重点项目").core == parts("重点项目").core


def test_the_county_of_a_name_or_else_of_its_office_is_its_place():
    assert parts("江阳区律师信息").place == "江阳"
    assert parts("律师信息", "泸州市纳溪区司法局").place == "纳溪"
    assert parts("泸州市律师信息", "泸州市纳溪区司法局").place == "纳溪"
    assert (parts("泸州市律师信息").place, parts("泸州市律师信息").is_wide) == ("泸州", True)
    assert (parts("律师信息").place, parts("律师信息").is_wide) == ("", True)


def test_another_office_in_the_name_is_that_offices_table():
    assert parts("教育局权责事项").organ == "教育局"
    assert parts("公安局权责事项").organ == ""


def test_an_office_is_the_same_office_in_every_place_and_spelling():
    assert (
        office_of("江阳区教育和体育局", PLACES) == office_of("泸县教育体育局", PLACES) == "教体局"
    )


def test_a_name_that_denies_is_marked():
    assert parts("非上市公司信息").is_denied
    assert not parts("非物质文化遗产名录").is_denied
