"""The whole platform from one command: servers, web, worker, beat, and the demonstration."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable

from config import env
from config.launch import services
from config.launch.errors import LaunchError
from config.launch.home import EMBEDDED, Home, open_home
from config.launch.ports import free_port, reserved
from config.launch.processes import Processes
from config.launch.servers import start_servers, write_private

FIRST_PORT = 8000
OPERATOR = "operator"
_INTERRUPTED = 130  # the shell's word for Ctrl-C


def serve(port: int, *, once: bool = False) -> int:
    """Start everything and serve until Ctrl-C; `once` stops as soon as it is ready."""
    return _with_platform(port, once=once, scenario=None)


def demo(port: int, *, once: bool = False) -> int:
    """Start everything, run the demonstration, then serve until Ctrl-C unless `once`.

    The exit code is the demonstration's; with `once` its last line is the last line of all.
    """
    return _with_platform(port, once=once, scenario=_run_scenario)


def screenshots(port: int) -> int:
    """Take a picture of every page of the demonstration that runs on the port; without a port of
    one that is started for it and stopped afterwards."""
    if not port:
        return _with_platform(0, once=True, scenario=_run_with_pictures)
    written = EMBEDDED / "environment"
    if not written.exists():
        raise LaunchError("No demonstration runs from this folder. Start it with: make demo")
    lines = written.read_text().splitlines()
    variables = dict(line.split("=", 1) for line in lines)
    return _run_pictures(variables | {"SHUQIAO_URL": f"http://127.0.0.1:{port}"})


def _with_platform(
    port: int, *, once: bool, scenario: Callable[[dict[str, str]], int] | None
) -> int:
    home = open_home(EMBEDDED)
    code = 0
    wanted = [port] if port else range(FIRST_PORT, FIRST_PORT + 100)
    with Processes() as processes, reserved(wanted) as web_port:
        try:
            variables = _start(home, processes, web_port, demonstration=scenario is not None)
            if scenario is not None:
                code = _INTERRUPTED
                code = scenario(variables)
            else:
                print(_summary(home, web_port), flush=True)
            if code == 0 and not once:
                _say(f"serving at http://127.0.0.1:{web_port}/ until Ctrl-C")
                _watch(processes)
        except KeyboardInterrupt:
            _say("stopping")
        finally:
            (EMBEDDED / "summary").unlink(missing_ok=True)
            (EMBEDDED / "environment").unlink(missing_ok=True)
    return code


def _start(
    home: Home, processes: Processes, web_port: int, *, demonstration: bool
) -> dict[str, str]:
    begun = time.monotonic()
    _say("embedded servers: for trying out and tests, not for production")
    if home.server_root != home.root:
        _say(f"this folder is private, so PostgreSQL's files lie in {home.server_root}")
    variables = start_servers(home, processes, target=demonstration)
    variables |= _own_variables(web_port)
    if demonstration:
        variables |= _demo_variables(home, variables, web_port)
    lines = [f"{name}={value}\n" for name, value in variables.items()]
    write_private(EMBEDDED / "environment", "".join(lines))
    everything = env.inherited(**variables)
    _say(f"PostgreSQL and Valkey are up ({time.monotonic() - begun:.1f} s)")
    _manage(everything, "prepare")
    password = {"OPERATOR_PASSWORD": home.secrets["operator_password"]}
    _manage(everything | password, "first_operator", OPERATOR)
    _start_services(home, processes, everything, web_port)
    _say(f"ready after {time.monotonic() - begun:.1f} s")
    write_private(EMBEDDED / "summary", _summary(home, web_port))
    return everything


def _start_services(
    home: Home, processes: Processes, variables: dict[str, str], web_port: int
) -> None:
    processes.start(services.worker(variables, home.log("worker")))
    processes.start(services.beat(variables, home.log("beat")))
    server = processes.start(services.web(variables, home.log("web"), web_port))
    server.wait_until(lambda: services.answers(web_port), timeout=90)


def _own_variables(web_port: int) -> dict[str, str]:
    variables = {"DJANGO_SETTINGS_MODULE": "config.settings.development", "DEBUG": "false"}
    if not env.given("PUBLIC_URL"):
        variables["PUBLIC_URL"] = f"http://127.0.0.1:{web_port}"
    return variables


def _demo_variables(home: Home, variables: dict[str, str], web_port: int) -> dict[str, str]:
    """What the scenario needs; the platform may reach its receiver and its foreign database."""
    receiver = free_port()
    target = variables["DEMO_TARGET_DSN"].rpartition("@")[2].partition("/")[0]
    opened = [*env.many("EGRESS_TEST_ADDRESSES"), f"127.0.0.1:{receiver}", target]
    return {
        "EGRESS_TEST_ADDRESSES": ",".join(opened),
        "SHUQIAO_URL": f"http://127.0.0.1:{web_port}",
        "DEMO_RECEIVER_PORT": str(receiver),
        "DEMO_OPERATOR": OPERATOR,
        "DEMO_OPERATOR_PASSWORD": home.secrets["operator_password"],
    }


def _run_scenario(variables: dict[str, str]) -> int:
    return _run_module("demo", variables)


def _run_pictures(variables: dict[str, str]) -> int:
    return _run_module("demo.screenshots", env.inherited(**variables))


def _run_with_pictures(variables: dict[str, str]) -> int:
    return _run_scenario(variables) or _run_pictures(variables)


def _run_module(name: str, variables: dict[str, str]) -> int:
    child = subprocess.Popen([sys.executable, "-m", name], cwd=env.BASE_DIR, env=variables)
    try:
        return child.wait()
    finally:
        if child.poll() is None:
            child.terminate()
            child.wait(10)


def _manage(variables: dict[str, str], *words: str) -> None:
    """Run a management command; its output is shown only when it fails."""
    answer = subprocess.run(
        [sys.executable, "manage.py", *words],
        cwd=env.BASE_DIR,
        env=variables,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    if answer.returncode:
        raise LaunchError(f"manage.py {words[0]} failed:\n{answer.stdout[-4000:]}")


def _watch(processes: Processes) -> None:
    """Wait for Ctrl-C; a server that ends by itself is reported with the end of its log."""
    while True:
        time.sleep(1)
        fallen = processes.fallen()
        if fallen is not None:
            raise LaunchError(f"{fallen.name} ended by itself.\n{fallen.last_words()}")


def _summary(home: Home, web_port: int) -> str:
    return (
        f"\n  portal     http://127.0.0.1:{web_port}/\n"
        f"  API        http://127.0.0.1:{web_port}/api/docs/\n"
        f"  sign in    {OPERATOR} / {home.secrets['operator_password']}\n"
        f"  logs       {home.logs}\n"
    )


def _say(words: str) -> None:
    print(f"shuqiao: {words}", flush=True)
