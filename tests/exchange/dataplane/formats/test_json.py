"""A JSON array is the same records with the element's number as the line."""

from collections.abc import Callable
from typing import Any

import pytest

from exchange.dataplane.errors import BodyMalformed, Refused, TooLarge
from exchange.dataplane.limits import Limits
from exchange.dataplane.publication import Prepared

Publish = Callable[..., Prepared]


def test_an_array_reads_as_the_same_records(
    publish: Publish, rows: Callable[[Any], list[dict[str, Any]]]
) -> None:
    body = ' [ {"code":"1", "name":"},{"} ,\r\n {"code":"2","income":1234.50}\n] \n'
    made = publish(body, format="json")
    assert [(r["code"], r["name"], str(r["income"])) for r in rows(made.snapshot)] == [
        ("1", "},{", "None"),
        ("2", None, "1234.50"),
    ]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "json"),
        ("{}", "json-not-object"),
        ("[1,2]", "json-not-object"),
        ('[{"code":"1"},2]', "json-not-object"),
        ('[{"code":"1"}', "json"),
        ('[{"code":"1"},]', "json"),
        ('[{"code":"1"} {"code":"2"}]', "json"),
        ('[{"code":"1"}] []', "json"),
        ('{"code":"1"}\n{"code":"2"}', "json"),
        ('[{"code":"1","code":"2"}]', "json-duplicate-key"),
        ('[{"score":NaN}]', "json-not-finite"),
        ("[" * 5000, "json-too-deep"),
        ('[{"a":' + "[" * 9 + "]" * 9 + "}]", "json-too-deep"),
        ('[{"code":"1', "json"),
    ],
)
def test_what_is_no_array_of_objects_is_refused_whole(
    publish: Publish, stored: Callable[[], list[str]], body: str, code: str
) -> None:
    with pytest.raises(BodyMalformed) as refusal:
        publish(body, format="json")
    assert refusal.value.code == code
    assert stored() == []


def test_an_error_names_the_element(publish: Publish) -> None:
    with pytest.raises(Refused) as refusal:
        publish('[{"code":"1"},\n\n{"code":"2","name":{"a":[1]}}]', format="json")
    assert [(e.line, e.column, e.code) for e in refusal.value.errors] == [(2, "name", "type")]


def test_an_empty_array_is_an_empty_table(publish: Publish) -> None:
    assert publish(" [ ] ", format="json").received == 0


def test_a_large_array_is_asked_for_as_ndjson(publish: Publish) -> None:
    with pytest.raises(TooLarge, match="send NDJSON") as refusal:
        publish('[{"code":"1"}]', format="json", limits=Limits(max_json_bytes=10))
    assert refusal.value.code == "json-too-large"


@pytest.mark.parametrize(
    "hostile", ['[{"' + '{","' * 20_000, "[{" * 20_000, '[{"a":"' + "\\" * 50_001]
)
def test_hostile_text_is_refused_in_linear_time(publish: Publish, hostile: str) -> None:
    with pytest.raises(BodyMalformed):
        publish(hostile, format="json")
