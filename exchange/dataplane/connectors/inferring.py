"""What a column of texts seems to hold; a person looks at the proposal before it is used."""

import re

import pyarrow as pa
import pyarrow.compute as pc

from exchange.dataplane.connectors.proposing import STRING, Found, Kind, numeric

# Longer runs of digits are numbers of cards and accounts.
MOST_DIGITS = 15
_WHOLE = r"\A-?(?:0|[1-9][0-9]{0,14})\z"
_NUMBER = r"\A-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]{1,10})?\z"
_DAY = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}\z"
_MOMENT = r"\A[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?"
_ZONE = r"(?:Z|[+-][0-9]{2}:?[0-9]{2})?\z"
_TRUTH = r"\A(?i:true|false|是|否)\z"


def infer(name: str, texts: pa.Array | pa.ChunkedArray) -> Found:
    """The column with the narrowest kind that every text has."""
    known = texts.drop_null()
    kind = _kind(known) if len(known) else STRING
    return Found(name, kind.type, True, kind)


def _kind(texts: pa.Array | pa.ChunkedArray) -> Kind:
    # An identifier keeps its leading zeros and its length; those are no numbers.
    forms = (
        (_WHOLE, Kind("integer")),
        (_NUMBER, numeric(None, None)),
        (_DAY, Kind("date")),
        (_MOMENT + _ZONE, Kind("datetime")),
        (_TRUTH, Kind("boolean")),
    )
    for form, kind in forms:
        if pc.all(pc.match_substring_regex(texts, form)).as_py():
            return kind
    return STRING


def glob_problem(pattern: str) -> str:
    """What is wrong with a pattern of files; empty if nothing is."""
    if not pattern or len(pattern) > 500 or "\0" in pattern or "\\" in pattern:
        return "write a pattern such as day/*.csv"
    if pattern.startswith(("/", "~")) or ".." in re.split("/", pattern):
        return "a pattern stays below the folder: no leading / and no .."
    return ""
