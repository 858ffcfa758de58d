"""From the catalogue's items to a schema."""

import pytest

from exchange.errors import SchemaImpossible
from exchange.schemas import schema_of
from tests.factories.catalog import code_list, entry_with_items

KEY = {"column": "id", "length": 18, "is_key": True, "is_required": True}


def schema(*items):
    return schema_of(entry_with_items([KEY, *items]).items.all())


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("item", "type", "length", "scale"),
    [
        ({"data_type": "C", "length": 20}, "string", 20, None),
        ({"data_type": "M", "length": None}, "string", None, None),
        ({"data_type": "text", "length": None}, "string", None, None),
        ({"data_type": "N", "length": 12, "scale": 4}, "decimal", 12, 4),
        ({"data_type": "N", "length": 12}, "decimal", 12, 0),
        ({"data_type": "Y", "length": 12}, "decimal", 12, 2),
        ({"data_type": "N", "length": 60, "scale": 2}, "decimal", 38, 2),
        ({"data_type": "D", "length": None}, "date", None, None),
        ({"data_type": "T", "length": None}, "datetime", None, None),
        ({"data_type": "L", "length": None}, "boolean", None, None),
        ({"data_type": "B", "length": None}, "float", None, None),
        ({"data_type": "F", "length": None}, "float", None, None),
        ({"data_type": "I", "length": 9}, "integer", None, None),
    ],
)
def test_each_type_of_the_guide_has_its_type_in_the_data(item, type, length, scale):
    made = schema({"column": "value", **item}).by_name["value"]
    assert (made.type, made.length, made.scale) == (type, length, scale)


@pytest.mark.django_db
def test_rules_are_carried_over_and_the_key_is_required():
    made = schema(
        {"column": "level", "length": 1, "codes": ["1", "2"]},
        {"column": "code", "length": 18, "check_digit": "credit-code", "pattern": r"\w+"},
    )
    assert made.key == ("id",)
    assert made.by_name["id"].required
    assert made.by_name["level"].codes == ("1", "2")
    assert (made.by_name["code"].check, made.by_name["code"].pattern) == ("credit-code", r"\w+")


@pytest.mark.django_db
def test_an_item_takes_the_codes_of_its_list_in_force_in_two_queries(django_assert_num_queries):
    ethnic = code_list("GB/T 3304", {"01": "汉族", "97": "其他"})
    items = [{"column": f"mz{n}", "length": 2, "code_list": ethnic} for n in range(5)]
    entry = entry_with_items([KEY, *items])
    with django_assert_num_queries(3):
        made = schema_of(entry.items.all())
    assert [item.codes for item in made.items] == [None, *[("01", "97")] * 5]
    assert schema({"column": "mz", "length": 2, "code_list": ethnic, "codes": ["01"]}).by_name[
        "mz"
    ].codes == ("01",)


@pytest.mark.django_db
def test_a_picture_is_no_item_of_a_record():
    with pytest.raises(SchemaImpossible) as refused:
        schema({"column": "photo", "data_type": "blob", "length": None})
    assert refused.value.facts == {"item": "photo"}


@pytest.mark.django_db
def test_no_items_make_no_schema():
    with pytest.raises(SchemaImpossible):
        schema_of([])
