"""How often one address may call the open pages; told in the RateLimit headers of every answer."""

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache import cache
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from redis.exceptions import RedisError

from kernel.errors import DomainError, RateLimited
from kernel.problems import answer, problem_response, refusal
from kernel.texts import Text

REQUESTS, SECONDS = 120, 60
_log = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]


def limited(view: View) -> View:
    """Answer 429 after REQUESTS in a window of SECONDS from one address.

    Without the cache nobody is counted: the open pages stay open.
    """

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        used, rest = used_by(request, "open", SECONDS)
        if used > REQUESTS:
            detail = Text(
                "{most} requests in {seconds} seconds are answered to one address",
                most=REQUESTS,
                seconds=SECONDS,
            )
            refused = refusal(RateLimited(detail, retry_after=rest))
            made: HttpResponseBase = problem_response(refused, request)
        else:
            made = _answer(view, request, *args, **kwargs)
        left = max(REQUESTS - used, 0)
        made.headers["RateLimit-Policy"] = f'"open";q={REQUESTS};w={SECONDS}'
        made.headers["RateLimit"] = f'"open";r={left};t={rest}'
        return made

    return inner


def _answer(view: View, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
    try:
        return view(request, *args, **kwargs)
    except DomainError as refused:
        return answer(refusal(refused), request)


def used_by(request: HttpRequest, name: str, seconds: int) -> tuple[int, int]:
    """How often the address did this in the present window, and the seconds until the next one.

    Without the cache nobody is counted: (0, the seconds).
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    now = int(time.time())
    rest = seconds - now % seconds
    key = f"{name}.{address}.{now // seconds}"
    try:
        cache.add(key, 0, timeout=seconds * 2)
        return int(cache.incr(key)), rest
    except (RedisError, OSError, ValueError):
        # A cache that is away costs the limit, never the page.
        _log.warning("the open pages are not limited: the cache does not answer")
        return 0, rest
