"""Calls of service interfaces: what the provider answers, less what the grant does not show."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop

from accounts import audit
from accounts.actions.notices import notify_department
from accounts.actions.obligations import meet_obligation
from accounts.actor import Actor
from accounts.permissions import Perm
from accounts.policy import require
from catalog.vocabulary import ShareMode
from exchange import breakers, interface_cache, ledger, providers, quotas
from exchange.actions.tellings import OFFICE
from exchange.bulkheads import one_of_few
from exchange.calls import NO_CALL, Call
from exchange.dataplane import provider_answers as answers
from exchange.dataplane import reading
from exchange.dataplane.disclosing import disclose_page
from exchange.dataplane.disclosure import Disclosure
from exchange.dataplane.errors import DataplaneError
from exchange.interface_cache import Kept
from exchange.interface_errors import (
    ConditionNotKept,
    GatewayNotPinned,
    InterfaceStopped,
    ProviderFailed,
    ProviderRefused,
    ProviderTimeout,
)
from exchange.interface_terms import read_given
from exchange.ledger import Use, subject_digests
from exchange.models import Dataset, Grant, ServiceInterface
from exchange.rights import disclosure_under, grant_for_calls, require_call, verifiable_items
from exchange.schemas import schema_in_force
from exchange.vocabulary import Channel

VERIFY = ServiceInterface.Kind.VERIFY


@dataclass(frozen=True)
class Answered:
    """The answer as it goes out, and whether it was kept from an earlier call."""

    body: bytes = field(repr=False)
    rows: int
    cached: bool


@dataclass(frozen=True)
class _Right:
    """What the caller may do now: the grant, for which purpose, and what it shows today."""

    grant: Grant
    purpose: str
    shown: Disclosure
    items: tuple[str, ...]


def call_interface(
    interface: ServiceInterface,
    *,
    actor: Actor,
    parameters: Mapping[str, Any],
    call: Call = NO_CALL,
    pinned: bool = False,
) -> Answered:
    """Ask the provider on behalf of the caller's system, as its grant allows today.

    ``{"items": [...]}`` of a query holds the granted items of the granted rows, masked; a
    verification answers ``{"result": ...}``. ``pinned``: the call's signature binds neither body
    nor address, so the grant must name networks. No transaction is open while the provider is
    waited for; the ledger and the trail are written before anything goes out.
    """
    require(actor, Perm.INTERFACE_CALL)
    right = _right(interface, actor, call, pinned)
    query, body = read_given(interface, parameters, right.shown.schema, right.items)
    quotas.require_left(right.grant)
    day = timezone.localdate()
    # Taken first, so that not even the provider sees a call more than the grant gives.
    quotas.take(right.grant, calls=1, rows=0)
    try:
        kept, cached = _answer(interface, right, query, body, call, actor)
        _enter(interface, right, kept, actor, call)
    except BaseException:
        quotas.give_back(right.grant, day, calls=1, rows=0)
        raise
    return Answered(kept.body, kept.rows, cached)


def _right(interface: ServiceInterface, actor: Actor, call: Call, pinned: bool) -> _Right:
    grant = grant_for_calls(interface.resource_id, actor, call)
    # A gateway's client knows no header for it, so the only purpose need not be said.
    only = grant.purposes[0] if pinned and len(grant.purposes) == 1 else ""
    purpose = require_call(
        grant, actor=actor, call=call, mode=ShareMode.INTERFACE, default_purpose=only
    )
    if pinned and not grant.networks:
        raise GatewayNotPinned("ask the provider to name them", grant=str(grant.pk))
    interface.refresh_from_db(fields=["state", "state_reason"])
    if interface.state != "open":
        raise InterfaceStopped(interface.state_reason, state=interface.state)
    shown = disclosure_under(grant, schema_in_force(interface.resource))
    if interface.kind != VERIFY:
        plain = tuple(name for name in shown.names if name not in shown.masks)
        return _Right(grant, purpose, shown, plain)
    if shown.condition is not None:
        raise ConditionNotKept("ask for a grant of all rows", grant=str(grant.pk))
    return _Right(grant, purpose, shown, tuple(verifiable_items(grant, shown)))


def _answer(
    interface: ServiceInterface,
    right: _Right,
    query: dict[str, str],
    body: dict[str, Any],
    call: Call,
    actor: Actor,
) -> tuple[Kept, bool]:
    """What goes out, and whether it was kept from before."""
    if not interface.cache_seconds:
        return _ask(interface, right, query, body, call, actor), False
    given = {"query": query, "body": body}
    key = interface_cache.key_of(interface, right.grant, right.shown.digest, given)
    kept = interface_cache.recall(key)
    if kept is not None:
        return kept, True
    kept = _ask(interface, right, query, body, call, actor)
    interface_cache.keep(key, kept, interface.cache_seconds)
    return kept, False


def _ask(
    interface: ServiceInterface,
    right: _Right,
    query: dict[str, str],
    body: dict[str, Any],
    call: Call,
    actor: Actor,
) -> Kept:
    """The provider's answer as the grant shows it; the breaker learns how it went."""
    with one_of_few(interface.pk):
        leave = breakers.admit(interface)
        try:
            told = Call(right.purpose, call.end_user, call.reason)
            answer = providers.ask_provider(interface, query, body, told)
            shown = _shown(answer.body, interface, right)
        except (ProviderFailed, ProviderTimeout) as fault:
            if breakers.failed(leave):
                _rest(interface, fault.code, actor)
            raise
        except ProviderRefused:
            # It is there, and it answers.
            breakers.succeeded(leave)
            raise
    breakers.succeeded(leave)
    return shown


def _shown(body: bytes, interface: ServiceInterface, right: _Right) -> Kept:
    """The answer reduced to what the grant shows; ProviderFailed if it cannot be read."""
    try:
        found = answers.read_answer(body, interface.records_at)
        if interface.kind == VERIFY:
            verdict = answers.verdict_of(found, interface.result_codes)
            return Kept(json.dumps({"result": verdict}).encode(), 1)
        stored = answers.as_table(answers.records_of(found), right.shown.source)
        table = disclose_page(stored, right.shown)
    except DataplaneError as fault:
        raise ProviderFailed(fault.detail, reason=fault.code) from None
    made = b'{"items":' + reading.encode(table, "json").strip() + b"}"
    return Kept(made, table.num_rows, _subjects(interface, table, right.shown))


def _subjects(
    interface: ServiceInterface, table: pa.Table, shown: Disclosure
) -> tuple[int, ...] | None:
    """The records as the ledger names them, where the resource has a dataset whose key they bear
    unmasked."""
    key = shown.schema.key
    dataset = Dataset.objects.filter(resource_id=interface.resource_id).first()
    if dataset is None or not key or set(key) & set(shown.masks):
        return None
    keys: Iterable[tuple[Any, ...]] = (
        tuple(row[name] for name in key) for row in table.select(key).to_pylist()
    )
    return tuple(subject_digests(dataset, keys))


@transaction.atomic
def _enter(
    interface: ServiceInterface, right: _Right, kept: Kept, actor: Actor, call: Call
) -> None:
    """Write down what is about to be given, and take its rows off the quota."""
    grant, items = right.grant, right.shown.names
    if interface.kind == VERIFY:
        items = ()
    audit.record(
        actor,
        "interface.called",
        interface,
        grant=str(grant.pk),
        edition=grant.edition,
        items=list(items),
        rows=kept.rows,
    )
    if kept.rows:
        meet_obligation("C5", grant, actor=actor)
    use = Use(
        channel=Channel.SERVICE,
        dataset=None,
        interface=interface,
        grant=grant,
        system_id=actor.id,  # type: ignore[arg-type]
        purpose=right.purpose,
        call=call,
        credential_id=actor.credential_id,
        items=items,
        rows=kept.rows,
        digest=hashlib.sha256(kept.body).hexdigest(),
        subjects=kept.subjects,
    )
    quotas.take(grant, calls=0, rows=kept.rows)
    ledger.write_use(use)


@transaction.atomic
def _rest(interface: ServiceInterface, code: str, actor: Actor) -> None:
    """Tell the provider that its interface is left alone for a while."""
    interface.refresh_from_db(fields=["failures", "open_until"])
    audit.record(actor, "interface.rested", interface, failures=interface.failures, fault=code)
    if interface.failures == breakers.FAILURES:
        notify_department(
            interface,
            actor=actor,
            department_id=interface.department_id,
            roles=OFFICE,
            verb="interface.resting",
            reason=gettext_noop("Your interface fails again and again and is not called for now."),
            interface=interface.name,
            code=interface.code,
            failures=interface.failures,
        )
