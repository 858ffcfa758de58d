"""Names for the columns of data, made of Chinese names where a catalogue gives none."""

import re
import unicodedata
from collections.abc import Container

from catalog.itemrules import COLUMN, RESERVED_COLUMNS
from catalog.search.sounds import pinyin

MOST = 63


def field_name(name: str, taken: Container[str]) -> str:
    """A column name (catalog.itemrules.COLUMN) for an item, by its pinyin; none that is taken."""
    text = unicodedata.normalize("NFKC", name).strip()
    made = text if COLUMN.fullmatch(text) else _spelled(text)
    if made in RESERVED_COLUMNS:
        made = f"{made}_"
    found, number = made, 1
    while found in taken:
        number += 1
        found = f"{made[: MOST - 1 - len(str(number))]}_{number}"
    return found


def _spelled(text: str) -> str:
    joined = "_".join(pinyin().lazy_pinyin(text))
    letters = re.sub(r"[^a-z0-9]+", "_", joined.casefold()).strip("_")
    if not letters[:1].isalpha():
        letters = f"f_{letters}" if letters else "f"
    return letters[:MOST].rstrip("_")
