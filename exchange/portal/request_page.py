"""What the page of a sharing request shows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts.actor import Actor
from accounts.models import InformationSystem, Obligation
from accounts.permissions import Perm
from accounts.policy import may
from accounts.portal.steps import NOTHING_SENT, Sent
from catalog.items import effective_share_type
from catalog.models import Item
from catalog.portal.words import SHARE_TYPES, UPDATE_CYCLES
from exchange.models import SharingRequest
from exchange.portal import sharing_words as words
from exchange.portal.deadlines import deadlines
from exchange.portal.masks import mask_text
from exchange.portal.request_steps import AWAITED, LATER, STEPS, is_offered, next_step, prepares
from exchange.portal.stories import Told, story
from kernel.texts import listed


@dataclass(frozen=True)
class ItemLine:
    """An item that is asked for, and what the answer says of it."""

    item: Item
    share_type: tuple[Any, str]
    is_verified: bool
    answer: Any = ""
    badge: str = ""
    note: Any = ""


def request_context(row: SharingRequest, actor: Actor, sent: Sent = NOTHING_SENT) -> dict[str, Any]:
    """Everything that the page shows to this actor."""
    answer = seen_answer(row, actor)
    edition = getattr(row, "edition", None)
    subjects = [row.pk, *([edition.grant_id] if edition else [])]
    clocks = Obligation.objects.filter(subject_id__in=subjects).exclude(state="cancelled")
    told = sent.context(row, actor, STEPS, lambda name: is_offered(row, actor, name))
    awaited = (sent.verb, *AWAITED)
    steps = [replace(one, is_open=one.verb in awaited) for one in told["steps"]]
    later = [one for one in steps if one.verb in LATER]
    return {
        **told,
        "row": row,
        "state": words.REQUEST_STATES[row.state],
        "steps": [step for step in steps if step.verb not in LATER],
        "later": later,
        "prepares": prepares(row, actor),
        "next": next_step(row, actor),
        "answer": answer,
        "ground": words.GROUNDS.get(_refusal(row, answer).get("ground", "")),
        "refusal": _refusal(row, answer),
        "items": item_lines(row, answer),
        "facts": list(facts_of(row)),
        "clocks": deadlines(clocks.order_by("started_at")),
        "events": story(_told(row, actor), actor),
        "grant": edition.grant if edition else None,
        "disputes": row.disputes.order_by("created_at"),
        "may_dispute": _may_dispute(row, actor),
        "may_repeat": may(actor, Perm.REQUEST_SUBMIT, row.department_id),
    }


def seen_answer(row: SharingRequest, actor: Actor) -> dict[str, Any]:
    """The answer: for the provider once it is prepared, for others once it is signed."""
    sees = row.answered_at or may(actor, Perm.REQUEST_VIEW, row.provider_id)
    return row.answer if sees and row.state in ("prepared", "consented", "refused") else {}


def item_lines(row: SharingRequest, answer: dict[str, Any]) -> list[ItemLine]:
    """The items asked for in the order of the catalogue, each with its answer."""
    asked = {*row.items, *row.verify_items}
    there = [item for item in row.entry.items.all() if item.column in asked]
    return [_item_line(item, row, answer) for item in there]


def facts_of(row: SharingRequest) -> Iterator[tuple[Any, Any]]:
    """The statements of a request in the order of the law."""
    yield (
        _("Basis of use"),
        "\n".join(part for part in (row.basis, row.basis_number, row.basis_clause) if part),
    )
    yield _("Scenario of use"), row.scenario
    yield _("Scope of use"), row.scope
    yield _("Ways of sharing"), listed(str(words.MODES[mode]) for mode in row.modes)
    yield _("Time limit of use"), row.ends_on.isoformat()
    yield _("Purposes"), listed(row.purposes)
    yield _("System"), listed([row.system.name, *_further(row)])
    if row.networks:
        yield _("Networks"), listed(row.networks)
    if row.calls_per_day:
        yield _("Calls a day"), f"{row.calls_per_day:,}"
    if row.rows_per_day:
        yield _("Rows a day"), f"{row.rows_per_day:,}"
    if row.frequency:
        yield _("Frequency"), UPDATE_CYCLES[row.frequency]
    if row.is_return_flow:
        yield _("Return flow"), _("Data of the own area from a higher level")


def _further(row: SharingRequest) -> list[str]:
    if not row.systems:
        return []
    rows = InformationSystem.objects.filter(pk__in=row.systems).order_by("name")
    return list(rows.values_list("name", flat=True))


def _refusal(row: SharingRequest, answer: dict[str, Any]) -> dict[str, str]:
    return answer.get("refusal", {}) if answer.get("consent") is False else {}


def _item_line(item: Item, row: SharingRequest, answer: dict[str, Any]) -> ItemLine:
    share = SHARE_TYPES[effective_share_type(item, row.entry)]
    line = ItemLine(item, share, item.column in row.verify_items)
    if not answer:
        return line
    if answer.get("consent") is False:
        return ItemLine(item, share, line.is_verified, _("refused"), "bad")
    terms = answer["terms"]
    if item.column in terms["items"]:
        mask = terms["masks"].get(item.column)
        note = mask_text(mask) if mask else _("as it is")
        return ItemLine(item, share, line.is_verified, _("delivered"), "good", note)
    if item.column in terms["verify_items"]:
        return ItemLine(item, share, line.is_verified, _("verified only"), "warn")
    reason = answer.get("left_out", {}).get(item.column, "")
    return ItemLine(item, share, line.is_verified, _("left out"), "bad", reason)


def _told(row: SharingRequest, actor: Actor) -> Iterator[Told]:
    requester, provider = row.department, row.provider
    yield Told(row.created_at, _("Submitted"), requester, row.submitted_by)
    yield Told(row.agreed_at, _("Agreed to and sent to the provider"), requester, row.agreed_by)
    yield Told(row.received_at, _("Taken on"), provider, row.received_by)
    yield Told(
        row.asked_at, _("Asked for what is missing"), provider, row.asked_by, row.asked_for, "warn"
    )
    yield Told(row.supplemented_at, _("Supplemented"), requester, None, row.supplement)
    if may(actor, Perm.REQUEST_VIEW, provider.pk):
        yield Told(row.prepared_at, _("Answer prepared"), provider, row.prepared_by)
    if row.state == "consented":
        yield Told(row.answered_at, _("Consented"), provider, row.answered_by, badge="good")
    if row.state == "refused":
        yield Told(
            row.answered_at, _("Refused"), provider, row.answered_by, row.answer_reason, "bad"
        )
    if row.state == "declined":
        yield Told(
            row.updated_at, _("Not let out"), requester, row.answered_by, row.answer_reason, "bad"
        )
    if row.state == "withdrawn":
        yield Told(row.updated_at, _("Taken back"), requester)


def _may_dispute(row: SharingRequest, actor: Actor) -> bool:
    return (
        actor.department_id in (row.department_id, row.provider_id)
        and may(actor, Perm.DISPUTE_OPEN)
        and row.state not in ("submitted", "declined", "withdrawn")
    )
