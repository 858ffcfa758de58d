"""What an interface declares, and what a caller may say of it: rules that write nothing."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from exchange.dataplane.errors import Terminal
from exchange.dataplane.provider_answers import check_pointer
from exchange.dataplane.schema import Schema
from exchange.models import ServiceInterface
from kernel.errors import Invalid
from kernel.texts import Text

KINDS = ("none", "header", "basic", "gateway-national", "gateway-provincial")
MEMBERS: dict[str, tuple[str, ...]] = {
    "none": (),
    "header": ("name",),
    "basic": ("user",),
    "gateway-national": ("requester", "service", "refresh_url"),
    "gateway-provincial": ("requester",),
}
OPTIONAL = ("refresh_url",)
MOST_TEXT = 1000
MOST_NUMBER = 10**18
SHORTEST_MS, LONGEST_MS = 100, 30_000
LONGEST_CACHE = 86_400
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,62}")
_CODE = re.compile(r"[A-Za-z0-9_-]{1,16}")
_VISIBLE = re.compile(r"[\x21-\x7e]{1,400}")
_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,59}")
# Headers that HTTP itself or the platform sets.
_TAKEN = {
    *("host", "connection", "content-length", "content-type", "content-encoding", "cookie"),
    *("transfer-encoding", "te", "trailer", "upgrade", "expect", "accept", "accept-encoding"),
    *("user-agent", "x-purpose", "x-end-user", "x-reason", "x-request-id"),
}


def check_declared(row: ServiceInterface, schema: Schema) -> None:
    """Invalid names the field of the interface that cannot be so."""
    if row.method not in ("GET", "POST"):
        raise Invalid.field("method", "is GET or POST")
    if not SHORTEST_MS <= row.timeout_ms <= LONGEST_MS:
        raise Invalid.field(
            "timeout_ms", Text("is {least} to {most}", least=SHORTEST_MS, most=LONGEST_MS)
        )
    if row.cache_seconds > LONGEST_CACHE:
        raise Invalid.field("cache_seconds", Text("is at most {most}", most=LONGEST_CACHE))
    try:
        check_pointer(row.records_at)
    except Terminal as fault:
        raise Invalid.field("records_at", "is not a JSON pointer such as /data/records") from fault
    codes = row.result_codes
    if len(codes) > 50 or not all(isinstance(c, str) and _CODE.fullmatch(c) for c in codes):
        raise Invalid.field("result_codes", "are up to 50 of up to 16 letters and digits")
    if codes and row.kind != ServiceInterface.Kind.VERIFY:
        raise Invalid.field("result_codes", "are for interfaces that verify")
    _check_parameters(row.parameters, row.method, schema)


def read_parameters(raw: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What a caller may say, in its one form; Invalid names what is wrong."""
    made: list[dict[str, Any]] = []
    for number, said in enumerate(raw):
        name = str(said.get("name", ""))
        if not _NAME.fullmatch(name) or any(name == other["name"] for other in made):
            raise Invalid.field(f"parameters/{number}/name", "is a name of letters, each once")
        made.append(
            {
                "name": name,
                "place": said.get("place", "query"),
                "required": bool(said.get("required", False)),
                **{word: said[word] for word in ("title", "item") if said.get(word)},
            }
        )
    return made


def _check_parameters(declared: Iterable[Mapping[str, Any]], method: str, schema: Schema) -> None:
    for number, parameter in enumerate(declared):
        if method == "GET" and parameter["place"] != "query":
            place = f"parameters/{number}/place"
            raise Invalid.field(place, "a GET has parameters in the address only")
        if parameter.get("item", schema.names[0]) not in schema.by_name:
            place = f"parameters/{number}/item"
            raise Invalid.field(place, "is no item of the resource", "unknown-item")


def read_auth(raw: Mapping[str, Any], secret: str) -> dict[str, str]:
    """How the hub shows itself to the provider, in its one form; Invalid names what is wrong."""
    kind = raw.get("kind", "none")
    if kind not in KINDS:
        raise Invalid.field("auth/kind", Text("is one of {known}", known=KINDS))
    made = {"kind": kind} | {name: raw[name] for name in MEMBERS[kind] if raw.get(name)}
    for name in MEMBERS[kind]:
        if name not in made and name not in OPTIONAL:
            raise Invalid.field(f"auth/{name}", Text("is needed for {kind}", kind=kind))
    strange = sorted(set(raw) - {"kind", *MEMBERS[kind]})
    if strange:
        raise Invalid.field(f"auth/{strange[0]}", Text("is no member for {kind}", kind=kind))
    _check_auth(made)
    if (kind != "none") != bool(secret):
        raise Invalid.field("secret", "is needed here" if kind != "none" else "is not used here")
    if secret and not _VISIBLE.fullmatch(secret):
        raise Invalid.field("secret", "is up to 400 visible ASCII characters")
    return made


def _check_auth(made: Mapping[str, Any]) -> None:
    for name, value in made.items():
        if not isinstance(value, str) or not _VISIBLE.fullmatch(value):
            raise Invalid.field(f"auth/{name}", "is up to 400 visible ASCII characters")
    if "name" in made and (not _TOKEN.fullmatch(made["name"]) or made["name"].lower() in _TAKEN):
        raise Invalid.field("auth/name", "is no header that may be set")
    if ":" in made.get("user", ""):
        raise Invalid.field("auth/user", "must not hold a colon")


def takes_away(old: ServiceInterface, new: ServiceInterface) -> bool:
    """Whether a caller who goes on as before would fail, or get other answers."""
    if old.kind != new.kind or not set(old.result_codes) <= set(new.result_codes):
        return True
    before = {p["name"]: p for p in old.parameters}
    after = {p["name"]: p for p in new.parameters}
    needed = {name for name, p in after.items() if p.get("required")}
    had = {name for name, p in before.items() if p.get("required")}
    return not set(before) <= set(after) or not needed <= had


def read_given(
    interface: ServiceInterface, given: Mapping[str, Any], schema: Schema, askable: Iterable[str]
) -> tuple[dict[str, str], dict[str, Any]]:
    """The caller's parameters, as the address and as the body take them.

    Unknown ones are refused; so is one that asks by an item of the schema (which it names, or
    whose name it bears) that is not ``askable``: whoever asks by a hidden item confirms guesses.
    """
    declared = {parameter["name"]: parameter for parameter in interface.parameters}
    for name in sorted(set(given) - set(declared)):
        known = ", ".join(declared) or "none"
        raise Invalid.field(
            f"parameters/{name[:63]}", Text("the parameters are: {known}", known=known), "unknown"
        )
    query, body, allowed = {}, {}, set(askable)
    for name, parameter in declared.items():
        value = given.get(name)
        if value is None or value == "":
            if parameter.get("required"):
                raise Invalid.field(f"parameters/{name}", "is needed", "required")
            continue
        if _item_of(parameter, schema) - allowed:
            raise Invalid.field(
                f"parameters/{name}", "asks by an item that is not granted", "item-not-granted"
            )
        text = _plain(name, value)
        if parameter["place"] == "query":
            query[name] = text
        else:
            body[name] = value
    return query, body


def _item_of(parameter: Mapping[str, Any], schema: Schema) -> set[str]:
    return {parameter.get("item") or parameter["name"]} & set(schema.names)


def _plain(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float) and abs(value) <= MOST_NUMBER:
        return str(value)
    if isinstance(value, str) and len(value) <= MOST_TEXT and value.isprintable():
        return value
    raise Invalid.field(
        f"parameters/{name}",
        Text("is one plain value of up to {most} printable characters", most=MOST_TEXT),
    )
