"""Files from elsewhere, parsed apart (see kernel.confined); what goes wrong in refusals of ours."""

import logging
from collections.abc import Iterator
from typing import Any

from kernel.confined import Raised, Stopped, confined
from kernel.errors import DomainError, Malformed, TooLarge, Unavailable
from kernel.texts import Text

_log = logging.getLogger(__name__)
_BROKEN = "the parser broke on this file; save it anew, or as CSV, and hand that in"
_SMALLER = {
    "memory": "reading it takes more memory than is given to one file; hand it in in parts",
    "time": "reading it takes longer than is given to one file; hand it in in parts",
}


def parsed(
    task: str,
    *arguments: Any,
    unreadable: type[Malformed],
    too_large: type[TooLarge],
    **bounds: int,
) -> Iterator[Any]:
    """What the function yields; ``unreadable`` or ``too_large`` as it raised them.

    ``too_large`` too where the parser wanted more memory or time than it gets, ``unreadable``
    where it broke. Unavailable while too many files are read at the same time.
    """
    try:
        return confined(task, *arguments, **bounds)
    except Raised as raised:
        for refusal in (unreadable, too_large):
            if raised.name == refusal.__name__:
                raise _told(refusal, **raised.attributes) from None
        _log.warning("parser broke", extra={"task": task, "why": str(raised)})
        raise unreadable(_BROKEN) from None
    except Stopped as stopped:
        _log.warning("parser stopped", extra={"task": task, "why": str(stopped)})
        if stopped.why == "busy":
            raise Unavailable("too many files are being read; hand it in again") from None
        if stopped.why == "crash":
            raise unreadable(_BROKEN) from None
        raise too_large(_SMALLER[stopped.why]) from None


def _told(refusal: type[DomainError], detail: Any, facts: dict[str, Any]) -> DomainError:
    if isinstance(detail, list):
        pattern, values = detail
        detail = Text(pattern, **values)
    return refusal(detail, **facts)
