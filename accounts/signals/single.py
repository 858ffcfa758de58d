"""The rules of a single fact, the same as those of a line in a body."""

import hashlib
import math
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.errors import SignalsRefused
from accounts.signals import words
from accounts.vocabulary import SignalKind


def check_fact(
    system_id: UUID,
    kind: str,
    number: float,
    at: datetime,
    source: str,
    reference: str,
    is_platform: bool,
) -> dict[str, Any]:
    """The fact as storing takes it; SignalsRefused names the first rule that it breaks."""
    broken = (
        *_broken_kind(kind),
        *_broken_time(at),
        *_broken_number(kind, number),
        *_broken_text("source", source, words.MOST_SOURCE),
        *_broken_text("reference", reference, words.MOST_REFERENCE),
    )
    if not is_platform and source.lower() in words.RESERVED:
        broken += (("source", "source-reserved"),)
    for column, code in broken:
        raise refuse_fact(column, code)
    return {
        "system_id": system_id,
        "kind": kind,
        "source": source,
        "reference": reference or content_reference(at, number),
        "at": at,
        "number": float(number),
    }


def refuse_fact(column: str, code: str) -> SignalsRefused:
    """The refusal of one fact for one reason."""
    error = {"line": 1, "column": column, "code": code, "detail": words.REFUSALS[code]}
    return SignalsRefused(received=1, accepted=0, rejected=1, errors=[error])


def content_reference(at: datetime, number: float) -> str:
    """The reference of a fact told without one: equal for equal moment and number."""
    micros = (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
    return hashlib.md5(f"{micros}|{float(number)!r}".encode(), usedforsecurity=False).hexdigest()


def _broken_kind(kind: str) -> Iterator[tuple[str, str]]:
    if kind not in SignalKind.values:
        yield "kind", "kind-unknown"


def _broken_time(at: datetime) -> Iterator[tuple[str, str]]:
    now = timezone.now()
    if at > now + timedelta(days=1):
        yield "at", "at-in-future"
    if at < now - timedelta(days=settings.SIGNAL_RETENTION_DAYS):
        yield "at", "at-too-old"


def _broken_number(kind: str, number: float) -> Iterator[tuple[str, str]]:
    if not math.isfinite(number):
        yield "number", "number-not-finite"
    elif number < 0:
        yield "number", "number-negative"
    elif number > words.MOST_NUMBER or (kind == SignalKind.CPU_PERCENT and number > 100):
        yield "number", "number-too-large"


def _broken_text(column: str, text: str, most: int) -> Iterator[tuple[str, str]]:
    if len(text) > most:
        yield column, f"{column}-too-long"
    if words.CONTROL.search(text):
        yield column, "control-character"
