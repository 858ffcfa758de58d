"""What of an entry's data everybody may have: the table's shared columns that say nothing of a
person."""

from pathlib import Path

from catalog.items import effective_share_type
from catalog.models import Resource
from catalog.published import in_force
from catalog.versions import items_of
from catalog.vocabulary import Sensitivity, ShareType
from exchange import faults
from exchange.dataplane import reading
from exchange.dataplane.schema import Schema
from exchange.models import Dataset, Snapshot
from exchange.storage import limits, store
from exchange.tables import snapshot_at_head

# Larger tables are asked for by departments, not by a click.
MOST_ROWS = 2_000_000


def open_dataset(resource: Resource) -> tuple[Dataset, list[str]] | None:
    """The table behind an entry that is open, and its columns for everybody; None without any."""
    entry = resource.published
    dataset = (
        Dataset.objects.filter(resource=resource, state="open", kind=Dataset.Kind.TABLE)
        .select_related("schema")
        .first()
    )
    if entry is None or dataset is None or dataset.last_number == 0:
        return None
    there = Schema.from_json(dataset.schema.body).by_name
    columns = [
        item.column
        for item in items_of(entry)
        if item.column in there
        and item.sensitivity == Sensitivity.NONE
        and effective_share_type(item, entry) != ShareType.NOT_SHARED
    ]
    return (dataset, columns) if columns else None


def open_table(resource: Resource) -> tuple[Snapshot, list[str]] | None:
    """The table as it is now and its columns for everybody; None where nobody may have it."""
    if not in_force(is_open=True).filter(pk=resource.pk).exists():
        return None
    found = open_dataset(resource)
    if found is None:
        return None
    dataset, columns = found
    snapshot = faults.guarded(lambda: snapshot_at_head(dataset))
    if snapshot is None or snapshot.rows > MOST_ROWS:
        return None
    return snapshot, columns


def write_open(snapshot: Snapshot, columns: list[str], format: str, out: Path) -> int:
    """Write the columns of the table as a file; the rows."""
    source = store().path(snapshot.digest)
    return faults.guarded(
        lambda: reading.project(source, columns, format=format, out=out, limits=limits())
    )
