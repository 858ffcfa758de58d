"""Idempotency-Key: a repeated POST gets the first answer and has no second effect.

The answer is stored in the transaction of the deed, so there is never a deed without its answer.
Refusals are not stored: the caller may mend the request and use the key again.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from kernel.errors import Conflict, Invalid
from kernel.models import StoredAnswer

_KEPT_HEADERS = ("ETag", "Location")
_SHAPE = re.compile(r"[\x21-\x7e]{1,255}")


class KeyInUse(Conflict):
    """The first request with this key is still running."""

    code = "idempotency-key-in-use"
    title = "The first request with this Idempotency-Key is still running"


class KeyReused(Invalid):
    """The key was used for another request."""

    code = "idempotency-key-reused"
    title = "This Idempotency-Key was used for another request"


def read_key(request: Request) -> str | None:
    """The Idempotency-Key of a request; Invalid if it is not 1 to 255 visible ASCII characters."""
    key = request.headers.get("Idempotency-Key")
    if key is not None and not _SHAPE.fullmatch(key):
        raise Invalid.field("Idempotency-Key", "must be 1 to 255 visible ASCII characters")
    return key


def claim(scope: str, key: str) -> None:
    """Hold the key until the transaction ends; KeyInUse if another request holds it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))", [f"{scope} {key}"]
        )
        if not cursor.fetchone()[0]:
            raise KeyInUse(retry_after=1)


def once(
    handler: Callable[..., Response],
    request: Request,
    scope: str,
    key: str,
    hidden: tuple[str, ...] = (),
    **kwargs: Any,
) -> Response:
    """The handler's answer, from the store if this request was answered before.

    Fields named in ``hidden`` (secrets shown once) are stored as null.
    """
    digest = hashlib.sha256(
        f"{request.method} {request.get_full_path()}\n".encode() + request._request.body
    ).hexdigest()
    with transaction.atomic():
        claim(scope, key)
        stored = StoredAnswer.objects.filter(scope=scope, key=key).first()
        if stored:
            return _replay(stored, digest)
        response = handler(request, **kwargs)
        body = json.loads(json.dumps(response.data, cls=JSONEncoder))
        if isinstance(body, dict):
            body.update({name: None for name in hidden if name in body})
        StoredAnswer.objects.create(
            scope=scope,
            key=key,
            body_digest=digest,
            status=response.status_code,
            body=body,
            headers={name: response[name] for name in _KEPT_HEADERS if name in response},
        )
    return response


def forget(before: datetime, most: int, kept: str) -> int:
    """Remove at most so many answers given before the time; how many. Their keys count as new.

    Scopes that begin with ``kept`` are left alone.
    """
    old = StoredAnswer.objects.filter(created_at__lt=before).exclude(scope__startswith=kept)
    some = old.order_by("created_at").values_list("pk", flat=True)[:most]
    # Read first: as a subquery PostgreSQL may run it for each row anew, and exceed the limit.
    return StoredAnswer.objects.filter(pk__in=list(some)).delete()[0]


def _replay(stored: StoredAnswer, digest: str) -> Response:
    if stored.body_digest != digest:
        raise KeyReused("take a new key for a new request")
    headers = {**stored.headers, "Idempotent-Replayed": "true"}
    return Response(stored.body, status=stored.status, headers=headers)
