from django.db import models
from django.utils import timezone

from accounts.querysets import CredentialQuerySet
from kernel.models import Row


class Credential(Row):
    """A key with which an information system calls: 256 random bits, kept as a hash only."""

    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="credentials"
    )
    prefix = models.CharField(max_length=12, unique=True)
    last_four = models.CharField(max_length=4)
    digest = models.CharField(max_length=64)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)

    objects = CredentialQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.prefix}…{self.last_four}"

    @property
    def is_live(self) -> bool:
        """True while the key opens doors."""
        return self.revoked_at is None and self.expires_at > timezone.now()
