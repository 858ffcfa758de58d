from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex, GinIndex
from django.db import models
from django.db.models import Q

from accounts.ledgers import Ledger
from exchange.querysets import UseEntryQuerySet, UseRecordQuerySet
from exchange.vocabulary import Channel
from kernel.models import Row


class UseEntry(models.Model):
    """One line of the ledger of use: who was given what, under which terms; only ever added to.

    Bulk reads name the batches that they covered; a look-up names its records by keyed digests.
    Whose record went where is found from both, and the ledger holds no identity in clear.
    """

    # No column: whether a search still found the bytes that say that it held the record.
    is_certain = True

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(auto_now_add=True)
    channel = models.CharField(max_length=8, choices=Channel)
    # Either of the two: the data that the hub keeps, or the interface that answered.
    dataset = models.ForeignKey(
        "exchange.Dataset", on_delete=models.PROTECT, null=True, blank=True, related_name="uses"
    )
    interface = models.ForeignKey(
        "exchange.ServiceInterface",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="uses",
    )
    grant = models.ForeignKey(
        "exchange.Grant", on_delete=models.PROTECT, related_name="uses", db_index=False
    )
    edition = models.PositiveIntegerField()
    department_id = models.UUIDField()
    provider_id = models.UUIDField()
    system_id = models.UUIDField()
    credential_id = models.UUIDField(null=True, blank=True)
    subscription_id = models.UUIDField(null=True, blank=True)
    purpose = models.CharField(max_length=40, blank=True)
    end_user = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    items = ArrayField(models.CharField(max_length=63))
    rows = models.PositiveBigIntegerField()
    # SHA-256 of what was given: of the answer's bytes, or of the file's.
    digest = models.CharField(max_length=64)
    # Bulk: after row ``first_row`` of batch ``first_number`` up to row ``last_row`` of the last.
    first_number = models.PositiveBigIntegerField(null=True, blank=True)
    first_row = models.PositiveBigIntegerField(default=0)
    last_number = models.PositiveBigIntegerField(null=True, blank=True)
    last_row = models.PositiveBigIntegerField(default=0)
    # Look-ups: keyed digests of the keys of the records, 63 bits each.
    subjects = ArrayField(models.BigIntegerField(), null=True, blank=True)

    objects = UseEntryQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["grant", "id"], name="uses_of_a_grant"),
            BrinIndex(fields=["at"], name="uses_by_time"),
            GinIndex(fields=["subjects"], condition=Q(subjects__isnull=False), name="uses_of_one"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} under {self.grant_id}"


LEDGER = Ledger(
    "uses",
    "exchange_useentry",
    (
        *("id", "at", "channel", "dataset_id", "interface_id", "grant_id", "edition"),
        *("department_id", "provider_id", "system_id", "credential_id", "subscription_id"),
        *("purpose", "end_user", "reason", "items", "rows", "digest"),
        *("first_number", "first_row", "last_number", "last_row", "subjects"),
    ),
)


class UseRecord(Row):
    """The requester's own account of its use (Art. 29), kept for three years or longer.

    Never changed: what was left out or wrong is said in a further record.
    """

    grant = models.ForeignKey(
        "exchange.Grant", on_delete=models.PROTECT, related_name="use_records"
    )
    department = models.ForeignKey("accounts.Department", on_delete=models.PROTECT)
    edition = models.PositiveIntegerField()
    starts_on = models.DateField()
    ends_on = models.DateField()
    # 使用场景、使用过程、应用成效、存储情况、销毁情况
    scenario = models.CharField(max_length=400)
    process = models.CharField(max_length=1000)
    effect = models.CharField(max_length=1000)
    storage = models.CharField(max_length=400)
    disposal = models.CharField(max_length=400, blank=True)
    recorded_by = models.UUIDField()
    keep_until = models.DateField(db_index=True)

    objects = UseRecordQuerySet.as_manager()

    def __str__(self) -> str:
        return f"use of {self.grant_id} from {self.starts_on}"
