"""Alarm bells of the catalogue; each calls one action."""

from celery import shared_task

from catalog.actions import codelists


@shared_task(name="catalog.turn_code_lists", ignore_result=True)
def turn_code_lists() -> None:
    """Put versions of code lists in force whose day has come."""
    codelists.turn_code_lists()
