"""What production refuses to start with: each rule names its variable and how to mend it."""

from __future__ import annotations

import math
from collections import Counter
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from accounts.evidencekeys import read_key
from kernel.aead import available

_WELL_KNOWN = frozenset(
    {
        *("postgres", "password", "passw0rd", "shuqiao", "shuqiao_app", "shuqiao_owner", "admin"),
        *("changeme", "change-me", "secret", "administrator", "root", "test", "demo", "example"),
        *("123456", "12345678", "123456789012", "password1234", "qwertyuiop", "qwertyuiop12"),
    }
)
_SHORTEST_SECRET = 32
_SHORTEST_PASSWORD = 12
_SHORTEST_CHECKPOINT_LIMIT = 60
_MADE_UP = ("insecure", "development", "not-a-secret", "change-me", "changeme", "example")


def unsafe_values(settings: dict[str, Any]) -> list[str]:
    """Every reason not to start with these settings, in the words for the operator."""
    return [problem for rule in _RULES for problem in rule(settings)]


def _secret_key(settings: dict[str, Any]) -> list[str]:
    if weak_secret(settings["SECRET_KEY"]):
        return [
            (
                "SECRET_KEY is missing, short or made up; set 50 random characters, such as from"
                ' python -c "import secrets; print(secrets.token_urlsafe(50))".'
            )
        ]
    return []


def _switches(settings: dict[str, Any]) -> list[str]:
    wrong = []
    if settings["DEBUG"]:
        wrong.append("DEBUG is on; it shows secrets to visitors. Leave it out.")
    if settings["FAILPOINTS"]:
        wrong.append("FAILPOINTS is set; it makes the platform fail on purpose. Leave it out.")
    if settings["EGRESS_TEST_ADDRESSES"]:
        wrong.append(
            "EGRESS_TEST_ADDRESSES is set; it opens addresses that must stay closed. Leave it out"
            " and name destinations in EGRESS_ALLOW."
        )
    return wrong


def _addresses(settings: dict[str, Any]) -> list[str]:
    wrong = []
    hosts = settings["ALLOWED_HOSTS"]
    if not hosts or any(host in {"*", "."} for host in hosts):
        wrong.append("ALLOWED_HOSTS is empty or allows every host; name the platform's own hosts.")
    public = urlsplit(settings["PUBLIC_URL"])
    if public.scheme != "https" or not public.hostname:
        wrong.append("PUBLIC_URL must begin with https:// and name the platform's host.")
    return wrong


def _proxies(settings: dict[str, Any]) -> list[str]:
    """Without the address of the proxy everybody is redirected to TLS for ever; with all addresses
    everybody may say where they come from."""
    advice = " Name the addresses or networks of the proxy that ends TLS, such as 172.28.5.0/24."
    try:
        networks = [ip_network(network) for network in settings["TRUSTED_PROXIES"]]
    except ValueError:
        return ["TRUSTED_PROXIES holds something that is no address or network." + advice]
    if not networks:
        return ["TRUSTED_PROXIES is missing." + advice]
    if any(network.prefixlen == 0 for network in networks):
        return ["TRUSTED_PROXIES trusts the whole world." + advice]
    return []


def _database(settings: dict[str, Any]) -> list[str]:
    entry = settings["DATABASES"]["default"]
    if weak_password(entry.get("PASSWORD") or "", entry.get("USER") or ""):
        return [
            (
                "DATABASE_URL has no password, a short one or a well-known one; set at least"
                f" {_SHORTEST_PASSWORD} random characters for the role."
            )
        ]
    return []


def _redis(settings: dict[str, Any]) -> list[str]:
    if weak_password(urlsplit(settings["REDIS_URL"]).password or "", ""):
        return [
            (
                "REDIS_URL has no password, a short one or a well-known one; whoever writes to the"
                " broker starts tasks. Set requirepass on the server and the password in the URL."
            )
        ]
    return []


def _sealing(settings: dict[str, Any]) -> list[str]:
    advice = (
        " Make one with python -c"
        ' "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())".'
    )
    if not settings["SEALING_KEYS"]:
        return ["SEALING_KEYS is missing; connector passwords and secrets need it." + advice]
    for key in settings["SEALING_KEYS"]:
        try:
            Fernet(key)
        except ValueError:
            return ["SEALING_KEYS holds something that is not a Fernet key." + advice]
    if not available(settings["SEALING_CIPHER"]):
        return ["SEALING_CIPHER names a cipher that this installation's OpenSSL has not."]
    return []


def _evidence(settings: dict[str, Any]) -> list[str]:
    advice = (
        ' Make one with python -c "import base64, secrets;'
        " print('ed25519:' + base64.b64encode(secrets.token_bytes(32)).decode())\"."
    )
    keys = settings["EVIDENCE_KEYS"]
    if not keys or ".public:" in keys[0]:
        return ["EVIDENCE_KEYS names no key that signs checkpoints of the evidence." + advice]
    wrong = []
    for key in keys:
        try:
            read_key(key)
        except ValueError:
            wrong = ["EVIDENCE_KEYS holds something that is not a key for evidence." + advice]
    if settings["CHECKPOINT_LIMIT_SECONDS"] < _SHORTEST_CHECKPOINT_LIMIT:
        wrong.append(
            "CHECKPOINT_LIMIT_SECONDS is too short; checkpoints come every ten seconds, and a"
            f" place may be away for a moment. Set {_SHORTEST_CHECKPOINT_LIMIT} or more."
        )
    return wrong


def _metrics(settings: dict[str, Any]) -> list[str]:
    if weak_secret(settings["METRICS_TOKEN"]):
        return ["METRICS_TOKEN is missing or short; /metrics needs 32 random characters or more."]
    return []


def _retention(settings: dict[str, Any]) -> list[str]:
    if settings["ANSWER_RETENTION_DAYS"] < 1:
        return [
            (
                "ANSWER_RETENTION_DAYS is 0; a request repeated after an hour would have its"
                " effect twice. Set 1 or more."
            )
        ]
    return []


def _people(settings: dict[str, Any]) -> list[str]:
    wrong = []
    if not 0 < settings["SESSION_COOKIE_AGE"] <= 24 * 3600:
        wrong.append("SESSION_HOURS must be 1 to 24.")
    if not 60 <= settings["SESSION_IDLE_SECONDS"] <= 120 * 60:
        wrong.append("SESSION_IDLE_MINUTES must be 1 to 120.")
    if settings["SESSIONS_AT_ONCE"] < 1:
        wrong.append("SESSIONS_AT_ONCE is 0, so that nobody could sign in; set 1 or more.")
    lacking = {"operator", "security_admin", "auditor"} - set(settings["SECOND_FACTOR_ROLES"])
    if lacking and not settings["OIDC_STRONG"]:
        wrong.append(
            f"SECOND_FACTOR_ROLES leaves out {', '.join(sorted(lacking))}; the three"
            " administrators sign in with a second factor."
        )
    return wrong


def _identity_provider(settings: dict[str, Any]) -> list[str]:
    issuer = settings["OIDC_ISSUER"]
    if not issuer:
        if not settings["PASSWORD_SIGN_IN"]:
            return ["PASSWORD_SIGN_IN is off and OIDC_ISSUER is empty: nobody could sign in."]
        return []
    wrong = []
    if urlsplit(issuer).scheme != "https":
        wrong.append("OIDC_ISSUER must begin with https://.")
    if not (settings["OIDC_CLIENT_ID"] and settings["OIDC_CLIENT_SECRET"]):
        wrong.append("OIDC_ISSUER needs OIDC_CLIENT_ID and OIDC_CLIENT_SECRET.")
    return wrong


def weak_secret(word: str) -> bool:
    """Too short, too uniform, or plainly a placeholder."""
    low = word.lower()
    return (
        len(word) < _SHORTEST_SECRET
        or any(part in low for part in _MADE_UP)
        or len(word) * _entropy(word) < 100  # bits
    )


def weak_password(word: str, user: str) -> bool:
    """Missing, short, well known, or the account's own name."""
    low = word.lower()
    return (
        len(word) < _SHORTEST_PASSWORD
        or low in _WELL_KNOWN
        or (bool(user) and low.strip("0123456789!@#") == user.lower())
        or _entropy(word) < 2
    )


def _entropy(word: str) -> float:
    """Bits a character, by how often each occurs."""
    counts = Counter(word).values()
    return -sum(n / len(word) * math.log2(n / len(word)) for n in counts) if word else 0.0


_RULES = (
    *(_secret_key, _switches, _addresses, _proxies, _database, _redis, _sealing, _metrics),
    *(_evidence, _retention, _people, _identity_provider),
)
