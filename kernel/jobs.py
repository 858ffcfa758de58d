"""Waking workers after the commit, by name, so that actions never import tasks."""

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger(__name__)


def wake(name: str) -> None:
    """Ask for a task once this transaction is safely in the database.

    A doorbell only: the work itself is a row, and the timetable finds it when the bell is lost.
    """
    transaction.on_commit(lambda: _ring(name))


def _ring(name: str) -> None:
    try:
        current_app.send_task(name, retry=False)
    except (OperationalError, OSError) as lost:
        # The deed is committed; the sweep of the timetable finds it within seconds.
        log.warning("wake_lost", task=name, error=type(lost).__name__)
