"""Interfaces: their ways of paging, and what they must not do."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.dataplane.errors import Terminal, Transient
from tests.exchange.dataplane.connectors.servers import PageServer
from tests.exchange.dataplane.connectors.source_worlds import Build
from tests.exchange.dataplane.connectors.test_sources import ids, read
from tests.exchange.dataplane.connectors.worlds import World, person

WAYS: dict[str, dict[str, Any]] = {
    "page": {"paging": "page", "size_parameter": "size", "page_size": 2},
    "offset": {"paging": "offset", "page_parameter": "offset"},
    "next": {"paging": "next", "next_pointer": "/next"},
    "cursor": {"paging": "cursor", "page_parameter": "from", "next_pointer": "/next"},
}


@pytest.fixture
def http(build_world: Build) -> World:
    return build_world("http")


def server(world: World) -> PageServer:
    return world.server  # type: ignore[attr-defined]


def use(world: World, way: str, **options: Any) -> None:
    base = world.options["url"].rsplit("/", 1)[0]
    world.options = {"url": f"{base}/{way}", "records": "/data/items", **options}


@pytest.mark.parametrize("way", WAYS)
def test_all_pages_are_read_and_a_read_goes_on_at_a_page(http: World, way: str) -> None:
    use(http, way, **WAYS[way])
    http.write([person(n) for n in range(1, 6)])
    with http.source().read(http.request(chunk_rows=2)) as reading:
        chunks = list(reading)
    assert [chunk.rows for chunk in chunks] == [2, 2, 1]
    assert ids(read(http, after=chunks[1].place)) == [5]
    assert read(http, after=chunks[2].place) == []


def test_an_interface_that_gives_one_page_for_ever_is_stopped(http: World) -> None:
    use(http, "stuck", paging="page")
    http.write([person(n) for n in range(1, 6)])
    with pytest.raises(Terminal) as failure:
        read(http)
    assert failure.value.code == "paging-loop"
    assert len(server(http).asked) == 2


def test_a_link_to_another_server_is_not_followed(http: World) -> None:
    use(http, "next", **WAYS["next"])
    http.write([person(n) for n in range(1, 6)])
    answer = server(http).answer
    server(http).answer = lambda path: answer(path) | {"next": "http://10.0.0.9/next"}  # type: ignore[method-assign]
    with pytest.raises(Terminal) as failure:
        read(http)
    assert failure.value.code == "egress-denied"


@pytest.mark.parametrize(
    ("status", "family", "code"),
    [
        (500, Transient, "source-busy"),
        (503, Transient, "source-busy"),
        (429, Transient, "source-busy"),
        (403, Terminal, "login-refused"),
        (404, Terminal, "source-mismatch"),
        (302, Terminal, "redirected"),
        (400, Terminal, "source-refused"),
    ],
)
def test_each_status_is_told_as_transient_or_terminal(
    http: World, status: int, family: type[Exception], code: str
) -> None:
    server(http).status = status
    with pytest.raises(family) as failure:
        http.source().test()
    assert failure.value.code == code  # type: ignore[attr-defined]


def test_an_answer_without_the_list_is_terminal(http: World) -> None:
    http.options["records"] = "/data/rows"
    with pytest.raises(Terminal, match="source-unreadable"):
        http.source().test()


def test_digits_are_kept_as_they_are_written(http: World) -> None:
    http.write([person(1)])
    server(http).records[0]["amount"] = 1234567890.12
    server(http).records[0]["big"] = 9007199254740993
    found = read(http)[0]
    assert (str(found["amount"]), found["big"]) == ("1234567890.12", 9007199254740993)


def test_changes_since_a_watermark_are_asked_for_by_a_parameter(http: World) -> None:
    http.options["since_parameter"] = "since"
    http.write([person(n, step=n) for n in (1, 3, 10, 2)])
    with http.source().read(http.request(watermark="step")) as reading:
        assert sum(chunk.rows for chunk in reading) == 4
    assert reading.highest == ["10", "10"]
    http.write([person(11, step=11)])
    assert ids(read(http, watermark="step", since=reading.highest)) == [11]
    assert "since=10" in server(http).asked[-1]


def test_without_that_parameter_a_watermark_is_refused(http: World) -> None:
    with pytest.raises(Terminal, match="watermark-unsupported"):
        read(http, watermark="step")


@pytest.mark.parametrize("table", ["//10.0.0.1/x", "http://10.0.0.1/", "/a/../../b"])
def test_a_path_stays_below_the_address(http: World, table: str) -> None:
    with pytest.raises(Terminal, match="pattern-invalid"):
        http.source().describe(table)
    assert server(http).asked == []
