"""Masks: what each shows of a value, what it makes of the schema, and what it refuses."""

import datetime
import hashlib
import hmac
import re
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from exchange.dataplane.disclosing import disclose_page
from exchange.dataplane.disclosure import Disclosure, new_salt
from exchange.dataplane.errors import Terminal
from exchange.dataplane.masks import masked_schema, read_mask, read_masks
from exchange.dataplane.schema import Item, Schema

SALT = bytes(range(32))
UTC = datetime.UTC


def shown(item: Item, mask: dict[str, Any], values: list[Any], salt: bytes = SALT) -> list[Any]:
    """The values of one item as a receiver gets them under the mask."""
    schema = Schema((Item("k", "integer", required=True), item), ("k",))
    page = pa.table({"k": range(len(values)), item.name: pa.array(values, item.arrow_type)})
    disclosure = Disclosure(schema, schema.names, read_masks({item.name: mask}, schema), salt=salt)
    found: list[Any] = disclose_page(page, disclosure)[item.name].to_pylist()
    return found


TEXT = Item("x", "string")


@pytest.mark.parametrize(
    ("form", "value", "seen"),
    [
        ("identity", "990102201503021234", "990102********1234"),
        ("identity", "99010220150302123x", "990102********123x"),
        ("identity", "990102150302123", "990102******123"),
        ("identity", "99010215030212", "***"),
        ("identity", "护照 E12345678901234567", "***"),
        ("identity", "", "***"),
        ("telephone", "13812341234", "138****1234"),
        ("telephone", "+8613812341234", "+86*******1234"),
        ("telephone", "87654321", "***"),
        ("name", "王小明", "王**"),
        ("name", "王明", "王**"),
        ("name", "欧阳明", "欧阳**"),
        ("name", "欧阳", "欧**"),
        ("name", "明", "**"),
        ("name", "", "**"),
        ("name", "阿依古丽·买买提", "阿**"),
        ("name", "John Smith", "J**"),
        ("address", "北京市朝阳区建国路1号", "北京市朝阳区***"),
        ("address", "上海市浦东新区张江镇1号", "上海市浦东新区***"),
        ("address", "浙江省杭州市西湖区", "浙江省杭州市西湖区***"),
        ("address", "四川省凉山彝族自治州西昌市航天大道", "四川省凉山彝族自治州西昌市***"),
        ("address", "内蒙古自治区兴安盟突泉县1号", "内蒙古自治区兴安盟突泉县***"),
        ("address", "新疆维吾尔自治区阿克苏地区库车市1号", "新疆维吾尔自治区阿克苏地区库车市***"),
        ("address", "广东省东莞市幸福小区3栋", "广东省东莞市***"),
        ("address", "幸福里小区3栋2单元", "***"),
        ("address", "长安街1号", "***"),
        ("address", "王小明家", "***"),
    ],
)  # fmt: skip
def test_a_part_is_shown_by_what_the_text_is(form: str, value: str, seen: str) -> None:
    assert shown(TEXT, {"kind": "partial", "form": form}, [value, None]) == [seen, None]


@pytest.mark.parametrize(
    ("head", "tail", "seen"),
    [
        (1, 0, ["甲***", "甲*", "***", "***", None]),
        (0, 1, ["***丁", "*乙", "***", "***", None]),
        (2, 1, ["甲乙*丁", "***", "***", "***", None]),
        (4, 1, ["***", "***", "***", "***", None]),
    ],
)
def test_ends_are_shown_of_longer_texts_only(head: int, tail: int, seen: list[str]) -> None:
    mask = {"kind": "partial", "form": "ends", "head": head, "tail": tail}
    assert shown(TEXT, mask, ["甲乙丙丁", "甲乙", "甲", "", None]) == seen


EVERY_TYPE = [
    (Item("x", "string"), "canary"),
    (Item("x", "integer"), 424242),
    (Item("x", "decimal", length=8, scale=2), Decimal("4242.42")),
    (Item("x", "float"), 4242.42),
    (Item("x", "boolean"), True),
    (Item("x", "date"), datetime.date(1942, 4, 2)),
    (Item("x", "datetime"), datetime.datetime(1942, 4, 2, tzinfo=UTC)),
]


@pytest.mark.parametrize(("item", "value"), EVERY_TYPE)
def test_a_full_mask_shows_nothing_of_any_type_not_even_whether_there_is_a_value(
    item: Item, value: Any
) -> None:
    assert shown(item, {"kind": "full"}, [value, None]) == [None, None]
    assert shown(item, {"kind": "full", "show": "stars"}, [value, None]) == ["***", "***"]


@pytest.mark.parametrize(
    ("item", "value", "text"),
    [
        (Item("x", "string"), "990102201503021234", "990102201503021234"),
        (Item("x", "string"), "王小明's \"", "王小明's \""),
        (Item("x", "integer"), -7, "-7"),
        (Item("x", "decimal", length=8, scale=2), Decimal("1.50"), "1.50"),
        (Item("x", "boolean"), True, "true"),
        (Item("x", "date"), datetime.date(15, 1, 31), "0015-01-31"),
        (
            Item("x", "datetime"),
            datetime.datetime(2015, 1, 31, 8, 0, 0, 250000, tzinfo=UTC),
            "2015-01-31 08:00:00.25",
        ),
    ],
)
def test_a_hash_is_the_keyed_digest_of_the_value_as_text(item: Item, value: Any, text: str) -> None:
    due = hmac.new(SALT, text.encode(), hashlib.sha256).hexdigest()[:32]
    assert shown(item, {"kind": "hash"}, [value, None, value]) == [due, None, due]


def test_hashes_stay_the_same_within_a_grant_and_differ_between_grants() -> None:
    values = [str(n) for n in range(1000)]
    first, again = (shown(TEXT, {"kind": "hash"}, values) for _ in range(2))
    other = shown(TEXT, {"kind": "hash"}, values, salt=new_salt())
    assert first == again
    assert len({*first, *other}) == 2000


@pytest.mark.parametrize("salt", [b"", b"short", b"x" * 65])
def test_a_hash_needs_a_secret_of_good_length(salt: bytes) -> None:
    with pytest.raises(Terminal) as refusal:
        shown(TEXT, {"kind": "hash"}, ["a"], salt=salt)
    assert refusal.value.code == "salt-missing"


def test_the_salt_stands_in_no_text_of_the_disclosure() -> None:
    schema = Schema((Item("k", "string", required=True),), ("k",))
    salt = b"canary-canary-canary-canary-0001"
    disclosure = Disclosure(schema, ("k",), read_masks({"k": {"kind": "hash"}}, schema), salt=salt)
    assert "canary" not in repr(disclosure)
    assert disclosure.digest != Disclosure(schema, ("k",), disclosure.masks, salt=SALT).digest


@pytest.mark.parametrize(
    ("item", "to", "value", "seen"),
    [
        (Item("x", "date"), "year", datetime.date(2015, 3, 2), "2015"),
        (Item("x", "date"), "month", datetime.date(15, 3, 2), "0015-03"),
        (
            Item("x", "datetime"),
            "year",
            datetime.datetime(2015, 12, 31, 15, 59, tzinfo=UTC),
            "2015",
        ),
        (
            Item("x", "datetime"),
            "month",
            datetime.datetime(2015, 12, 31, 16, 0, tzinfo=UTC),
            "2016-01",
        ),
        (
            Item("x", "datetime"),
            "day",
            datetime.datetime(2015, 12, 31, 16, 0, tzinfo=UTC),
            datetime.date(2016, 1, 1),
        ),
    ],
)
def test_a_day_is_generalised_by_the_calendar_of_china(
    item: Item, to: str, value: Any, seen: Any
) -> None:
    assert shown(item, {"kind": "date", "to": to}, [value, None]) == [seen, None]


def test_a_division_is_cut_to_its_city_or_province() -> None:
    values = ["990102", "990102003", "99010", "9901", "99010a", "", None, "990102\n"]
    nothing = [None] * 6
    assert shown(TEXT, {"kind": "division", "digits": 4}, values) == ["9901", "9901", *nothing]
    assert shown(TEXT, {"kind": "division", "digits": 2}, values) == ["99", "99", *nothing]


@pytest.mark.parametrize(
    ("item", "width", "values", "seen"),
    [
        (
            Item("x", "integer"),
            10,
            [0, 9, 10, -1, -10, -11, 2**63 - 1, -(2**63), None],
            [0, 0, 10, -10, -10, -20, 2**63 - 8, None, None],
        ),
        (
            Item("x", "decimal", length=5, scale=2),
            "0.5",
            [Decimal("1.49"), Decimal("-0.01"), Decimal("-999.99"), None],
            [Decimal("1.00"), Decimal("-0.50"), None, None],
        ),
        (
            Item("x", "decimal", scale=0),
            1000,
            [Decimal(10**38 - 1), Decimal(1 - 10**38)],
            [Decimal(10**38 - 1000), None],
        ),
        (Item("x", "float"), 0.5, [0.7, -0.1, 1e308, None], [0.5, -0.5, None, None]),
    ],
)
def test_a_number_becomes_the_lower_end_of_its_bucket(
    item: Item, width: Any, values: list[Any], seen: list[Any]
) -> None:
    assert shown(item, {"kind": "bucket", "width": width}, values) == seen


PERSON = Schema(
    (
        Item("id", "string", title="号", required=True, length=18, check="citizen-id"),
        Item("name", "string", required=True, length=20, pattern=".+"),
        Item("sex", "string", required=True, codes=("1", "2")),
        Item("born", "date", required=True, minimum="1900-01-01"),
        Item("seen", "datetime", required=True),
        Item("division", "string", required=True, length=6),
        Item("age", "integer", required=True, minimum=0, maximum=150),
        Item("income", "decimal", length=8, scale=2, required=True),
    ),
    ("id",),
)
MASKS = {
    "id": {"kind": "hash"},
    "name": {"kind": "partial", "form": "name"},
    "sex": {"kind": "full", "show": "stars"},
    "born": {"kind": "date", "to": "year"},
    "seen": {"kind": "date", "to": "day"},
    "division": {"kind": "division", "digits": 4},
    "age": {"kind": "bucket", "width": 10},
    "income": {"kind": "full", "show": "null"},
}


def test_the_schema_says_what_the_receiver_gets() -> None:
    assert masked_schema(PERSON, read_masks(MASKS, PERSON)) == Schema(
        (
            Item("id", "string", title="号", required=True, length=32),
            Item("name", "string", required=True),
            Item("sex", "string", length=3),
            Item("born", "string", required=True),
            Item("seen", "date", required=True),
            Item("division", "string", length=4),
            Item("age", "integer"),
            Item("income", "decimal", length=8, scale=2),
        ),
        ("id",),
    )


def test_masks_are_written_as_they_are_read() -> None:
    masks = read_masks(MASKS, PERSON)
    assert {name: mask.to_json() for name, mask in masks.items()} == MASKS
    ends = {"kind": "partial", "form": "ends", "head": 2, "tail": 0}
    assert read_mask(ends, PERSON.by_name["name"]).to_json() == ends


@pytest.mark.parametrize(
    ("name", "mask", "said"),
    [
        ("name", None, 'a mask is an object such as {"kind": "full"}'),
        ("name", {"kind": "rot13"}, "kind is one of full, partial, hash, date, division, bucket"),
        ("name", {"kind": ["full"]}, "kind is one of"),
        ("name", {"kind": "hash", "salt": "x"}, "unknown member 'salt'; a mask 'hash' has no"),
        ("name", {"kind": "full", "show": "x"}, "show is one of null, stars"),
        ("name", {"kind": "partial"}, "form is one of identity, telephone, name, address, ends"),
        ("name", {"kind": "partial", "form": "ends"}, "only the form ends says how many"),
        ("name", {"kind": "partial", "form": "name", "head": 1}, "only the form ends says"),
        ("name", {"kind": "partial", "form": "ends", "head": -1}, "whole numbers from 0 to 100"),
        ("name", {"kind": "partial", "form": "ends", "head": True}, "whole numbers from 0 to 100"),
        ("age", {"kind": "partial", "form": "name"}, "partial is for string, and the item is"),
        ("born", {"kind": "date"}, "to is one of year, month, day"),
        ("born", {"kind": "date", "to": "day"}, "a date is a day already"),
        ("born", {"kind": "bucket", "width": 10}, "bucket is for integer, decimal, float"),
        ("division", {"kind": "division", "digits": 6}, "digits is one of 2, 4"),
        ("division", {"kind": "division", "digits": 4.0}, "digits is one of 2, 4"),
        ("age", {"kind": "bucket"}, "width is a number above 0"),
        ("age", {"kind": "bucket", "width": True}, "width is a number"),
        ("age", {"kind": "bucket", "width": "1); DROP"}, "width is a number above 0"),
        ("age", {"kind": "bucket", "width": -1}, "width is a number above 0"),
        ("age", {"kind": "bucket", "width": 0.5}, "width 0.5 has no place in BIGINT"),
        ("income", {"kind": "bucket", "width": "0.001"}, "has no place in DECIMAL(8,2)"),
        ("income", {"kind": "bucket", "width": 1000000}, "has no place in DECIMAL(8,2)"),
        (
            "id",
            {"kind": "partial", "form": "identity"},
            "it is part of the key, which must stay unique and stable: mask it with hash, not p",
        ),
        ("id", {"kind": "full"}, "mask it with hash, not full"),
    ],
)
def test_a_mask_that_does_not_fit_is_refused_with_its_item(name: str, mask: Any, said: str) -> None:
    with pytest.raises(Terminal) as refusal:
        read_masks({name: mask}, PERSON)
    assert refusal.value.code == "mask-invalid"
    assert refusal.value.detail.startswith(f"item {name!r}: ")
    assert said in refusal.value.detail


@pytest.mark.parametrize(
    ("masks", "said"),
    [([], "masks are an object"), ({"other": {"kind": "full"}}, "there is no item 'other'")],
)
def test_masks_are_given_by_item(masks: Any, said: str) -> None:
    with pytest.raises(Terminal) as refusal:
        read_masks(masks, PERSON)
    assert said in refusal.value.detail


def test_a_float_has_no_hash() -> None:
    with pytest.raises(Terminal, match="hash is for string, integer"):
        read_mask({"kind": "hash"}, Item("x", "float"))


ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=24)
DIGITS = st.text(st.sampled_from("0123456789X"), min_size=14, max_size=19)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["identity", "telephone", "name"]), st.lists(ANY_TEXT | DIGITS, max_size=20))
def test_a_part_that_is_hidden_never_shows(form: str, values: list[str]) -> None:
    most = {"identity": 10, "telephone": 7, "name": 2}[form]
    for value, seen in zip(
        values, shown(TEXT, {"kind": "partial", "form": form}, values), strict=True
    ):
        parts = re.fullmatch(r"(.*?)(\*{2,})(.*)", seen, re.DOTALL)
        assert parts
        head, _, tail = parts.groups()
        assert seen in ("**", "***") or (value.startswith(head) and value.endswith(tail))
        assert len(head) + len(tail) <= most
        assert len(head) + len(tail) < len(value) or not head + tail


@settings(max_examples=50, deadline=None)
@given(st.lists(ANY_TEXT, max_size=20, unique=True))
def test_hashed_keys_stay_unique(values: list[str]) -> None:
    seen = shown(TEXT, {"kind": "hash"}, values)
    assert len(set(seen)) == len(values)
    assert all(re.fullmatch("[0-9a-f]{32}", each) for each in seen)
