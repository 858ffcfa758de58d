"""The corpus of bad input at every door for files, and at every parser: refused, and no more.

No answer of the 5xx, memory within its bound, nothing changed, nothing unpacked.
"""

from __future__ import annotations

from collections import Counter
from functools import cache, partial
from itertools import chain
from pathlib import Path

import pytest

from accounts.models import InformationSystem
from kernel.confined import Raised, confined
from tests.architecture import bad_input
from tests.architecture.bad_input import MIB, Bad
from tests.architecture.doors import (
    RECORDS,
    FileDoor,
    Files,
    body_types,
)
from tests.architecture.judging import fault_of, noted, turn_of
from tests.architecture.parsers import Parser, attempt, parsers
from tests.architecture.portalscene import PortalScene
from tests.architecture.watching import MOST_MEMORY, Memory, Watch


@pytest.fixture(scope="module")
def types() -> dict[str, list[str]]:
    return body_types()


def files(door: FileDoor) -> list[Bad]:
    """What of the corpus the door may be sent."""
    sample = door.sample
    found = chain(
        bad_input.documents(),
        bad_input.papers(),
        bad_input.fields(),
        bad_input.graphs(),
        bad_input.columnar(),
        *(
            make(sample)
            for make in (bad_input.lines, bad_input.tables, bad_input.workbooks)
            if sample[0]
        ),
    )
    return [bad for bad in found if bad.kind in door.kinds and bad.name not in door.takes]


def test_every_door_for_files_is_known(played: PortalScene, types: dict[str, list[str]]) -> None:
    others = {name for name, kinds in types.items() if kinds[:1] != [bad_input.JSON]}
    both = {"signal POST"}
    assert set(Files(played).of_the_api()) == others | both


@pytest.mark.parametrize("part", ["of_the_api", "of_pages"])
def test_no_door_for_files_takes_a_file_that_is_none(
    played: PortalScene, watch: Watch, is_whole: bool, part: str
) -> None:
    wrong, statuses = [], Counter[int]()
    for place, (name, door) in enumerate(getattr(Files(played), part)().items()):
        for bad in files(door) if is_whole else turn_of(place, files(door), 4):
            memory = Memory()
            with watch.call():
                send = partial(door.send, bad)
                fault = fault_of(send, watch, statuses, may_say_yes=door.is_rehearsal)
            wrong += noted(name, bad, fault, memory)
    assert "\n".join(wrong) == ""


def test_what_is_packed_or_named_wrongly_is_no_publication(
    played: PortalScene, watch: Watch
) -> None:
    door = Files(played).of_the_api()["batch-list POST"]
    wrong, statuses = [], Counter[int]()
    for bad in chain(bad_input.packed(), bad_input.misread(door.sample)):
        memory = Memory()
        with watch.call():
            fault = fault_of(partial(door.send, bad), watch, statuses)
        wrong += noted("batch-list POST", bad, fault, memory)
    assert "\n".join(wrong) == ""
    assert set(statuses) <= {400, 413, 415, 422}


@pytest.mark.parametrize("name", ["system-import POST", "signal POST"])
def test_text_in_other_characters_than_it_is_called_is_refused(
    played: PortalScene, watch: Watch, name: str
) -> None:
    door = Files(played).of_the_api()[name]
    for bad in bad_input.misread(door.sample):
        with watch.call():
            assert fault_of(partial(door.send, bad), watch, Counter()) == "", bad.name


def test_a_workbook_of_lies_is_read_by_its_rows_and_nothing_of_it_is_unpacked(
    played: PortalScene, watch: Watch
) -> None:
    door = Files(played).of_the_api()["system-import POST"]
    for bad in bad_input.harmless(door.sample):
        memory = Memory()
        with watch.call():
            assert door.send(bad).json()["new"] == 1, bad.name
            assert InformationSystem.objects.filter(name=door.sample[1][0]).count() == 1
        assert memory.taken() < MOST_MEMORY
    assert not Path(bad_input.CLIMBED).exists()


def test_in_a_process_of_its_own_none_is_stopped_by_its_bounds_but_refused_by_what_it_is(
    tmp_path: Path,
) -> None:
    path = tmp_path / "book.xlsx"
    for bad in bad_input.workbooks(RECORDS):
        path.write_bytes(bad.body)
        asked = ("accounts.sheets:told_sheet", str(path), 1000, 50, None)
        with pytest.raises(Raised) as raised:
            list(confined(*asked, memory=384 * MIB))
        assert raised.value.name in ("WorkbookUnreadable", "WorkbookTooLarge"), bad.name


def test_a_cell_with_a_formula_is_named_and_not_taken(played: PortalScene, watch: Watch) -> None:
    doors = Files(played).of_the_api()
    for name in ("system-import POST", "signal POST", "catalog-import-list POST"):
        bad = bad_input.formulas(doors[name].sample)
        with watch.call():
            assert fault_of(partial(doors[name].send, bad), watch, Counter()) == "", name


@pytest.mark.parametrize("parser", parsers(), ids=lambda parser: parser.name)
def test_no_parser_breaks_on_any_of_it(parser: Parser, tmp_path: Path, is_whole: bool) -> None:
    """Also those of sources and of providers, to which no door leads."""
    whole = corpus()
    for bad in whole if is_whole else turn_of(len(parser.name), whole, 4):
        memory = Memory()
        attempt(parser, bad.body, tmp_path)
        assert memory.taken() < MOST_MEMORY, bad.name


@cache
def corpus() -> list[Bad]:
    sample = RECORDS
    around = (bad_input.lines, bad_input.tables, bad_input.misread, bad_input.workbooks)
    others = (bad_input.documents, bad_input.graphs, bad_input.columnar, bad_input.papers)
    made = chain(*(make(sample) for make in around), *(make() for make in others))
    return [*made, *bad_input.harmless(sample), *bad_input.packed()]
