"""How a source's columns and values are said in ours; remembered from import to import.

``{"columns": {"标题": "name", "备用": ""}, "values": {"update_cycle": {"随时": "other"}},
"defaults": {"share_type": "unconditional"}, "departments": {"市教育局": "<id or credit code>"}}``
"""

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Values
from dataclasses import asdict, dataclass, field
from typing import Any

from catalog.interchange.aliases import folded, headers
from catalog.interchange.columns import ENTRY_COLUMNS, METADATA_NAMES, column_of
from catalog.interchange.findings import Wrong
from catalog.interchange.values import read_value
from kernel.errors import Invalid
from kernel.texts import Text

MOST_PAIRS = 2000
PARTS = ("columns", "values", "defaults", "departments")


@dataclass(frozen=True)
class SourceWords:
    """A mapping that was checked: header -> column ("" leaves it out), and words of values."""

    columns: Values[str, str] = field(default_factory=dict)
    values: Values[str, Values[str, str]] = field(default_factory=dict)
    defaults: Values[str, Any] = field(default_factory=dict)
    departments: Values[str, str] = field(default_factory=dict)

    def words_of(self, name: str) -> Values[str, str]:
        """The importer's words for the values of a column."""
        return self.values.get(name, {})

    def assign(self, found: Sequence[str]) -> tuple[dict[int, str], list[str]]:
        """Which column each header means, by its place, and the headers that mean none.

        The importer's word counts before the known aliases; a column is taken from one header.
        """
        named = {folded(header): name for header, name in self.columns.items()}
        places: dict[int, str] = {}
        ignored = []
        for place, header in enumerate(found):
            if folded(header) in named and named[folded(header)] not in places.values():
                places[place] = named[folded(header)]
        for place, header in enumerate(found):
            if place in places or not header.strip():
                continue
            name = headers().get(folded(header))
            if name is None or name in places.values() or folded(header) in named:
                ignored.append(header)
            else:
                places[place] = name
        chosen = {place: name for place, name in sorted(places.items()) if name}
        chosen = _openness(chosen, set(self.columns.values()))
        return chosen, [header for header in ignored if named.get(folded(header)) != ""]

    def facts(self) -> dict[str, Any]:
        """The mapping as JSON."""
        return {name: part for name, part in asdict(self).items() if part}


def _openness(places: dict[int, str], named: set[str]) -> dict[int, str]:
    """A condition of opening where nothing says whether it is open at all says that too."""
    if "open_condition" in named or not {"open_to_public", "openness"}.isdisjoint(places.values()):
        return places
    said = {"open_condition": "openness"}
    return {place: said.get(name, name) for place, name in places.items()}


def read_mapping(data: Any) -> SourceWords:
    """The checked mapping; Invalid names what it does not know."""
    if not isinstance(data, dict):
        raise Invalid.field("mapping", "must be an object")
    for name, part in data.items():
        if name not in PARTS:
            raise Invalid.field(f"mapping/{name[:40]}", Text("the parts are: {parts}", parts=PARTS))
        if not isinstance(part, dict) or len(part) > MOST_PAIRS:
            raise Invalid.field(
                f"mapping/{name}", Text("must be an object of at most {most}", most=MOST_PAIRS)
            )
        for key, value in part.items():
            _CHECKS[name](key[:60], value)
    return SourceWords(**data)


def _check_column(header: str, name: Any) -> None:
    try:
        if name != "":
            column_of(str(name))
    except KeyError as unknown:
        known = ", ".join(ENTRY_COLUMNS)
        detail = Text(
            "there is no column {name!r}; there are: {known}", name=str(name)[:40], known=known
        )
        raise Invalid.field(f"mapping/columns/{header}", detail, "unknown-column") from unknown


def _check_words(name: str, words: Any) -> None:
    _check_column(name, name)
    if not isinstance(words, dict) or not all(isinstance(word, str) for word in words.values()):
        raise Invalid.field(f"mapping/values/{name}", "must be an object of texts")


def _check_default(name: str, value: Any) -> None:
    if name not in METADATA_NAMES or name == "name":
        raise Invalid.field(f"mapping/defaults/{name}", "has no default", "unknown-column")
    try:
        read_value(ENTRY_COLUMNS[name], value, {})
    except Wrong as bad:
        raise Invalid.field(f"mapping/defaults/{name}", bad.detail, bad.code) from bad


def _check_department(text: str, whom: Any) -> None:
    if not isinstance(whom, str):
        raise Invalid.field(f"mapping/departments/{text}", "must be an id or a credit code")


_CHECKS: dict[str, Callable[[str, Any], None]] = {
    "columns": _check_column,
    "values": _check_words,
    "defaults": _check_default,
    "departments": _check_department,
}
