"""What every row has, and the answers kept for repeated requests."""

import os
import time
import uuid
from typing import Any

from django.db import models
from django.db.models import F
from django.utils import timezone

from kernel.errors import Stale


def uuid7() -> uuid.UUID:
    """A time-ordered identifier (RFC 9562, version 7): new rows stay together in their index."""
    millis = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (millis & 0xFFFF_FFFF_FFFF) << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64
    return uuid.UUID(int=value | 0b10 << 62 | random & 0x3FFF_FFFF_FFFF_FFFF)


class Row(models.Model):
    """Base of the platform's rows; ``version`` counts changes and is the row's ETag."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    class Meta:
        abstract = True

    def change(self, expected: int | None = None, **values: Any) -> None:
        """Set columns in one UPDATE; Stale if ``expected`` is no longer the row's version."""
        rows = type(self)._base_manager.filter(pk=self.pk)
        if expected is not None:
            rows = rows.filter(version=expected)
        if not rows.update(**values, updated_at=timezone.now(), version=F("version") + 1):
            self.refresh_from_db(fields=["version"])
            raise Stale(expected=expected, found=self.version)
        self.refresh_from_db(fields=[*values, "updated_at", "version"])


class StoredAnswer(models.Model):
    """The answer to a request that carried an Idempotency-Key, kept for its repetition."""

    scope = models.CharField(max_length=120)
    key = models.CharField(max_length=255)
    body_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.JSONField(null=True)
    headers = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["scope", "key"], name="one_answer_per_key"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.key}"
