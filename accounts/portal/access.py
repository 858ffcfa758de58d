"""Who may see a page of the portal: people who signed in and said for which department."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

View = Callable[..., HttpResponseBase]


def signed_in(view: View) -> View:
    """Send others to the sign-in page, and people of several departments to their choice."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = request.actor  # type: ignore[attr-defined]
        if not actor.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if actor.department_id is None:
            return redirect("choose-department")
        return view(request, *args, **kwargs)

    return inner
