"""Quarantined rows as files: place, reasons and values, for those who sent them."""

import csv
import io
import json

import pytest
from openpyxl import load_workbook

from exchange.actions.rejects import read_rejects
from exchange.errors import NotThePublisher
from exchange.models import Batch
from kernel.errors import Forbidden, Gone
from tests.factories.accounts import SystemFactory
from tests.factories.exchange import SECRET, World, row
from tests.people import actor_for

GOOD = [row(f"1101{n:02d}") for n in range(1, 9)]
BAD = [row("11010x", '=cmd|"/c calc"!A1'), row("110199", level="9", area="abc")]


@pytest.fixture
def batch(world: World) -> Batch:
    """A batch of eight good rows and two bad ones."""
    world.dataset.change(on_reject="quarantine", max_rejected_percent=50)
    return world.publish([*GOOD[:1], BAD[0], *GOOD[1:], BAD[1]]).batch


def rejects(world: World, batch: Batch, format: str, who: str = "publisher") -> bytes:
    with read_rejects(batch, actor=world.actor(who), format=format) as file:
        return file.read()


def test_ndjson_has_line_columns_reasons_and_values_in_full(world: World, batch, trail) -> None:
    lines = [json.loads(line) for line in rejects(world, batch, "ndjson").splitlines()]
    assert [(each["_line"], each["_columns"], each["_reasons"]) for each in lines] == [
        (2, "code", "code:pattern"),
        (10, "area level", "area:type; level:code-list"),
    ]
    assert (lines[0]["code"], lines[0]["name"]) == ("11010x", BAD[0]["name"])
    assert (lines[1]["area"], lines[1]["contact"]) == ("abc", SECRET)
    assert trail("batch.rejects_read") == [{"number": 1, "rows": 2, "format": "ndjson"}]


def test_csv_calms_what_a_spreadsheet_would_calculate(world: World, batch) -> None:
    text = rejects(world, batch, "csv").decode()
    first, second = csv.DictReader(io.StringIO(text))
    assert first["name"] == "'" + BAD[0]["name"]
    assert (second["_line"], second["code"]) == ("10", "110199")


def test_a_workbook_holds_text_alone(world: World, batch) -> None:
    sheet = load_workbook(io.BytesIO(rejects(world, batch, "xlsx"))).active
    head, first, _ = sheet.iter_rows()
    names = [cell.value for cell in head]
    assert names[:3] == ["_line", "_columns", "_reasons"]
    cell = first[names.index("name")]
    assert (cell.value, cell.data_type) == (BAD[0]["name"], "s")


@pytest.mark.parametrize("format", ["csv", "ndjson", "xlsx"])
def test_a_batch_without_rejects_gives_an_empty_file(world: World, format: str) -> None:
    batch = world.publish(GOOD).batch
    body = rejects(world, batch, format, "steward")
    assert (body == b"") == (format == "ndjson")


def test_others_are_refused_even_in_the_same_department(world: World, batch, unchanged) -> None:
    other = actor_for(SystemFactory(department=world.provider))
    with unchanged(), pytest.raises(NotThePublisher):
        read_rejects(batch, actor=other, format="csv")
    for who in ("head", "reader", "asker"):
        with unchanged(), pytest.raises(Forbidden):
            rejects(world, batch, "csv", who)


def test_what_retention_removed_is_gone(world: World, batch, unchanged) -> None:
    batch.change(expired_at=batch.created_at)
    with unchanged(), pytest.raises(Gone):
        rejects(world, batch, "csv")
