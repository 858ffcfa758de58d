"""A dataset's contract and the versions of its items in the portal."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET

from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.access import signed_in
from accounts.portal.steps import shown_steps
from catalog.interchange.columns import ENTRY_COLUMNS
from catalog.portal.words import column_label
from exchange.contracts import contract_of
from exchange.dataplane.evolution import ItemChange, item_changes, level_of
from exchange.dataplane.items import Item
from exchange.dataplane.schema import Schema
from exchange.evolutions import evolution_of
from exchange.models import Dataset, SchemaVersion
from exchange.portal import lane_words as words
from exchange.portal.datasets import STEPS, dataset_of, name_of
from kernel.errors import NotFound
from kernel.pages import page
from kernel.texts import listed

_VERSIONS = 50
_SHOWN_RULES = ("length", "scale", "pattern", "minimum", "maximum", "codes", "check")


@dataclass(frozen=True)
class ItemLine:
    """An item in the reader's words."""

    item: Item
    type: Any
    is_key: bool
    rules: list[str]


@dataclass(frozen=True)
class ChangeLine:
    """What happens to one item between two versions."""

    name: str
    change: tuple[Any, str]
    breaks: bool
    aspects: list[tuple[Any, str, str]]


@require_GET
@signed_in
def contract_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What whoever reads the dataset may count on, with examples to copy."""
    dataset = dataset_of(request, pk)
    told = contract_of(dataset)
    schema = Schema.from_json(dataset.schema.body)
    context = {
        "dataset": dataset,
        "name": name_of(dataset),
        "contract": told,
        "kind": words.DATASET_KINDS[dataset.kind],
        "cycle": column_label(ENTRY_COLUMNS["update_cycle"], told["update_cycle"]),
        "compatibility": words.COMPATIBILITIES[dataset.compatibility],
        "on_reject": words.ON_REJECT[dataset.on_reject],
        "items": _lines(schema),
        "example": told["examples"][0] if told["examples"] else {},
        "publish_kind": "append" if dataset.kind == Dataset.Kind.EVENTS else "snapshot",
    }
    return page(request, "exchange/contract.html", context)


@require_GET
@signed_in
def schema_page(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The items of a version, what differs from the one before, and what is to come."""
    dataset = dataset_of(request, pk)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    versions = list(dataset.schemas.select_related("entry").order_by("-number")[:_VERSIONS])
    shown = _chosen(versions, request.GET.get("version", ""))
    before = next((one for one in versions if one.number < shown.number), None)
    schema = Schema.from_json(shown.body)
    is_own = may(actor, Perm.DATASET_ATTACH, dataset.department_id)
    context = {
        "dataset": dataset,
        "name": name_of(dataset),
        "versions": versions,
        "shown": shown,
        "before": before,
        "items": _lines(schema),
        "compatibility": words.COMPATIBILITIES[dataset.compatibility],
        **_compared(before, schema),
        "coming": _coming(dataset, actor) if is_own else None,
        "steps": shown_steps(dataset, actor, STEPS, lambda name: name == "evolve"),
    }
    return page(request, "exchange/schema.html", context)


def _chosen(versions: list[SchemaVersion], asked: str) -> SchemaVersion:
    """The version asked for, else the last."""
    found = next((one for one in versions if str(one.number) == asked), None)
    if found is None and (asked or not versions):
        raise NotFound()
    return found or versions[0]


def _compared(before: SchemaVersion | None, schema: Schema) -> dict[str, Any]:
    if before is None:
        return {"changes": [], "level": ""}
    old = Schema.from_json(before.body)
    changes = [_change(one) for one in item_changes(old, schema)]
    return {"changes": changes, "level": words.COMPATIBILITIES[level_of(old, schema)]}


def _coming(dataset: Dataset, actor: Actor) -> dict[str, Any] | None:
    """What taking over the items in force would change, and whom it would break."""
    if dataset.resource.published is None or dataset.state != "open":
        return None
    found = evolution_of(dataset, actor)
    if not found["changes"]:
        return None
    lines = [
        ChangeLine(
            each["item"],
            words.CHANGES[each["change"]],
            each["breaks"],
            [_aspect(one["aspect"], one["before"], one["after"]) for one in each["aspects"]],
        )
        for each in found["items"]
    ]
    return {**found, "lines": lines, "level_word": words.COMPATIBILITIES[found["level"]]}


def _lines(schema: Schema) -> list[ItemLine]:
    return [
        ItemLine(
            item,
            words.TYPES[item.type],
            item.name in schema.key,
            [
                f"{words.RULES[name]} {_told(getattr(item, name))}"
                for name in _SHOWN_RULES
                if getattr(item, name) is not None
            ],
        )
        for item in schema.items
    ]


def _change(one: ItemChange) -> ChangeLine:
    aspects = [_aspect(each.name, each.before, each.after) for each in one.aspects]
    return ChangeLine(one.name, words.CHANGES[one.change], one.breaks, aspects)


def _aspect(name: str, before: Any, after: Any) -> tuple[Any, str, str]:
    if name == "type":
        return words.RULES[name], str(words.TYPES[before]), str(words.TYPES[after])
    return words.RULES.get(name, name), _told(before), _told(after)


def _told(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list | tuple):
        return listed(value)
    return str(value)
