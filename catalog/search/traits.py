"""Share type, update cycle, format and openness of an entry as one small number. Pure.

Their combinations are few, so the matches of a search are counted by this number in one go, and
each facet is a sum over it. The numbers stand in the database: values are added at an end only.
"""

from collections.abc import Mapping, Set
from typing import Any, NamedTuple

from catalog.vocabulary import FormatClass, ShareType, UpdateCycle

# Number 0 is "not stated".
SHARE_TYPES = ("", *map(str, ShareType))
UPDATE_CYCLES = ("", *map(str, UpdateCycle))
FORMAT_CLASSES = ("", *map(str, FormatClass))
# Room for values that are added later.
_ROOM = 16
# So many combinations have the same share type: the number divided by it is that type's place.
OF_A_SHARE_TYPE = 2 * _ROOM * _ROOM
NOT_SHARED = SHARE_TYPES.index(ShareType.NOT_SHARED)


class Traits(NamedTuple):
    """What results are narrowed by, besides department, class, attachment and freshness."""

    share_type: str
    update_cycle: str
    format_class: str
    is_open: bool


def pack(traits: Traits) -> int:
    """The number of a combination, 0 to 8191."""
    number = SHARE_TYPES.index(traits.share_type)
    number = number * _ROOM + UPDATE_CYCLES.index(traits.update_cycle)
    number = number * _ROOM + FORMAT_CLASSES.index(traits.format_class)
    return number * 2 + traits.is_open


def unpack(number: int) -> Traits:
    """The combination of a number that ``pack`` gave."""
    number, is_open = divmod(number, 2)
    number, form = divmod(number, _ROOM)
    share, cycle = divmod(number, _ROOM)
    return Traits(SHARE_TYPES[share], UPDATE_CYCLES[cycle], FORMAT_CLASSES[form], bool(is_open))


ALL = {
    pack(traits): traits
    for share in SHARE_TYPES
    for cycle in UPDATE_CYCLES
    for form in FORMAT_CLASSES
    for is_open in (False, True)
    for traits in [Traits(share, cycle, form, is_open)]
}


def chosen(wanted: Mapping[str, Set[Any]]) -> list[int]:
    """The numbers of the combinations with one of the wanted values in each named facet."""
    return [
        number
        for number, traits in ALL.items()
        if all(getattr(traits, name) in values for name, values in wanted.items())
    ]
