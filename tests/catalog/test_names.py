import pytest

from catalog.names import MAX_KEY, name_key


@pytest.mark.parametrize(
    "other",
    [
        "行政 区划代码",
        "《行政区划代码》",
        "行政区划、代码。",
        "行政区划\u3000代码",
        "行政区划-代码",
    ],
)
def test_names_that_differ_by_spaces_and_punctuation_are_one(other):
    assert name_key(other) == name_key("行政区划代码") == "行政区划代码"


def test_width_and_case_do_not_make_a_name_another():
    assert name_key("ＧＤＰ数据（２０２６）") == name_key("gdp数据(2026)") == "gdp数据2026"


def test_names_of_different_words_stay_apart():
    assert name_key("行政区划代码") != name_key("行政区划名称")


def test_a_key_fits_its_column_although_one_character_may_unfold_to_eighteen():
    assert len(name_key("\ufdfa" * 120)) == MAX_KEY


def test_a_name_of_punctuation_alone_has_no_key():
    assert name_key("——（）") == ""
