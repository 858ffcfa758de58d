"""JSON that would break PostgreSQL or the next reader is refused by its place."""

from time import process_time

import pytest

from kernel import strictjson
from kernel.errors import Malformed, TooLarge


@pytest.mark.parametrize(
    ("raw", "detail"),
    [
        (b"{", "line 1, column 2: Expecting property name enclosed in double quotes"),
        (b"", "line 1, column 1: Expecting value"),
        (b'{"a": "\xff"}', "byte 7 is not UTF-8; send the body in UTF-8"),
        ('{"甲": 1}'.encode("gb18030"), "byte 2 is not UTF-8; send the body in UTF-8"),
        (b'{"a": 1, "a": 2}', "the key 'a' stands twice in one object"),
        (b'[{"b": {"a": 1, "a": 2}}]', "the key 'a' stands twice in one object"),
        (b'{"a": NaN}', "NaN is not a JSON number; leave the field out or send null"),
        (b'{"a": -Infinity}', "-Infinity is not a JSON number; leave the field out or send null"),
        (b'{"a": 1e999}', "#/a: the number is too large"),
        (b'{"a": [1, -1e999]}', "#/a/1: the number is too large"),
        (b'{"a": ["x\\u0000y"]}', "#/a/0: the text has a NUL character; remove it"),
        (b'{"a": "\\ud800"}', "#/a: the text has half of a surrogate pair"),
        (b'{"a": 1234567890123456789}', "the number 123456789012... has more than 18 digits"),
    ],
)
def test_what_is_refused_names_its_place(raw, detail):
    with pytest.raises(Malformed) as refused:
        strictjson.loads(raw)
    assert refused.value.detail == detail


def test_a_key_with_nul_is_refused():
    with pytest.raises(Malformed, match="NUL"):
        strictjson.loads(b'{"a\\u0000": 1}')


@pytest.mark.parametrize("deep", [33, 1000, 100_000])
def test_deep_nesting_is_refused(deep):
    with pytest.raises(Malformed, match="nested deeper than 32 levels"):
        strictjson.loads(b"[" * deep + b"]" * deep)


@pytest.mark.parametrize("deep", [1, 32])
def test_moderate_nesting_is_read(deep):
    assert strictjson.loads(b"[" * deep + b"]" * deep)[0:] is not None


def test_ordinary_json_is_read():
    body = '{"名称": "示例", "n": 123456789012345678, "x": 1.5, "s": "\\ud83d\\ude00", "z": null}'
    assert strictjson.loads(body.encode()) == {
        "名称": "示例",
        "n": 123456789012345678,
        "x": 1.5,
        "s": "😀",
        "z": None,
    }


def test_a_name_is_found_twice_among_very_many_at_once():
    names = b",".join(b'"k%d":1' % n for n in range(150_000))
    with pytest.raises(Malformed, match="'k149999' stands twice"):
        strictjson.loads(b"{" + names + b',"k149999":2}')


def test_below_a_long_name_places_are_put_together_only_where_something_is_wrong():
    inner = b",".join(b'"k%d":1' % n for n in range(50_000))
    body = b'{"' + b"a" * 1_000_000 + b'": {' + inner + b"}}"
    began = process_time()
    assert len(strictjson.loads(body)) == 1
    assert process_time() - began < 2


def test_no_more_values_than_are_asked_for():
    assert strictjson.loads(b"[[], [], {}]", 4) == [[], [], {}]
    with pytest.raises(TooLarge, match="3 values"):
        strictjson.loads(b"[[], [], {}]", 3)
