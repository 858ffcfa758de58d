from django.db import models

from exchange.models.batch import Batch
from exchange.querysets import UploadQuerySet
from exchange.states import UPLOAD
from kernel.models import Row


class Upload(Row):
    """A publication's body that arrives in parts, and how much of it is safely here."""

    dataset = models.ForeignKey(
        "exchange.Dataset", on_delete=models.PROTECT, related_name="uploads"
    )
    publisher_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=UPLOAD.choices, default=UPLOAD.start)
    kind = models.CharField(max_length=8, choices=Batch.Kind)
    # As in Content-Type and Content-Encoding of a body sent at once.
    content_type = models.CharField(max_length=100)
    content_encoding = models.CharField(max_length=20, blank=True)
    # Announced: bytes, and SHA-256 in hex where the sender says it.
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64, blank=True)
    received = models.PositiveBigIntegerField(default=0)
    idempotency_key = models.CharField(max_length=255, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    batch = models.ForeignKey(
        "exchange.Batch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = UploadQuerySet.as_manager()

    def __str__(self) -> str:
        return f"upload to {self.dataset_id}"
