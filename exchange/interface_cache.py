"""Answers of interfaces that may be kept for a while, as one grant in one edition shows them.

A key is a keyed digest, a value is sealed: the cache holds nothing that can be read there. Only
what the grant shows is kept, and the grant is asked anew before each look.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from redis.exceptions import RedisError

from exchange.models import Grant, ServiceInterface
from kernel.sealing import Unsealable, seal, unseal

MOST_BYTES = 1024 * 1024
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Kept:
    """An answer as it goes out, with what the ledger says of it."""

    body: bytes = field(repr=False)
    rows: int
    subjects: tuple[int, ...] | None = field(default=None, repr=False)


def key_of(
    interface: ServiceInterface, grant: Grant, shown: str, given: Mapping[str, object]
) -> str:
    """Where the answer to these parameters under this edition is kept; ``shown`` is what the
    grant shows today, as a digest."""
    about = [str(interface.pk), interface.version, str(grant.pk), grant.edition, shown, given]
    text = json.dumps(about, sort_keys=True, ensure_ascii=False)
    return "interface:" + salted_hmac(__name__, text, algorithm="sha256").hexdigest()


def recall(key: str) -> Kept | None:
    """What is kept there; nothing where the cache is away."""
    try:
        sealed = cache.get(key)
        found = json.loads(unseal(sealed)) if sealed else None
    except (RedisError, Unsealable) as fault:
        _log.warning("interface_cache_unread %s", type(fault).__name__)
        return None
    if found is None:
        return None
    subjects = tuple(found["subjects"]) if found["subjects"] is not None else None
    return Kept(found["body"].encode(), found["rows"], subjects)


def keep(key: str, kept: Kept, seconds: int) -> None:
    """Keep an answer for so long; a large one, or one that the cache does not take, is not kept."""
    if len(kept.body) > MOST_BYTES:
        return
    told = {"body": kept.body.decode(), "rows": kept.rows, "subjects": kept.subjects}
    try:
        cache.set(key, seal(json.dumps(told, ensure_ascii=False)), seconds)
    except RedisError as fault:
        _log.warning("interface_cache_unwritten %s", type(fault).__name__)
