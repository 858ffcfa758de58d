"""python -m bench.hub.scene make PARQUET TERMS: a provider, its dataset, and a grant on terms.

The rows are written as they are after the steps of sharing, whose cost nobody measures here; the
data is published, folded and opened through the platform's own actions.
"""

from __future__ import annotations

import hashlib
import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from config import env

env.use_settings("config.settings.development")

import django  # noqa: E402

django.setup()

from django.utils import timezone  # noqa: E402

from accounts import keys  # noqa: E402
from accounts.actor import CLOCK, Actor  # noqa: E402
from accounts.models import Credential, Department, InformationSystem  # noqa: E402
from accounts.permissions import Role  # noqa: E402
from bench.rights.population import RESIDENTS  # noqa: E402
from catalog.models import Category, Entry, Item, Resource  # noqa: E402
from exchange.actions.batches import Body, publish_batch  # noqa: E402
from exchange.actions.datasets import attach_dataset  # noqa: E402
from exchange.actions.upkeep import fold_due  # noqa: E402
from exchange.dataplane.schema import Schema  # noqa: E402
from exchange.models import Dataset, Grant, SharingRequest, Subscription  # noqa: E402

PURPOSE = "benchmark"
_TYPES = {
    "string": "C",
    "decimal": "N",
    "integer": "I",
    "float": "F",
    "boolean": "L",
    "date": "D",
    "datetime": "T",
}


def make(source: str, terms: str) -> dict[str, str]:
    """The scene; ``terms`` are columns of the grant as JSON, ``queryable`` opens look-ups."""
    given = json.loads(terms)
    queryable = bool(given.pop("queryable", False))
    sides = Sides()
    requester, publisher, reader = sides.requester, sides.publisher, sides.reader
    dataset = sides.dataset(RESIDENTS, is_queryable=queryable)
    resource = dataset.resource
    _publish(dataset, publisher, Path(source))
    if queryable:
        fold_due(actor=CLOCK)
    grant = grant_to(resource, requester, reader, given)
    lane = Subscription.objects.create(
        grant=grant,
        dataset=dataset,
        department=requester,
        system=reader,
        mode="pull",
        purpose=PURPOSE,
    )
    return {
        "dataset": str(dataset.pk),
        "grant": str(grant.pk),
        "subscription": str(lane.pk),
        "reader": credential_of(reader),
        "publisher": credential_of(publisher),
        "table": f"t_{dataset.pk.hex}",
    }


class Sides:
    """A providing and a requesting department, each with a system."""

    def __init__(self) -> None:
        self.provider, self.requester = _department(1), _department(2)
        self.publisher, self.reader = _system(self.provider), _system(self.requester)
        self.steward = Actor("person", None, "steward", self.provider.pk, frozenset({Role.STEWARD}))

    def dataset(self, schema: Schema, number: int = 1, **options: Any) -> Dataset:
        """An empty dataset of this schema, the provider's resource of that number."""
        resource = _resource(self.provider, schema, number)
        return attach_dataset(resource, actor=self.steward, system=self.publisher, **options)


def _department(number: int) -> Department:
    return Department.objects.create(
        name=f"部门{number}", credit_code=f"11990000MB000000{number}X", division_code="990000"
    )


def _system(department: Department) -> InformationSystem:
    return InformationSystem.objects.create(
        department=department, name=f"系统{department.name}", function="办理", state="in_operation"
    )


def _resource(department: Department, schema: Schema, number: int) -> Resource:
    category, _ = Category.objects.get_or_create(code="307024", defaults={"name": "类"})
    resource = Resource.objects.create(
        department=department, category=category, code=f"{category.code}/{number}"
    )
    now = timezone.now()
    entry = Entry.objects.create(
        resource=resource,
        department=department,
        number=1,
        name=f"居民{number}",
        name_key=f"居民{number}",
        abstract="居民",
        share_type="unconditional",
        share_modes=["interface", "database"],
        state="published",
        published_at=now,
        approved_at=now,
    )
    Item.objects.bulk_create(
        Item(
            entry=entry,
            position=position,
            column=item.name,
            name=item.title,
            data_type=_TYPES[item.type],
            length=item.length,
            scale=item.scale,
            codes=list(item.codes or ()),
            pattern=item.pattern or "",
            is_key=item.name in schema.key,
            is_required=item.required,
        )
        for position, item in enumerate(schema.items, start=1)
    )
    resource.change(published=entry)
    return resource


def _publish(dataset: Dataset, publisher: InformationSystem, source: Path) -> None:
    actor = Actor(
        "system", publisher.pk, publisher.name, publisher.department_id, frozenset({Role.SYSTEM})
    )
    with source.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    publish_batch(dataset, actor=actor, body=Body(source, digest, "snapshot", "parquet"))


def grant_to(
    resource: Resource, requester: Department, reader: InformationSystem, terms: dict[str, Any]
) -> Grant:
    """A grant in force on the terms, of all items unless they name some."""
    entry = resource.published
    assert entry is not None
    told = {
        "resource": resource,
        "department": requester,
        "provider": resource.department,
        "system": reader,
        "items": list(entry.items.order_by("position").values_list("column", flat=True)),
        "modes": ["interface", "database"],
        "purposes": [PURPOSE],
        "ends_on": timezone.localdate() + timedelta(days=365),
    }
    request = SharingRequest.objects.create(
        **told,
        entry=entry,
        basis="基准",
        scenario="基准",
        scope="基准",
        submitted_by=reader.pk,
        state="granted",
    )
    return Grant.objects.create(request=request, **{**told, **terms})


def credential_of(system: InformationSystem) -> str:
    """A key of the system."""
    prefix, secret = keys.new_credential()
    Credential.objects.create(
        system=system,
        prefix=prefix,
        last_four=secret[-4:],
        digest=keys.digest(secret),
        expires_at=timezone.now() + timedelta(days=30),
    )
    return secret


if __name__ == "__main__":
    print(json.dumps({"make": make}[sys.argv[1]](*sys.argv[2:])))
