"""The schema most tests publish under: one item of each type."""

from exchange.dataplane.schema import Item, Schema

PERSONS = Schema(
    (
        Item("code", "string", required=True, length=8),
        Item("name", "string", length=4),
        Item("age", "integer", minimum=0, maximum=150),
        Item("income", "decimal", length=8, scale=2),
        Item("score", "float"),
        Item("married", "boolean"),
        Item("born", "date"),
        Item("seen", "datetime"),
    ),
    ("code",),
)
