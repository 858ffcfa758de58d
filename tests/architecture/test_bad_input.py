"""The corpus of bad input at every door for JSON: refused in words, and no more.

No answer of the 5xx, memory within its bound, and nothing changed; what is taken is kept as it was
sent. ``--cases`` (any number) sends all of it to all doors, here and in the other tests of it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from functools import partial
from random import Random
from typing import Any

import pytest

from tests.architecture import bad_input
from tests.architecture.bad_input import JSON, Bad
from tests.architecture.bad_values import MARK, traps
from tests.architecture.doors import (
    JsonDoor,
    body_types,
    json_doors,
)
from tests.architecture.judging import TRIED, fault_of, noted, told, turn_of, unlike
from tests.architecture.portalscene import PortalScene
from tests.architecture.watching import Memory, Watch

DOCUMENTS = list(bad_input.documents())


@pytest.fixture(scope="module")
def types() -> dict[str, list[str]]:
    return body_types()


def test_no_door_for_json_takes_a_document_that_is_none(
    played: PortalScene, watch: Watch, types: dict[str, list[str]], is_whole: bool
) -> None:
    wrong, statuses = [], Counter[int]()
    for place, door in enumerate(json_doors(played, types)):
        for bad in DOCUMENTS if is_whole else turn_of(place, DOCUMENTS, 1):
            memory = Memory()
            with watch.call():
                fault = fault_of(partial(door.send, bad.body), watch, statuses, bad.says)
            wrong += noted(door.name, bad, fault, memory)
    assert not wrong, "\n".join(wrong)
    # Else they were refused for other reasons, and the documents not read.
    assert statuses[400] + statuses[413] > 0.8 * statuses.total()


def leaves(body: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value of a body with its place, those that hold others too."""
    if place:
        yield place, body
    inner = (
        body.items()
        if isinstance(body, dict)
        else enumerate(body)
        if isinstance(body, list)
        else ()
    )
    for part, value in inner:
        yield from leaves(value, (*place, part))


def exchanged(body: Any, place: tuple[Any, ...], value: Any) -> Any:
    """The body with another value at this place."""
    if not place:
        return value
    first, *rest = place
    made = dict(body) if isinstance(body, dict) else list(body)
    made[first] = exchanged(body[first], tuple(rest), value)
    return made


def values(door: JsonDoor, dice: Random, is_whole: bool) -> Iterator[tuple[Any, Any]]:
    """The place of a value in the door's body, and what stands there instead."""
    for place, good in leaves(door.body):
        tried = traps(good)
        yield from ((place, trap) for trap in (tried if is_whole else dice.sample(tried, 1)))


def test_no_value_breaks_a_door_for_json_and_what_is_kept_is_what_was_sent(
    played: PortalScene, watch: Watch, types: dict[str, list[str]], is_whole: bool
) -> None:
    dice, wrong, statuses = Random(5), [], Counter[int]()
    for door in json_doors(played, types):
        for place, value in values(door, dice, is_whole):
            body = json.dumps(exchanged(door.body, place, value)).encode()
            bad, memory = Bad(f"{place} {str(value)[:60]!r}", JSON, body), Memory()
            with watch.call():
                fault = met(door, bad, value, watch, statuses)
            wrong += noted(door.name, bad, fault, memory)
    assert not wrong, "\n".join(wrong)
    assert statuses[200] + statuses[201] > 50


def met(door: JsonDoor, bad: Bad, value: Any, watch: Watch, statuses: Counter[int]) -> str:
    """What is wrong with how a value was refused, or with what was kept of it."""
    try:
        answer = door.send(bad.body)
    except Exception as broke:  # noqa: BLE001 - the test client hands on what would be a 500
        return repr(broke)
    statuses[answer.status_code] += 1
    if answer.status_code < 400:
        return "; ".join(unlike(watch, value)) if isinstance(value, str) and MARK in value else ""
    changed = watch.changed() - TRIED
    return f"changed {changed}" if changed else told(answer)
