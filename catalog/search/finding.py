"""Search: what answers a question, ranked, with counts of facets, marks and what was meant."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from catalog.search.asking import rows
from catalog.search.hits import Hit
from catalog.search.marking import Range, marks, meant, snippet
from catalog.search.matching import Matches, Narrowing, match
from catalog.search.query import Asked
from catalog.search.ranking import by_name, ranked
from catalog.search.reading import hits
from catalog.search.sorting import SORTS, Place, sorted_page
from catalog.search.synonyms import WORDS

_SYNONYMS = """
SELECT words FROM catalog_synonymset
WHERE EXISTS (SELECT FROM unnest(words) word WHERE strpos(lower(%(text)s), lower(word)) > 0)
"""
# Fewer strict matches than this, and the question is read more forgivingly; results that were
# narrowed on purpose may be few.
ENOUGH = 3
# So many candidates are looked at closer than by their names.
CLOSER = 20
# How the question was read: as it stands; more forgivingly, though a few answered as it stands;
# more forgivingly, because nothing did.
STRICT, SOME_STRICT, NONE_STRICT = "strict", "some strict", "none strict"


@dataclass(frozen=True)
class Result:
    """One entry that answers, with the places to mark."""

    hit: Hit
    name_marks: list[Range]
    abstract: str
    abstract_marks: list[Range]


@dataclass(frozen=True)
class Found:
    """A page of results and what is known of all of them."""

    results: list[Result]
    total: int
    # By facet: value, label and count, the most first.
    facets: dict[str, list[tuple[Any, str, int]]] = field(default_factory=dict)
    is_forgiving: bool = False
    meant: str | None = None
    next_place: Place | None = None


def find(
    text: str,
    narrowing: Narrowing,
    *,
    sort: str = "relevance",
    limit: int = 20,
    after: Place | None = None,
    today: date | None = None,
) -> Found:
    """A page of what answers the question, which may be empty: then everything does.

    ``after`` is the ``next_place`` of the page before. By relevance the first CANDIDATES can be
    paged through; the other orders reach every match.
    """
    today = today or timezone.localdate()
    asked = Asked(text, synonyms_in(text))
    words, matches, strictness = _matches(asked, narrowing, today)
    correction = None
    if sort == "relevance" and not asked.is_empty:
        start = after.number if after else 0
        page, best = _best(asked, matches, start, limit, by_sound=strictness is not STRICT)
        if strictness is NONE_STRICT:
            correction = meant(asked, best)
        more = len(matches.first) > start + limit
        following = Place("", None, start + limit) if more else None
    else:
        by = sort if sort in SORTS else "-published_at"
        ids, following = sorted_page(words, narrowing, today, by, limit, after)
        known = {hit.id: hit for hit in hits(ids, asked)}
        page = [known[pk] for pk in ids if pk in known]
    return Found(
        results=_results(asked, page),
        total=sum(n for look, n in matches.looks.items() if narrowing.fits(look)),
        facets=_facets(matches, narrowing),
        is_forgiving=strictness is not STRICT,
        meant=correction,
        next_place=following,
    )


def _best(
    asked: Asked, matches: Matches, start: int, limit: int, *, by_sound: bool
) -> tuple[list[Hit], list[str]]:
    """The entries of a page of the ranking, and the names of the best ones of all.

    All candidates are ranked by their names; the first of them again by all that is known.
    """
    order = by_name(asked, matches.first, by_sound=by_sound)
    wanted = {*order[:CLOSER], *order[start : start + limit]}
    known = {hit.id: hit for hit in hits(list(wanted), asked)}
    head = ranked(asked, [known[pk] for pk in order[:CLOSER] if pk in known], by_sound=by_sound)
    tail = [known.get(pk) for pk in order[CLOSER:]]
    page = [hit for hit in [*head, *tail][start : start + limit] if hit is not None]
    return page, [hit.name for hit in head[:5]]


def synonyms_in(text: str) -> list[Sequence[str]]:
    """The sets of synonyms that have a word in the text: the shipped ones and the authority's."""
    if not text:
        return []
    own = [words for (words,) in rows(_SYNONYMS, {"text": text})]
    return [
        *own,
        *(words for words in WORDS if any(word.lower() in text.lower() for word in words)),
    ]


def _matches(asked: Asked, narrowing: Narrowing, today: date) -> tuple[str, Matches, str]:
    """The strict matches; where they are few, the forgiving ones, and at last the loose ones."""
    named = [((t.word, *t.others), 1 if t.is_general else 2) for t in asked.terms]
    words, strictness = asked.strict, STRICT
    enough = ENOUGH if narrowing == Narrowing() else 1
    matches = match(words, named, narrowing, today)
    if asked.is_empty:
        return words, matches, strictness
    had = matches.count
    for wider in (asked.heard, asked.forgiving, asked.loose):
        if matches.count >= (1 if wider is asked.loose else enough):
            break
        found = match(wider, named, narrowing, today) if wider != words else matches
        if found.count > matches.count:
            words, matches, strictness = wider, found, SOME_STRICT if had else NONE_STRICT
    return words, matches, strictness


def _results(asked: Asked, page: Sequence[Hit]) -> list[Result]:
    return [Result(hit, marks(asked, hit.name), *snippet(asked, hit.abstract)) for hit in page]


def _facets(matches: Matches, narrowing: Narrowing) -> dict[str, list[tuple[Any, str, int]]]:
    facets: dict[str, list[tuple[Any, str, int]]] = {
        "department": list(matches.departments),
        "category": list(matches.categories),
    }
    for name in ("share_type", "update_cycle", "format_class", "is_open"):
        facets[name] = _counted(matches, narrowing, name)
    for name in ("is_attached", "is_overdue"):
        facets[name] = _counted(matches, narrowing, name)
    return facets


def _counted(matches: Matches, narrowing: Narrowing, name: str) -> list[tuple[Any, str, int]]:
    counts: dict[Any, int] = {}
    narrowed = narrowing.looks is not None
    for look, count in matches.looks.items():
        if not narrowed or narrowing.fits(look, besides=name):
            value = look.value(name)
            counts[value] = counts.get(value, 0) + count
    return [(value, "", n) for value, n in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))]
