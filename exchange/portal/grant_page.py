"""What the page of a grant shows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import InformationSystem, Obligation
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.steps import NOTHING_SENT, Sent
from exchange.models import Grant, GrantEdition, SharingRequest, UseRecord
from exchange.models.terms import Terms, terms_of
from exchange.portal import sharing_words as words
from exchange.portal.bars import Bars, bars
from exchange.portal.deadlines import deadlines
from exchange.portal.grant_steps import STEPS, is_offered
from exchange.portal.masks import mask_text
from exchange.states import DISPUTE_OPEN, GRANT_RUNNING, OBJECTION_OPEN, REQUEST_OPEN
from kernel.texts import listed

_DAYS = 30
_SHOWN = 20


@dataclass(frozen=True)
class Edition:
    """The terms of one consent, and what changed against the edition before."""

    row: GrantEdition
    changes: list[tuple[Any, str, str]]


def grant_context(row: Grant, actor: Actor, sent: Sent = NOTHING_SENT) -> dict[str, Any]:
    """Everything that the page shows to this actor."""
    titles = {item.column: item for item in row.request.entry.items.all()}
    holds = may(actor, Perm.REQUEST_SUBMIT, row.department_id)
    clocks = Obligation.objects.filter(subject_id=row.pk).exclude(state="cancelled")
    return {
        "grant": row,
        "state": words.GRANT_STATES[row.state],
        **sent.context(row, actor, STEPS, lambda name: is_offered(row, actor, name)),
        "items": [(titles.get(name), name, _mask(row, name)) for name in row.items],
        "verified": [(titles.get(name), name) for name in row.verify_items],
        "facts": list(_facts(row)),
        "editions": _editions(row),
        "days": _days(row),
        "clocks": deadlines(clocks.order_by("started_at")),
        "lanes": _lanes(row),
        "amendments": _amendments(row, actor),
        "objections": row.objections.filter(state__in=OBJECTION_OPEN),
        "disputes": row.disputes.filter(state__in=DISPUTE_OPEN),
        "records": UseRecord.objects.visible_to(actor).filter(grant=row).order_by("-ends_on")[:5],
        "needs_certificate": _needs_certificate(row),
        "may_amend": holds and row.state in GRANT_RUNNING,
        "may_record": may(actor, Perm.USE_RECORD, row.department_id),
        "may_object": may(actor, Perm.OBJECTION_SUBMIT) and actor.department_id in _sides(row),
        "may_dispute": may(actor, Perm.DISPUTE_OPEN)
        and actor.department_id in _sides(row)
        and row.state != "disposed",
        "sees_use": may(actor, Perm.USE_VIEW),
    }


def _sides(row: Grant) -> tuple[Any, Any]:
    return row.department_id, row.provider_id


def _mask(row: Grant, name: str) -> Any:
    mask = row.masks.get(name)
    return mask_text(mask) if mask else ""


def _needs_certificate(row: Grant) -> bool:
    """Whether its holder should certify soon that it is still needed."""
    if row.state != "active" or row.certify_by is None or row.certify_by >= row.ends_on:
        return False
    return row.certify_by <= timezone.localdate() + timedelta(days=30)


def _facts(row: Grant) -> Iterator[tuple[Any, Any]]:
    yield _("Requester"), row.department.name
    yield _("Provider"), row.provider.name
    yield _("Systems"), listed([row.system.name, *_further(row)])
    yield _("Ways of sharing"), listed(str(words.MODES[mode]) for mode in row.modes)
    yield _("Purposes"), listed(row.purposes)
    if row.condition:
        yield _("Which rows"), row.condition
    if row.networks:
        yield _("Networks"), listed(row.networks)
    yield _("Calls a day"), f"{row.calls_per_day:,}" if row.calls_per_day else _("no limit")
    yield _("Rows a day"), f"{row.rows_per_day:,}" if row.rows_per_day else _("no limit")
    yield _("Last day of use"), row.ends_on.isoformat()
    if row.certify_by:
        yield _("To be certified by"), row.certify_by.isoformat()


def _further(row: Grant) -> list[str]:
    if not row.systems:
        return []
    rows = InformationSystem.objects.filter(pk__in=row.systems).order_by("name")
    return list(rows.values_list("name", flat=True))


def _editions(row: Grant) -> list[Edition]:
    rows = list(row.editions.order_by("number"))
    found = []
    for place, edition in enumerate(rows):
        before = rows[place - 1] if place else None
        found.append(Edition(edition, list(_changes(before, edition)) if before else []))
    return found[::-1]


_TERMS = {
    "items": _("Items"),
    "verify_items": _("Items to verify"),
    "masks": _("Masks"),
    "condition": _("Which rows"),
    "purposes": _("Purposes"),
    "modes": _("Ways of sharing"),
    "systems": _("Systems"),
    "networks": _("Networks"),
    "calls_per_day": _("Calls a day"),
    "rows_per_day": _("Rows a day"),
    "ends_on": _("Last day of use"),
}


def _changes(old: Terms, new: Terms) -> Iterator[tuple[Any, str, str]]:
    before, after = terms_of(old), terms_of(new)
    for name, title in _TERMS.items():
        if before[name] != after[name]:
            yield title, _said(name, before[name]), _said(name, after[name])


def _said(name: str, value: Any) -> str:
    if name == "masks":
        return listed(f"{item}: {mask_text(mask)}" for item, mask in value.items())
    if name == "modes":
        return listed(str(words.MODES[mode]) for mode in value)
    if isinstance(value, list):
        return listed(value)
    return "" if value is None else str(value)


def _days(row: Grant) -> Bars:
    """Calls and rows of the last days, against the day's quota."""
    today = timezone.localdate()
    first = today - timedelta(days=_DAYS - 1)
    used = {one.day: one for one in row.days.filter(day__gte=first)}
    days: list[tuple[date, int, int]] = []
    for number in range(_DAYS):
        day = first + timedelta(days=number)
        one = used.get(day)
        days.append((day, one.calls if one else 0, one.rows if one else 0))
    return bars(days)


def _lanes(row: Grant) -> list[tuple[Any, Any, Any]]:
    found = row.subscriptions.select_related("system").order_by("created_at")
    return [(lane, words.SUBSCRIPTION_MODES[lane.mode], lane.state) for lane in found[:_SHOWN]]


def _amendments(row: Grant, actor: Actor) -> Any:
    rows: Any = SharingRequest.objects.visible_to(actor)
    return rows.filter(amends=row, state__in=REQUEST_OPEN)
