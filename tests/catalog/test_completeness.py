from types import SimpleNamespace

import pytest

from catalog.api.examples import ITEMS, METADATA
from catalog.completeness import faults
from catalog.metadata import METADATA as NAMES

BLANK_ENTRY = dict.fromkeys(NAMES, "") | {
    "share_modes": [],
    "open_to_public": False,
    "source_system": None,
}
BLANK_ITEM = {
    "length": None,
    "scale": None,
    "meaning": "",
    "is_key": False,
    "is_required": False,
    "pattern": "",
    "codes": [],
    "check_digit": "",
    "sensitivity": "none",
    "share_type": "",
}
GOOD_ITEMS = [BLANK_ITEM | item for item in ITEMS]
CONDITIONAL = {
    "share_type": "conditional",
    "share_condition": "限于履行法定职责",
    "share_scope": "省级部门",
    "use_purpose": "核验申请人资格",
}


def found(entry=None, items=GOOD_ITEMS):
    """(pointer, code) of each fault of the good example with these changes."""
    values = BLANK_ENTRY | METADATA | (entry or {})
    return [(fault.pointer, fault.code) for fault in faults(values, items)]


def found_in(**item):
    """(member, code) of each fault of one string item with these changes."""
    one = BLANK_ITEM | {"column": "a", "name": "甲", "data_type": "C", "length": 20} | item
    return [(pointer.removeprefix("#/items/0/"), code) for pointer, code in found(items=[one])]


def test_the_example_of_the_api_document_is_complete():
    assert found() == []


def test_an_entry_with_only_a_name_is_told_everything_at_once():
    told = faults(BLANK_ENTRY | {"name": "行政区划代码"}, [])
    assert [(fault.pointer, fault.code) for fault in told] == [
        ("#/abstract", "required"),
        ("#/format_class", "required"),
        ("#/format_type", "required"),
        ("#/update_cycle", "required"),
        ("#/share_type", "required"),
        ("#/data_class", "required"),
        ("#/data_grade", "required"),
        ("#/secrecy_assessment", "required"),
        ("#/share_modes", "required"),
        ("#/items", "required"),
    ]
    assert told[0].detail == "say what the resource is about (the guide's 信息资源摘要)"


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ({"name": "——"}, [("#/name", "required")]),
        (
            {
                "source_system": SimpleNamespace(name="婚姻登记 信息系统"),
                "name": "婚姻登记信息系统",
            },
            [("#/name", "system-name")],
        ),
        ({"source_system": SimpleNamespace(name="婚姻登记信息系统")}, []),
        ({"format_type": "pdf"}, [("#/format_type", "format-mismatch")]),
        ({"format_type": "其他"}, [("#/format_note", "required")]),
        ({"format_type": "其他", "format_note": "PostgreSQL 18"}, []),
        ({"share_condition": ""}, [("#/share_condition", "no-conditions")]),
        ({"share_condition": "须经批准"}, [("#/share_condition", "no-conditions")]),
        (CONDITIONAL, []),
        (CONDITIONAL | {"share_condition": "无条件"}, [("#/share_condition", "required")]),
        (
            {"share_type": "conditional", "share_condition": ""},
            [
                ("#/share_condition", "required"),
                ("#/share_scope", "required"),
                ("#/use_purpose", "required"),
            ],
        ),
        (
            {"share_type": "not_shared", "share_condition": "", "share_modes": []},
            [("#/refusal_reason", "required"), ("#/legal_basis", "required")],
        ),
        (
            {
                "share_type": "not_shared",
                "share_modes": [],
                "refusal_reason": "举报人信息依法保密",
                "legal_basis": "《中华人民共和国监察法》第六十四条",
            },
            [],
        ),
        ({"share_modes": []}, [("#/share_modes", "required")]),
        ({"share_modes": ["interface", "file"]}, [("#/share_modes/1", "mode-mismatch")]),
        (
            {"format_class": "spreadsheet", "format_type": "xlsx"},
            [("#/share_modes/0", "mode-mismatch"), ("#/share_modes/1", "mode-mismatch")],
        ),
        (
            {"format_class": "spreadsheet", "format_type": "xlsx", "share_modes": ["file"]},
            [],
        ),
        (
            {"data_grade": "important", "open_to_public": True},
            [("#/grade_note", "required"), ("#/open_to_public", "grade-closed")],
        ),
        ({"data_grade": "core", "open_to_public": False, "grade_note": "核心数据目录第3项"}, []),
    ],
)
def test_what_an_entry_says_must_fit_together(entry, expected):
    assert found(entry) == expected


def test_an_item_shared_less_than_its_entry_needs_the_reasons_of_its_own_share_type():
    guarded = [*GOOD_ITEMS[:4], GOOD_ITEMS[4] | {"share_type": "not_shared"}]
    assert found(items=guarded) == [
        ("#/refusal_reason", "required"),
        ("#/legal_basis", "required"),
    ]


@pytest.mark.parametrize("sensitivity", ["personal", "sensitive"])
def test_personal_items_need_the_privacy_assessment(sensitivity):
    personal = [*GOOD_ITEMS[:4], GOOD_ITEMS[4] | {"sensitivity": sensitivity}]
    assert found(items=personal) == [("#/privacy_assessment", "required")]
    assert found({"privacy_assessment": "影响较低，措施有效"}, personal) == []


def test_two_items_have_two_names():
    items = [GOOD_ITEMS[0], GOOD_ITEMS[1] | {"name": "行政区划 代码"}]
    assert found(items=items) == [("#/items/1/name", "name-twice")]


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({"column": "Code"}, [("column", "column-invalid")]),
        ({"column": "_op"}, [("column", "column-invalid")]),
        ({"column": "区划"}, [("column", "column-invalid")]),
        ({"column": "a" * 63}, []),
        ({"column": "a" * 64}, [("column", "column-invalid")]),
        ({"column": "xmin"}, [("column", "column-reserved")]),
        ({"length": None}, [("length", "required")]),
        ({"data_type": "N", "length": None}, [("length", "required")]),
        ({"data_type": "Y", "length": 39}, [("length", "too-long")]),
        ({"data_type": "N", "length": 12, "scale": 2}, []),
        ({"data_type": "N", "length": 2, "scale": 3}, [("scale", "too-long")]),
        ({"scale": 2}, [("scale", "not-applicable")]),
        ({"data_type": "D", "length": None}, []),
        ({"is_key": True}, [("is_required", "key-required")]),
        ({"is_key": True, "is_required": True}, []),
        ({"is_key": True, "is_required": True, "data_type": "F"}, [("is_key", "key-type")]),
        ({"pattern": r"\d{6}"}, []),
        ({"pattern": r"(?=a)b"}, [("pattern", "pattern-invalid")]),
        ({"pattern": r"("}, [("pattern", "pattern-invalid")]),
        ({"pattern": "a", "data_type": "I"}, [("pattern", "not-applicable")]),
        ({"codes": ["1", "2"]}, []),
        ({"codes": ["1", "1"]}, [("codes", "codes-twice")]),
        ({"codes": ["12"], "length": 1}, [("codes", "codes-invalid")]),
        ({"codes": ["1", "-2"], "data_type": "I"}, []),
        ({"codes": ["a"], "data_type": "I"}, [("codes", "codes-invalid")]),
        ({"codes": ["1"], "data_type": "D"}, [("codes", "not-applicable")]),
        ({"check_digit": "credit-code"}, []),
        ({"check_digit": "credit-code", "length": 17}, [("check_digit", "not-applicable")]),
        ({"check_digit": "isbn"}, [("check_digit", "not-known")]),
        ({"check_digit": "citizen-id"}, [("sensitivity", "personal")]),
    ],
)
def test_what_an_item_says_must_be_checkable(item, expected):
    assert found_in(**item) == expected
