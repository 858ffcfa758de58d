"""What a dataset would become if it took over the items in force, and whom that would break.

A question only; nothing is written here.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from accounts.actor import Actor
from catalog.errors import NotInForce
from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.errors import Terminal
from exchange.dataplane.evolution import ItemChange, item_changes, level_of
from exchange.dataplane.masks import read_masks
from exchange.dataplane.schema import Schema, incompatibilities
from exchange.models import Dataset, Grant, Subscription
from exchange.schemas import schema_of
from exchange.services import breaks_readers, served_departments
from exchange.states import GRANT_RUNNING
from exchange.tables import current_schema


def evolution_of(dataset: Dataset, actor: Actor) -> dict[str, Any]:
    """The change item by item, its level, and the grants that it breaks.

    Those grants are named to who may see them; to everybody else they are only counted.
    """
    entry = dataset.resource.published
    if entry is None:
        raise NotInForce()
    old, new = current_schema(dataset), schema_of(entry.items.all())
    changes = item_changes(old, new)
    faults = incompatibilities(old, new, dataset.compatibility)
    return {
        "changes": old.digest != new.digest,
        "schema": dataset.schema.number,
        "version": entry.number,
        "declared": dataset.compatibility,
        "level": level_of(old, new),
        "allowed": not faults,
        "errors": faults,
        "needs_announcement": breaks_readers(old, new) and bool(served_departments(dataset)),
        "key": {"before": list(old.key), "after": list(new.key)},
        "items": [_told(change) for change in changes],
        "readers": _readers(dataset, actor, old, new, changes),
    }


def _told(change: ItemChange) -> dict[str, Any]:
    return {
        "item": change.name,
        "change": change.change,
        "breaks": change.breaks,
        "aspects": [
            {"aspect": each.name, "before": _plain(each.before), "after": _plain(each.after)}
            for each in change.aspects
        ],
        "backward": list(change.backward),
        "forward": list(change.forward),
    }


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _readers(
    dataset: Dataset, actor: Actor, old: Schema, new: Schema, changes: Sequence[ItemChange]
) -> dict[str, Any]:
    running = Grant.objects.filter(resource_id=dataset.resource_id, state__in=GRANT_RUNNING)
    broken = {grant: _reasons(grant, old, new, changes) for grant in running.order_by("created_at")}
    broken = {grant: why for grant, why in broken.items() if why}
    seen = set(
        Grant.objects.visible_to(actor)
        .filter(pk__in=[g.pk for g in broken])
        .values_list("pk", flat=True)
    )
    lanes = _lanes([grant.pk for grant in broken])
    return {
        "grants": running.count(),
        "broken_grants": len(broken),
        "broken_subscriptions": sum(len(found) for found in lanes.values()),
        "broken_departments": len({grant.department_id for grant in broken}),
        "broken": [
            {
                "grant": str(grant.pk),
                "department": str(grant.department_id),
                "systems": [
                    str(system) for system in dict.fromkeys([grant.system_id, *grant.systems])
                ],
                "subscriptions": lanes.get(grant.pk, []),
                "reasons": why,
            }
            for grant, why in broken.items()
            if grant.pk in seen
        ],
    }


def _reasons(
    grant: Grant, old: Schema, new: Schema, changes: Sequence[ItemChange]
) -> list[dict[str, str]]:
    """What of the grant the change breaks, by item; empty if nothing."""
    used = {*grant.items, *grant.verify_items}
    found = [
        {"item": change.name, "detail": why}
        for change in changes
        if change.name in used and change.breaks
        for why in (change.backward + change.forward or ("it is not there any more",))
    ]
    if old.key != new.key:
        found.append({"item": ",".join(old.key), "detail": "the key is another one"})
    try:
        read_masks({n: m for n, m in grant.masks.items() if n in new.names}, new)
        if grant.condition:
            parse_condition(grant.condition, new)
    except Terminal as unfit:
        found.append({"item": "", "detail": f"its terms do not fit any more: {unfit.detail}"})
    return found


def _lanes(grants: Sequence[UUID]) -> dict[UUID, list[str]]:
    rows = Subscription.objects.filter(grant_id__in=grants).exclude(state="ended")
    found: dict[UUID, list[str]] = {}
    for grant, lane in rows.order_by("created_at").values_list("grant_id", "pk"):
        found.setdefault(grant, []).append(str(lane))
    return found
