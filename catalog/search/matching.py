"""The matches of a question: counted by every facet, and the first of them, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any
from uuid import UUID

from catalog.search.asking import rows, rows_by_index
from catalog.search.traits import ALL, Traits

# Words that mean the same, and what it is worth that one of them stands in the name.
Named = tuple[Sequence[str], int]
# So many are ranked; counts are of all matches.
CANDIDATES = 60
MOST_DEPARTMENTS = 50
# The class that results are narrowed by is the tree's second level (项).
CLASS_DIGITS = 3
_MATCHED = """
WITH matched AS MATERIALIZED (
    SELECT resource_id, name, {hits} AS hits, name_length, department_id, category_id,
           traits * 4 + is_attached::int * 2
           + (coalesce(fresh_until, 'infinity') < %(today)s)::int AS look
    FROM catalog_searchdocument{words}
)
SELECT 'look', look::text, '', count(*) FROM matched{not_look} GROUP BY look
UNION ALL
SELECT 'department', d.id::text, d.name, c.matches FROM accounts_department d JOIN (
    SELECT department_id, count(*) AS matches FROM matched{not_department}
    GROUP BY department_id ORDER BY matches DESC, department_id LIMIT %(departments)s
) c ON c.department_id = d.id
UNION ALL
SELECT 'category', p.code, coalesce(n.name, ''), p.matches FROM (
    SELECT left(k.code, %(digits)s) AS code, sum(c.matches)::bigint AS matches
    FROM catalog_category k JOIN (
        SELECT category_id, count(*) AS matches FROM matched{not_category} GROUP BY category_id
    ) c ON c.category_id = k.id GROUP BY 1
) p LEFT JOIN catalog_category n ON n.code = p.code
"""
_FIRST = """
UNION ALL (
    SELECT 'match', f.resource_id::text, f.name, 0 FROM (
        SELECT resource_id, name FROM matched{all}
        ORDER BY hits DESC, name_length, resource_id LIMIT %(candidates)s
    ) f
)
"""


@dataclass(frozen=True)
class Narrowing:
    """What results are narrowed to; an empty set narrows nothing."""

    departments: frozenset[UUID] = frozenset()
    # Codes of classes; those below them are meant too.
    categories: frozenset[str] = frozenset()
    # By the names of Traits.
    traits: dict[str, frozenset[Any]] = field(default_factory=dict)
    is_attached: bool | None = None
    is_overdue: bool | None = None

    def fits(self, look: "Look", besides: str = "") -> bool:
        """Whether a look is asked for, in all facets but one."""
        flags = {"is_attached": self.is_attached, "is_overdue": self.is_overdue}
        return all(
            getattr(look.traits, name) in values
            for name, values in self.traits.items()
            if name != besides and values
        ) and all(
            wanted is None or name == besides or getattr(look, name) == wanted
            for name, wanted in flags.items()
        )

    @cached_property
    def looks(self) -> list[int] | None:
        """The numbers of the looks that are asked for; None for all of them."""
        if not any(self.traits.values()) and self.is_attached is self.is_overdue is None:
            return None
        numbers = (packed * 4 + flags for packed in ALL for flags in range(4))
        return [number for number in numbers if self.fits(Look.of(number))]


@dataclass(frozen=True)
class Look:
    """What a match looks like: its traits, whether data is attached, whether it is overdue."""

    traits: Traits
    is_attached: bool
    is_overdue: bool

    @classmethod
    def of(cls, number: int) -> "Look":
        """The look of a number that the statement gave."""
        return cls(ALL[number // 4], bool(number & 2), bool(number & 1))

    def value(self, facet: str) -> Any:
        """Its value of a facet."""
        return getattr(self if facet in ("is_attached", "is_overdue") else self.traits, facet)


@dataclass
class Matches:
    """What one statement found."""

    looks: dict[Look, int] = field(default_factory=dict)
    departments: list[tuple[str, str, int]] = field(default_factory=list)
    categories: list[tuple[str, str, int]] = field(default_factory=list)
    # Keys and names of the candidates of ranking.
    first: list[tuple[UUID, str]] = field(default_factory=list)

    @property
    def count(self) -> int:
        """How many there are before narrowing by look."""
        return sum(self.looks.values())


def match(words: str, named: Sequence[Named], narrowing: Narrowing, today: date) -> Matches:
    """The matches of a question to the index (empty: all documents) after narrowing.

    Every facet is counted under all narrowings but its own, so that it shows what else could be
    chosen. With ``named``, also the candidates of ranking: first those whose names hold the most
    of these words, then those with the shortest names.
    """
    parts = conditions(narrowing)
    asked = (_MATCHED + (_FIRST if named else "")).format(
        hits=" + ".join(_hit(at, words) for at, (words, _) in enumerate(named)) or "0",
        words=" WHERE words @@ %(words)s::tsquery" if words else "",
        all=_where(parts.values()),
        **{
            f"not_{name}": _where(part for other, part in parts.items() if other != name)
            for name in ("look", "department", "category")
        },
    )
    given = {
        "words": words,
        "today": today,
        "departments": MOST_DEPARTMENTS,
        "digits": CLASS_DIGITS,
        "candidates": CANDIDATES,
        **parameters(narrowing),
        **_named(named),
    }
    return _read(rows_by_index(asked, given) if words else rows(asked, given))


def _hit(at: int, words: Sequence[str]) -> str:
    found = " OR ".join(f"strpos(name_key, %(w{at}_{n})s) > 0" for n in range(len(words)))
    return f"({found})::int * %(worth{at})s"


def _named(named: Sequence[Named]) -> dict[str, Any]:
    given: dict[str, Any] = {}
    for at, (words, worth) in enumerate(named):
        given |= {f"w{at}_{n}": word for n, word in enumerate(words)} | {f"worth{at}": worth}
    return given


def conditions(narrowing: Narrowing) -> dict[str, str]:
    """By facet, the condition on the columns of ``matched`` that its narrowing makes."""
    parts = {}
    if narrowing.departments:
        parts["department"] = "department_id = ANY(%(department_ids)s::uuid[])"
    if narrowing.categories:
        parts["category"] = (
            "category_id IN (SELECT id FROM catalog_category WHERE code LIKE ANY(%(classes)s))"
        )
    if narrowing.looks is not None:
        parts["look"] = "look = ANY(%(looks)s)"
    return parts


def parameters(narrowing: Narrowing) -> dict[str, Any]:
    """The values of those conditions."""
    return {
        "department_ids": [str(pk) for pk in narrowing.departments],
        "classes": [f"{code}%" for code in narrowing.categories],
        "looks": narrowing.looks or [],
    }


def _where(parts: Any) -> str:
    joined = " AND ".join(parts)
    return f" WHERE {joined}" if joined else ""


def _read(told: Sequence[tuple[str, str, str, int]]) -> Matches:
    found = Matches()
    for kind, key, name, count in told:
        if kind == "look":
            found.looks[Look.of(int(key))] = count
        elif kind == "department":
            found.departments.append((key, name, count))
        elif kind == "category":
            found.categories.append((key, name, count))
        else:
            found.first.append((UUID(key), name))
    found.departments.sort(key=_most_first)
    found.categories.sort(key=_most_first)
    return found


def _most_first(counted: tuple[str, str, int]) -> tuple[int, str]:
    return -counted[2], counted[0]
