from typing import ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.contrib.postgres.fields import ArrayField
from django.db import models

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
    """A person's sign-in over the API: short-lived, stored hashed, revocable at once.

    Of the person, not of one membership: for which department they act is said with each call.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="tokens")
    digest = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"token of {self.user}"
