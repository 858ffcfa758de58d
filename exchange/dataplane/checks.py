"""Check digits over whole columns.

Credit code: GB 32100-2015, 18 characters of a 31-letter alphabet, weights 3^i mod 31.
Citizen number: GB 11643-1999, 17 digits and a check character, ISO 7064 MOD 11-2.
"""

import pyarrow as pa
import pyarrow.compute as pc

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
CITIZEN_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
CITIZEN_CHECKS = "10X98765432"

_CREDIT_FORM = rf"\A[{CREDIT_ALPHABET}]{{18}}\z"
_CITIZEN_FORM = r"\A[0-9]{17}[0-9X]\z"


def check_digit_holds(values: pa.StringArray, check: str) -> pa.BooleanArray:
    """True where the value satisfies the named check; null stays null."""
    return {"credit-code": _credit_code, "citizen-id": _citizen_id}[check](values)


def _credit_code(values: pa.StringArray) -> pa.BooleanArray:
    formed, fit = _well_formed(values, _CREDIT_FORM)
    total = _weighted(fit, CREDIT_ALPHABET, CREDIT_WEIGHTS)
    due = _mod(pc.subtract(31, _mod(total, 31)), 31)
    return pc.and_(formed, pc.fill_null(pc.equal(_place(fit, 17, CREDIT_ALPHABET), due), False))


def _citizen_id(values: pa.StringArray) -> pa.BooleanArray:
    formed, fit = _well_formed(values, _CITIZEN_FORM)
    due = _mod(_weighted(fit, "0123456789", CITIZEN_WEIGHTS), 11)
    return pc.and_(formed, pc.fill_null(pc.equal(_place(fit, 17, CITIZEN_CHECKS), due), False))


def _well_formed(values: pa.StringArray, form: str) -> tuple[pa.BooleanArray, pa.StringArray]:
    formed = pc.match_substring_regex(values, form)
    return formed, pc.if_else(pc.fill_null(formed, False), values, pa.scalar(None, pa.string()))


def _place(values: pa.StringArray, index: int, alphabet: str) -> pa.Int32Array:
    """The value that the character at ``index`` has in the alphabet."""
    return pc.index_in(pc.utf8_slice_codeunits(values, index, index + 1), pa.array(list(alphabet)))


def _weighted(values: pa.StringArray, alphabet: str, weights: tuple[int, ...]) -> pa.Int32Array:
    total = pc.multiply(_place(values, 0, alphabet), weights[0])
    for index, weight in enumerate(weights[1:], start=1):
        total = pc.add(total, pc.multiply(_place(values, index, alphabet), weight))
    return total


def _mod(values: pa.Array, by: int) -> pa.Array:
    """The remainder of numbers that are not negative."""
    return pc.subtract(values, pc.multiply(pc.divide(values, by), by))
