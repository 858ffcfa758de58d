import re
from typing import Any

from django.contrib.postgres.indexes import BrinIndex, GistIndex
from django.db import models
from django.db.models.functions import Now

from accounts.querysets import AuditQuerySet

_RUN = re.compile(r"\[(-?\d+),(-?\d+)\)")


class AuditEvent(models.Model):
    """One entry of the audit trail; the application's database role can add and read, no more."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    verb = models.CharField(max_length=60)
    actor_kind = models.CharField(max_length=10)
    actor_id = models.UUIDField(null=True)
    actor_name = models.CharField(max_length=120)
    department_id = models.UUIDField(null=True)
    subject_type = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=60)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=100, blank=True)
    address = models.CharField(max_length=45, blank=True)

    objects = AuditQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"]),
            models.Index(fields=["verb", "id"]),
            models.Index(fields=["actor_id", "id"]),
            BrinIndex(fields=["at"], name="trail_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.id} {self.verb}"


class Ids(models.Field):
    """A set of ids, kept as a multirange: growing pairs of the first and the last of each run."""

    def db_type(self, connection: Any) -> str:
        """PostgreSQL's own type, in which sets are united, subtracted and searched."""
        return "int8multirange"

    def from_db_value(self, value: str, *rest: Any) -> list[list[int]]:
        """Pairs, both ends included; the database writes them without the upper end."""
        return [[int(low), int(high) - 1] for low, high in _RUN.findall(value)]

    def get_prep_value(self, value: list[list[int]]) -> str:
        """The same as a literal."""
        return "{" + ",".join(f"[{low},{high}]" for low, high in value) + "}"


class EvidenceBlock(models.Model):
    """A sealed block of a ledger's entries; its digest covers them and the block before it.

    Entries themselves are never touched: a block names the ids that are in it. They become visible
    in commit order, not in the order of their ids: a late one simply goes into a later block.
    """

    ledger = models.CharField(max_length=10)
    number = models.BigIntegerField()
    algorithm = models.CharField(max_length=10)
    sealed_at = models.DateTimeField()
    entries = models.PositiveIntegerField()
    ids = Ids()
    # The greatest id in this block and those before it.
    through = models.BigIntegerField()
    previous = models.CharField(max_length=64)
    # The root of the Merkle tree over the entries.
    root = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    # The beginnings of its leaves in base64, so that a wrong entry is found by itself.
    marks = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["ledger", "number"], name="one_block_per_number"),
        ]
        indexes = [
            models.Index(fields=["ledger", "sealed_at"], name="blocks_by_time"),
            GistIndex(fields=["ids"], name="blocks_by_entry"),
        ]

    def __str__(self) -> str:
        return f"{self.ledger} block {self.number}"


class CheckpointPlace(models.Model):
    """A place outside the database that gets a signed checkpoint of every block.

    ``heads`` is the last block of each ledger that it has; at ``stored_at`` it had all of them,
    and at ``failed_at`` it did not take the next.
    """

    address = models.CharField(max_length=500, unique=True)
    heads = models.JSONField(default=dict)
    stored_at = models.DateTimeField(null=True)
    failed_at = models.DateTimeField(null=True)
    # Why it did not take the last ones; empty if it did.
    fault = models.CharField(max_length=300, blank=True)

    def __str__(self) -> str:
        return self.address
