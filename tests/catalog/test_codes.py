import pytest

from catalog.codes import (
    ResourceCode,
    category_code_fault,
    holds_resources,
    parse_resource_code,
)


@pytest.mark.parametrize(
    ("code", "parts"),
    [
        ("3070240109/12", ResourceCode("3070240109", 12)),
        ("307024/1", ResourceCode("307024", 1)),
        ("201/7", ResourceCode("201", 7)),
    ],
)
def test_a_resource_code_is_its_class_and_its_number(code, parts):
    assert parse_resource_code(code) == parts
    assert str(parts) == code


@pytest.mark.parametrize(
    "code",
    [
        "",
        "3/1",
        "30/1",
        "3070/1",
        "30702/1",
        "407024/1",
        "307024",
        "307024/",
        "307024/1\n",
        "307024/１",
    ],
)
def test_what_does_not_follow_the_guide_is_no_resource_code(code):
    with pytest.raises(ValueError, match="is no resource code"):
        parse_resource_code(code)


@pytest.mark.parametrize(
    ("code", "parent"),
    [
        ("3", None),
        ("307", "3"),
        ("307024", "307"),
        ("30702401", "307024"),
        ("307024010", "307024"),
        ("3070240109", "30702401"),
    ],
)
def test_a_class_hangs_under_the_one_whose_code_begins_its_own(code, parent):
    assert category_code_fault(code, parent) is None


@pytest.mark.parametrize(
    ("code", "parent", "words"),
    [
        ("4", None, "must be 1 digit"),
        ("30", "3", "must be 1 digit"),
        ("3070", "307", "must be 1 digit"),
        ("30７", "3", "must be 1 digit"),
        ("3" * 41, "333333", "must be 1 digit"),
        ("307", None, "without a parent has 1 digit"),
        ("207", "3", "must begin with its parent's code 3"),
        ("307", "307", "must begin with its parent's code 307 and be longer"),
        ("307024", "3", "a code of 6 digits hangs under one of 3"),
        ("30702401", "307", "(细目) hangs under one of 6 or more"),
    ],
)
def test_a_code_that_does_not_fit_its_parent_is_named(code, parent, words):
    assert words in category_code_fault(code, parent)


def test_resources_hang_under_the_second_level_or_below():
    assert [holds_resources(code) for code in ("3", "307", "307024", "30702401")] == [
        False,
        True,
        True,
        True,
    ]
