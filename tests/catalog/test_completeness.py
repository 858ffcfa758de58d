from decimal import Decimal
from types import SimpleNamespace

import pytest

from catalog.api.examples import ITEMS, METADATA
from catalog.completeness import CENSUS, faults
from catalog.metadata import METADATA as NAMES

BLANK_ENTRY = dict.fromkeys(NAMES, "") | {
    "share_modes": [],
    "open_to_public": False,
    "source_system": None,
    **dict.fromkeys(CENSUS),
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
        ({"share_modes": ["database"] * 2}, [("#/share_modes", "mode-twice")]),
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
        ({"storage_gb": Decimal(0), "records_wan": None}, []),
        ({"storage_gb": Decimal("-0.1")}, [("#/storage_gb", "negative")]),
        (
            {"records_wan": Decimal(3), "shared_records_wan": Decimal(4)},
            [("#/shared_records_wan", "more-than-all")],
        ),
        (
            {"storage_gb": Decimal(3), "opened_storage_gb": Decimal("3.5")},
            [("#/opened_storage_gb", "more-than-all")],
        ),
        ({"storage_gb": Decimal(3), "shared_storage_gb": Decimal(3)}, []),
        ({"landing_url": "https://mz.example.gov.cn/qh"}, []),
        ({"landing_url": "javascript:alert(1)"}, [("#/landing_url", "address-invalid")]),
        ({"landing_url": "http://[::"}, [("#/landing_url", "address-invalid")]),
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
