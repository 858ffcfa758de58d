"""Values in which other catalogues say at once what ours says in several columns."""

import ast
import re
import unicodedata
from decimal import Decimal
from typing import Any

from catalog.interchange.aliases import folded
from catalog.interchange.findings import Wrong
from catalog.interchange.values import clean, text_of
from catalog.vocabulary import FORMAT_TYPES

ON_PLATFORM, BY_MEDIUM = "共享平台方式", "邮件或介质"
_OTHER = "其他"
_LISTED = re.compile(r"\[.*\]", re.S)
# Formats of open-data portals that the guide does not list, and where they belong in it.
_NEIGHBOURS = {
    "csv": "spreadsheet",
    "xlsm": "spreadsheet",
    "json": "self_describing",
    "geojson": "self_describing",
    "rdf": "self_describing",
    "file": "document",
    "文件": "document",
    "zip": "document",
    "png": "image",
    "jpeg": "image",
    "shp": "image",
    "mp4": "stream",
    "api": "database",
    "接口": "database",
    "服务接口": "database",
    "link": "document",
}
_INTERFACES = frozenset({"api", "接口", "服务接口", "webservice"})
_OPEN = {
    "无条件开放": (True, ""),
    "普遍开放": (True, ""),
    "完全开放": (True, ""),
    "开放": (True, ""),
    "是": (True, ""),
    "有条件开放": (True, "有条件开放"),
    "依申请开放": (True, "依申请开放"),
    "受限开放": (True, "受限开放"),
    "不开放": (False, ""),
    "不予开放": (False, ""),
    "否": (False, ""),
}


def read_formats(raw: Any) -> dict[str, Any]:
    """Class, type, note and ways of sharing out of a list of formats, given as a list or as the
    text of one ("['xls', 'api']", "xls,csv"); the first that is a file counts."""
    tokens = _tokens(raw)
    if not tokens:
        return {}
    known = {kind.casefold(): (group, kind) for group, kinds in FORMAT_TYPES.items()
             for kind in kinds if kind != _OTHER}  # fmt: skip
    places = {}
    for token in tokens:
        if token in known:
            places[token] = known[token]
        elif token in _NEIGHBOURS:
            places[token] = (_NEIGHBOURS[token], _OTHER)
        else:
            raise Wrong("unknown-value", f"{token[:20]!r} is no format that is known; map it")
    files = [token for token in tokens if token not in _INTERFACES]
    group, kind = places[(files or tokens)[0]]
    modes = (["file"] if files else []) + (["interface"] if len(files) < len(tokens) else [])
    note = ", ".join(tokens) if len(tokens) > 1 or kind == _OTHER else ""
    return {
        "format_class": str(group),
        "format_type": kind,
        "format_note": note[:120],
        "share_modes": modes,
    }


def _tokens(raw: Any) -> list[str]:
    if isinstance(raw, list | tuple):
        parts = [text_of(part) for part in raw]
    else:
        text = text_of(raw).strip()
        parts = _python_list(text) if _LISTED.fullmatch(text) else re.split(r"[,，、;；/\s]+", text)
    return list(dict.fromkeys(clean(part).casefold().lstrip(".") for part in parts if part.strip()))


def _python_list(text: str) -> list[str]:
    try:
        value = ast.literal_eval(text[:2000])
    except (ValueError, SyntaxError, MemoryError, RecursionError) as bad:
        raise Wrong("unknown-value", f"{text[:20]!r} is no list of formats") from bad
    if not isinstance(value, list) or not all(isinstance(part, str) for part in value):
        raise Wrong("unknown-value", f"{text[:20]!r} is no list of formats")
    return value


def read_openness(raw: Any) -> dict[str, Any]:
    """Whether it is open, and the condition, out of one word."""
    text = folded(text_of(raw))
    if not text:
        return {}
    if text not in _OPEN:
        raise Wrong(
            "unknown-value", f"{text[:20]!r} says nothing of openness that is known; map it"
        )
    is_open, condition = _OPEN[text]
    return {"open_to_public": is_open, "open_condition": condition}


def read_channel(raw: Any) -> dict[str, Any]:
    """The ways of sharing that a class of ways leaves no choice of: by mail or on a medium."""
    text = folded(text_of(raw))
    if text and not re.fullmatch(f"({ON_PLATFORM}|{BY_MEDIUM})([；;,，、]({BY_MEDIUM}))?", text):
        raise Wrong("unknown-value", f"{text[:20]!r} is neither {ON_PLATFORM} nor {BY_MEDIUM}")
    return {"share_modes": ["medium"]} if text == BY_MEDIUM else {}


def read_records(raw: Any) -> dict[str, Any]:
    """The number of records in units of 10,000 out of a plain count."""
    text = unicodedata.normalize("NFKC", text_of(raw)).replace(",", "").removesuffix("条").strip()
    if not text:
        return {}
    if not re.fullmatch(r"\d{1,12}", text):
        raise Wrong("not-a-number", f"{text[:20]!r} is no count of records")
    return {"records_wan": Decimal(text) / 10000}
