"""What the portal's views are built of: a page, or its fragment for htmx."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def page(
    request: HttpRequest, template: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The template as a whole page, or for htmx the fragment ``_<name>.html`` beside it."""
    if request.headers.get("HX-Request"):
        folder, _, name = template.rpartition("/")
        template = f"{folder}/_{name}"
    response = render(request, template, context, status=status)
    response["Cache-Control"] = "private, no-store"
    return response
