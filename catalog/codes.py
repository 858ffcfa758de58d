"""The resource code (政务信息资源代码) and the tree of classes that it begins with.

A class's code has 1 digit (类), 3 (项), 6 (目) or more (细目, of any width: provinces differ, so
only the prefix relation counts). A resource's code is its class's code, "/" and a 顺序码.
"""

import re
from dataclasses import dataclass

from kernel.texts import Text

_CATEGORY = re.compile(r"[1-3](\d{2}(\d{3}\d*)?)?", re.ASCII)
_RESOURCE = re.compile(r"([1-3]\d{2}(?:\d{3}\d*)?)/(\d+)", re.ASCII)
MAX_CATEGORY_CODE = 40
# Width of the code in which a class of this width sits: 项 in 类, 目 in 项.
_PARENT_WIDTH = {3: 1, 6: 3}


@dataclass(frozen=True)
class ResourceCode:
    """A resource's code, taken apart: the code of its class and its number in there."""

    category: str
    number: int

    def __str__(self) -> str:
        return f"{self.category}/{self.number}"


def parse_resource_code(code: str) -> ResourceCode:
    """The parts of a resource's code; ValueError if it is none."""
    found = _RESOURCE.fullmatch(code)
    if not found:
        raise ValueError(f"{code!r} is no resource code: class code, '/', number, as in 307024/12")
    return ResourceCode(found[1], int(found[2]))


def category_code_fault(code: str, parent: str | None) -> str | None:
    """What is wrong with a class's code below ``parent``'s code (None: at the top), or None."""
    if not _CATEGORY.fullmatch(code) or len(code) > MAX_CATEGORY_CODE:
        return Text(
            "must be 1 digit (类), 3 (项), 6 (目) or more (细目), the first of them 1, 2 or 3"
        )
    if parent is None:
        return None if len(code) == 1 else Text("a class without a parent has 1 digit (类)")
    if not code.startswith(parent) or code == parent:
        return Text("must begin with its parent's code {code} and be longer", code=parent)
    width = _PARENT_WIDTH.get(len(code))
    if width is not None and len(parent) != width:
        return Text(
            "a code of {number} digits hangs under one of {width}", number=len(code), width=width
        )
    if len(code) > 6 and len(parent) < 6:
        return Text("a code of more than 6 digits (细目) hangs under one of 6 or more")
    return None


def holds_resources(category_code: str) -> bool:
    """True for classes deep enough (项 and below) for their code to begin a resource's code."""
    return len(category_code) >= 3
