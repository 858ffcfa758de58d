"""Rules of code lists, as plain values: what a list may hold, and what changed between two."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kernel.texts import Text

MAX_CODES = 20_000
MAX_CODE, MAX_NAME = 40, 200
Pair = tuple[str, str]


class CodesDiff(NamedTuple):
    """What a version adds, takes away and names anew; each in the order of the codes."""

    added: list[Pair]
    removed: list[Pair]
    # Code, name before, name after.
    renamed: list[tuple[str, str, str]]

    @property
    def is_empty(self) -> bool:
        """True if both versions say the same."""
        return not any(self)


def codes_faults(pairs: Sequence[Pair]) -> list[dict[str, str]]:
    """What is wrong with the codes of a list, by place: ``{pointer, code, detail}``."""
    if not pairs:
        return [_fault("codes", "required", Text("a list has at least one code"))]
    if len(pairs) > MAX_CODES:
        return [
            _fault("codes", "too-many", Text("a list has at most {most} codes", most=MAX_CODES))
        ]
    found: list[dict[str, str]] = []
    first: dict[str, int] = {}
    for place, (code, name) in enumerate(pairs):
        where = f"codes/{place}"
        if not code or len(code) > MAX_CODE or code != code.strip():
            found.append(
                _fault(
                    f"{where}/code", "code-invalid", Text("1 to {most} characters", most=MAX_CODE)
                )
            )
        elif code in first:
            detail = Text("{code} stands at place {first} already", code=code, first=first[code])
            found.append(_fault(f"{where}/code", "code-twice", detail))
        if not name or len(name) > MAX_NAME:
            found.append(
                _fault(
                    f"{where}/name", "name-invalid", Text("1 to {most} characters", most=MAX_NAME)
                )
            )
        first.setdefault(code, place)
    return found


def diff_codes(old: Mapping[str, str], new: Mapping[str, str]) -> CodesDiff:
    """From one version to another, each as code -> name."""
    return CodesDiff(
        added=[(code, new[code]) for code in sorted(new.keys() - old.keys())],
        removed=[(code, old[code]) for code in sorted(old.keys() - new.keys())],
        renamed=[
            (code, old[code], new[code])
            for code in sorted(old.keys() & new.keys())
            if old[code] != new[code]
        ],
    )


def _fault(pointer: str, code: str, detail: str) -> dict[str, str]:
    return {"pointer": f"#/{pointer}", "code": code, "detail": detail}
