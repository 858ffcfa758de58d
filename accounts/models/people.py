"""What a person proves the own name with besides the password, and what is remembered of that."""

from django.db import models
from django.db.models import Q

from kernel.models import Row


class SecondFactor(Row):
    """One thing a person has: an app that counts codes, a security key, or a code on paper.

    Each kind fills its own column. ``counter`` is the last step or signature that was taken, so
    that none is taken twice.
    """

    class Kind(models.TextChoices):
        TOTP = "totp", "Authenticator app"
        WEBAUTHN = "webauthn", "Security key"
        RECOVERY = "recovery", "Recovery code"

    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="second_factors"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=60, blank=True)
    # The app's secret, sealed; the key's public half; the digest of the code on paper.
    sealed = models.TextField(blank=True)
    public_key = models.TextField(blank=True)
    digest = models.CharField(max_length=64, blank=True)
    counter = models.BigIntegerField(default=0)
    # An app counts once it has shown a right code, in the sign-in that was shown its secret.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    begun_in = models.ForeignKey(
        "accounts.SessionToken", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user"], condition=Q(kind="totp"), name="one_app_each"),
        ]
        indexes = [models.Index(fields=["user", "kind"], name="second_factors_of")]

    def __str__(self) -> str:
        return f"{self.kind} of {self.user_id}"


class PastPassword(Row):
    """A password that a person had, as its hash: it is not taken again for a while."""

    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="past_passwords"
    )
    hash = models.CharField(max_length=128)

    class Meta:
        indexes = [models.Index(fields=["user", "created_at"], name="past_passwords_of")]

    def __str__(self) -> str:
        return f"a former password of {self.user_id}"
