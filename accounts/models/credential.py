from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts import signing
from accounts.permissions import Scope
from accounts.querysets import AccessQuerySet, CredentialQuerySet
from kernel.models import Row


def every_scope() -> list[str]:
    """All that a system may do."""
    return [scope.value for scope in Scope]


def _networks() -> ArrayField:
    return ArrayField(models.CharField(max_length=43), default=list, blank=True)


class Credential(Row):
    """A secret of 256 random bits with which an information system shows who it is."""

    class Kind(models.TextChoices):
        """How it is used: sent with each call, to sign calls, or to get tokens (OAuth 2.0)."""

        BEARER = "bearer"
        SIGNING = "signing"
        CLIENT = "client"

    system = models.ForeignKey(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="credentials"
    )
    kind = models.CharField(max_length=8, choices=Kind, default=Kind.BEARER)
    prefix = models.CharField(max_length=12, unique=True)
    last_four = models.CharField(max_length=4)
    # What is sent is kept as a hash; what signs must be read again, and is sealed.
    digest = models.CharField(max_length=64, blank=True)
    sealed_secret = models.TextField(blank=True)
    algorithm = models.CharField(
        max_length=12, choices=[(name, name) for name in signing.ALGORITHMS], blank=True
    )
    scopes = ArrayField(models.CharField(max_length=8), default=every_scope)
    # From where calls come; empty: from everywhere.
    networks = _networks()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)

    objects = CredentialQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="signing", digest="", algorithm__in=signing.ALGORITHMS)
                & ~models.Q(sealed_secret="")
                | ~models.Q(kind="signing") & ~models.Q(digest="") & models.Q(sealed_secret=""),
                name="a_secret_is_hashed_or_signs",
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}…{self.last_four}"

    @property
    def is_live(self) -> bool:
        """True while the key opens doors."""
        return self.revoked_at is None and self.expires_at > timezone.now()


class SystemAccess(Row):
    """How the calls of a system must come; without one, with any of its keys from anywhere."""

    system = models.OneToOneField(
        "accounts.InformationSystem", on_delete=models.PROTECT, related_name="access"
    )
    # Calls that are not signed are refused.
    signed_only = models.BooleanField(default=False)
    networks = _networks()
    # SHA-256 of the client certificates, one of which the connection must show.
    certificates = ArrayField(models.CharField(max_length=64), default=list, blank=True)

    objects = AccessQuerySet.as_manager()

    def __str__(self) -> str:
        return f"access of {self.system_id}"


class AccessToken(Row):
    """A token that a system got with its client secret (OAuth 2.0), kept as a hash."""

    credential = models.ForeignKey(Credential, on_delete=models.PROTECT, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=8))
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token of {self.credential_id}"


class Nonce(models.Model):
    """A signed call that was taken: the same is not taken again, whatever a cache forgot."""

    # The first half of the SHA-256 of what makes the call one: it is written with every call.
    id = models.UUIDField(primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return str(self.id)
