"""Search over the catalogue in the portal: words, facets, marks, pages; all of it in the URL."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from catalog.models import SavedSearch
from catalog.portal import words
from catalog.search.finding import Found, Result, find
from catalog.search.hits import Hit
from catalog.search.marking import Range
from catalog.search.parameters import NAMES, read_search
from catalog.search.sorting import Place
from kernel.cursors import BadCursor, read_cursor, write_cursor
from kernel.errors import Invalid
from kernel.pages import page

_ON_A_PAGE, _VALUES_SHOWN = 20, 8
_KIND = "catalog.page"
Part = tuple[str, bool]


@dataclass(frozen=True)
class Line:
    """An entry found: its name and abstract in parts, each marked or not."""

    hit: Hit
    name: list[Part]
    abstract: list[Part]
    share_type: tuple[Any, str] | None
    update_cycle: Any


@dataclass(frozen=True)
class Value:
    """A value of a facet: what it says, how many it leaves, and the address with or without it."""

    title: Any
    count: int
    link: str
    is_on: bool


@require_GET
@signed_in
def search_page(request: HttpRequest) -> HttpResponse:
    """Entries in force that answer the question, with counts of every facet."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    given = {name: request.GET[name] for name in NAMES if request.GET.get(name)}
    try:
        asked = read_search(given)
        after = _after(request.GET.get("after"), asked.sort)
        refused = ""
    except (Invalid, BadCursor):
        # An old or mistyped address still finds something: it is asked without its filters.
        given = {name: given[name][:100] for name in ("q",) if name in given}
        asked, after, refused = read_search(given), None, "filters"
    found = find(asked.text, asked.narrowing, sort=asked.sort, limit=_ON_A_PAGE, after=after)
    context = {
        "asked": asked,
        "refused": refused,
        "found": found,
        "lines": [_line(result) for result in found.results],
        "facets": [
            (words.FACETS[name], _values(name, found, given), name in given)
            for name in words.FACETS
        ],
        "chips": list(_chips(found, given)),
        "sorts": [(value, title, _with(given, sort=value)) for value, title in words.SORTS.items()],
        "kept": [(name, value) for name, value in given.items() if name != "q"],
        "plain": reverse("catalogue"),
        "meant": _with(given, q=found.meant) if found.meant else "",
        "next": _next(given, found, asked.sort),
        "is_first": after is None,
        "writes": may(actor, Perm.RESOURCE_DRAFT),
        "demands": may(actor, Perm.DEMAND_SUBMIT, actor.department_id),
        "saves": may(actor, Perm.SEARCH_SAVE),
        "saved": _saved(actor),
        "state": urlencode(given),
    }
    return page(request, "catalog/search.html", context)


def _saved(actor: Actor) -> list[tuple[SavedSearch, str]]:
    """The person's own searches with their addresses, by name."""
    rows = SavedSearch.objects.visible_to(actor).order_by("name")
    return [(row, _with(row.parameters)) for row in rows]


def _line(result: Result) -> Line:
    hit = result.hit
    return Line(
        hit,
        list(_parts(hit.name, result.name_marks)),
        list(_parts(result.abstract, result.abstract_marks)),
        words.SHARE_TYPES.get(hit.share_type),
        words.UPDATE_CYCLES.get(hit.update_cycle),
    )


def _parts(text: str, marks: list[Range]) -> Iterator[Part]:
    place = 0
    for start, end in marks:
        if start > place:
            yield text[place:start], False
        yield text[start:end], True
        place = end
    if text[place:]:
        yield text[place:], False


def _values(name: str, found: Found, given: dict[str, str]) -> list[Value]:
    on = _on(given, name)
    values = []
    for value, label, count in found.facets.get(name, [])[:_VALUES_SHOWN]:
        said = _said(value)
        if said:
            others = [one for one in on if one != said]
            new = others if said in on else [*_kept(name, others), said]
            link = _with(given, **{name: ",".join(new)})
            values.append(Value(words.facet_word(name, value, label), count, link, said in on))
    return values


def _chips(found: Found, given: dict[str, str]) -> Iterator[tuple[Any, Any, str]]:
    for name, title in words.FACETS.items():
        labels = {_said(v): words.facet_word(name, v, label) for v, label, _ in found.facets[name]}
        on = _on(given, name)
        for said in on:
            rest = ",".join(one for one in on if one != said)
            yield title, labels.get(said, said), _with(given, **{name: rest})


def _kept(name: str, others: list[str]) -> list[str]:
    # A yes-or-no facet has one value at a time.
    return [] if name.startswith("is_") else others


def _on(given: dict[str, str], name: str) -> list[str]:
    return [value for value in given.get(name, "").split(",") if value]


def _said(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _with(given: dict[str, str], **changes: str) -> str:
    said = {name: value for name, value in {**given, **changes}.items() if value}
    return f"?{urlencode(said)}" if said else reverse("catalogue")


def _next(given: dict[str, str], found: Found, sort: str) -> str:
    if found.next_place is None:
        return ""
    return _with(given, after=write_cursor(f"{_KIND}.{sort}", found.next_place._asdict()))


def _after(cursor: str | None, sort: str) -> Place | None:
    return Place(**read_cursor(f"{_KIND}.{sort}", cursor)) if cursor else None
