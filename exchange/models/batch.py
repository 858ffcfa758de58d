from django.db import models

from exchange.querysets import BatchQuerySet
from kernel.models import Row


class Batch(Row):
    """One publication: an immutable file in the store, and what is known of it."""

    class Kind(models.TextChoices):
        """How the publisher sent it."""

        SNAPSHOT = "snapshot", "Snapshot"
        CHANGES = "changes", "Changes"
        APPEND = "append", "Append"
        RECALL = "recall", "Recall"

    dataset = models.ForeignKey(
        "exchange.Dataset", on_delete=models.PROTECT, related_name="batches"
    )
    number = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=8, choices=Kind)
    schema = models.ForeignKey("exchange.SchemaVersion", on_delete=models.PROTECT, related_name="+")
    publisher_id = models.UUIDField()
    first_seq = models.PositiveBigIntegerField()
    last_seq = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField()
    accepted = models.PositiveBigIntegerField()
    rejected = models.PositiveBigIntegerField()
    inserted = models.PositiveBigIntegerField()
    updated = models.PositiveBigIntegerField()
    deleted = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    # The body as it came: what the publisher can compare with its own file.
    body_digest = models.CharField(max_length=64)
    rejects_digest = models.CharField(max_length=64, blank=True)
    idempotency_key = models.CharField(max_length=255, blank=True)
    # The batch that undoes this one; from then on nobody is given this one's records.
    recalled_by = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="recalls"
    )
    recall_reason = models.CharField(max_length=400, blank=True)
    # Retention removed its bytes; what is known of it stays.
    expired_at = models.DateTimeField(null=True, blank=True)
    # When its digest was last recomputed, and when that first failed.
    verified_at = models.DateTimeField(null=True, blank=True)
    damaged_at = models.DateTimeField(null=True, blank=True)

    objects = BatchQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="one_batch_number"),
            models.CheckConstraint(
                condition=models.Q(received=models.F("accepted") + models.F("rejected")),
                name="every_row_accounted_for",
            ),
        ]

    def __str__(self) -> str:
        return f"batch {self.number}"

    @property
    def rows(self) -> int:
        """Records in the file."""
        return self.last_seq - self.first_seq + 1


class Snapshot(Row):
    """The whole table after a batch, as one file: what is compared with and sent from."""

    dataset = models.ForeignKey(
        "exchange.Dataset", on_delete=models.CASCADE, related_name="snapshots"
    )
    number = models.PositiveBigIntegerField()
    schema = models.ForeignKey("exchange.SchemaVersion", on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    rows = models.PositiveBigIntegerField()
    verified_at = models.DateTimeField(null=True, blank=True)
    damaged_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["dataset", "number", "schema"], name="one_snapshot_number"
            ),
        ]

    def __str__(self) -> str:
        return f"snapshot {self.number}"
