"""Everything that can happen to a service interface (服务接口) but a call."""

from collections.abc import Iterable, Mapping
from copy import copy
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_department
from accounts.actor import Actor
from accounts.models import Department, InformationSystem
from accounts.permissions import Perm
from accounts.policy import require
from accounts.states import RUNNING
from catalog.actions.quality import note_attached
from catalog.models import Resource
from exchange import providers
from exchange.actions.holds import settle_hold
from exchange.actions.tellings import OFFICE
from exchange.bulkheads import one_of_few
from exchange.calls import NO_CALL
from exchange.dataplane import provider_answers as answers
from exchange.dataplane.errors import Terminal
from exchange.dataplane.schema import Schema
from exchange.destinations import require_webhook
from exchange.errors import NotYourSystem
from exchange.interface_terms import (
    check_declared,
    read_auth,
    read_given,
    read_parameters,
    takes_away,
)
from exchange.models import ServiceInterface
from exchange.schemas import schema_in_force
from exchange.services import is_served, require_cleared, served_departments
from exchange.states import INTERFACE
from exchange.vocabulary import ChangeKind
from kernel.errors import Conflict, DomainError

# The titles of the notices, which their verbs give: named here to be translated.
TITLES = (
    gettext_noop("Interface paused"),
    gettext_noop("Interface resumed"),
    gettext_noop("Interface resting"),
)


@dataclass(frozen=True)
class Tested:
    """What one call by the provider itself showed; no value of a record.

    ``status`` is None where there was no answer; ``fault`` says what was wrong with it.
    """

    status: int | None
    duration_ms: int | None
    records: int | None
    items: tuple[str, ...]
    missing: tuple[str, ...]
    fault: str


def register_interface(
    resource: Resource,
    *,
    actor: Actor,
    system: InformationSystem,
    auth: Mapping[str, Any],
    secret: str = "",
    parameters: Iterable[Mapping[str, Any]] = (),
    **declared: Any,
) -> ServiceInterface:
    """Register an HTTP interface of the own department under a published resource.

    ``declared`` are the columns name, kind, method, url, records_at, result_codes, timeout_ms and
    cache_seconds. The secret is sealed and never shown again.
    """
    require(actor, Perm.INTERFACE_REGISTER, resource.department_id)
    _require_own(system, resource)
    interface = ServiceInterface(
        resource=resource,
        department_id=resource.department_id,
        system=system,
        auth=read_auth(auth, secret),
        sealed=providers.sealed_secret(secret),
        parameters=read_parameters(parameters),
        **declared,
    )
    check_declared(interface, schema_in_force(resource))
    _check_addresses(interface)
    with transaction.atomic():
        interface.code = _next_code(interface)
        interface.save(force_insert=True)
        audit.record(
            actor,
            "interface.registered",
            interface,
            resource=str(resource.pk),
            code=interface.code,
            url=interface.url,
            auth=interface.auth["kind"],
        )
        note_attached(resource.pk, True, actor=actor)
        settle_hold(resource.pk, actor=actor)
    return interface


def change_interface(
    interface: ServiceInterface,
    *,
    actor: Actor,
    expected: int,
    values: Mapping[str, Any],
) -> ServiceInterface:
    """Set columns of the interface, or the system that serves it; a new ``auth`` comes with its
    ``secret``.

    What takes something from those who call it needs to have been announced (Art. 27).
    """
    require(actor, Perm.INTERFACE_REGISTER, interface.department_id)
    if interface.state == "closed":
        raise Conflict("it is closed", state=interface.state)
    changes = dict(values)
    secret = changes.pop("secret", "")
    if "auth" in changes or secret:
        changes["auth"] = read_auth(changes.get("auth", interface.auth), secret)
        changes["sealed"] = providers.sealed_secret(secret)
    if "system" in changes:
        _require_own(changes["system"], interface.resource)
    if "parameters" in changes:
        changes["parameters"] = read_parameters(changes["parameters"])
    changed = copy(interface)
    for name, value in changes.items():
        setattr(changed, name, value)
    check_declared(changed, schema_in_force(interface.resource))
    _check_addresses(changed)
    with transaction.atomic():
        if takes_away(interface, changed):
            require_cleared(interface, ChangeKind.CHANGE)
        # What went wrong before went wrong with the old one.
        interface.change(expected, **changes, failures=0, open_until=None)
        audit.record(actor, "interface.changed", interface, changed=sorted(values))
        settle_hold(interface.resource_id, actor=actor)
    return interface


@transaction.atomic
def pause_interface(interface: ServiceInterface, *, actor: Actor, reason: str) -> ServiceInterface:
    """Let nobody call for now; those served are told."""
    require(actor, Perm.INTERFACE_REGISTER, interface.department_id)
    INTERFACE.move(interface, "pause", state_reason=reason)
    audit.record(actor, "interface.paused", interface, reason=reason)
    told = gettext_noop("An interface on which your department relies is paused for a while.")
    _tell_served(interface, actor, "interface.paused", told)
    return interface


@transaction.atomic
def resume_interface(interface: ServiceInterface, *, actor: Actor) -> ServiceInterface:
    """Let it be called again."""
    require(actor, Perm.INTERFACE_REGISTER, interface.department_id)
    INTERFACE.move(interface, "resume", state_reason="", failures=0, open_until=None)
    audit.record(actor, "interface.resumed", interface)
    told = gettext_noop("An interface on which your department relies can be called again.")
    _tell_served(interface, actor, "interface.resumed", told)
    return interface


@transaction.atomic
def close_interface(interface: ServiceInterface, *, actor: Actor) -> ServiceInterface:
    """Let nobody call any more; its code is not given again.

    ChangeNotCleared while others are served who were not told, or do not agree (Art. 27).
    """
    require(actor, Perm.INTERFACE_REGISTER, interface.department_id)
    INTERFACE.check(interface, "close")
    require_cleared(interface, ChangeKind.STOP)
    INTERFACE.move(interface, "close")
    audit.record(actor, "interface.closed", interface)
    note_attached(interface.resource_id, is_served(interface.resource_id), actor=actor)
    settle_hold(interface.resource_id, actor=actor)
    return interface


def test_interface(
    interface: ServiceInterface, *, actor: Actor, parameters: Mapping[str, Any]
) -> Tested:
    """Call it once as its provider: does it answer, how fast, and are the records where
    ``records_at`` says? Names of items are shown, values never."""
    require(actor, Perm.INTERFACE_REGISTER, interface.department_id)
    if interface.state == "closed":
        raise Conflict("it is closed", state=interface.state)
    schema = schema_in_force(interface.resource)
    query, body = read_given(interface, parameters, schema, schema.names)
    with one_of_few(interface.pk):
        tested = _try(interface, query, body, schema)
    audit.record(
        actor, "interface.tested", interface, status=tested.status, fault=tested.fault[:200]
    )
    return tested


def _try(
    interface: ServiceInterface, query: dict[str, str], body: dict[str, Any], schema: Schema
) -> Tested:
    try:
        answer = providers.ask_provider(interface, query, body, NO_CALL)
    except DomainError as fault:
        return Tested(None, None, None, (), (), f"{fault.code}: {fault.detail}")
    try:
        found = answers.read_answer(answer.body, interface.records_at)
        if interface.kind == ServiceInterface.Kind.VERIFY:
            answers.verdict_of(found, interface.result_codes)
            return Tested(answer.status, answer.duration_ms, None, (), (), "")
        records = answers.records_of(found)
        answers.as_table(records, schema)
    except Terminal as fault:
        return Tested(answer.status, answer.duration_ms, None, (), (), fault.detail)
    there = {name for record in records for name in record}
    return Tested(
        answer.status,
        answer.duration_ms,
        len(records),
        tuple(name for name in schema.names if name in there),
        tuple(name for name in schema.names if records and name not in there),
        "",
    )


def _require_own(system: InformationSystem, resource: Resource) -> None:
    if system.department_id != resource.department_id or system.state not in RUNNING:
        raise NotYourSystem.field("system", "must be a running system of the resource's department")


def _check_addresses(interface: ServiceInterface) -> None:
    require_webhook(interface.url)
    if interface.auth.get("refresh_url"):
        require_webhook(interface.auth["refresh_url"], "auth/refresh_url")


def _next_code(interface: ServiceInterface) -> str:
    """``s_``, the department's credit code, ``_`` and the next number, for the rest of the
    transaction this one's: rivals wait, and a number that is rolled back is given again."""
    department = Department.objects.select_for_update(no_key=True).get(pk=interface.department_id)
    prefix = f"s_{department.credit_code}_"
    taken = ServiceInterface.objects.filter(code__startswith=prefix).count()
    return f"{prefix}{taken + 1}"


def _tell_served(interface: ServiceInterface, actor: Actor, verb: str, reason: str) -> None:
    for department_id in served_departments(interface):
        notify_department(
            interface,
            actor=actor,
            department_id=department_id,
            roles=OFFICE,
            verb=verb,
            reason=reason,
            interface=interface.name,
            code=interface.code,
            on=str(timezone.localdate()),
        )
