"""Deeds side by side: each in a thread and with a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

from django.db import connection


def side_by_side(deeds: Sequence[Callable[[], Any]]) -> list[Any]:
    """Begin all deeds at one moment; gives each one's result, or the exception it ended with."""
    start = Barrier(len(deeds))

    def run(deed: Callable[[], Any]) -> Any:
        try:
            start.wait(30)
            return deed()
        except Exception as ended:  # noqa: BLE001
            return ended
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(run, deeds))
