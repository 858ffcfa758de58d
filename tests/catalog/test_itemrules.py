from types import SimpleNamespace

import pytest

from catalog.itemrules import item_faults

GOOD_ITEM = {
    "column": "a",
    "name": "甲",
    "data_type": "C",
    "length": 20,
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


def listed(*codes, pk=7):
    """A code list with these codes in force."""
    return SimpleNamespace(pk=pk, current=SimpleNamespace(codes=list(codes)))


NAME = SimpleNamespace(data_type="C", length=50, code_list=None)
SEX = SimpleNamespace(data_type="C", length=1, code_list=listed("0", "1", "2", "9"))


def found_in(**changes):
    """(member, code) of each fault of a good string item with these changes."""
    return [(member, code) for member, code, _ in item_faults(GOOD_ITEM | changes)]


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
        ({"data_type": "M", "length": 0}, [("length", "too-short")]),
        ({"data_type": "M", "length": None}, []),
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
        ({"code_list": listed("1", "2")}, []),
        ({"code_list": SimpleNamespace(current=None)}, []),
        ({"code_list": listed("12"), "length": 1}, [("codes", "codes-invalid")]),
        ({"code_list": listed("a"), "data_type": "I"}, [("codes", "codes-invalid")]),
        ({"code_list": listed("1"), "codes": ["1"]}, [("codes", "codes-twofold")]),
        ({"element": NAME}, []),
        ({"element": NAME, "length": 51}, [("length", "element-mismatch")]),
        ({"element": NAME, "data_type": "M"}, [("data_type", "element-mismatch")]),
        ({"element": SEX, "length": 1, "code_list": SEX.code_list}, []),
        ({"element": SEX, "length": 1}, [("code_list", "element-mismatch")]),
        (
            {"element": SEX, "length": 1, "code_list": listed("1", pk=8)},
            [("code_list", "element-mismatch")],
        ),
        ({"check_digit": "credit-code"}, []),
        ({"check_digit": "credit-code", "length": 17}, [("check_digit", "not-applicable")]),
        ({"check_digit": "isbn"}, [("check_digit", "not-known")]),
        ({"check_digit": "citizen-id"}, [("sensitivity", "personal")]),
    ],
)
def test_what_an_item_says_must_be_checkable(item, expected):
    assert found_in(**item) == expected
