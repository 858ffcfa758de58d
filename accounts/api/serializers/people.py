"""Shapes of departments, members and sign-ins."""

from rest_framework import serializers

from accounts.models import Department, Member, SecondFactor, SessionToken
from accounts.permissions import Role
from kernel.api import In

ROLES = [role.value for role in Role if role is not Role.SYSTEM]


class SignInIn(In):
    """A name and a password, and a code of who has a second factor."""

    username = serializers.CharField(max_length=60)
    password = serializers.CharField(max_length=200, trim_whitespace=False)
    code = serializers.CharField(
        max_length=20,
        required=False,
        help_text="of the app or from paper, for who has a second factor",
    )


class PasswordIn(In):
    """The password until now, and the new one."""

    password = serializers.CharField(max_length=200, trim_whitespace=False)
    new_password = serializers.CharField(max_length=200, trim_whitespace=False)


class BelongingOut(serializers.ModelSerializer):
    """A department that a person may act for, with the roles held there."""

    department = serializers.UUIDField(source="department_id")
    name = serializers.CharField(source="department.name")
    roles = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Member
        fields = ["department", "name", "roles"]


class SignInOut(serializers.Serializer):
    """A session token; the token itself is shown this once."""

    token = serializers.CharField()
    expires_at = serializers.DateTimeField()
    name = serializers.CharField()
    departments = BelongingOut(many=True)


class OwnSignInOut(serializers.ModelSerializer):
    """A sign-in that still holds: since when, how, from where."""

    class Meta:
        model = SessionToken
        fields = [
            "id",
            "kind",
            "method",
            "factor",
            "address",
            "agent",
            "created_at",
            "used_at",
            "expires_at",
            "revoked_at",
        ]


class SecondFactorOut(serializers.ModelSerializer):
    """A second factor that counts."""

    class Meta:
        model = SecondFactor
        fields = ["id", "kind", "name", "confirmed_at", "used_at"]


class AppCodeIn(In):
    """A code of the app."""

    code = serializers.CharField(max_length=20)


class OwnPasswordIn(In):
    """One's own password."""

    password = serializers.CharField(max_length=200, trim_whitespace=False)


class AppOut(serializers.Serializer):
    """What an authenticator app is told, until its first code confirms it."""

    secret = serializers.CharField(allow_null=True, help_text="base32")
    address = serializers.CharField(allow_null=True, help_text="otpauth://, for a picture")


class CodesOut(serializers.Serializer):
    """Codes for paper, shown this once; none if there were some already."""

    codes = serializers.ListField(child=serializers.CharField(), allow_null=True)


class EndedOut(serializers.Serializer):
    """How many ended."""

    ended = serializers.IntegerField()


class MeOut(serializers.Serializer):
    """Who calls, for which department, and what they may do there."""

    kind = serializers.ChoiceField(choices=["person", "system"])
    id = serializers.UUIDField()
    name = serializers.CharField()
    department = serializers.UUIDField(source="department_id", allow_null=True)
    roles = serializers.ListField(child=serializers.CharField())
    permissions = serializers.ListField(child=serializers.CharField())
    departments = BelongingOut(many=True)


class DepartmentIn(In):
    """What the certificate of a department says."""

    name = serializers.CharField(max_length=120)
    short_name = serializers.CharField(max_length=40, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=Department.Kind.choices, required=False)
    credit_code = serializers.CharField(max_length=18, help_text="GB 32100, 18 characters")
    division_code = serializers.CharField(max_length=12, help_text="GB/T 2260, 6, 9 or 12 digits")
    parent = serializers.UUIDField(required=False, allow_null=True)


class DepartmentOut(serializers.ModelSerializer):
    """A department of the register."""

    parent = serializers.UUIDField(source="parent_id", allow_null=True)

    class Meta:
        model = Department
        fields = [
            "id",
            "name",
            "short_name",
            "kind",
            "credit_code",
            "division_code",
            "parent",
            "is_active",
            "created_at",
            "updated_at",
        ]


class MemberIn(In):
    """A new person, or without a password one who is a member elsewhere."""

    department = serializers.UUIDField()
    username = serializers.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._@-]{1,59}$", help_text="2 to 60 of A-Z a-z 0-9 . _ @ -"
    )
    name = serializers.CharField(max_length=60, required=False)
    password = serializers.CharField(max_length=200, required=False, trim_whitespace=False)
    roles = serializers.ListField(
        child=serializers.ChoiceField(choices=ROLES), required=False, max_length=len(ROLES)
    )


class RoleIn(In):
    """One role."""

    role = serializers.ChoiceField(choices=ROLES)


class FirstPasswordIn(In):
    """A first password for somebody who forgot theirs."""

    password = serializers.CharField(max_length=200, trim_whitespace=False)


class IdentityIn(In):
    """Who the person is at the identity provider; empty: the link ends."""

    identity = serializers.CharField(max_length=200, allow_blank=True)


class MemberOut(serializers.ModelSerializer):
    """A person in a department."""

    department = serializers.UUIDField(source="department_id")
    user = serializers.UUIDField(source="user_id")
    username = serializers.CharField(source="user.username")
    name = serializers.CharField(source="user.name")
    roles = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = Member
        fields = [
            "id",
            "department",
            "user",
            "username",
            "name",
            "roles",
            "is_active",
            "created_at",
        ]
