import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config import env
from config.launch.errors import LaunchError
from config.launch.processes import Processes, Server


def sleeper(tmp_path: Path, name: str = "sleeper", code: str = "", **options: object) -> Server:
    program = f"import signal, sys, time, os; {code}\nprint('up', flush=True)\ntime.sleep(60)"
    return Server(
        name, [sys.executable, "-c", program], dict(os.environ), tmp_path / f"{name}.log", **options
    )


def is_up(server: Server) -> bool:
    return server.log.exists() and "up" in server.log.read_text()


def gone(pid: int, within: float = 5) -> bool:
    end = time.monotonic() + within
    while time.monotonic() < end:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


def test_a_server_starts_stops_and_starts_again_with_one_log(tmp_path):
    server = sleeper(tmp_path).start()
    server.wait_until(lambda: is_up(server), timeout=10)
    first = server.pid
    server.restart()
    server.wait_until(lambda: server.log.read_text().count("up") == 2, timeout=10)
    assert server.pid != first
    server.stop()
    assert not server.alive
    assert gone(server.pid)


def test_kill_takes_the_whole_group(tmp_path):
    child = "import subprocess; c = subprocess.Popen(['sleep', '60']); print(c.pid)"
    server = sleeper(tmp_path, code=child).start()
    server.wait_until(lambda: is_up(server), timeout=10)
    grandchild = int(server.log.read_text().split()[0])
    server.kill()
    assert gone(server.pid)
    assert gone(grandchild)


def test_a_server_that_ignores_the_signal_is_killed_when_patience_ends(tmp_path):
    server = sleeper(
        tmp_path, code="signal.signal(signal.SIGTERM, signal.SIG_IGN)", patience=0.3
    ).start()
    server.wait_until(lambda: is_up(server), timeout=10)
    server.stop()
    assert server.process.returncode == -signal.SIGKILL


def test_a_server_that_ends_while_starting_is_reported_with_its_last_words(tmp_path):
    server = sleeper(tmp_path, code="sys.exit('the port is taken')").start()
    with pytest.raises(LaunchError, match="the port is taken"):
        server.wait_until(lambda: False, timeout=10)


def test_processes_stop_in_reverse_order_also_after_an_error(tmp_path):
    said = tmp_path / "said"
    note = "end = lambda *_: (open({file!r}, 'a').write({name!r}), os._exit(0))"

    def start_three_and_fail() -> None:
        with Processes() as processes:
            for name in ("a", "b", "c"):
                code = note.format(file=str(said), name=name)
                server = sleeper(tmp_path, name, f"{code}; signal.signal(signal.SIGTERM, end)")
                processes.start(server).wait_until(lambda s=server: is_up(s), timeout=10)
            raise LookupError

    with pytest.raises(LookupError):
        start_three_and_fail()
    assert said.read_text() == "cba"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="PR_SET_PDEATHSIG is Linux's")
def test_a_server_dies_with_the_process_that_started_it(tmp_path):
    starter = f"""
import os, sys
from pathlib import Path
from config.launch.processes import Server
server = Server("x", ["sleep", "60"], dict(os.environ), Path({str(tmp_path / "x.log")!r}))
print(server.start().pid, flush=True)
import time; time.sleep(60)
"""
    with subprocess.Popen(
        [sys.executable, "-c", starter], stdout=subprocess.PIPE, text=True, cwd=env.BASE_DIR
    ) as parent:
        child = int(parent.stdout.readline())
        parent.kill()
    assert gone(child)
