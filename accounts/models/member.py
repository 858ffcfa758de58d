from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from accounts.permissions import Role
from accounts.querysets import MemberQuerySet
from kernel.models import Row


class User(AbstractBaseUser, Row):
    """A person who signs in; what they may do follows from their memberships."""

    username = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    # Where digests of notices go; none if empty.
    email = models.EmailField(max_length=120, blank=True)
    is_active = models.BooleanField(default=True)
    # Somebody else chose the password: it opens nothing but the page to choose one's own.
    must_change_password = models.BooleanField(default=False)
    password_set_at = models.DateTimeField(default=timezone.now)
    # Since when the account rests for want of use, and when its holder was told that it would.
    suspended_at = models.DateTimeField(null=True, blank=True)
    dormant_told_at = models.DateTimeField(null=True, blank=True)
    # Who this person is at the government's identity provider.
    identity = models.CharField(max_length=200, null=True, blank=True, unique=True)
    # Wrong codes in a row, and when the last one came.
    code_failures = models.PositiveSmallIntegerField(default=0)
    code_failed_at = models.DateTimeField(null=True, blank=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = BaseUserManager()

    def __str__(self) -> str:
        return self.username


class Member(Row):
    """A person in a department, with the roles held there."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    department = models.ForeignKey(
        "accounts.Department", on_delete=models.PROTECT, related_name="members"
    )
    roles = ArrayField(models.CharField(max_length=20, choices=[(r.value, r.name) for r in Role]))
    is_active = models.BooleanField(default=True)
    # Notices up to here were read in the portal, and were sent by e-mail.
    noticed_at = models.DateTimeField(null=True, blank=True)
    mailed_at = models.DateTimeField(null=True, blank=True)

    objects = MemberQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "department"], name="one_membership_each"),
        ]

    def __str__(self) -> str:
        return f"{self.user} @ {self.department}"


class SessionToken(Row):
    """A person's sign-in, over the API or in a browser: short-lived, revocable at once.

    Of the person, not of one membership: for which department they act is said with each call. A
    token of the API is stored hashed; a browser's session names its row.
    """

    class Kind(models.TextChoices):
        API = "api", "API"
        PORTAL = "portal", "Portal"

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.API)
    method = models.CharField(max_length=10, default="password")
    # With what the person proved the name besides that; nothing if with nothing.
    factor = models.CharField(max_length=10, blank=True)
    address = models.CharField(max_length=45, blank=True)
    agent = models.CharField(max_length=200, blank=True)
    used_at = models.DateTimeField(default=timezone.now)
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token of {self.user}"
