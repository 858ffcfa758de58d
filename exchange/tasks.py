"""Alarm bells: each calls one action; what is due is in the database."""

from celery import shared_task

from accounts.actor import CLOCK
from exchange.actions import (
    compaction,
    deliveries,
    grants,
    holdings,
    hooks,
    reports,
    retention,
    scrubs,
    sync_runs,
    sync_turns,
    upkeep,
    uploads,
)


@shared_task(name="exchange.deliver_due")
def deliver_due() -> None:
    deliveries.deliver_due(actor=CLOCK)


@shared_task(name="exchange.fold_due")
def fold_due() -> None:
    upkeep.fold_due(actor=CLOCK)


@shared_task(name="exchange.sweep_orphans")
def sweep_orphans() -> None:
    upkeep.sweep_orphans(actor=CLOCK)


@shared_task(name="exchange.compact_due")
def compact_due() -> None:
    compaction.compact_due(actor=CLOCK)


@shared_task(name="exchange.expire_batches")
def expire_batches() -> None:
    retention.expire_batches(actor=CLOCK)


@shared_task(name="exchange.scrub_blobs")
def scrub_blobs() -> None:
    scrubs.scrub_blobs(actor=CLOCK)


@shared_task(name="exchange.expire_attempts")
def expire_attempts() -> None:
    upkeep.expire_attempts(actor=CLOCK)


@shared_task(name="exchange.expire_answers")
def expire_answers() -> None:
    upkeep.expire_answers(actor=CLOCK)


@shared_task(name="exchange.expire_grants")
def expire_grants() -> None:
    grants.expire_due(actor=CLOCK)


@shared_task(name="exchange.report_holdings")
def report_holdings() -> None:
    holdings.report_holdings(actor=CLOCK)


@shared_task(name="exchange.certify_grants")
def certify_grants() -> None:
    grants.certify_due(actor=CLOCK)


@shared_task(name="exchange.send_notices")
def send_notices() -> None:
    hooks.send_notices(actor=CLOCK)


@shared_task(name="exchange.report_signals")
def report_signals() -> None:
    reports.report_signals(actor=CLOCK)


@shared_task(name="exchange.schedule_syncs")
def schedule_syncs() -> None:
    sync_runs.schedule_due(actor=CLOCK)


# Publishing what was read is one piece of work, and not the turn's.
@shared_task(name="exchange.run_syncs", soft_time_limit=3000, time_limit=3300)
def run_syncs() -> None:
    sync_turns.run_due(actor=CLOCK)


@shared_task(name="exchange.expire_uploads")
def expire_uploads() -> None:
    uploads.expire_uploads(actor=CLOCK)
