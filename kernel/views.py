"""Pages about the platform itself."""

from collections.abc import Iterable
from functools import cache

from django.http import HttpRequest, HttpResponse
from django.utils.translation import get_language, gettext

from kernel.cells import code, joined, markup
from kernel.pages import page
from kernel.refusals import Refusal, all_refusals


def problems(request: HttpRequest) -> HttpResponse:
    """What every problem code means; the ``type`` of a problem document points here."""
    titles, rows = _table(get_language() or "")
    return page(request, "problems.html", {"titles": titles, "rows": rows})


@cache
def _table(language: str) -> tuple[list[str], str]:
    """The heads and the rows, which depend on the language of now alone."""
    titles = [gettext("Status"), gettext("Code"), gettext("Title")]
    # What it is given for is written for programmers, in English alone.
    if language == "en":
        titles.append(gettext("Given when"))
    return titles, joined((_row(refusal, titles) for refusal in all_refusals()), "\n")


def _row(refusal: Refusal, titles: Iterable[str]) -> str:
    said = (
        refusal.status,
        code(refusal, refusal.code),
        gettext(refusal.title),
        refusal.meaning,
    )
    cells = (
        markup('<td data-label="{}">{}</td>', title, value)
        for title, value in zip(titles, said, strict=False)
    )
    return markup('<tr id="{}">{}</tr>', refusal.code, joined(cells))
