"""A dataset's contract: what whoever reads it may count on, as data.

A question only; the example records are made up from the schema and are nobody's.
"""

from typing import Any

from django.conf import settings

from exchange.dataplane.encoding import FORMATS as FORMATS_OUT
from exchange.dataplane.formats import FORMATS
from exchange.dataplane.intake import CODINGS
from exchange.dataplane.items import Item
from exchange.dataplane.samples import sample_records
from exchange.dataplane.schema import Schema
from exchange.models import Dataset
from exchange.tables import current_schema

# Bodies above this are better sent in parts.
PARTS_FROM = 64 * 1024 * 1024
_RULES = ("length", "scale", "pattern", "minimum", "maximum", "codes", "check")


def contract_of(dataset: Dataset) -> dict[str, Any]:
    """Schema, key, cycle, quality rules, retention, examples and addresses."""
    schema = current_schema(dataset)
    entry = dataset.resource.published
    return {
        "dataset": str(dataset.pk),
        "resource": {"id": str(dataset.resource_id), "name": entry.name if entry else ""},
        "provider": {"id": str(dataset.department_id), "name": dataset.department.name},
        "kind": dataset.kind,
        "state": dataset.state,
        "update_cycle": entry.update_cycle if entry else "",
        "schema": {
            "number": dataset.schema.number,
            "digest": dataset.schema.digest,
            "items": schema.to_json()["items"],
            "key": list(schema.key),
        },
        "compatibility": dataset.compatibility,
        "quality": _quality(schema),
        "on_reject": {
            "policy": dataset.on_reject,
            "max_rejected_percent": dataset.max_rejected_percent,
        },
        "retention": {
            "days": dataset.retain_days,
            "first_number": dataset.first_number,
            "last_number": dataset.last_number,
        },
        "lookups": {"offered": dataset.is_queryable, "items": list(dataset.lookup_items)},
        "formats": {"in": list(FORMATS), "out": list(FORMATS_OUT), "codings": list(CODINGS)},
        "limits": {"body_bytes": settings.MAX_BODY_BYTES, "parts_from_bytes": PARTS_FROM},
        "examples": sample_records(schema),
        "addresses": _addresses(dataset),
    }


def _quality(schema: Schema) -> list[dict[str, Any]]:
    """Every rule that each record keeps to, one by one."""
    rules = [{"item": ",".join(schema.key), "rule": "unique", "value": True}] if schema.key else []
    for item in schema.items:
        rules.append({"item": item.name, "rule": "type", "value": item.type})
        if item.required:
            rules.append({"item": item.name, "rule": "required", "value": True})
        rules += [{"item": item.name, "rule": name, "value": value} for name, value in _set(item)]
    return rules


def _set(item: Item) -> list[tuple[str, Any]]:
    found = [(name, getattr(item, name)) for name in _RULES]
    return [
        (name, list(value) if isinstance(value, tuple) else value)
        for name, value in found
        if value is not None
    ]


def _addresses(dataset: Dataset) -> dict[str, str]:
    own = f"{settings.PUBLIC_URL}/api/v1/datasets/{dataset.pk}"
    offered = {"lookup": f"{own}/lookup", "verify": f"{own}/verify"} if dataset.is_queryable else {}
    return {
        "dataset": own,
        "publish": f"{own}/batches",
        "uploads": f"{own}/uploads",
        "evolution": f"{own}/evolution",
        "requests": f"{settings.PUBLIC_URL}/api/v1/requests",
        "subscriptions": f"{settings.PUBLIC_URL}/api/v1/subscriptions",
        **offered,
    }
