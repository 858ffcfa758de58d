"""Alarm bells of the catalogue; each calls one action."""

from celery import shared_task

from accounts.actor import CLOCK
from catalog.actions import codelists, demands, likenesses, quality


@shared_task(name="catalog.turn_code_lists", ignore_result=True)
def turn_code_lists() -> None:
    """Put versions of code lists in force whose day has come."""
    codelists.turn_code_lists()


@shared_task(name="catalog.check_demands", ignore_result=True)
def check_demands() -> None:
    """Make provisional terms of demands final once their calendars are there."""
    demands.recompute_demands()


@shared_task(name="catalog.refresh_freshness", ignore_result=True)
def refresh_freshness() -> None:
    """Count anew until when data are fresh, for calendars that came since."""
    quality.refresh_freshness()


@shared_task(name="catalog.scan_likenesses", ignore_result=True)
def scan_likenesses() -> None:
    """Compare what was published since the last scan, or all where somebody asked for it."""
    likenesses.scan_likenesses(actor=CLOCK)
