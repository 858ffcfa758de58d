"""Everything that can happen to a connector: where a department's data is read from."""

from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import audit
from accounts.actor import Actor
from accounts.models import InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from accounts.states import RUNNING
from exchange.connecting import SourceFault, asked, fault_of
from exchange.connections import seal_secrets, secrets_of, source_from, source_of
from exchange.connector_errors import ConnectorClosed, ConnectorInUse
from exchange.dataplane.connectors.base import Described, Source
from exchange.dataplane.errors import DataplaneError
from exchange.errors import NotYourSystem
from exchange.models import Connector, SyncJob
from exchange.reveals import is_revealed, starred
from exchange.states import CONNECTOR
from kernel.errors import Conflict, Invalid
from kernel.texts import Text

# How long a person waits for an answer of the source, in seconds.
ASKING_SECONDS = 20
PREVIEW_ROWS = 50
# Options that say to whom the secrets are shown. After a change of these they are given anew, so
# that nobody can have a sealed password sent to a server of their own.
_ADDRESS = frozenset(
    {"host", "port", "url", "endpoint", "host_key", "sslmode", "tls", "auth_header", "user"}
)


@dataclass(frozen=True)
class Test:
    """How a test of a connector went: what was found there, or what was wrong."""

    connector: Connector
    found: str
    fault: SourceFault | None


def register_connector(
    system: InformationSystem,
    *,
    actor: Actor,
    name: str,
    kind: str,
    options: dict[str, Any],
    secrets: dict[str, Any],
) -> Connector:
    """Register a place that the system's department is read from; nothing is connected to yet.

    The secrets are sealed and never shown again.
    """
    require(actor, Perm.CONNECTOR_REGISTER, system.department_id)
    if system.state not in RUNNING:
        raise NotYourSystem.field("system", "must be a running system of your department")
    asked(lambda: source_from(kind, options, secrets))
    with transaction.atomic():
        connector = Connector(
            department_id=system.department_id,
            system=system,
            name=name,
            kind=kind,
            options=options,
            sealed=seal_secrets(secrets),
        )
        _write(lambda: connector.save(force_insert=True))
        audit.record(
            actor,
            "connector.registered",
            connector,
            name=name,
            kind=kind,
            options=options,
            secrets=sorted(secrets),
        )
    return connector


def change_connector(
    connector: Connector, *, actor: Actor, expected: int, values: dict[str, Any]
) -> Connector:
    """Change name, options or secrets; a secret that is not named stays as it is.

    Where the options now lead elsewhere, all secrets are given anew.
    """
    require(actor, Perm.CONNECTOR_REGISTER, connector.department_id)
    _require_open(connector)
    options = values.get("options", connector.options)
    given = values.get("secrets", {})
    kept = secrets_of(connector)
    moved = _ADDRESS & {n for n in options | connector.options if _differs(connector, options, n)}
    if moved and set(kept) - set(given):
        missing = ", ".join(sorted(set(kept) - set(given)))
        raise Invalid.field(
            "secrets",
            Text("{moved} changes: give {missing} again", moved=sorted(moved)[0], missing=missing),
        )
    secrets = {name: value for name, value in (kept | given).items() if value not in (None, "")}
    asked(lambda: source_from(connector.kind, options, secrets))
    changes: dict[str, Any] = {"name": values.get("name", connector.name), "options": options}
    if given:
        changes["sealed"] = seal_secrets(secrets)
    with transaction.atomic():
        _write(
            lambda: connector.change(expected=expected, **changes, tested_at=None, test_error="")
        )
        audit.record(
            actor,
            "connector.changed",
            connector,
            **{name: values[name] for name in ("name", "options") if name in values},
            secrets=sorted(given),
        )
    return connector


def test_connector(connector: Connector, *, actor: Actor) -> Test:
    """Connect, log in and look, and keep how it went. A fault is an answer here, no error."""
    require(actor, Perm.CONNECTOR_REGISTER, connector.department_id)
    _require_open(connector)
    found, fault = "", None
    try:
        found = _source(connector).test()
    except DataplaneError as error:
        fault = fault_of(error)
    said = f"{fault.code}: {fault.detail}"[:400] if fault else ""
    with transaction.atomic():
        connector.change(tested_at=timezone.now(), test_error=said)
        audit.record(
            actor, "connector.tested", connector, went_well=fault is None, code=fault and fault.code
        )
    return Test(connector, found, fault)


def browse_connector(connector: Connector, *, actor: Actor) -> list[str]:
    """The tables or files that can be read there."""
    require(actor, Perm.CONNECTOR_REGISTER, connector.department_id)
    _require_open(connector)
    found = asked(lambda: _source(connector).tables())
    audit.record(actor, "connector.browsed", connector, tables=len(found))
    return found


def describe_table(connector: Connector, *, actor: Actor, table: str) -> Described:
    """The columns of a table with the items they could become."""
    require(actor, Perm.CONNECTOR_REGISTER, connector.department_id)
    _require_open(connector)
    found = asked(lambda: _source(connector).describe(table))
    audit.record(actor, "connector.described", connector, table=table)
    return found


def preview_table(connector: Connector, *, actor: Actor, table: str, rows: int) -> pa.Table:
    """Some rows of a table as text, for the department whose data they are, and nobody else.

    Nobody knows what they are yet: each value is starred until the connector's are revealed.
    """
    require(actor, Perm.CONNECTOR_REGISTER, connector.department_id)
    _require_open(connector)
    found = asked(lambda: _source(connector).sample(table, min(rows, PREVIEW_ROWS)))
    audit.record(
        actor,
        "connector.previewed",
        connector,
        table=table,
        columns=found.column_names,
        rows=len(found),
        revealed=(revealed := is_revealed(connector, actor)),
    )
    if revealed:
        return found
    rows_starred = [starred(each, found.column_names) for each in found.to_pylist()]
    return pa.Table.from_pylist(rows_starred, found.schema)


@transaction.atomic
def close_connector(connector: Connector, *, actor: Actor) -> Connector:
    """Read through it no more, and forget its secrets; ConnectorInUse names the jobs that do."""
    require(actor, Perm.CONNECTOR_REGISTER, connector.department_id)
    Connector.objects.select_for_update().get(pk=connector.pk)
    jobs = SyncJob.objects.filter(connector=connector).exclude(state="closed").order_by("id")
    if names := [{"id": str(job.pk), "name": job.name} for job in jobs[:20]]:
        raise ConnectorInUse("Close these sync jobs first, or give them another one.", jobs=names)
    CONNECTOR.move(connector, "close", sealed="")
    audit.record(actor, "connector.closed", connector)
    return connector


def _source(connector: Connector) -> Source:
    return source_of(connector, seconds=ASKING_SECONDS)


def _require_open(connector: Connector) -> None:
    if connector.state != "active":
        raise ConnectorClosed("Register another one: its secrets are forgotten.")


def _differs(connector: Connector, options: dict[str, Any], name: str) -> bool:
    return bool(options.get(name) != connector.options.get(name))


def _write(work: Any) -> None:
    try:
        with transaction.atomic():
            work()
    except IntegrityError as other:
        raise Conflict("your department has an open connector of this name") from other
