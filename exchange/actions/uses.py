"""Looking into the ledger of use: who received a record, and the ledger as a file."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q, QuerySet

from accounts import audit
from accounts.actor import Actor
from accounts.models import Department
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults
from exchange.appearances import Disclosed, log_of
from exchange.ledger import subject_digests
from exchange.models import Dataset, GrantEdition, UseEntry
from exchange.tables import current_schema
from exchange.values import key_values

_CHUNK = 2000


def find_uses(dataset: Dataset, key: dict[str, Any], *, actor: Actor) -> Iterator[UseEntry]:
    """The entries under which the record of that key was given or asked for, oldest first.

    Look-ups are found by their keyed digests; pages, tables and deliveries by the batches that
    they covered and the row condition of their edition. Of filtered batches of which a page held
    a part, the whole batch counts: nobody who may have received the record is left out. So do
    entries of which retention removed the batches: they are given, and not ``is_certain``.
    """
    require(actor, Perm.LEDGER_VIEW)
    values = key_values(current_schema(dataset), key)
    log = faults.guarded(lambda: log_of(dataset, values))
    digest = subject_digests(dataset, [values])[0]
    # The search is noted before anything is found, without the key.
    audit.record(actor, "ledger.viewed", dataset, by=sorted(key))
    # What an interface under the same resource answered is named by the same digests.
    of = Q(dataset=dataset) | Q(interface__resource_id=dataset.resource_id)
    entries = UseEntry.objects.filter(of).filter(
        Q(subjects__contains=[digest]) | Q(last_number__isnull=False)
    )
    conditions = _conditions(dataset)
    disclosed: dict[str, Disclosed] = {}

    def matching() -> Iterator[UseEntry]:
        for entry in entries.order_by("pk").iterator(_CHUNK):
            if entry.last_number is None:
                yield entry
                continue
            condition = conditions.get((entry.grant_id, entry.edition), "")
            if condition not in disclosed:
                disclosed[condition] = faults.guarded(lambda: log.under(condition))  # noqa: B023
            entry.is_certain = disclosed[condition].knows(entry)
            if not entry.is_certain or disclosed[condition].within(entry):
                yield entry

    return matching()


def export_uses(rows: QuerySet[UseEntry], *, actor: Actor, format: str) -> Iterable[UseEntry]:
    """The entries of a selection that the actor may see, oldest first, to be written as a file."""
    require(actor, Perm.USE_VIEW)
    seen = rows & UseEntry.objects.visible_to(actor)
    department = Department.objects.get(pk__in=[actor.department_id])
    audit.record(actor, "ledger.exported", department, rows=seen.count(), format=format)
    return seen.order_by("pk").iterator(_CHUNK)


def _conditions(dataset: Dataset) -> dict[tuple[Any, int], str]:
    """The row condition of every edition of the dataset's grants."""
    editions = GrantEdition.objects.filter(grant__resource_id=dataset.resource_id)
    return {
        (grant, number): condition
        for grant, number, condition in editions.values_list("grant_id", "number", "condition")
    }
