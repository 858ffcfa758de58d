"""Which system calls with which key or token, asked of the database at each call."""

from dataclasses import dataclass
from functools import cached_property, lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import islice

from django.db import connection
from django.db.models import Model

from accounts import keys
from accounts.models import (
    AccessToken,
    Credential,
    Department,
    InformationSystem,
    SystemAccess,
)
from accounts.permissions import SCOPES, Perm
from kernel.prepared import Prepared, Texts
from kernel.sealing import unseal
from kernel.together import shared

# Lists of networks, from one of each of which a call must come.
Networks = list[list[IPv4Network | IPv6Network]]


@dataclass(frozen=True)
class Caller:
    """A key as the database has it this moment, with its system, department and access, and the
    token that was got with it, if it is that which calls."""

    credential: Credential
    access: SystemAccess
    token: AccessToken | None = None

    @cached_property
    def secret(self) -> str:
        """What a signing key signs with."""
        return unseal(self.credential.sealed_secret)

    @cached_property
    def networks(self) -> Networks:
        """From where it may come."""
        return networks_of(self.access.networks, self.credential.networks)

    @cached_property
    def only(self) -> frozenset[Perm] | None:
        """What the key or the token is narrowed to; None if it is not."""
        scopes = set(self.token.scopes if self.token else self.credential.scopes)
        if scopes >= set(SCOPES):
            return None
        return frozenset[Perm]().union(*(SCOPES[scope] for scope in scopes & set(SCOPES)))


def _columns(model: type[Model], *names: str) -> tuple[str, ...]:
    """These columns in the model's order, in which it takes them from the database."""
    return tuple(f.attname for f in model._meta.concrete_fields if f.attname in names)


# Every call of a system asks this, so it reads what is asked for and no more.
_CREDENTIAL = _columns(
    Credential,
    *("id", "system_id", "kind", "digest", "sealed_secret", "algorithm", "scopes", "networks"),
    *("expires_at", "revoked_at", "last_used_at"),
)
_SYSTEM = _columns(InformationSystem, "id", "department_id", "name", "state")
_DEPARTMENT = _columns(Department, "id", "is_active")
_ACCESS = _columns(SystemAccess, "signed_only", "networks", "certificates")
_TOKEN = _columns(AccessToken, "id", "credential_id", "scopes", "expires_at", "revoked_at")


def _named(**tables: tuple[str, ...]) -> str:
    return ", ".join(f"{table}.{name}" for table, names in tables.items() for name in names)


_COMMON = _named(c=_CREDENTIAL, s=_SYSTEM, d=_DEPARTMENT, a=_ACCESS)
_JOINS = """
      JOIN accounts_informationsystem s ON s.id = c.system_id
      JOIN accounts_department d ON d.id = s.department_id
      LEFT JOIN accounts_systemaccess a ON a.system_id = s.id
"""
# Names of columns alone are put together; the values are bound.
_BY_KEY = Prepared(
    f"SELECT {_COMMON} FROM accounts_credential c {_JOINS} WHERE c.prefix = %(prefix)s",  # noqa: S608
    {"prefix": "text"},
)
_BY_TOKEN = Prepared(
    f"SELECT {_COMMON}, {_named(t=_TOKEN)} FROM accounts_accesstoken t"  # noqa: S608
    f" JOIN accounts_credential c ON c.id = t.credential_id {_JOINS} WHERE t.digest = %(digest)s",
    {"digest": "text"},
)


def networks_of(*lists: list[str]) -> Networks:
    """The networks of these lists; an empty one asks for nothing."""
    return [[ip_network(text) for text in texts] for texts in lists if texts]


def caller_of_key(prefix: str) -> Caller | None:
    """Whoever has the key with this prefix; None if there is none."""
    found = _lines((_BY_KEY, prefix))
    return _made(_BY_KEY, found[0]) if found else None


def caller_of_token(token: str) -> Caller | None:
    """Whoever got this token; None if there is none."""
    found = _lines((_BY_TOKEN, keys.digest(token)))
    return _made(_BY_TOKEN, found[0]) if found else None


@shared
def _lines(key: tuple[Prepared, str]) -> list[Texts]:
    """The one row that the statement finds by its one value, or none."""
    statement, value = key
    with connection.cursor() as cursor:
        return statement.texts(cursor, dict.fromkeys(statement.names, value))


@lru_cache(maxsize=1000)
def _made(asked: Prepared, texts: Texts) -> Caller:
    """The rows of these texts; nobody changes them."""
    rest = iter(asked.cast(texts))
    credential = Credential.from_db("default", _CREDENTIAL, list(islice(rest, len(_CREDENTIAL))))
    system = InformationSystem.from_db("default", _SYSTEM, list(islice(rest, len(_SYSTEM))))
    system.department = Department.from_db("default", _DEPARTMENT, list(islice(rest, 2)))
    credential.system = system
    access = dict(zip(_ACCESS, islice(rest, len(_ACCESS)), strict=True))
    # All of them are null where the system has none.
    kept = SystemAccess(**{name: value for name, value in access.items() if value is not None})
    token = list(rest)
    return Caller(
        credential, kept, AccessToken.from_db("default", _TOKEN, token) if token else None
    )
