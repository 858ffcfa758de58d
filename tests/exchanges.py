"""Fixtures of the exchange, for the conftests that import them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from accounts.models import AuditEvent, Notice, Obligation
from exchange import models
from kernel.models import StoredAnswer
from tests.factories.exchange import World, make_events, make_world
from tests.factories.syncs import TABLE, Syncing, connector_to
from tests.receivers import HookReceiver, Target

ROWS = [*(getattr(models, name) for name in models.__all__), Notice, Obligation]
VERSIONED = [m for m in ROWS if any(field.name == "version" for field in m._meta.fields)]
COUNTED = [*(m for m in ROWS if m not in VERSIONED), AuditEvent, StoredAnswer]
# What stands in each table, in one query: ids with versions, or how many rows.
_STATE = " UNION ALL ".join(
    [
        f"SELECT '{m.__name__}', string_agg({m._meta.pk.column} || ' ' || version, ', '"
        f" ORDER BY {m._meta.pk.column}) FROM {m._meta.db_table}"
        for m in VERSIONED
    ]
    + [f"SELECT '{m.__name__}', count(*)::text FROM {m._meta.db_table}" for m in COUNTED]
)


@pytest.fixture(autouse=True)
def store_dir(settings: object, tmp_path: Path) -> Path:
    """Each test begins with an empty store."""
    folder = tmp_path / "store"
    settings.STORE_DIR = folder  # type: ignore[attr-defined]
    return folder


@pytest.fixture
def world(db: None) -> World:
    """A provider with an empty dataset of division codes, and a department that may ask."""
    return make_world()


@pytest.fixture
def events(db: None) -> World:
    """A provider with an empty dataset of events."""
    return make_events()


@pytest.fixture
def trail(db: None) -> Callable[..., list[Any]]:
    """``trail()``: the verbs of the trail in order; ``trail("batch.published")``: their details."""

    def read(verb: str = "") -> list[Any]:
        entries = AuditEvent.objects.order_by("id")
        if verb:
            return [entry.detail for entry in entries.filter(verb=verb)]
        return list(entries.values_list("verb", flat=True))

    return read


@pytest.fixture
def unchanged(store_dir: Path) -> Callable[[], AbstractContextManager[None]]:
    """``with unchanged():`` every row, the trail and every file are afterwards as they were."""

    def state() -> dict[str, Any]:
        with connection.cursor() as cursor:
            cursor.execute(_STATE)
            rows = dict(cursor.fetchall())
        files = sorted(str(path) for path in store_dir.rglob("*") if path.is_file())
        return {**rows, "files": files}

    @contextmanager
    def check() -> Iterator[None]:
        before = state()
        yield
        now = state()
        changed = {name: (before[name], now[name]) for name in now if now[name] != before[name]}
        assert not changed, changed

    return check


@pytest.fixture
def receiver(settings: object) -> Iterator[HookReceiver]:
    """A web server that takes signed calls, opened for the platform."""
    made = HookReceiver()
    settings.EGRESS_TEST_ADDRESSES = [*settings.EGRESS_TEST_ADDRESSES, made.address]  # type: ignore[attr-defined]
    yield made
    made.close()


@pytest.fixture
def target(settings: object, departments_database: Target) -> Target:
    """A department's own empty database, opened for the platform."""
    made = departments_database
    settings.EGRESS_TEST_ADDRESSES = [*settings.EGRESS_TEST_ADDRESSES, made.address]  # type: ignore[attr-defined]
    # What the last test started has ended by now.
    made.empty()
    return made


@pytest.fixture
def syncing(world: World, target: Target) -> Syncing:
    """An empty table of a department's own database, and a connector to it."""
    target.query(TABLE)
    return Syncing(world, target, connector_to(world, target))
