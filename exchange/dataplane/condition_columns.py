"""A condition as an SQL expression over typed columns; its values are bound, never written in."""

from exchange.dataplane.binding import Bound
from exchange.dataplane.condition_values import Value, value_to_json
from exchange.dataplane.conditions import (
    All,
    Among,
    Between,
    Compare,
    Condition,
    Either,
    Missing,
    Not,
    Starts,
)
from exchange.dataplane.engine import quoted
from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema

_SQL_OPERATORS = {"=": "=", "!=": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}


def condition_sql(condition: Condition, schema: Schema, bound: Bound) -> str:
    """A boolean expression over the columns of the schema; null where the condition is unknown."""
    if isinstance(condition, All | Either):
        word = " AND " if isinstance(condition, All) else " OR "
        parts = [condition_sql(part, schema, bound) for part in condition.parts]
        return f"({word.join(parts)})"
    if isinstance(condition, Not):
        return f"(NOT {condition_sql(condition.part, schema, bound)})"
    return f"({_test_sql(condition, schema.by_name[condition.item], bound)})"


def _test_sql(test: Compare | Among | Missing | Starts | Between, item: Item, bound: Bound) -> str:
    name = quoted(item.name)
    if isinstance(test, Missing):
        return f"{name} IS NULL"
    if isinstance(test, Among):
        return f"{name} IN ({', '.join(_place(each, item, bound) for each in test.values)})"
    if isinstance(test, Starts):
        return f"starts_with({name}, {_place(test.text, item, bound)})"
    # PostgreSQL would order texts by the database's language.
    plain = item.type == "string" and bound.dialect == "postgres"
    name = f'{name} COLLATE "C"' if plain else name
    if isinstance(test, Compare):
        return f"{name} {_SQL_OPERATORS[test.operator]} {_place(test.value, item, bound)}"
    low, high = (_place(each, item, bound) for each in (test.low, test.high))
    return f"{name} BETWEEN {low} AND {high}"


def _place(value: Value, item: Item, bound: Bound) -> str:
    """The value's place, cast to the type of the column."""
    plain = value_to_json(value)
    text = plain if isinstance(plain, str) else repr(plain).lower()
    kind = "DOUBLE PRECISION" if item.type == "float" else item.sql_type
    return f"CAST({bound.add(text)} AS {kind})"
