"""Check digits of GB 32100 and GB 11643."""

import pyarrow as pa
import pytest

from exchange.dataplane.checks import check_digit_holds


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("914403001922038216", True),
        ("9144030071526726XG", True),
        ("91330100799655058B", True),
        ("914403001922038217", False),
        ("91330100799655058b", False),
        ("9133010079965505I8", False),
        ("91330100799655058", False),
        ("91330100799655058B ", False),
        ("91330100799655058B\n", False),
        ("", False),
        (None, None),
    ],
)
def test_credit_code(value: str | None, holds: bool | None) -> None:
    assert check_digit_holds(pa.array([value], pa.string()), "credit-code").to_pylist() == [holds]


@pytest.mark.parametrize(
    ("value", "holds"),
    [
        ("11010519491231002X", True),
        ("440524188001010014", True),
        ("11010519491231002x", False),
        ("110105194912310020", False),
        ("11010519491231002", False),
        ("１1010519491231002X", False),
        (None, None),
    ],
)
def test_citizen_number(value: str | None, holds: bool | None) -> None:
    assert check_digit_holds(pa.array([value], pa.string()), "citizen-id").to_pylist() == [holds]


def test_results_stay_at_their_rows_in_a_slice_of_mixed_values() -> None:
    values = pa.array(["x", "11010519491231002X", None, "short", "440524188001010014", "x"])
    assert check_digit_holds(values.slice(1, 4), "citizen-id").to_pylist() == [
        True,
        None,
        False,
        True,
    ]
    assert check_digit_holds(values.slice(0, 0), "citizen-id").to_pylist() == []


def test_every_wrong_check_digit_is_found() -> None:
    digits = pa.array([f"91440300192203821{c}" for c in "0123456789ABCDEFGHJKLMNPQRTUWXY"])
    assert check_digit_holds(digits, "credit-code").to_pylist().count(True) == 1
    checks = pa.array([f"11010519491231002{c}" for c in "0123456789X"])
    assert check_digit_holds(checks, "citizen-id").to_pylist().count(True) == 1
