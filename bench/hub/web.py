"""The platform's web server, or another WSGI application under the very same settings."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from config.launch import services
from config.launch.ports import free_port

READY_SECONDS = 60


@contextmanager
def serving(
    variables: dict[str, str],
    folder: Path,
    *,
    application: str = "config.wsgi:application",
    path: str = "/readyz",
    workers: int = 1,
    also: Sequence[str] = (),
) -> Iterator[int]:
    """The port of a granian server of its own, which is stopped when the block ends; ``also`` are
    more words for granian."""
    port = free_port()
    name = application.partition(":")[0]
    told = {**os.environ, **variables, "PYTHONPATH": str(Path.cwd())}
    server = services.web(told, folder / f"{name}.log", port, workers=workers)
    server = replace(server, argv=[*server.argv[:-1], *also, application])
    server.start()
    try:
        server.wait_until(lambda: services.answers(port, path), READY_SECONDS)
        yield port
    finally:
        server.stop()
