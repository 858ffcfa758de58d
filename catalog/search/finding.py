"""Search: what answers a question, ranked, with counts of facets, marks and what was meant."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone

from catalog.models import Category, Item, SearchDocument
from catalog.search.marking import Range, marks, meant, snippet
from catalog.search.matching import Matches, Narrowing, match
from catalog.search.query import Asked
from catalog.search.ranking import Candidate, ranked
from catalog.search.sorting import SORTS, Place, sorted_page
from catalog.search.synonyms import WORDS

# Fewer strict matches than this, and the question is read more forgivingly; results that were
# narrowed on purpose may be few.
ENOUGH = 3
MOST_ITEMS_SHOWN = 6


@dataclass(frozen=True)
class Result:
    """One entry that answers, with the places to mark."""

    document: SearchDocument
    name_marks: list[Range]
    abstract: str
    abstract_marks: list[Range]
    items: list[str]


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
    by_relevance = sort == "relevance" and not asked.is_empty
    words, matches, forgiving = _matches(asked, narrowing, today)
    total = sum(n for look, n in matches.looks.items() if narrowing.fits(look))
    correction = None
    if by_relevance:
        order = ranked(asked, _candidates(matches.first), by_sound=forgiving)
        correction = meant(asked, [one.name for one in order[:5]]) if forgiving else None
        start = after.number if after else 0
        page = [one.id for one in order[start : start + limit]]
        more = len(order) > start + limit
        following = Place("", None, start + limit) if more else None
    else:
        order_name = sort if sort in SORTS else "-published_at"
        page, following = sorted_page(words, narrowing, today, order_name, limit, after)
    return Found(
        results=_results(asked, page),
        total=total,
        facets=_facets(matches, narrowing),
        is_forgiving=forgiving,
        meant=correction,
        next_place=following,
    )


def synonyms_in(text: str) -> list[Sequence[str]]:
    """The sets of synonyms that have a word in the text: the shipped ones and the authority's."""
    if not text:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT words FROM catalog_synonymset WHERE EXISTS"
            " (SELECT FROM unnest(words) word WHERE strpos(lower(%s), lower(word)) > 0)",
            [text],
        )
        own = [words for (words,) in cursor.fetchall()]
    return [
        *own,
        *(words for words in WORDS if any(word.lower() in text.lower() for word in words)),
    ]


def _matches(asked: Asked, narrowing: Narrowing, today: date) -> tuple[str, Matches, bool]:
    """The strict matches; where they are few, the forgiving ones, and at last the loose ones."""
    named = [((t.word, *t.others), 1 if t.is_general else 2) for t in asked.terms]
    words, forgiving = asked.strict, False
    enough = ENOUGH if narrowing == Narrowing() else 1
    matches = match(words, named, narrowing, today)
    for wider in (asked.heard, asked.forgiving, asked.loose):
        if asked.is_empty or sum(matches.looks.values()) >= enough:
            break
        if wider != words:
            found = match(wider, named, narrowing, today)
            if sum(found.looks.values()) > sum(matches.looks.values()):
                words, matches, forgiving = wider, found, True
    return words, matches, forgiving


def _candidates(ids: Sequence[UUID]) -> list[Candidate]:
    rows = SearchDocument.objects.filter(pk__in=ids).values_list(
        "pk", "name", "department__name", "entry__keywords", "entry__abstract"
    )
    return [Candidate(*row) for row in rows]


def _results(asked: Asked, ids: Sequence[UUID]) -> list[Result]:
    rows: QuerySet[SearchDocument] = SearchDocument.objects.filter(pk__in=ids)
    documents = {
        row.pk: row
        for row in rows.select_related("resource", "entry", "department", "category").defer("words")
    }
    items = _items(asked, [row.entry_id for row in documents.values()])
    return [
        Result(
            documents[pk],
            marks(asked, documents[pk].name),
            *snippet(asked, documents[pk].entry.abstract),
            items.get(documents[pk].entry_id, []),
        )
        for pk in ids
        if pk in documents
    ]


def _items(asked: Asked, entry_ids: Sequence[UUID]) -> dict[UUID, list[str]]:
    """The names of the items that hold a word asked for."""
    words = [word for term in asked.terms for word in (term.word, *term.others)]
    found: dict[UUID, list[str]] = {}
    if not words:
        return found
    items = Item.objects.filter(entry_id__in=entry_ids).order_by("entry_id", "position")
    for entry_id, name in items.values_list("entry_id", "name"):
        held = found.setdefault(entry_id, [])
        if len(held) < MOST_ITEMS_SHOWN and any(word in name for word in words):
            held.append(name)
    return found


def _facets(matches: Matches, narrowing: Narrowing) -> dict[str, list[tuple[Any, str, int]]]:
    facets: dict[str, list[tuple[Any, str, int]]] = {
        "department": list(matches.departments),
        "category": _classes(matches),
    }
    for name in ("share_type", "update_cycle", "format_class", "is_open"):
        facets[name] = _counted(matches, narrowing, name)
    for name in ("is_attached", "is_overdue"):
        facets[name] = _counted(matches, narrowing, name)
    return facets


def _counted(matches: Matches, narrowing: Narrowing, name: str) -> list[tuple[Any, str, int]]:
    counts: dict[Any, int] = {}
    for look, count in matches.looks.items():
        if narrowing.fits(look, besides=name):
            value = (
                getattr(look.traits, name) if hasattr(look.traits, name) else getattr(look, name)
            )
            counts[value] = counts.get(value, 0) + count
    return [(value, "", n) for value, n in sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))]


def _classes(matches: Matches) -> list[tuple[Any, str, int]]:
    names = dict(
        Category.objects.filter(code__in=list(matches.categories)).values_list("code", "name")
    )
    ordered = sorted(matches.categories.items(), key=lambda pair: (-pair[1], pair[0]))
    return [(code, names.get(code, ""), count) for code, count in ordered]
