"""Codes of organisations and places: GB 32100-2015 and GB/T 2260."""

import re

from kernel.texts import Text

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_DIVISION = re.compile(r"[0-9]{6}([0-9]{3}|[0-9]{6})?")


def credit_code_fault(code: str) -> str | None:
    """What is wrong with a unified social credit code (GB 32100-2015); None if nothing is."""
    if len(code) != 18:
        return Text("must have 18 characters, has {number}", number=len(code))
    strange = [c for c in code if c not in _ALPHABET]
    if strange:
        return Text("the character {name!r} does not occur in such a code", name=strange[0])
    total = sum(_ALPHABET.index(c) * w for c, w in zip(code, _WEIGHTS, strict=False))
    wanted = _ALPHABET[(31 - total % 31) % 31]
    if code[17] != wanted:
        return Text("the check character is wrong; compare the code with the certificate")
    return None


def division_code_fault(code: str) -> str | None:
    """What is wrong with the form of a division code (GB/T 2260, 6, 9 or 12 digits)."""
    return None if _DIVISION.fullmatch(code) else Text("must have 6, 9 or 12 digits")
