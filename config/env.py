"""The environment, read here and nowhere else: every variable by name, typed, with its default.

`docs/reference/settings.md` explains each; a test holds the two lists equal. A missing or
ill-formed value stops the start with the variable's name and how to mend it.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent

# What each variable is when the environment does not name it.
DEFAULTS: dict[str, Any] = {
    "DJANGO_SETTINGS_MODULE": "config.settings.development",
    "SECRET_KEY": "",
    "DEBUG": False,
    "ALLOWED_HOSTS": [],
    "PUBLIC_URL": "http://127.0.0.1:8000",
    "TRUSTED_PROXIES": [],
    "DATABASE_URL": "postgresql://shuqiao_app@127.0.0.1:5432/shuqiao",
    "DATABASE_OWNER_URL": "",
    "DATABASE_STATEMENT_TIMEOUT": 60,
    "REDIS_URL": "redis://127.0.0.1:6379/0",
    "STORE_DIR": BASE_DIR / "var" / "store",
    "STATIC_DIR": BASE_DIR / "var" / "static",
    "SEALING_KEYS": [],
    "SEALING_CIPHER": "aes-256-gcm",
    "SEALED_GRADES": ["important", "core"],
    "SESSION_HOURS": 8,
    "SESSION_IDLE_MINUTES": 30,
    "SESSIONS_AT_ONCE": 5,
    "PASSWORD_HISTORY": 5,
    "PASSWORD_MAX_DAYS": 0,
    "PASSWORD_SIGN_IN": True,
    "SECOND_FACTOR_ROLES": ["operator", "security_admin", "auditor"],
    "DORMANT_DAYS": 90,
    "OIDC_ISSUER": "",
    "OIDC_CLIENT_ID": "",
    "OIDC_CLIENT_SECRET": "",
    "OIDC_CLAIM": "sub",
    "OIDC_SCOPES": ["openid", "profile"],
    "OIDC_STRONG": False,
    "EGRESS_ALLOW": [],
    "EGRESS_TEST_ADDRESSES": [],
    "CONNECTOR_FOLDERS": [],
    "EVIDENCE_KEYS": [],
    "EVIDENCE_ALGORITHM": "sha256",
    "AUDIT_CHECKPOINT_FILE": BASE_DIR / "var" / "checkpoints.ndjson",
    "CHECKPOINT_COPIES": [],
    "CHECKPOINT_LIMIT_SECONDS": 3600,
    "INCIDENT_REPORT_HOURS": 4,
    "ACCEL_REDIRECT": False,
    "EMAIL_URL": "consolemail://",
    "EMAIL_FROM": "shuqiao@localhost",
    "METRICS_TOKEN": "",
    "MAX_BODY_BYTES": 2 * 1024**3,
    "DUCKDB_MEMORY": "512MB",
    "LEASE_SECONDS": 60,
    "DELIVERY_CALLS": 32,
    "DELIVERY_LOADS": 4,
    "SYNC_PER_HOST": 2,
    "SYNC_MAX_BEHIND": 100,
    "SYNC_CHUNK_ROWS": 32768,
    "SIGNAL_RETENTION_DAYS": 400,
    "ANSWER_RETENTION_DAYS": 30,
    "SESSION_RETENTION_DAYS": 30,
    "SIGNATURE_SECONDS": 300,
    "TOKEN_SECONDS": 600,
    "CLIENT_CERTIFICATES": False,
    "RATE_LIMITS": [
        *("lookups=600000/60", "reads=600000/60", "publications=60000/60"),
        *("sign-ins=600/60", "other=60000/60"),
    ],
    "RATE_LIMITS_ADDRESS": [
        *("lookups=1200000/60", "reads=1200000/60", "publications=120000/60"),
        *("sign-ins=600/60", "other=120000/60"),
    ],
    "ATTEMPT_RETENTION_DAYS": 30,
    "COMPACT_BATCHES": 50,
    "COMPACT_PERCENT": 10,
    "SCRUB_BYTES": 20 * 1024**3,
    "INTERFACE_CALLS": 4,
    "INTERFACE_CALLS_TOGETHER": 6,
    "LONG_POLLS": 2,
    "FAILPOINTS": "",
    "LOG_FORMAT": "console",
}

_reader = environ.Env()


def text(name: str) -> str:
    """The variable as written, without surrounding white space."""
    return str(_read(name, _reader.str)).strip()


def flag(name: str) -> bool:
    """True for 1, true, yes, on; False for 0, false, no, off and empty."""
    word = str(_read(name, _reader.str)).strip().lower()
    if word in {"1", "true", "yes", "on"}:
        return True
    if word in {"", "0", "false", "no", "off"}:
        return False
    raise ImproperlyConfigured(f"{name} is {word!r}; write true or false.")


def number(name: str) -> int:
    """A whole number, zero or more."""
    raw = _read(name, _reader.str)
    try:
        value = int(raw)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {raw!r}; write a whole number.") from None
    if value < 0:
        raise ImproperlyConfigured(f"{name} is {value}; write zero or more.")
    return value


def many(name: str) -> list[str]:
    """The parts between commas, trimmed, empty ones left out."""
    return [part.strip() for part in _read(name, _reader.list) if part.strip()]


def some_of(name: str, *words: str) -> list[str]:
    """The parts between commas, each one of the given words."""
    found = many(name)
    if unknown := sorted(set(found) - set(words)):
        raise ImproperlyConfigured(f"{name} has {unknown[0]!r}; write some of: {', '.join(words)}.")
    return found


def path(name: str) -> Path:
    """An absolute path; a relative one is taken from the project's folder."""
    raw = str(_read(name, _reader.str)).strip()
    return BASE_DIR / raw if raw else Path(DEFAULTS[name])


def one_of(name: str, *words: str) -> str:
    """One of the given words."""
    value = text(name)
    if value not in words:
        raise ImproperlyConfigured(f"{name} is {value!r}; write one of: {', '.join(words)}.")
    return value


def hash_function(name: str, *words: str) -> str:
    """One of the given hash functions, which this installation's OpenSSL must have."""
    value = one_of(name, *words)
    if value not in hashlib.algorithms_available:
        raise ImproperlyConfigured(
            f"{name} is {value}, which the OpenSSL of this Python has not; write sha256."
        )
    return value


def database(name: str) -> dict[str, Any]:
    """A Django database entry from a `postgresql://user:password@host:port/name` URL."""
    url = text(name)
    try:
        entry = dict(environ.Env.db_url_config(url))
    except Exception as problem:
        raise ImproperlyConfigured(f"{name} cannot be read as a database URL.") from problem
    if entry.get("ENGINE") != "django.db.backends.postgresql" or not entry.get("NAME"):
        raise ImproperlyConfigured(
            f"{name} must be postgresql://user:password@host:port/name; only PostgreSQL serves."
        )
    return entry


def mail(name: str) -> dict[str, Any]:
    """Django's settings of outgoing mail from an `smtp+tls://user:password@host:port` URL."""
    try:
        return dict(environ.Env.email_url_config(text(name)))
    except Exception as problem:
        raise ImproperlyConfigured(
            f"{name} cannot be read; write smtp+tls://user:password@host:port or consolemail://."
        ) from problem


def given(name: str) -> bool:
    """Whether the environment names this variable with something in it."""
    return bool(os.environ.get(name, "").strip())


def use_settings(module: str) -> None:
    """Name the settings module unless the environment already does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", module)


def leave_out_checks() -> None:
    """Let Celery's workers start without Django's checks, which load all pages and drivers: the
    checks are for whoever deploys, and `migrate` runs them."""
    os.environ.setdefault("CELERY_SKIP_CHECKS", "1")


def act_as_owner() -> None:
    """Let this process log in to the database as its owner, when DATABASE_OWNER_URL names one."""
    if given("DATABASE_OWNER_URL"):
        os.environ["DATABASE_URL"] = os.environ["DATABASE_OWNER_URL"]
    os.environ["DATABASE_STATEMENT_TIMEOUT"] = "0"


def read_file(file: Path) -> None:
    """Take variables from a NAME=value file; what the environment already names stays."""
    if file.is_file() and os.access(file, os.R_OK):
        environ.Env.read_env(file)


def inherited(**changes: str) -> dict[str, str]:
    """A copy of this process's environment with changes, for a child process."""
    return {**os.environ, **changes}


def search_path() -> str:
    """Where programs are looked for."""
    return os.environ.get("PATH", os.defpath)


def test_worker() -> str:
    """Which parallel test process this is (`gw0`, `gw1`, ...), or `main`."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def _read(name: str, cast: Any) -> Any:
    default = DEFAULTS[name]
    return cast(name, default=default) if given(name) else default
