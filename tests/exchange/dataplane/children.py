"""Children with canaries in what a grant must not show, and a disclosure of them."""

from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.conditions import Condition
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.masks import read_masks
from exchange.dataplane.schema import Item, Schema

SALT = b"s" * 32

CHILDREN = Schema(
    (
        Item("id", "string", required=True),
        Item("name", "string"),
        Item("phone", "string"),
        Item("division", "string"),
        Item("age", "integer"),
        Item("born", "date"),
        Item("income", "decimal", length=8, scale=2),
        Item("seen", "datetime"),
        Item("secret", "string"),
    ),
    ("id",),
)
MASKS = {
    "id": {"kind": "hash"},
    "name": {"kind": "partial", "form": "name"},
    "phone": {"kind": "partial", "form": "telephone"},
    "born": {"kind": "date", "to": "year"},
    "division": {"kind": "division", "digits": 4},
}
ROWS = [
    {"id": "canary-1", "name": "王canary明", "phone": "138canary4567", "division": "990102",
     "age": 7, "born": "2015-03-02", "income": "1.50", "seen": "2026-01-31T08:00:00Z",
     "secret": "canary"},
    {"id": "canary-2", "name": "canary", "phone": "canary", "division": "980102", "age": 7,
     "income": "7777.77", "secret": "canary"},
    {"id": "canary-3", "name": None, "division": "990202", "age": 66, "secret": "canary"},
    {"id": "4", "division": "990202", "age": 0, "secret": "x"},
]  # fmt: skip
NAMES = ("name", "id", "phone", "division", "age", "born", "seen")


def condition(text: str) -> Condition:
    """A row condition on the children."""
    return parse_condition(text, CHILDREN)


def disclosure(
    text: str = 'division starts with "99" and age < 16 and secret = "canary"',
) -> Disclosure:
    """The children under every mask, of whom the condition shows some."""
    return Disclosure(CHILDREN, NAMES, read_masks(MASKS, CHILDREN), condition(text), SALT)
