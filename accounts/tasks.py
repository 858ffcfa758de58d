"""Alarm bells of accounts; each calls one action."""

from celery import shared_task

from accounts.actions import (
    cases,
    credentials,
    digests,
    dormancy,
    escalations,
    heartbeats,
    obligations,
    proposals,
    scans,
    sessions,
    signals,
    trail,
    trailchecks,
)
from accounts.actor import CLOCK


@shared_task(name="accounts.seal_audit", ignore_result=True)
def seal_audit() -> None:
    """Seal what was recorded since the last block."""
    trail.seal_audit()


@shared_task(
    name="accounts.verify_trail", ignore_result=True, soft_time_limit=7000, time_limit=7200
)
def verify_trail() -> None:
    """Prove that the trail is as it was sealed."""
    trailchecks.verify_trail()


@shared_task(name="accounts.beat_heartbeat", ignore_result=True)
def beat_heartbeat() -> None:
    """Beat rang and a worker heard it: both live."""
    heartbeats.record_heartbeats("beat", "worker")


@shared_task(name="accounts.check_obligations", ignore_result=True)
def check_obligations() -> None:
    """Make provisional due dates final once their calendars are there."""
    obligations.recompute_obligations()


@shared_task(name="accounts.end_retentions", ignore_result=True)
def end_retentions() -> None:
    """End the duties to keep something whose last day is over."""
    obligations.end_retentions()


@shared_task(name="accounts.escalate_obligations", ignore_result=True)
def escalate_obligations() -> None:
    """Tell of clocks that are near their end, past it, or long past it."""
    escalations.escalate_due()


@shared_task(name="accounts.mail_digests", ignore_result=True)
def mail_digests() -> None:
    """Send what is new to those who left an address."""
    digests.mail_digests()


@shared_task(name="accounts.escalate_cases", ignore_result=True)
def escalate_cases() -> None:
    """Mark zombie cases whose answer or deed is late."""
    cases.escalate_due()


@shared_task(name="accounts.expire_facts", ignore_result=True)
def expire_facts() -> None:
    """Remove the single facts whose retention is over."""
    signals.expire_facts(actor=CLOCK)


@shared_task(name="accounts.expire_calls", ignore_result=True)
def expire_calls() -> None:
    """Forget signed calls too old to be taken again, and tokens of systems that are over."""
    credentials.expire_calls(actor=CLOCK)


@shared_task(name="accounts.expire_sessions", ignore_result=True)
def expire_sessions() -> None:
    """Remove the tokens of sessions that ended long ago."""
    sessions.expire_sessions(actor=CLOCK)


@shared_task(name="accounts.suspend_dormant", ignore_result=True)
def suspend_dormant() -> None:
    """Let accounts rest that nobody uses, after notice."""
    dormancy.suspend_dormant(actor=CLOCK)


@shared_task(name="accounts.expire_proposals", ignore_result=True)
def expire_proposals() -> None:
    """Close what no second person confirmed in time."""
    proposals.expire_proposals(actor=CLOCK)


@shared_task(name="accounts.scan_systems", ignore_result=True)
def scan_systems() -> None:
    """Judge the systems whose evidence changed."""
    scans.scan_systems(actor=CLOCK)
