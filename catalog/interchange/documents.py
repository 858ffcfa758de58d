"""Catalogues that are JSON: a list of entries, our own export, or a data.json of open data."""

from collections.abc import Iterable, Mapping
from typing import Any

import orjson

from catalog.interchange.columns import ENTRY_COLUMNS, ITEM_COLUMNS, plain
from catalog.interchange.errors import CatalogTooLarge, CatalogUnreadable
from kernel import strictjson
from kernel.errors import Malformed

MOST_VALUES = 5_000_000
_LISTS = ("entries", "items", "data", "result", "rows")
# Project Open Data (ISO 8601 repeating intervals) -> our cycles.
CYCLES = {
    "realtime": "R/PT1S",
    "daily": "R/P1D",
    "weekly": "R/P1W",
    "monthly": "R/P1M",
    "quarterly": "R/P3M",
    "half_yearly": "R/P6M",
    "yearly": "R/P1Y",
    "other": "irregular",
}
ACCESS = {"unconditional": "public", "conditional": "restricted public", "not_shared": "non-public"}
_CYCLE_OF = {said: cycle for cycle, said in CYCLES.items()}
_ACCESS_OF = {said: share for share, said in ACCESS.items()}
OWN = "x-shuqiao-"

_NOT_EXPORTED = ("formats", "openness", "records", "share_channel", "source_key")
EXPORTED = tuple(name for name in ENTRY_COLUMNS if name not in _NOT_EXPORTED)
# Said by a data.json exactly as we have it.
_STANDARD = frozenset(("code", "name", "department", "keywords", "released_on"))

Entries = list[tuple[int, dict[str, Any]]]


def read_json(body: bytes) -> Entries:
    """Entries of a list, or of the first list in an object; each with its place from 1."""
    value = load_json(body)
    if isinstance(value, dict):
        value = next((value[key] for key in _LISTS if isinstance(value.get(key), list)), None)
    if not isinstance(value, list):
        raise CatalogUnreadable("there is no list of entries in it")
    return [(place, _entry(place, one)) for place, one in enumerate(value, 1)]


def _entry(place: int, one: Any) -> dict[str, Any]:
    if not isinstance(one, dict):
        raise CatalogUnreadable(f"entry {place} is no object")
    items = one.get("items")
    if items is not None and (
        not isinstance(items, list) or not all(isinstance(item, dict) for item in items)
    ):
        raise CatalogUnreadable(f"entry {place}: items must be a list of objects")
    return _flat(one)


def _flat(one: Mapping[str, Any]) -> dict[str, Any]:
    """The entry with the provider and the class as texts, as our own export nests them."""
    made = dict(one)
    for name, parts in (("department", ("name", "credit_code")), ("category", ("code",))):
        inner = made.get(name)
        if isinstance(inner, dict):
            made[name] = inner.get(parts[0])
            made.update({part: inner[part] for part in parts[1:] if part in inner})
    return made


def read_data_json(body: bytes) -> Entries:
    """Entries of a data.json (Project Open Data 1.1)."""
    value = load_json(body)
    found = value.get("dataset") if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise CatalogUnreadable("there is no list of datasets in it")
    return [(place, _entry(place, _dataset(one))) for place, one in enumerate(found, 1)]


def _dataset(one: Mapping[str, Any]) -> dict[str, Any]:
    publisher = one.get("publisher")
    distributions = one.get("distribution")
    access = one.get("accessLevel")
    cycle = one.get("accrualPeriodicity")
    theme = one.get("theme")
    made: dict[str, Any] = {
        "name": one.get("title"),
        "code": one.get("identifier"),
        "abstract": one.get("description"),
        "department": publisher.get("name") if isinstance(publisher, dict) else publisher,
        "keywords": one.get("keyword"),
        "theme": theme[0] if isinstance(theme, list) and theme else theme,
        "update_cycle": _CYCLE_OF.get(str(cycle), cycle),
        "share_type": _ACCESS_OF.get(str(access), access),
        "released_on": one.get("issued"),
        "data_updated_on": one.get("modified"),
        "landing_url": one.get("landingPage"),
    }
    own = {k.removeprefix(OWN): value for k, value in one.items() if k.startswith(OWN)}
    if not own and isinstance(distributions, list):
        made["formats"] = [
            d["format"] for d in distributions if isinstance(d, dict) and d.get("format")
        ]
    return {**{k: v for k, v in made.items() if v is not None}, **own}


def load_json(body: bytes) -> Any:
    """The value of a JSON document; CatalogTooLarge or CatalogUnreadable before much is held."""
    # Counted before they are objects, each of which takes many times its bytes.
    values = body.count(b",") + body.count(b"[") + body.count(b"{")
    if values > MOST_VALUES:
        raise CatalogTooLarge(f"it has about {values} values; at most {MOST_VALUES}")
    try:
        return strictjson.loads(body.removeprefix(b"\xef\xbb\xbf"))
    except Malformed as bad:
        raise CatalogUnreadable(bad.detail) from bad


def write_json(entries: Iterable[Mapping[str, Any]], next_cursor: str | None = None) -> bytes:
    """Entries as JSON with every column, their items below them."""
    body = {"entries": [_told(entry) for entry in entries], "next_cursor": next_cursor}
    return orjson.dumps(body)


def _told(entry: Mapping[str, Any]) -> dict[str, Any]:
    made = {name: plain(entry[name]) for name in EXPORTED if name in entry}
    items = [
        {name: plain(item[name]) for name in ITEM_COLUMNS if name in item}
        for item in entry["items"]
    ]
    return made | {"items": items}


def write_data_json(entries: Iterable[Mapping[str, Any]], base: str) -> bytes:
    """Entries as a data.json (Project Open Data 1.1); what it has no word for with ours."""
    schema = "https://project-open-data.cio.gov/v1.1/schema"
    body = {
        "@context": f"{schema}/catalog.jsonld",
        "@id": f"{base}/open/data.json",
        "@type": "dcat:Catalog",
        "conformsTo": schema,
        "describedBy": f"{schema}/catalog.json",
        "dataset": [_open_dataset(entry, base) for entry in entries],
    }
    return orjson.dumps(body)


def _open_dataset(entry: Mapping[str, Any], base: str) -> dict[str, Any]:
    told = _told(entry)
    page = entry["landing_url"] or f"{base}/open/{entry['id']}"
    modified = entry["data_updated_on"] or entry["published_on"] or entry["released_on"]
    made = {
        "@type": "dcat:Dataset",
        "identifier": entry["code"],
        "title": entry["name"],
        "description": entry["abstract"] or entry["name"],
        "keyword": entry["keywords"],
        "modified": plain(modified),
        "issued": plain(entry["released_on"]),
        "publisher": {"@type": "org:Organization", "name": entry["department"]},
        "contactPoint": _contact(entry),
        "accessLevel": ACCESS.get(entry["share_type"], "public"),
        "accrualPeriodicity": CYCLES.get(entry["update_cycle"]),
        "landingPage": page,
        "theme": [entry["theme"]] if entry["theme"] else None,
        "distribution": [
            {"@type": "dcat:Distribution", "accessURL": page, "format": entry["format_type"]}
        ],
    }
    kept = {name: value for name, value in made.items() if value not in (None, "", [])}
    return kept | {f"{OWN}{name}": value for name, value in told.items() if name not in _STANDARD}


def _contact(entry: Mapping[str, Any]) -> dict[str, str]:
    contact = entry.get("contact", "")
    made = {"@type": "vcard:Contact", "fn": contact or entry["department"]}
    return made | ({"hasEmail": f"mailto:{contact}"} if "@" in contact else {})
