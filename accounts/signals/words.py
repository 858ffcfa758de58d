"""What a line of facts may hold: its columns, the words for them, its bounds, its refusals."""

import re

from accounts.vocabulary import SignalKind

# Column -> the headers by which CSV and Excel may name it.
HEADERS: dict[str, tuple[str, ...]] = {
    "system": ("system", "系统", "系统标识"),
    "system_code": ("system_code", "系统编码", "业务系统编码"),
    "kind": ("kind", "指标", "指标类型"),
    "at": ("at", "时间", "日期"),
    "number": ("number", "数值", "数量"),
    "source": ("source", "来源"),
    "reference": ("reference", "流水号", "参考号"),
}
COLUMNS = tuple(HEADERS)
BY_HEADER = {word: column for column, words in HEADERS.items() for word in words}
KINDS: dict[str, str] = {
    word: kind.value for kind in SignalKind for word in (kind.value, kind.label)
}

MOST_LINES = 500_000
MOST_LINE_BYTES = 4096
MOST_NUMBER = 1e12
MOST_SOURCE, MOST_REFERENCE = 40, 80
# What the platform itself reports; nobody else can speak in its name.
RESERVED = ("platform", "exchange", "catalog", "accounts")
# The source of a telling that names none.
SYSTEM_SOURCE, DECLARED_SOURCE = "system", "declared"

CONTROL = re.compile(r"[\x00-\x1f\x7f]")
DATE_FORM = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
MOMENT_FORM = (
    DATE_FORM + r"[Tt ](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?"
    r"(?:[Zz]|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
)
NUMBER_FORM = r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?"
# How NaN and Infinity are written by those who write them.
ENDLESS_FORM = r"(?i:[+-]?(?:nan|inf|infinity))"

REFUSALS: dict[str, str] = {
    "encoding": "the line holds bytes that are not of the declared encoding",
    "not-json": "the line is no JSON",
    "not-an-object": "the line must be one JSON object",
    "line-too-long": f"a line has at most {MOST_LINE_BYTES} bytes",
    "duplicate-field": "a field stands twice",
    "unknown-field": f"the fields are: {', '.join(COLUMNS)}",
    "wrong-type": "must be a JSON number for number, a JSON string for every other field",
    "column-count": "the line has not as many fields as the header",
    "system-missing": "name the system by system (its id) or system_code",
    "system-unknown": "there is no such system, or you may not tell its facts",
    "system-ambiguous": "several systems have this code; name the id",
    "system-mismatch": "system and system_code name different systems",
    "kind-missing": "say which kind of fact it is",
    "kind-unknown": f"the kinds are: {', '.join(SignalKind.values)}",
    "at-missing": "say when it was",
    "at-malformed": "must be a date like 2026-01-31 or RFC 3339 with a zone",
    "at-in-future": "lies more than a day ahead",
    "at-too-old": "is older than facts are kept",
    "number-missing": "say how many",
    "number-malformed": "must be a number",
    "number-not-finite": "must be a finite number",
    "number-negative": "must be zero or more",
    "number-too-large": f"must be at most {MOST_NUMBER:.0f}, a percentage at most 100",
    "source-too-long": f"has at most {MOST_SOURCE} characters",
    "source-reserved": f"is the platform's own: {', '.join(RESERVED)}",
    "reference-too-long": f"has at most {MOST_REFERENCE} characters",
    "control-character": "holds a NUL or another control character; remove it",
    "reference-reused": "another fact was told under this reference",
}
