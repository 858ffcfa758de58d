"""A secret, shown this once: it stands in no address, no session and no log."""

from typing import Any

from django.http import HttpRequest, HttpResponse

from kernel.pages import page


def secret_page(
    request: HttpRequest,
    secret: str,
    *,
    title: Any,
    back: str,
    lead: Any = "",
    facts: list[tuple[Any, Any]] | None = None,
) -> HttpResponse:
    """The answer to the step that made it; whoever leaves the page does not see it again.

    ``facts`` are what is needed beside it, as (title, text); ``back`` is where to go then.
    """
    context = {"secret": secret, "title": title, "lead": lead, "facts": facts or [], "back": back}
    return page(request, "exchange/secret.html", context)
