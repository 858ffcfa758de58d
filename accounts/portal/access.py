"""Who may see a page of the portal: people who signed in, said for which department, and owe
neither a password of their own nor a second factor."""

from collections.abc import Callable
from copy import copy
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect

from accounts.signin_errors import PasswordChangeNeeded, SecondFactorMissing
from accounts.signins import owed

View = Callable[..., HttpResponseBase]
# Where a person does what comes before everything else.
_MENDED_AT = {PasswordChangeNeeded: "account-password", SecondFactorMissing: "account-factors"}


def signed_in(view: View) -> View:
    """Send others to the sign-in page, and people of several departments to their choice."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        actor = request.actor  # type: ignore[attr-defined]
        if not actor.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if actor.department_id is None:
            return redirect("choose-department")
        debt = owed(request.sign_in, actor.roles)  # type: ignore[attr-defined]
        if debt is not None and not hasattr(view, "before_debts"):
            return redirect(_MENDED_AT[type(debt)])
        # The actor itself: a page looks at it hundreds of times, each time through its laziness.
        request.actor = copy(actor)  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return inner


def before_debts(view: View) -> View:
    """Let a page be seen by people who still owe a password or a second factor."""
    view.before_debts = True  # type: ignore[attr-defined]
    return view
