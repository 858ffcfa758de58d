from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models.functions import Now

from accounts.querysets import AuditQuerySet


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


class AuditBlock(models.Model):
    """A sealed block of entries; its digest covers them and the block before it."""

    number = models.BigIntegerField(primary_key=True)
    algorithm = models.CharField(max_length=10, default="sha256")
    entries = models.PositiveIntegerField()
    previous = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    sealed_at = models.DateTimeField(db_default=Now(), editable=False)

    def __str__(self) -> str:
        return f"block {self.number}"


class AuditSeal(models.Model):
    """Which block an entry is sealed in, at which place, and its link of the chain.

    A link is the digest over the link before it and the entry's canonical bytes; the last link
    of a block is the block's digest. So a wrong entry is found by itself, not only its block.
    A row of its own, because entries are never updated, and because entries become visible in
    commit order, not in the order of their ids: a late one simply goes into a later block.
    """

    event = models.OneToOneField(
        AuditEvent, on_delete=models.PROTECT, primary_key=True, related_name="seal"
    )
    block = models.ForeignKey(AuditBlock, on_delete=models.PROTECT, related_name="seals")
    place = models.PositiveSmallIntegerField()
    link = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["block", "place"], name="one_entry_per_place"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} in block {self.block_id}"
