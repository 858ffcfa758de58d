"""Departments, people, systems and keys for tests; every row follows the rules of the house."""

from datetime import timedelta

import factory
from django.utils import timezone

from accounts import keys
from accounts.models import (
    Credential,
    Department,
    Incident,
    InformationSystem,
    Member,
    SessionToken,
    User,
)
from accounts.permissions import Role
from kernel.models import uuid7

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
PASSWORD = "correct horse battery staple"


def credit_code(number: int, head: str = "11990000") -> str:
    """A unified social credit code of the fictional province 99 with its right check character."""
    body = f"{head}MB{number:07d}"
    total = sum(_ALPHABET.index(c) * w for c, w in zip(body, _WEIGHTS, strict=True))
    return body + _ALPHABET[(31 - total % 31) % 31]


class DepartmentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Department

    name = factory.Sequence(lambda n: f"示例省第{n}局")
    credit_code = factory.Sequence(lambda n: credit_code(n + 1))
    division_code = "990000"


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    username = factory.Sequence(lambda n: f"person-{n}")
    name = factory.Sequence(lambda n: f"张{n}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        password = kwargs.pop("password", PASSWORD)
        user = model_class(**kwargs)
        user.set_password(password)
        user.save()
        return user


class MemberFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Member

    user = factory.SubFactory(UserFactory)
    department = factory.SubFactory(DepartmentFactory)
    roles = factory.LazyFunction(lambda: [Role.STEWARD.value])


class SystemFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = InformationSystem

    department = factory.SubFactory(DepartmentFactory)
    name = factory.Sequence(lambda n: f"示例业务系统{n}")
    function = "办理业务"
    state = "in_operation"


class CredentialFactory(factory.django.DjangoModelFactory):
    """A credential whose whole secret is left on the row as ``secret``."""

    class Meta:
        model = Credential

    system = factory.SubFactory(SystemFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        prefix, secret = keys.new_credential()
        row = model_class.objects.create(
            prefix=prefix, last_four=secret[-4:], digest=keys.digest(secret), **kwargs
        )
        row.secret = secret
        return row


class SessionTokenFactory(factory.django.DjangoModelFactory):
    """A person's session token whose secret is left on the row as ``secret``."""

    class Meta:
        model = SessionToken

    user = factory.SubFactory(UserFactory)
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(hours=1))

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        secret = keys.new_session()
        row = model_class.objects.create(digest=keys.digest(secret), **kwargs)
        row.secret = secret
        return row


class IncidentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Incident

    title = factory.Sequence(lambda n: f"第{n}号事件")
    description = "凭证出现在日志中"
    severity = "general"
    found_at = factory.LazyFunction(timezone.now)
    recorded_by = factory.LazyFunction(uuid7)
