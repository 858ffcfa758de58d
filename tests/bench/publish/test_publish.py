"""The benchmark of publishing, and the persons it is made with."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from bench.persons import PERSONS, write_persons
from bench.publish.bare import convert
from tests.bench.small import figures_of


def test_persons_are_the_schema_in_the_order_of_their_key(tmp_path: Path) -> None:
    write_persons(tmp_path / "persons", 2000)
    table = pq.read_table(tmp_path / "persons")
    assert dict(zip(table.schema.names, table.schema.types, strict=True)) == dict(
        zip(PERSONS.names, PERSONS.arrow.types, strict=True)
    )
    assert table["id"].to_pylist() == list(range(1, 2001))


@pytest.mark.parametrize("format", ["ndjson", "csv", "parquet"])
def test_pyarrow_alone_makes_a_table_of_all_rows(tmp_path: Path, format: str) -> None:
    write_persons(tmp_path / "body", 1000, format)
    assert convert(format, tmp_path / "body", tmp_path / "out") > 0
    assert pq.read_metadata(tmp_path / "out").num_rows == 1000


def test_it_publishes_over_http_and_tells_the_ratios() -> None:
    figures = figures_of("publish", "--rows", "2000", "--runs", "1")
    assert figures["rows"] == 2000
    for format in ("ndjson", "csv", "parquet"):
        assert figures[f"{format}_vs_bare"] > 0
