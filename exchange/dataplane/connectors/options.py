"""What each kind of connector must and may be told, and which of it is secret."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from exchange.dataplane.errors import Terminal

MOST_TEXT = 8000
_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")
_OWN_HEADERS = frozenset({"host", "content-length", "transfer-encoding", "connection", "upgrade"})


@dataclass(frozen=True)
class Option:
    """One option: a text unless it is a number, a yes or no, or one of some words."""

    need: bool = False
    number: bool = False
    flag: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Spec:
    """The options and the secrets of one kind; of ``either`` at least one must be given."""

    options: Mapping[str, Option]
    secrets: Mapping[str, Option]
    either: tuple[str, ...] = ()


class OptionsInvalid(Terminal):
    """An option is missing, unknown or ill-formed; ``field`` names it."""

    def __init__(self, field: str, detail: str) -> None:
        super().__init__("options-invalid", detail)
        self.field = field


_NEEDED, _FREE = Option(need=True), Option()
_PORT = Option(number=True)
_ZONE = {"zone": _FREE}
_FORMAT = {
    "format": Option(words=("csv", "excel", "parquet", "ndjson")),
    "encoding": Option(words=("utf-8", "gb18030")),
    "delimiter": _FREE,
    "sheet": _FREE,
    **_ZONE,
}
_DATABASE = {"host": _NEEDED, "port": _PORT, "database": _NEEDED, "user": _NEEDED, **_ZONE}

SPECS: dict[str, Spec] = {
    "postgres": Spec(
        {**_DATABASE, "sslmode": Option(words=("prefer", "require", "verify-ca", "verify-full"))},
        {"password": _NEEDED},
    ),
    "mysql": Spec(
        {**_DATABASE, "tls": Option(words=("prefer", "require", "verify"))},
        {"password": _NEEDED},
    ),
    "sql": Spec({"url": _NEEDED, **_ZONE}, {"password": _FREE}),
    "folder": Spec({"root": _NEEDED, **_FORMAT}, {}),
    "sftp": Spec(
        {
            "host": _NEEDED,
            "port": _PORT,
            "user": _NEEDED,
            "host_key": _NEEDED,
            "root": _NEEDED,
            **_FORMAT,
        },
        {"password": _FREE, "private_key": _FREE},
        either=("password", "private_key"),
    ),
    "s3": Spec(
        {
            "endpoint": _NEEDED,
            "bucket": _NEEDED,
            "prefix": _FREE,
            "region": _FREE,
            "path_style": Option(flag=True),
            **_FORMAT,
        },
        {"access_key": _NEEDED, "secret_key": _NEEDED},
    ),
    "http": Spec(
        {
            "url": _NEEDED,
            "records": _FREE,
            "paging": Option(words=("none", "page", "offset", "next", "cursor")),
            "page_parameter": _FREE,
            "first_page": Option(number=True),
            "size_parameter": _FREE,
            "page_size": Option(number=True),
            "next_pointer": _FREE,
            "since_parameter": _FREE,
            "auth_header": _FREE,
            **_ZONE,
        },
        {"auth_value": _FREE},
    ),
}


def check_options(kind: str, options: Mapping[str, Any], secrets: Mapping[str, Any]) -> None:
    """OptionsInvalid names the first option or secret that is missing, unknown or ill-formed."""
    spec = SPECS.get(kind)
    if spec is None:
        raise OptionsInvalid("kind", f"The kind is one of {', '.join(SPECS)}.")
    _check("options", spec.options, options)
    _check("secrets", spec.secrets, secrets)
    if spec.either and not any(secrets.get(name) for name in spec.either):
        raise OptionsInvalid("secrets", f"Give one of {', '.join(spec.either)}.")
    zone = options.get("zone")
    if zone and zone not in available_timezones():
        raise OptionsInvalid("options.zone", "The zone is a name such as Asia/Shanghai.")
    if zone:
        ZoneInfo(zone)
    header = options.get("auth_header") or "Authorization"
    if not _HEADER.fullmatch(header) or header.lower() in _OWN_HEADERS:
        raise OptionsInvalid("options.auth_header", "This is no name of a header of yours.")
    if len(options.get("delimiter") or ",") != 1:
        raise OptionsInvalid("options.delimiter", "A delimiter is one character.")


def _check(where: str, known: Mapping[str, Option], given: Mapping[str, Any]) -> None:
    for name in given:
        if name not in known:
            named = ", ".join(known) or "none"
            raise OptionsInvalid(f"{where}.{_shown(name)}", f"It may hold: {named}.")
    for name, option in known.items():
        value = given.get(name)
        if value in (None, ""):
            if option.need:
                raise OptionsInvalid(f"{where}.{name}", "This is needed.")
            continue
        problem = _problem(option, value)
        if problem:
            raise OptionsInvalid(f"{where}.{name}", problem)


def _problem(option: Option, value: Any) -> str:
    """What is wrong with a value; never repeats it."""
    if option.number:
        whole = isinstance(value, int) and not isinstance(value, bool)
        return "" if whole and 0 <= value < 1_000_000 else "This is a whole number."
    if option.flag:
        return "" if isinstance(value, bool) else "This is true or false."
    if not isinstance(value, str) or len(value) > MOST_TEXT or "\0" in value:
        return "This is a text."
    if option.words and value not in option.words:
        return f"This is one of {', '.join(option.words)}."
    return ""


def _shown(name: str) -> str:
    return re.sub(r"[^a-zA-Z0-9_.-]", "?", name)[:60]
