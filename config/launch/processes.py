"""Child processes with a log each: watched, killed, restarted, stopped in order."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from config.launch.errors import LaunchError

_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True)
class Account:
    """The operating-system account a child runs as; None ids mean the launcher's own."""

    uid: int | None = None
    gid: int | None = None

    def popen(self) -> dict[str, object]:
        """What subprocess needs to start a child under this account."""
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def own(self, path: Path) -> None:
        """Give the account a file or folder."""
        if self.uid is not None and self.gid is not None:
            os.chown(path, self.uid, self.gid)


@dataclass
class Server:
    """One server process in its own process group.

    `stop_signal` asks it to end; after `patience` seconds the whole group is killed. On Linux
    the same signal arrives by itself when the process that started it dies.
    """

    name: str
    argv: Sequence[str | Path]
    env: Mapping[str, str]
    log: Path
    cwd: Path | str | None = None
    account: Account = field(default_factory=Account)
    stop_signal: int = signal.SIGTERM
    patience: float = 15
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> Server:
        """Start it; its output is added to the log file."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in self.argv],
                env=dict(self.env),
                cwd=self.cwd,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=_die_with_parent(self.stop_signal, os.getpid()),
                **self.account.popen(),  # type: ignore[call-overload]
            )
        return self

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    @property
    def pid(self) -> int:
        """The process id of the running process."""
        if self.process is None:
            raise LaunchError(f"{self.name} has not been started")
        return self.process.pid

    def kill(self) -> None:
        """End the whole process group at once, as a power cut would (SIGKILL)."""
        if self.process is not None:
            self._signal_group(signal.SIGKILL)
            self.process.wait()

    def stop(self) -> None:
        """Ask it to end and wait; kill the group when patience runs out."""
        if self.alive and self.process is not None:
            self.process.send_signal(self.stop_signal)
            try:
                self.process.wait(self.patience)
            except subprocess.TimeoutExpired:
                self.kill()
        self._signal_group(signal.SIGKILL)

    def restart(self) -> Server:
        """Stop it and start it again with the same command, port and log."""
        self.stop()
        return self.start()

    def wait_until(self, ready: Callable[[], bool], timeout: float) -> None:
        """Poll until ready; when the process ends or time runs out, raise with the log's end."""
        end = time.monotonic() + timeout
        while not ready():
            if not self.alive:
                raise LaunchError(f"{self.name} ended while starting.\n{self.last_words()}")
            if time.monotonic() > end:
                raise LaunchError(
                    f"{self.name} was not ready after {timeout:.0f} s.\n{self.last_words()}"
                )
            time.sleep(0.05)

    def last_words(self, lines: int = 15) -> str:
        """The end of the log, with the file's name."""
        if not self.log.exists():
            return f"(no log at {self.log})"
        tail = self.log.read_text(errors="replace").splitlines()[-lines:]
        return "\n".join([f"--- end of {self.log}", *tail])

    def _signal_group(self, number: int) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            # The group is gone, or (macOS) consists of a zombie only.
            return


class Processes:
    """Servers in the order they were started; stopped in the reverse order, also on an error."""

    def __init__(self) -> None:
        self._servers: list[Server] = []

    def __enter__(self) -> Processes:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __iter__(self) -> Iterator[Server]:
        return iter(self._servers)

    def start(self, server: Server) -> Server:
        """Start a server and keep it."""
        self._servers.append(server)
        return server.start()

    def fallen(self) -> Server | None:
        """The first server that ended by itself."""
        return next((server for server in self._servers if not server.alive), None)

    def stop(self) -> None:
        """Stop all, last started first."""
        while self._servers:
            self._servers.pop().stop()


def _die_with_parent(number: int, parent: int) -> Callable[[], None] | None:
    """A hook for the child: ask Linux for a signal when the starting process dies."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None).prctl

    def hook() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before the request was in place
            os._exit(1)

    return hook
