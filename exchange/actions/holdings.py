"""What the exchange holds of each resource, told to the catalogue."""

from uuid import UUID

from django.db import connection

from accounts.actor import CLOCK, Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.actions.quality import Holding, settle_data

_CHUNK = 2000
# One step into the index of batches for each dataset, however many batches there are.
_HOLDINGS = """
    WITH named AS (
        SELECT resource_id FROM exchange_dataset WHERE resource_id > %(last)s
        UNION SELECT resource_id FROM exchange_serviceinterface WHERE resource_id > %(last)s
        ORDER BY resource_id LIMIT %(most)s
    )
    SELECT named.resource_id,
        coalesce(dataset.state = 'open', false) OR EXISTS (
            SELECT FROM exchange_serviceinterface AS interface
            WHERE interface.resource_id = named.resource_id AND interface.state <> 'closed'
        ), batch.created_at
    FROM named LEFT JOIN exchange_dataset AS dataset ON dataset.resource_id = named.resource_id
    LEFT JOIN LATERAL (
        SELECT created_at FROM exchange_batch
        WHERE dataset_id = dataset.id ORDER BY number DESC LIMIT 1
    ) AS batch ON true
    ORDER BY named.resource_id
"""


def report_holdings(*, actor: Actor = CLOCK) -> int:
    """Settle what was skipped because somebody held the resource; how many were changed."""
    require(actor, Perm.DATASET_VIEW)
    changed, last = 0, UUID(int=0)
    while True:
        with connection.cursor() as cursor:
            cursor.execute(_HOLDINGS, {"last": last, "most": _CHUNK})
            found = [Holding(*row) for row in cursor.fetchall()]
        if not found:
            return changed
        changed += settle_data(found, actor=actor)
        last = found[-1].resource_id
