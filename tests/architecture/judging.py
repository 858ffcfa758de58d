"""How a door met bad input: what is wrong with its answer, and with what it left behind."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from tests.architecture.bad_input import MIB, Bad
from tests.architecture.bad_values import MARK
from tests.architecture.watching import MOST_MEMORY, Memory, Watch

# What parts the parts of a list that is typed into one field.
_SEPARATORS = (r"[\r\n\u2028]+", r"[；;|]", r"[,，]", r"\t+", r"、")
# Rows that say what was tried, and nothing else.
TRIED = {
    *("accounts_auditevent", "exchange_upload", "catalog_catalogimport", "catalog_importfinding"),
    *("accounts_sessiontoken", "accounts_credential", "django_session"),
}


def fault_of(
    send: Callable[[], Any],
    watch: Watch,
    statuses: Counter[int],
    says: str = "",
    may_say_yes: bool = False,
) -> str:
    """What is wrong with how a door met bad input; nothing if it refused it as it must."""
    try:
        answer = send()
    except Exception as broke:  # noqa: BLE001 - the test client hands on what would be a 500
        return repr(broke)
    statuses[answer.status_code] += 1
    if changed := watch.changed() - TRIED:
        return f"changed {changed}"
    if answer.status_code in (400, 413) and says and says not in answer.json()["detail"]:
        return f"does not say {says}: {answer.json()['detail']}"
    return "" if may_say_yes and answer.status_code == 200 else told(answer)


def told(answer: Any) -> str:
    """What is wrong with the refusal of an API: it must say what is wrong, and where or why."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.content[:300]!r}"
    if answer.status_code < 400:
        return f"taken with {answer.status_code}"
    if "json" in answer["Content-Type"]:
        problem = answer.json()
        says = [problem.get(name) for name in ("detail", "errors", "faults", "error")]
        # Who may not, or finds nothing, is told no more than that.
        return (
            "" if any(says) or answer.status_code in (401, 403, 404) else f"says nothing: {problem}"
        )
    return ""


def turn_of(place: int, whole: list[Any], count: int) -> list[Any]:
    """So many of a list, others for each place, all of them in the end."""
    return [whole[(place * count + n) % len(whole)] for n in range(count)]


def noted(door: str, bad: Bad, fault: str, memory: Memory) -> list[str]:
    """What went wrong, if anything did."""
    taken = memory.taken()
    fault = fault or (f"{taken // MIB} MiB more" if taken > MOST_MEMORY else "")
    return [f"{door}, {bad.name} as {bad.kind[-20:]}: {fault}"[:400]] if fault else []


def unlike(watch: Watch, sent: str) -> list[str]:
    """Rows that hold the text, and nowhere as it was sent: beside it they may have keys of it."""
    written = (sent, json.dumps(sent)[1:-1], json.dumps(sent, ensure_ascii=False)[1:-1])
    found = []
    for table in watch.changed() - {"django_session"}:
        for row in watch.texts(table):
            texts = [text for text in strings(json.loads(row)) if _is_marked(text)]
            if texts and not any(each in text for each in written for text in texts):
                found.append(f"{table}: {texts!r}")
    return found


def unlike_parts(watch: Watch, sent: str) -> list[str]:
    """The same of a field that takes a list in one text: each part stands as it was sent, in one
    list with the others."""
    wrong = unlike(watch, sent)
    ways = [[part.strip() for part in re.split(each, sent)] for each in _SEPARATORS]
    held = [json.loads(row) for table in watch.changed() for row in watch.texts(table)]
    kept = [one for row in held for one in lists(row)]
    return [] if any(list(filter(None, way)) in kept for way in ways) else wrong


def _is_marked(text: str) -> bool:
    return MARK in text or json.dumps(MARK)[1:-1] in text


def lists(value: Any) -> Iterator[list[Any]]:
    """Every list in a JSON value."""
    if isinstance(value, list):
        yield value
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from lists(inner)


def strings(value: Any) -> Iterator[str]:
    """Every text in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from strings(inner)
