"""How often one address may call the open pages; told in the RateLimit headers of every answer."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from accounts.admission import client_address
from kernel.errors import DomainError, RateLimited
from kernel.problems import answer, problem_response, refusal
from kernel.ratelimits import Limit, Standing, take
from kernel.texts import Text

OPEN = Limit("open", most=120, seconds=60)
View = Callable[..., HttpResponseBase]


def limited(view: View) -> View:
    """Answer 429 where one address calls more often than OPEN allows."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        standing = take(OPEN, client_address(request))
        # Where every call is counted too, the middleware tells both.
        getattr(request, "standings", []).append(standing)
        made = _answer(view, standing, request, *args, **kwargs)
        made.headers["RateLimit-Policy"] = OPEN.policy
        made.headers["RateLimit"] = standing.told
        return made

    return inner


def _answer(
    view: View, standing: Standing, request: HttpRequest, *args: Any, **kwargs: Any
) -> HttpResponseBase:
    if not standing.passes:
        detail = Text(
            "{most} requests in {seconds} seconds are answered to one address",
            most=OPEN.most,
            seconds=OPEN.seconds,
        )
        return problem_response(refusal(RateLimited(detail, retry_after=standing.rest)), request)
    try:
        return view(request, *args, **kwargs)
    except DomainError as refused:
        return answer(refusal(refused), request)
