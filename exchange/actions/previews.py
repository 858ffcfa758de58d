"""What a consent would show, on a few of the provider's own records, before it is prepared."""

from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from accounts import audit
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from exchange import faults
from exchange.answers import check_terms, whole_schema
from exchange.dataplane import reading
from exchange.dataplane.condition_text import parse_condition
from exchange.dataplane.disclosing import disclose_page
from exchange.dataplane.disclosure import Disclosure, new_salt
from exchange.dataplane.encoding import printable
from exchange.dataplane.masks import read_masks
from exchange.dataplane.schema import Schema
from exchange.models import Dataset, SharingRequest
from exchange.reveals import is_revealed, personal_columns, starred
from exchange.storage import store
from exchange.tables import snapshot_at_head

SHOWN_ROWS = 5
# Rows of the table that are looked at: the first ones, so that it costs the same of any table.
LOOKED_AT = 1000


@dataclass(frozen=True)
class Preview:
    """The first rows as they would be shown; of ``looked_at`` rows ``matching`` meet the condition.

    Without data there is nothing to look at. Dates, times and decimals are text.
    """

    columns: list[str]
    rows: list[dict[str, Any]] = field(default_factory=list)
    looked_at: int = 0
    matching: int = 0
    # Columns of personal items whose values this person sees starred.
    starred: tuple[str, ...] = ()


def preview_answer(request: SharingRequest, *, actor: Actor, **terms: Any) -> Preview:
    """The provider's own records as a consent with these terms would show them, at most five.

    Personal items without a mask are starred until the values of the dataset are revealed.

    Terms that are not named are as asked for. What prepare_answer refuses is refused here; nothing
    is prepared, and nothing goes to the requester.
    """
    require(actor, Perm.REQUEST_PREPARE, request.provider_id)
    made = check_terms(request, terms)
    disclosure = _disclosure(made, whole_schema(request))
    found = Dataset.objects.select_related("schema").filter(resource_id=request.resource_id).first()
    audit.record(actor, "request.previewed", request, items=list(disclosure.names))
    if found is None:
        return Preview(list(disclosure.names))
    hidden = personal_columns(request.resource) - set(disclosure.masks)
    if is_revealed(found, actor):
        hidden = set()
    return faults.guarded(lambda: _shown(found, disclosure, hidden))


def _disclosure(terms: dict[str, Any], schema: Schema) -> Disclosure:
    names = tuple(name for name in schema.names if name in terms["items"])
    condition = terms["condition"]
    return Disclosure(
        schema=schema,
        names=names,
        masks=read_masks(terms["masks"], schema),
        condition=parse_condition(condition, schema) if condition else None,
        # Pseudonyms of this page alone: the grant will have others.
        salt=new_salt(),
    )


def _shown(dataset: Dataset, disclosure: Disclosure, hidden: set[str]) -> Preview:
    snapshot = snapshot_at_head(dataset)
    if snapshot is None:
        return Preview(list(disclosure.names))
    path = store().path(snapshot.digest)
    stored: pa.Table = reading.read_rows(path, disclosure.source_names, 0, LOOKED_AT)
    table = disclose_page(stored, disclosure)
    found = printable(table.slice(0, SHOWN_ROWS)).to_pylist()
    rows = [starred(each, hidden) for each in found]
    names = tuple(name for name in disclosure.names if name in hidden)
    return Preview(list(disclosure.names), rows, stored.num_rows, table.num_rows, names)
