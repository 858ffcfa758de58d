"""What the exchange knows of systems, reported down to their register as daily numbers."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from accounts.actions.signals import report_days
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from accounts.vocabulary import SignalKind

SOURCE = "exchange"
# Reports overlap and what was reported stays, so a platform that stood still for less than this
# loses no day.
DAYS_BACK = 7
# A day is over when nothing that began in it can still commit.
SETTLING = timedelta(minutes=30)
# The longest that a batch may have waited for its delivery.
DELIVERY_DAYS = 30


def report_signals(*, actor: Actor) -> int:
    """Report batches, calls, open subscriptions and uses of keys by system and day; new facts.

    Counted by the database from the exchange's own rows and, for reads and look-ups, from the
    trail. Only days that are over are counted; a report again changes nothing.
    """
    require(actor, Perm.SIGNAL_RECORD)
    values = _window(timezone.now())
    return sum(
        report_days(kind, counted, values, actor=actor, source=SOURCE).new
        for kind, counted in _REPORTS
    )


def _window(now: datetime) -> dict[str, Any]:
    """From the midnight DAYS_BACK days ago to the last midnight, with the ids of that time."""
    until = timezone.localtime(now - SETTLING).replace(hour=0, minute=0, second=0, microsecond=0)
    since = until - timedelta(days=DAYS_BACK)
    return {
        "zone": settings.TIME_ZONE,
        "since": since,
        "until": until,
        "today": timezone.localdate(now),
        "first_batch": _id_at(since),
        "first_delivery": _id_at(since - timedelta(days=DELIVERY_DAYS)),
    }


def _id_at(moment: datetime) -> UUID:
    """The smallest id of a row made then: ids begin with the milliseconds of their making."""
    return UUID(int=int(moment.timestamp() * 1000) << 80)


_BATCHES = """
    SELECT dataset.system_id, (batch.created_at AT TIME ZONE %(zone)s)::date AS day, count(*)
    FROM exchange_batch batch JOIN exchange_dataset dataset ON dataset.id = batch.dataset_id
    WHERE batch.id >= %(first_batch)s
        AND batch.created_at >= %(since)s AND batch.created_at < %(until)s
    GROUP BY dataset.system_id, day
"""
# Entries of the trail get their ids after they begin: those of the window lie behind whatever
# was sealed before it.
_CALLS = """
    WITH trail AS (
        SELECT verb, subject_id, actor_id, at FROM accounts_auditevent
        WHERE verb IN ('subscription.read', 'subscription.table_read', 'record.looked_up',
                'record.verified', 'interface.called')
            AND actor_kind = 'system' AND at >= %(since)s AND at < %(until)s
            AND id > coalesce((
                SELECT through FROM accounts_evidenceblock
                WHERE ledger = 'trail' AND sealed_at < %(since)s
                ORDER BY sealed_at DESC, number DESC LIMIT 1), 0)
    ), calls AS (
        SELECT dataset.system_id AS provider, lane.system_id AS consumer, delivered_at AS at
        FROM exchange_delivery delivery
        JOIN exchange_subscription lane ON lane.id = delivery.subscription_id
        JOIN exchange_dataset dataset ON dataset.id = lane.dataset_id
        WHERE delivery.id >= %(first_delivery)s
            AND delivered_at >= %(since)s AND delivered_at < %(until)s
        UNION ALL
        SELECT dataset.system_id, trail.actor_id, trail.at
        FROM trail JOIN exchange_subscription lane ON lane.id = trail.subject_id::uuid
        JOIN exchange_dataset dataset ON dataset.id = lane.dataset_id
        WHERE trail.verb LIKE 'subscription.%%'
        UNION ALL
        SELECT dataset.system_id, trail.actor_id, trail.at
        FROM trail JOIN exchange_dataset dataset ON dataset.id = trail.subject_id::uuid
        WHERE trail.verb LIKE 'record.%%'
        UNION ALL
        SELECT interface.system_id, trail.actor_id, trail.at
        FROM trail JOIN exchange_serviceinterface interface
            ON interface.id = trail.subject_id::uuid
        WHERE trail.verb = 'interface.called'
    )
"""
_PROVIDED = f"""
    {_CALLS}
    SELECT provider, (at AT TIME ZONE %(zone)s)::date AS day, count(*)
    FROM calls GROUP BY provider, day
"""  # noqa: S608 - put together of our own words
_CONSUMED = f"""
    {_CALLS}
    SELECT consumer, (at AT TIME ZONE %(zone)s)::date AS day, count(*)
    FROM calls GROUP BY consumer, day
"""  # noqa: S608 - put together of our own words
_OPEN = """
    SELECT system_id, %(today)s::date, count(*) FROM (
        SELECT dataset.system_id FROM exchange_subscription lane
        JOIN exchange_dataset dataset ON dataset.id = lane.dataset_id WHERE lane.state = 'active'
        UNION ALL
        SELECT lane.system_id FROM exchange_subscription lane WHERE lane.state = 'active'
    ) AS ends GROUP BY system_id
"""
# A key remembers its last use only, so the present day is reported as soon as it was used.
_KEYS = """
    SELECT DISTINCT system_id, (last_used_at AT TIME ZONE %(zone)s)::date, 1
    FROM accounts_credential WHERE last_used_at >= %(since)s
"""
_REPORTS = (
    (SignalKind.BATCH_PUBLISHED, _BATCHES),
    (SignalKind.CALL_PROVIDED, _PROVIDED),
    (SignalKind.CALL_CONSUMED, _CONSUMED),
    (SignalKind.SUBSCRIPTIONS_OPEN, _OPEN),
    (SignalKind.CREDENTIAL_USE, _KEYS),
)
