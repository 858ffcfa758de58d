"""By what an entry of a source is known again: its key, different for each entry of a file."""

import hashlib
from collections import Counter
from collections.abc import Sequence

from catalog.interchange.columns import ENTRY_COLUMNS
from catalog.interchange.findings import NORMALISED, Finding, cut
from catalog.interchange.normalising import Incoming
from catalog.names import name_key

MOST_KEY = 400


def source_keys(entries: Sequence[Incoming]) -> list[str]:
    """The key of each entry: the source's own, its code, its address, or department and name.

    Entries that share one are told apart by name and department, then by their order; each such
    entry gets a finding.
    """
    keys = [_own_key(entry) for entry in entries]
    for more in (_named, _numbered):
        counts = Counter(keys)
        seen: Counter[str] = Counter()
        for place, entry in enumerate(entries):
            key = keys[place]
            if counts[key] > 1:
                seen[key] += 1
                keys[place] = more(key, entry, seen[key])
    for entry, key in zip(entries, keys, strict=True):
        if key != _own_key(entry) and not entry.is_wrong:
            entry.findings.append(_finding(entry, key))
    return [_short(key) for key in keys]


def _own_key(entry: Incoming) -> str:
    said = entry.identity
    own = said.get("source_key") or said.get("code") or entry.values.get("landing_url")
    return str(own) if own else _by_name(entry)


def _by_name(entry: Incoming) -> str:
    department = entry.identity.get("department") or entry.identity.get("credit_code") or ""
    return f"{name_key(department)}/{name_key(str(entry.values.get('name', '')))}"


def _named(key: str, entry: Incoming, nth: int) -> str:
    return f"{key}#{_by_name(entry)}" if key != _by_name(entry) else key


def _numbered(key: str, entry: Incoming, nth: int) -> str:
    return f"{key}#{nth}"


def _finding(entry: Incoming, key: str) -> Finding:
    column = ENTRY_COLUMNS["source_key"].title
    detail = "another entry of this file has the same key; both are taken, see likenesses"
    return Finding(
        entry.line, column, NORMALISED, "key-shared", cut(_own_key(entry)), cut(key), detail
    )


def _short(key: str) -> str:
    if len(key) <= MOST_KEY:
        return key
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
