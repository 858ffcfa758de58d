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
_CITIZEN_DUE = ["0123456789X".index(check) for check in CITIZEN_CHECKS]

_CREDIT_FORM = rf"\A[{CREDIT_ALPHABET}]{{18}}\z"
_CITIZEN_FORM = r"\A[0-9]{17}[0-9X]\z"


def check_digit_holds(values: pa.StringArray, check: str) -> pa.BooleanArray:
    """True where the value satisfies the named check; null stays null."""
    return {"credit-code": _credit_code, "citizen-id": _citizen_id}[check](values)


def _credit_code(values: pa.StringArray) -> pa.BooleanArray:
    formed = pc.match_substring_regex(values, _CREDIT_FORM)
    places = _places(values, formed, CREDIT_ALPHABET)
    due = _mod(pc.subtract(31, _mod(_weighted(places, CREDIT_WEIGHTS), 31)), 31)
    return _spread(formed, pc.equal(pc.list_element(places, 17), due))


def _citizen_id(values: pa.StringArray) -> pa.BooleanArray:
    formed = pc.match_substring_regex(values, _CITIZEN_FORM)
    places = _places(values, formed, "0123456789X")
    due = pa.array(_CITIZEN_DUE, pa.int32()).take(_mod(_weighted(places, CITIZEN_WEIGHTS), 11))
    return _spread(formed, pc.equal(pc.list_element(places, 17), due))


def _places(
    values: pa.StringArray, formed: pa.BooleanArray, alphabet: str
) -> pa.FixedSizeListArray:
    """Per well-formed value its 18 characters as their places in the alphabet."""
    fit = pc.cast(values.filter(formed), pa.binary())
    # Joined anew, so that the bytes start at 0; 18 bytes each, they are a table of 18 columns.
    fit = pa.concat_arrays([fit, pa.array([], pa.binary())])
    data = fit.buffers()[2] or pa.py_buffer(b"")
    octets = pa.Array.from_buffers(pa.uint8(), 18 * len(fit), [None, data])
    table = [max(alphabet.find(chr(octet)), 0) for octet in range(256)]
    return pa.FixedSizeListArray.from_arrays(pa.array(table, pa.int32()).take(octets), 18)


def _weighted(places: pa.FixedSizeListArray, weights: tuple[int, ...]) -> pa.Int32Array:
    total = pc.multiply(pc.list_element(places, 0), weights[0])
    for index, weight in enumerate(weights[1:], start=1):
        total = pc.add(total, pc.multiply(pc.list_element(places, index), weight))
    return total


def _spread(formed: pa.BooleanArray, holds: pa.BooleanArray) -> pa.BooleanArray:
    """The results of the well-formed values back at their rows; the others keep false or null."""
    return pc.replace_with_mask(formed, pc.fill_null(formed, False), holds)


def _mod(values: pa.Array, by: int) -> pa.Array:
    """The remainder of numbers that are not negative."""
    return pc.subtract(values, pc.multiply(pc.divide(values, by), by))
