"""Doors to search: results with facets, similar entries, saved searches, synonyms."""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from catalog.actions.searches import (
    add_synonym,
    change_search,
    change_synonym,
    drop_search,
    drop_synonym,
    save_search,
)
from catalog.api.examples_searches import SAVED_SEARCH_EXAMPLES, SYNONYM_EXAMPLES
from catalog.api.serializers.searches import (
    SavedSearchIn,
    SavedSearchOut,
    SearchOut,
    SimilarEntriesOut,
    SynonymIn,
    SynonymOut,
)
from catalog.api.views.rows import CatalogView
from catalog.models import Entry, Resource, SavedSearch, SearchDocument, SynonymSet
from catalog.search.finding import Result, find
from catalog.search.hits import Hit
from catalog.search.parameters import NAMES, read_search
from catalog.search.similar import similar
from catalog.search.sorting import Place
from kernel.api import ApiView
from kernel.cursors import read_cursor, write_cursor
from kernel.errors import NotFound
from kernel.paging import read_limit

_KIND = "catalog.search"
_USUAL, _MOST = 20, 100


class SearchView(ApiView):
    """Search over the resources in force, which every department may know (Art. 16)."""

    model = SearchDocument
    parameters = (*NAMES, "limit", "cursor")
    answers = {"search": SearchOut}

    def search(self, request: Request, **kwargs: Any) -> Response:
        """Entries that answer the question, the best first, with counts of every facet.

        ``q`` may be Chinese, pinyin or initials, and may be left out. Facets take several values,
        parted by commas. By relevance the first sixty can be paged through; the other orders
        reach all.
        """
        asked = read_search(request.query_params)
        limit = read_limit(request, _USUAL, _MOST)
        # A place in one order is none in another.
        kind = f"{_KIND}.{asked.sort}"
        cursor = request.query_params.get("cursor")
        after = Place(**read_cursor(kind, cursor)) if cursor else None
        found = find(asked.text, asked.narrowing, sort=asked.sort, limit=limit, after=after)
        place = found.next_place
        following = write_cursor(kind, place._asdict()) if place else None
        headers = {}
        if following:
            url = replace_query_param(request.build_absolute_uri(), "cursor", following)
            headers["Link"] = f'<{url}>; rel="next"'
        body = {
            "items": [_result(result) for result in found.results],
            "total": found.total,
            "facets": {
                name: [{"value": v, "label": label, "count": n} for v, label, n in values]
                for name, values in found.facets.items()
            },
            "is_forgiving": found.is_forgiving,
            "did_you_mean": found.meant,
            "next_cursor": following,
            "has_more": following is not None,
        }
        return Response(body, headers=headers)


class SimilarView(ApiView):
    """Entries about the same as another one."""

    model = Resource
    parameters = ("limit",)
    answers = {"similar": SimilarEntriesOut}

    def similar(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Entries in force whose names have much in common with this one's, the likest first."""
        resource = self.get_object()
        seen = Entry.objects.visible_to(self.actor).filter(resource=resource)
        entry = seen.order_by("-number").first()
        if entry is None:
            raise NotFound()
        found = similar(resource.pk, entry.name, read_limit(request, 10, 50))
        return Response({"items": [{**_hit(one.hit), "likeness": one.likeness} for one in found]})


class SavedSearchView(CatalogView):
    """The actor's own saved searches."""

    model = SavedSearch
    out = SavedSearchOut
    into = {"create": SavedSearchIn, "partial_update": SavedSearchIn}
    filters = {"name": "name__contains"}
    examples = SAVED_SEARCH_EXAMPLES

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Keep a search to make it again."""
        return self.show(save_search(actor=self.actor, **self.read(request)), status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Give it another name or other parameters."""
        row, expected = self.get_object(), self.expected(request)
        values = self.read(request)
        return self.show(change_search(row, actor=self.actor, expected=expected, values=values))

    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Forget it."""
        drop_search(self.get_object(), actor=self.actor, expected=self.expected(request))
        return Response(status=204)


class SynonymView(CatalogView):
    """Words that search takes for one another."""

    model = SynonymSet
    out = SynonymOut
    into = {"create": SynonymIn, "partial_update": SynonymIn}
    filters = {"word": "words__contains"}
    examples = SYNONYM_EXAMPLES

    def filter_queryset(self, queryset: Any) -> Any:
        """``word``: sets that hold it."""
        word = self.request.query_params.get("word")
        return queryset.filter(words__contains=[word]) if word else queryset

    def create(self, request: Request, **kwargs: Any) -> Response:
        """Add a set; the next question already knows it."""
        return self.show(add_synonym(actor=self.actor, **self.read(request)), status=201)

    def partial_update(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Put other words in a set."""
        row, expected = self.get_object(), self.expected(request)
        words = self.read(request).get("words", row.words)
        return self.show(change_synonym(row, actor=self.actor, expected=expected, words=words))

    def destroy(self, request: Request, pk: str, **kwargs: Any) -> Response:
        """Remove a set."""
        drop_synonym(self.get_object(), actor=self.actor, expected=self.expected(request))
        return Response(status=204)


def _result(result: Result) -> dict[str, Any]:
    marked = {
        "name": {"text": result.hit.name, "marks": result.name_marks},
        "abstract": {"text": result.abstract, "marks": result.abstract_marks},
        "items": result.hit.items,
    }
    return {**_hit(result.hit), "highlights": marked}


def _hit(hit: Hit) -> dict[str, Any]:
    shown = hit._asdict()
    for name in ("entry_id", "keywords", "abstract", "items", "department_id", "category_code"):
        del shown[name]
    shown["department"] = {"id": hit.department_id, "name": hit.department}
    shown["category"] = {"code": hit.category_code, "name": hit.category}
    return shown
