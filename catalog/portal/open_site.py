"""The open data catalogue for everybody: pages, data.json, DCAT and a sitemap.

Nobody signs in here; only resources in force that are open to the public are shown. Every answer
may be kept by caches and is answered 304 where it was not changed.
"""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from xml.sax.saxutils import escape

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import Max, Q
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from catalog.handout import KINDS, TITLE, hand_out
from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS, METADATA_NAMES
from catalog.models import Resource
from catalog.portal.limits import limited
from catalog.portal.open_files import OpenFile, open_files_of
from catalog.portal.words import UPDATE_CYCLES, column_label, column_title
from catalog.published import in_force, page_of, told_openly
from kernel.cursors import read_cursor, write_cursor
from kernel.errors import Malformed, NotFound

ON_A_PAGE = 50
MOST_PLACES = 50_000
KEPT_SECONDS = 300
_KIND = "catalog.open"
_SUFFIXES = {"jsonld": "jsonld", "ttl": "turtle", "rdf": "rdf"}
_ITEMS_SHOWN = ("name", "data_type", "length", "meaning")
_LISTED = (
    *("pk", "code", "published__name", "published__abstract", "published__update_cycle"),
    *("published__format_type", "published__theme", "data_updated_at", "department__name"),
)


@require_safe
@limited
def open_list(request: HttpRequest) -> HttpResponse:
    """The open entries, by name and provider."""
    words = request.GET.get("q", "").strip()[:100]
    rows = in_force(is_open=True)
    for word in words.split():
        rows = rows.filter(
            Q(published__name__icontains=word) | Q(published__abstract__icontains=word)
        )
    page, count = page_of(rows, ON_A_PAGE, _after(request)), rows.count()
    following = _next(request, page.last, words)
    context = {"title": TITLE, "next": following, "words": words, "count": count}

    def made() -> HttpResponse:
        told = Resource.objects.filter(pk__in=page.keys).order_by("pk").values(*_LISTED)
        entries = [
            {**entry, "cycle": UPDATE_CYCLES.get(entry["published__update_cycle"], "")}
            for entry in told
        ]
        return render(request, "catalog/open/list.html", context | {"entries": entries})

    return _answer(request, f"{page.etag}-{count}", made, following)


@require_safe
@limited
def open_entry(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One open entry with its items."""
    page = page_of(in_force(is_open=True).filter(pk=pk), 1)
    entry = _one(page.keys)

    def made() -> HttpResponse:
        return render(request, "catalog/open/entry.html", _shown(entry, files))

    resource = Resource.objects.select_related("published").get(pk=pk)
    files = open_files_of(resource)
    return _answer(request, f"{page.etag}-{len(files)}", made)


@require_safe
@limited
def open_entry_file(request: HttpRequest, pk: UUID, suffix: str) -> HttpResponse:
    """One open entry in DCAT: jsonld, ttl or rdf."""
    page = page_of(in_force(is_open=True).filter(pk=pk), 1)
    entry = _one(page.keys)
    return _file(request, page.etag, _suffix(suffix), lambda: [entry], "")


@require_safe
@limited
def open_catalog(request: HttpRequest, suffix: str) -> HttpResponse:
    """A page of the open entries in DCAT; the header Link names the next one."""
    return _page_file(request, _suffix(suffix))


@require_safe
@limited
def open_data_json(request: HttpRequest) -> HttpResponse:
    """A page of the open entries as data.json; the header Link names the next one."""
    return _page_file(request, "data.json")


@require_safe
@limited
def open_sitemap(request: HttpRequest) -> HttpResponse:
    """The addresses of the open entries; more than 50,000 are listed in parts."""
    rows = in_force(is_open=True)
    facts = rows.aggregate(last=Max("updated_at"))
    count, part = rows.count(), request.GET.get("part", "")
    etag = f"{count}-{facts['last'].timestamp() if facts['last'] else 0}-{part[:9]}"
    if count > MOST_PLACES and not part:
        return _answer(request, etag, lambda: _xml("sitemapindex", "sitemap", _parts(count)))
    number = int(part) if part.isdecimal() and len(part) < 7 else 0
    start = number * MOST_PLACES

    def made() -> HttpResponse:
        found = rows.order_by("pk").values_list("pk", "updated_at")[start : start + MOST_PLACES]
        places = ((_address("open-entry", pk), f"{at:%Y-%m-%d}") for pk, at in found)
        return _xml("urlset", "url", places)

    return _answer(request, etag, made)


def _parts(count: int) -> list[tuple[str, str]]:
    numbers = range((count + MOST_PLACES - 1) // MOST_PLACES)
    return [(f"{_address('open-sitemap')}?part={number}", "") for number in numbers]


def _xml(root: str, tag: str, places: Any) -> HttpResponse:
    lines = ['<?xml version="1.0" encoding="UTF-8"?>']
    lines.append(f'<{root} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">')
    for place, day in places:
        told_day = f"<lastmod>{day}</lastmod>" if day else ""
        lines.append(f"<{tag}><loc>{escape(place)}</loc>{told_day}</{tag}>")
    lines.append(f"</{root}>\n")
    return HttpResponse("\n".join(lines), content_type="application/xml; charset=utf-8")


def _page_file(request: HttpRequest, kind: str) -> HttpResponse:
    page = page_of(in_force(is_open=True), KINDS[kind].usual, _after(request))
    following = _next(request, page.last)
    return _file(request, page.etag, kind, lambda: told_openly(page.keys), following)


def _file(
    request: HttpRequest, etag: str, kind: str, entries: Callable[[], Any], following: str
) -> HttpResponse:
    def made() -> HttpResponse:
        content = hand_out(entries(), kind, base=settings.PUBLIC_URL, next_page=following)
        return HttpResponse(content, content_type=KINDS[kind].media_type)

    return _answer(request, f"{etag}-{kind}", made, following)


def _answer(
    request: HttpRequest, etag: str, made: Callable[[], HttpResponse], following: str = ""
) -> HttpResponse:
    """The answer, or 304; for everybody's caches."""
    mark = f'"{etag}-{get_language()}"'
    known = mark in request.headers.get("If-None-Match", "")
    answer = HttpResponseNotModified() if known else made()
    answer.headers["ETag"] = mark
    answer.headers["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
    # Pages speak the reader's language, which a cookie remembers.
    patch_vary_headers(answer, ("Cookie",))
    if following:
        answer.headers["Link"] = f'<{following}>; rel="next"'
    return answer


def _after(request: HttpRequest) -> UUID | None:
    cursor = request.GET.get("cursor")
    try:
        return UUID(read_cursor(_KIND, cursor)["after"]) if cursor else None
    except (ValueError, ValidationError) as bad:
        raise Malformed("this cursor is none of ours") from bad


def _next(request: HttpRequest, last: UUID | None, words: str = "") -> str:
    if last is None:
        return ""
    asked = {"cursor": write_cursor(_KIND, {"after": str(last)}), **({"q": words} if words else {})}
    return f"{settings.PUBLIC_URL}{request.path}?{urlencode(asked)}"


def _one(keys: Any) -> dict[str, Any]:
    found = told_openly(keys)
    if not found:
        raise NotFound()
    return found[0]


def _suffix(suffix: str) -> str:
    if suffix not in _SUFFIXES:
        raise NotFound()
    return _SUFFIXES[suffix]


def _address(name: str, *parts: Any) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name, args=parts)}"


def _shown(entry: Mapping[str, Any], files: list[OpenFile]) -> dict[str, Any]:
    """What the page of an entry says, in its order: (title, text)."""
    names = ("code", "department", *METADATA_NAMES, "data_updated_on")
    columns = [ENTRY_COLUMNS[name] for name in names]
    facts = [(column_title(one), column_label(one, entry.get(one.name))) for one in columns]
    items = [
        [
            (column_title(ITEM_COLUMNS[name]), column_label(ITEM_COLUMNS[name], item[name]))
            for name in _ITEMS_SHOWN
        ]
        for item in entry["items"]
    ]
    return {
        "entry": entry,
        "facts": [(title, text) for title, text in facts if text],
        "item_titles": [column_title(ITEM_COLUMNS[name]) for name in _ITEMS_SHOWN],
        "items": items,
        "files": files,
    }
