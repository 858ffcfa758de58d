"""The test database with the application role's rights, people with clients, real processes."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.management import call_command
from django.db import connection

from accounts.actions.calendar import load_calendar_year
from accounts.actor import CLOCK
from accounts.holidays import SOURCE, official_years
from bench.template import template_on
from config import env
from config.launch import services
from config.launch.ports import free_port
from config.launch.processes import Processes, Server
from tests import people, problems
from tests.emptying import rows_deleted
from tests.factories.accounts import DepartmentFactory
from tests.receivers import Target, new_target


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--cases=5000``: how many calls the fuzz test makes, in place of its few hundred;
    ``--seed=7``: other ones. With any number all of the corpus of bad input goes to all doors."""
    parser.addoption("--cases", type=int, default=0)
    parser.addoption("--seed", type=int, default=0)


def pytest_collection_finish() -> None:
    """What was imported and collected stays; looking through it for garbage again and again takes
    a twentieth of the time."""
    gc.collect()
    gc.freeze()
    atexit.register(_let_go)
    gc.set_threshold(100_000, 50, 100)


def _let_go() -> None:
    """Of what is frozen, and of what Hypothesis watches the collector with: what they hold is not
    freed at the end, and DuckDB's bindings report that as leaks."""
    gc.unfreeze()
    gc.callbacks.clear()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings: None) -> None:
    """The test database is a copy of a migrated one, which processes and runs share."""
    if env.given("DATABASE_OWNER_URL"):
        template = template_on(env.text("DATABASE_OWNER_URL"))
        connection.settings_dict["TEST"]["TEMPLATE"] = template


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """After the migrations, the application role gets its rights as in production."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        call_command("grant_app_role", verbosity=0)
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting('is_superuser') = 'on'")
            may_all = cursor.fetchone()[0]
    with rows_deleted() if may_all else nullcontext():
        yield


@pytest.fixture(autouse=True)
def audit_checkpoints(settings: object, tmp_path: Path) -> Path:
    """Each test has a checkpoint file of its own."""
    file = tmp_path / "audit-checkpoints.ndjson"
    settings.AUDIT_CHECKPOINT_FILE = file  # type: ignore[attr-defined]
    return file


@pytest.fixture
def department(db: None) -> object:
    """A department of the fictional province."""
    return DepartmentFactory()


@pytest.fixture
def member_of(db: None) -> Callable[..., object]:
    """``member_of("steward", department, "head")``: a new person with the roles there."""
    return lambda role, department=None, *more: people.member_with((role, *more), department)


@pytest.fixture
def actor_of(member_of: Callable[..., object]) -> Callable[..., object]:
    """``actor_of("steward", department)``: the actor of a new person; each call another one."""
    return lambda *asked: people.actor_for(member_of(*asked))


@pytest.fixture
def api(db: None) -> Callable[..., object]:
    """``api(member or system or actor)``: a client with a real bearer token; ``api()`` has none."""
    return lambda who=None: people.client_for(who)


@pytest.fixture
def assert_problem() -> Callable[..., object]:
    """``assert_problem(response, 403, "forbidden")`` gives the problem's members."""
    return problems.assert_problem


@pytest.fixture
def official_calendar(db: None) -> None:
    """The State Council's calendars that the platform ships, of the years that tests live in."""
    for year, days in official_years(since=2023):
        load_calendar_year(year, days, SOURCE, actor=CLOCK)


@pytest.fixture(scope="session")
def departments_database() -> Iterator[Target]:
    """A database of a department, emptied before each test: to make one takes longer."""
    with new_target() as made:
        yield made


@pytest.fixture
def app_dsn(transactional_db: None) -> str:
    """The test database's address for the application role, as the running platform logs in."""
    address = urlsplit(env.text("DATABASE_URL"))
    return address._replace(path=f"/{connection.settings_dict['NAME']}").geturl()


@pytest.fixture
def processes() -> Iterator[Processes]:
    """Holds real child processes and stops them after the test."""
    with Processes() as held:
        yield held


@pytest.fixture
def platform_env(app_dsn: str, tmp_path: Path, settings: object) -> Callable[..., dict[str, str]]:
    """The environment of a platform on the test database; keywords change variables.

    Calls that belong to one platform share the store; the web port is chosen once.
    """
    port = free_port()
    broker, _, _ = env.text("REDIS_URL").rpartition("/")
    # Databases of the test server that no other parallel test process uses.
    number = 4 + 2 * int(env.test_worker().removeprefix("gw").replace("main", "0") or 0)

    def build(**changes: str) -> dict[str, str]:
        own = {
            "DJANGO_SETTINGS_MODULE": "config.settings.development",
            "DATABASE_URL": app_dsn,
            "REDIS_URL": f"{broker}/{number}",
            "STORE_DIR": str(settings.STORE_DIR),  # type: ignore[attr-defined]
            "AUDIT_CHECKPOINT_FILE": str(tmp_path / "audit-checkpoints.ndjson"),
            "PUBLIC_URL": f"http://127.0.0.1:{port}",
            "DEBUG": "false",
        }
        return env.inherited(**(own | changes))

    return build


@pytest.fixture
def start_web(processes: Processes, tmp_path: Path) -> Callable[[dict[str, str]], Server]:
    """Start a real web server on the port of the environment's PUBLIC_URL and wait for it."""

    def start(variables: dict[str, str]) -> Server:
        port = urlsplit(variables["PUBLIC_URL"]).port or 0
        server = processes.start(services.web(variables, tmp_path / "web.log", port))
        server.wait_until(lambda: services.answers(port), timeout=60)
        return server

    return start


@pytest.fixture
def start_worker(processes: Processes, tmp_path: Path) -> Callable[[dict[str, str]], Server]:
    """Start a real Celery worker and wait until it has said that it is ready."""

    def start(variables: dict[str, str]) -> Server:
        log = tmp_path / "worker.log"
        begun = len(log.read_text()) if log.exists() else 0
        server = processes.start(services.worker(variables, log))
        server.wait_until(lambda: " ready." in log.read_text()[begun:], timeout=60)
        return server

    return start


@pytest.fixture
def start_beat(processes: Processes, tmp_path: Path) -> Callable[[dict[str, str]], Server]:
    """Start a real beat, the clock of the timetable."""

    def start(variables: dict[str, str]) -> Server:
        return processes.start(services.beat(variables, tmp_path / "beat.log"))

    return start
