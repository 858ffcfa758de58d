"""Everything that can happen to a dataset."""

from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from accounts import audit
from accounts.actor import Actor
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from accounts.states import RUNNING
from catalog.actions.quality import note_attached
from catalog.errors import NotInForce
from catalog.models import Entry, Resource
from exchange.actions.holds import settle_hold
from exchange.dataplane.schema import Schema, incompatibilities
from exchange.errors import AlreadyAttached, NotYourSystem, SchemaImpossible, SchemaIncompatible
from exchange.models import Dataset, SchemaVersion
from exchange.schemas import schema_of
from exchange.services import breaks_readers, is_served, require_cleared
from exchange.states import DATASET
from exchange.tables import current_schema
from exchange.vocabulary import ChangeKind
from kernel.errors import Invalid
from kernel.texts import Text


@transaction.atomic
def attach_dataset(
    resource: Resource, *, actor: Actor, system: InformationSystem, **options: Any
) -> Dataset:
    """Attach data to a published resource (目录挂接): its items in force become the schema.

    ``options`` are the dataset's columns kind, compatibility, on_reject, max_rejected_percent,
    is_queryable and lookup_items.
    """
    require(actor, Perm.DATASET_ATTACH, resource.department_id)
    if resource.published is None:
        raise NotInForce()
    if system.department_id != resource.department_id:
        raise NotYourSystem.field("system", "must be a system of the resource's department")
    schema = schema_of(resource.published.items.all())
    dataset = Dataset(
        resource=resource, department_id=resource.department_id, system=system, **options
    )
    _check_options(dataset, schema)
    # The two name each other; the database compares them at the commit.
    dataset.schema = _version(dataset, resource.published, schema, 1)
    try:
        with transaction.atomic():
            dataset.save(force_insert=True)
    except IntegrityError as clash:
        raise AlreadyAttached(dataset=str(_attached_to(resource))) from clash
    dataset.schema.save(force_insert=True)
    audit.record(actor, "dataset.attached", dataset, resource=str(resource.pk), key=schema.key)
    note_attached(resource.pk, True, actor=actor)
    settle_hold(resource.pk, actor=actor)
    return dataset


@transaction.atomic
def evolve_dataset(dataset: Dataset, *, actor: Actor) -> Dataset:
    """Take over the items that the catalogue has now in force, if compatibility allows it.

    What takes something from those who read it needs to have been announced (Art. 27).
    """
    require(actor, Perm.DATASET_ATTACH, dataset.department_id)
    dataset = Dataset.objects.select_for_update(of=("self",)).get(pk=dataset.pk)
    entry = dataset.resource.published
    if entry is None:
        raise NotInForce()
    old, new = current_schema(dataset), schema_of(entry.items.all())
    if old.digest == new.digest:
        return dataset
    faults = incompatibilities(old, new, dataset.compatibility)
    if faults:
        raise SchemaIncompatible(
            "file a resource of its own, or attach with another compatibility level",
            level=dataset.compatibility,
            errors=[{"pointer": "#/items", "code": "incompatible", "detail": f} for f in faults],
        )
    if breaks_readers(old, new):
        require_cleared(dataset, ChangeKind.CHANGE)
    _check_options(dataset, new)
    version = _version(dataset, entry, new, dataset.schema.number + 1)
    version.save(force_insert=True)
    dataset.change(schema=version)
    audit.record(actor, "dataset.evolved", dataset, schema=dataset.schema.number)
    return dataset


@transaction.atomic
def close_dataset(dataset: Dataset, *, actor: Actor) -> Dataset:
    """Take no more batches; what was published stays readable to those who hold grants.

    ChangeNotCleared while others are served who were not told, or do not agree (Art. 27).
    """
    require(actor, Perm.DATASET_ATTACH, dataset.department_id)
    DATASET.check(dataset, "close")
    require_cleared(dataset, ChangeKind.STOP)
    DATASET.move(dataset, "close")
    audit.record(actor, "dataset.closed", dataset)
    note_attached(dataset.resource_id, is_served(dataset.resource_id), actor=actor)
    settle_hold(dataset.resource_id, actor=actor)
    return dataset


@transaction.atomic
def hand_over_dataset(dataset: Dataset, system: InformationSystem, *, actor: Actor) -> Dataset:
    """Let another running system of the department publish from now on; grants go on unchanged."""
    require(actor, Perm.DATASET_ATTACH, dataset.department_id)
    if system.department_id != dataset.department_id or system.state not in RUNNING:
        raise NotYourSystem.field("system", "must be a running system of the dataset's department")
    dataset = Dataset.objects.select_for_update(of=("self",)).get(pk=dataset.pk)
    before = dataset.system_id
    if before == system.pk:
        return dataset
    dataset.change(system=system)
    audit.record(actor, "dataset.handed_over", dataset, before=str(before), system=str(system.pk))
    settle_hold(dataset.resource_id, actor=actor)
    return dataset


def _attached_to(resource: Resource) -> UUID:
    # Not resource.dataset, which is the one that was not saved.
    return Dataset.objects.values_list("pk", flat=True).get(resource_id=resource.pk)


def _check_options(dataset: Dataset, schema: Schema) -> None:
    if dataset.kind == Dataset.Kind.TABLE and not schema.key:
        raise SchemaImpossible(
            "a table needs a key: mark the key items in the catalogue, or attach as events"
        )
    unknown = sorted(set(dataset.lookup_items) - set(schema.names))
    if unknown:
        raise Invalid.field(
            "lookup_items", Text("there is no item {name!r}", name=unknown[0]), "unknown-item"
        )


def _version(dataset: Dataset, entry: Entry, schema: Schema, number: int) -> SchemaVersion:
    return SchemaVersion(
        dataset=dataset,
        number=number,
        entry=entry,
        body=schema.to_json(),
        digest=schema.digest,
    )
