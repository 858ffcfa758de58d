"""Codes of organisations and places."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.codes import credit_code_fault, division_code_fault
from tests.factories.accounts import credit_code


@pytest.mark.parametrize(
    "code",
    [
        "914403001922038216",
        "9144030071526726XG",
        "91330100799655058B",
        "11990000MB9002969X",
        "11990000MB90103609",
        "12990000MB9000001A",
    ],
)
def test_right_credit_codes(code):
    assert credit_code_fault(code) is None


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("", "must have 18 characters, has 0"),
        ("9144030019220382", "must have 18 characters, has 16"),
        ("91440300192203821O", "the character 'O' does not occur in such a code"),
        ("91440300192203821６", "the character '６' does not occur in such a code"),
        (
            "914403001922038217",
            "the check character is wrong; compare the code with the certificate",
        ),
    ],
)
def test_wrong_credit_codes(code, fault):
    assert credit_code_fault(code) == fault


@given(st.integers(0, 9_999_999), st.integers(0, 16), st.integers(1, 30))
def test_one_changed_character_is_always_noticed(number, place, shift):
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    code = credit_code(number)
    other = alphabet[(alphabet.index(code[place]) + shift) % 31]
    assert credit_code_fault(code) is None
    assert credit_code_fault(code[:place] + other + code[place + 1 :]) is not None


@pytest.mark.parametrize("code", ["990000", "990000001", "990000001002"])
def test_right_division_codes(code):
    assert division_code_fault(code) is None


@pytest.mark.parametrize("code", ["", "99000", "9900000", "99000a", "９９００００", "990000\n"])
def test_wrong_division_codes(code):
    assert division_code_fault(code) == "must have 6, 9 or 12 digits"
