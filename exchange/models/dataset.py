from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from exchange.querysets import DatasetQuerySet
from exchange.states import DATASET
from kernel.models import Row


class Dataset(Row):
    """The data behind a published resource: a log of batches numbered 1..n without gaps."""

    class Kind(models.TextChoices):
        """A table has a key and takes snapshots and changes; events are only appended."""

        TABLE = "table", "Table"
        EVENTS = "events", "Events"

    class OnReject(models.TextChoices):
        """What happens when rows break the schema."""

        REFUSE = "refuse", "Refuse the batch"
        QUARANTINE = "quarantine", "Set the rows aside"

    class Compatibility(models.TextChoices):
        """What a new schema version may do to those who read the old one."""

        NONE = "none", "None"
        BACKWARD = "backward", "Backward"
        FORWARD = "forward", "Forward"
        FULL = "full", "Full"

    resource = models.OneToOneField(
        "catalog.Resource", on_delete=models.PROTECT, related_name="dataset"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="datasets"
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.TABLE)
    state = models.CharField(max_length=8, choices=DATASET.choices, default=DATASET.start)
    compatibility = models.CharField(
        max_length=8, choices=Compatibility, default=Compatibility.BACKWARD
    )
    on_reject = models.CharField(max_length=10, choices=OnReject, default=OnReject.REFUSE)
    # The largest part of a body's rows, in percent, that quarantine takes before it refuses all.
    max_rejected_percent = models.PositiveSmallIntegerField(default=0)
    is_queryable = models.BooleanField(default=False)
    lookup_items = ArrayField(models.CharField(max_length=63), default=list, blank=True)
    schema = models.ForeignKey("exchange.SchemaVersion", on_delete=models.PROTECT, related_name="+")
    # Rises when a restored backup begins a new history: older cursors are answered with 410.
    epoch = models.PositiveIntegerField(default=1)
    # The counter of batches and of records: taken by one UPDATE, held until commit.
    last_number = models.PositiveBigIntegerField(default=0)
    last_seq = models.PositiveBigIntegerField(default=0)
    # The oldest batch whose bytes are still here, and how long bytes stay; None: for ever.
    first_number = models.PositiveBigIntegerField(default=1)
    retain_days = models.PositiveIntegerField(null=True, blank=True)
    # Until when one worker is taken to fold the table, by the database's clock.
    fold_until = models.DateTimeField(null=True, blank=True)
    # Keys the digests by which the ledger names records; made at the first need, sealed.
    sealed_subject_key = models.TextField(blank=True)
    # The last batch that took another back: look-ups wait until the queryable table has it.
    recalled_number = models.PositiveBigIntegerField(default=0)
    # How far the queryable table has come.
    folded_number = models.PositiveBigIntegerField(default=0)

    objects = DatasetQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=Q(is_queryable=True), name="queryable_datasets"),
        ]

    def __str__(self) -> str:
        return f"dataset of {self.resource_id}"


class SchemaVersion(Row):
    """Types, rules and key that every record of a batch keeps to; never changed, only followed."""

    dataset = models.ForeignKey(Dataset, on_delete=models.CASCADE, related_name="schemas")
    number = models.PositiveIntegerField()
    entry = models.ForeignKey("catalog.Entry", on_delete=models.PROTECT, related_name="+")
    body = models.JSONField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["dataset", "number"], name="one_schema_number"),
        ]

    def __str__(self) -> str:
        return f"schema {self.number}"
