"""The main exchange as `make demo` runs it, twice on the same data."""

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from config.env import BASE_DIR
from config.launch.home import free_port
from tests.receivers import new_target

pytestmark = [pytest.mark.journey, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
PASSWORD = "a-long-password-of-the-operator"


@pytest.mark.usefixtures("official_calendar")
def test_the_demonstration_ends_well_twice_on_the_same_data(
    platform_env: Callable[..., dict[str, str]],
    start_web: Callable[..., Any],
    start_worker: Callable[..., Any],
    start_beat: Callable[..., Any],
) -> None:
    with new_target() as target:
        receiver = free_port()
        variables = platform_env(
            EGRESS_TEST_ADDRESSES=f"127.0.0.1:{receiver},{target.address}",
            DEMO_TARGET_DSN=target.dsn,
            DEMO_RECEIVER_PORT=str(receiver),
            DEMO_OPERATOR_PASSWORD=PASSWORD,
            OPERATOR_PASSWORD=PASSWORD,
        )
        variables["SHUQIAO_URL"] = variables["PUBLIC_URL"]
        first = run(variables, "manage.py", "first_operator", "operator")
        assert first.returncode == 0, first.stderr
        start_web(variables)
        start_worker(variables)
        start_beat(variables)

        once = run(variables, "-m", "demo")
        assert (once.returncode, once.stdout.splitlines()[-1]) == (0, "demo ok"), once.stdout
        again = run(variables, "-m", "demo")
        assert (again.returncode, again.stdout.splitlines()[-1]) == (0, "demo ok"), again.stdout
        assert "an earlier run left revision 2013" in again.stdout

        assert "4 left-behind children" in once.stdout
        assert "4 left-behind children" in again.stdout

        tables = target.query("SELECT count(*) FROM shared.shuqiao_offsets")
        assert tables == [(2,)]


def test_it_says_what_it_needs_when_nobody_started_the_platform(
    platform_env: Callable[..., dict[str, str]],
) -> None:
    variables = platform_env(SHUQIAO_URL="")
    answer = run(variables, "-m", "demo")
    assert answer.returncode == 2
    assert "start it with: make demo" in answer.stdout


def run(variables: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *words],
        cwd=BASE_DIR,
        env=variables,
        capture_output=True,
        text=True,
        check=False,
        timeout=500,
    )
