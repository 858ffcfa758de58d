"""Our own three processes - web, worker, beat - as servers that can be started and killed."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from config.env import BASE_DIR
from config.launch.processes import Server

QUEUES = "clock,deliver,bulk"
# The system's allocator gives memory back between batches; Arrow's own keeps a fifth more.
LEAN = {"ARROW_DEFAULT_MEMORY_POOL": "system", "MALLOC_ARENA_MAX": "2"}


def web(env: Mapping[str, str], log: Path, port: int, *, workers: int = 1) -> Server:
    """The web server on 127.0.0.1:port; ready when `answers(port)`."""
    return Server(
        "web",
        [
            *(sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"),
            *("--host", "127.0.0.1", "--port", str(port), "--workers", str(workers)),
            *("--blocking-threads", "8", "--blocking-threads-idle-timeout", "600"),
            *("--workers-kill-timeout", "10", "--respawn-failed-workers"),
            "config.wsgi:application",
        ],
        env,
        log,
        cwd=BASE_DIR,
    )


def worker(
    env: Mapping[str, str], log: Path, *, queues: str = QUEUES, concurrency: int = 2
) -> Server:
    """A Celery worker; its statements may run as long as its tasks."""
    return Server(
        "worker",
        [
            *(sys.executable, "-m", "celery", "-A", "config.celery", "worker"),
            *("--queues", queues, "--concurrency", str(min(concurrency, os.cpu_count() or 1))),
            *("--loglevel", "INFO", "--without-gossip", "--without-mingle"),
        ],
        {**LEAN, **env, "DATABASE_STATEMENT_TIMEOUT": "600"},
        log,
        cwd=BASE_DIR,
        patience=30,
    )


def beat(env: Mapping[str, str], log: Path) -> Server:
    """The clock that rings the tasks; its notebook lies beside the log."""
    return Server(
        "beat",
        [
            *(sys.executable, "-m", "celery", "-A", "config.celery", "beat"),
            *("--loglevel", "INFO", "--pidfile", "", "--schedule", str(log.with_suffix(".book"))),
        ],
        env,
        log,
        cwd=BASE_DIR,
    )


def answers(port: int, path: str = "/readyz") -> bool:
    """Whether the web server on this port says 200."""
    # Never through a proxy the environment may name.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}{path}", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
