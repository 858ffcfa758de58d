"""Walks at random: everybody who acts in sharing, every step there is, and one's way through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from accounts.actions import escalations, extensions, obligations
from accounts.actor import CLOCK, Actor
from accounts.models import Obligation
from accounts.states import OBLIGATION
from exchange.actions import (
    answers,
    corrections,
    datasets,
    disputes,
    grants,
    objections,
    reads,
    requests,
    services,
    subscriptions,
    userecords,
)
from exchange.models import (
    Dataset,
    Dispute,
    Grant,
    Objection,
    ServiceChange,
    SharingRequest,
    Subscription,
)
from exchange.services import CHANGE_OPEN
from exchange.states import (
    DATASET,
    DISPUTE,
    DISPUTE_OPEN,
    GRANT,
    GRANT_ENDED,
    GRANT_RUNNING,
    OBJECTION,
    REQUEST,
    SERVICE_CHANGE,
    SUBSCRIPTION,
)
from kernel.states import Machine
from tests.factories.exchange import GRANTED, REFUSAL, World, row
from tests.people import actor_for, member_with

MACHINES: dict[type[Model], Machine] = {
    Dataset: DATASET,
    SharingRequest: REQUEST,
    Grant: GRANT,
    Subscription: SUBSCRIPTION,
    Objection: OBJECTION,
    Dispute: DISPUTE,
    ServiceChange: SERVICE_CHANGE,
    Obligation: OBLIGATION,
}
States = dict[type[Model], dict[Any, str]]
ANY = "*"
ENDS = ("decline", "withdraw", "revoke", "finish", "end", "close", "settle", "suspend", "pause")
ASIDE = ("wait", "record", "object", "accuse", "announce", "publish", "certify", "explain", "give")


@dataclass
class Walk:
    """The world that is walked through, and the people in it."""

    world: World
    clock: Any
    others: dict[str, Actor] = field(default_factory=dict)

    def __post_init__(self) -> None:
        world = self.world
        self.others = {
            "authority": actor_for(member_with(("authority",), None)),
            "security": actor_for(member_with(("security_admin",), None)),
            "auditor": actor_for(member_with(("auditor",), None)),
            "admin": actor_for(member_with(("department_admin",), world.requester)),
            "stranger": actor_for(member_with(("head", "steward"), None)),
        }

    @property
    def everybody(self) -> list[str]:
        """By name: both sides, those who supervise, and somebody whom it does not concern."""
        return [*self.world.people, "publisher", "reader", *self.others]

    def actor(self, who: str) -> Actor:
        """The person or system of that name."""
        if who == "clock":
            return CLOCK
        return self.others.get(who) or self.world.actor(who)

    @staticmethod
    def states() -> States:
        """The state of every row that has one."""
        return {
            model: dict(model._base_manager.order_by("pk").values_list("pk", "state"))
            for model in MACHINES
        }


@dataclass(frozen=True)
class Step:
    """One deed: who does it by rights, to which rows in which states."""

    name: str
    by: tuple[str, ...]
    model: type[Model]
    sources: tuple[str, ...]
    deed: Callable[[Walk, Any, Actor, int], object]

    @property
    def weight(self) -> int:
        """How often it is taken: what ends something rarely, what leads on often."""
        verb = self.name.split()[0]
        return 1 if verb in ENDS else 2 if verb in ASIDE else 8

    def rows(self, states: States) -> list[Any]:
        """The keys of the rows to which it may be done."""
        known = states[self.model]
        return [pk for pk, state in known.items() if ANY in self.sources or state in self.sources]


def _submit(walk: Walk, dataset: Dataset, actor: Actor, number: int) -> object:
    living = Grant.objects.filter(state__in=GRANT_RUNNING).order_by("pk")
    amends = living[number % living.count()] if number % 3 == 0 and living else None
    items = GRANTED if number % 2 else ["code", "name"]
    return walk.world.submit(
        items, actor=actor, amends=amends, is_return_flow=number % 5 == 0, modes=["database"]
    )


def _prepare(walk: Walk, request: SharingRequest, actor: Actor, number: int) -> object:
    kept = request.items if number % 2 else ["code"]
    left = dict.fromkeys(sorted(set(request.items) - set(kept)), "与职责无关")
    return answers.prepare_answer(
        request, actor=actor, consent=True, items=list(kept), left_out=left
    )


def _object(walk: Walk, dataset: Dataset, actor: Actor, number: int) -> object:
    kinds = ("content", "catalogue", "authorisation", "availability")
    return objections.submit_objection(
        walk.world.resource, actor=actor, kind=kinds[number % 4], description="有误"
    )


def _accuse(walk: Walk, grant: Grant, actor: Actor, number: int) -> object:
    return objections.submit_objection(
        grant.resource, actor=actor, kind="misuse", description="超范围", grant=grant
    )


def _resolve(walk: Walk, objection: Objection, actor: Actor, number: int) -> object:
    fitting = "corrected" if objection.kind == "content" else "remedied"
    outcome = fitting if number % 2 else "unfounded"
    return objections.resolve_objection(objection, actor=actor, outcome=outcome, feedback="已核实")


def _dispute(walk: Walk, subject: Any, actor: Actor, number: int) -> object:
    return disputes.open_dispute(subject, actor=actor, claim="不服")


def _decide(walk: Walk, dispute: Dispute, actor: Actor, number: int) -> object:
    outcome = ("upheld", "partly_upheld", "dismissed")[number % 3]
    return disputes.decide_dispute(
        dispute, actor=actor, outcome=outcome, decision="裁定", document="1号"
    )


def _announce(walk: Walk, dataset: Dataset, actor: Actor, number: int) -> object:
    return services.announce_change(
        dataset,
        actor=actor,
        kind=("stop", "change")[number % 2],
        reason="停用",
        effective_on=timezone.localdate() + timedelta(days=number % 3),
    )


def _record(walk: Walk, grant: Grant, actor: Actor, number: int) -> object:
    today = timezone.localdate()
    said = {"scenario": "核对", "process": "查询", "effect": "减少材料", "storage": "不留存"}
    return userecords.record_use(grant, actor=actor, starts_on=today, ends_on=today, **said)


def _publish(walk: Walk, dataset: Dataset, actor: Actor, number: int) -> object:
    return walk.world.publish([row(f"11{number:04d}", f"第{number}区")], "changes")


def _read(walk: Walk, lane: Subscription, actor: Actor, number: int) -> object:
    return reads.read_changes(lane, actor=actor, cursor=None, limit=5)


def _wait(walk: Walk, dataset: Dataset, actor: Actor, number: int) -> object:
    walk.clock.shift(timedelta(days=1 + number % (60 if number % 9 == 0 else 5)))
    return sweep()


def sweep() -> None:
    """What the timetable does every hour."""
    grants.expire_due(actor=CLOCK)
    grants.certify_due(actor=CLOCK)
    escalations.escalate_due(actor=CLOCK)
    obligations.end_retentions(actor=CLOCK)


def _plain(action: Callable[..., object], **said: Any) -> Callable[..., object]:
    """A deed whose words are always the same."""

    def deed(walk: Walk, found: Any, actor: Actor, number: int) -> object:
        return action(found, actor=actor, **said)

    return deed


def _moves(
    machine: Machine, model: type[Model], *steps: tuple[str, str, Callable[..., object]]
) -> list[Step]:
    """Steps that make one move of the table each: (move, who, deed)."""
    return [
        Step(f"{move} {machine.name}", tuple(who.split()), model, machine.moves[move][0], deed)
        for move, who, deed in steps
    ]


WHY = {"reason": "理由"}
PROVIDERS = "head authority security"
STEPS: list[Step] = [
    Step("submit request", ("asker",), Dataset, (ANY,), _submit),
    *_moves(
        REQUEST,
        SharingRequest,
        ("agree", "asker_head", _plain(requests.agree_request)),
        ("decline", "asker_head", _plain(requests.decline_request, **WHY)),
        ("receive", "steward", _plain(answers.receive_request)),
        ("ask", "steward", _plain(answers.ask_request, missing="文号")),
        ("supplement", "asker", _plain(requests.supplement_request, supplement="第12号")),
        ("prepare", "steward", _prepare),
        ("prepare", "steward", _plain(answers.prepare_answer, consent=False, **REFUSAL)),
        ("return", "head", _plain(answers.return_answer, **WHY)),
        ("consent", "head", _plain(answers.consent_request)),
        ("refuse", "head", _plain(answers.refuse_request)),
        ("withdraw", "asker", _plain(requests.withdraw_request)),
        ("reopen", "authority", _plain(answers.reopen_request, document="1号")),
    ),
    *_moves(
        GRANT,
        Grant,
        ("suspend", PROVIDERS, _plain(grants.suspend_grant, **WHY)),
        ("rectify", "asker", _plain(grants.rectify_grant, rectification="已整改")),
        ("resume", PROVIDERS, _plain(grants.resume_grant, **WHY)),
        ("revoke", PROVIDERS, _plain(grants.revoke_grant, **WHY)),
        ("finish", "asker_head", _plain(grants.finish_grant)),
        (
            "dispose",
            "asker_head",
            _plain(grants.dispose_grant, method="删除", systems=["系统"], statement="已销毁"),
        ),
    ),
    Step("certify", ("asker_head",), Grant, GRANT_RUNNING, _plain(grants.certify_grant)),
    Step(
        "subscribe",
        ("asker",),
        Grant,
        ("active",),
        _plain(subscriptions.open_subscription, mode="pull"),
    ),
    Step("read", ("reader",), Subscription, ("active",), _read),
    *_moves(
        SUBSCRIPTION,
        Subscription,
        ("pause", "asker", _plain(subscriptions.pause_subscription, **WHY)),
        ("resume", "asker", _plain(subscriptions.resume_subscription)),
        ("end", "asker", _plain(subscriptions.end_subscription, **WHY)),
    ),
    Step("record use", ("asker",), Grant, (ANY,), _record),
    Step("object", ("asker",), Dataset, (ANY,), _object),
    Step("accuse", ("steward",), Grant, GRANT_RUNNING, _accuse),
    *_moves(
        OBJECTION,
        Objection,
        ("receive", "steward asker", _plain(objections.receive_objection)),
        ("resolve", "head asker_head", _resolve),
        ("close", "asker steward", _plain(objections.close_objection, rating=4)),
        ("withdraw", "asker steward", _plain(objections.withdraw_objection)),
    ),
    Step(
        "correct",
        ("steward",),
        Objection,
        ("received",),
        _plain(corrections.correct_records, rows=[row("110101", "东城区")]),
    ),
    Step("dispute request", ("asker_head",), SharingRequest, ("refused", "consented"), _dispute),
    Step("dispute grant", ("asker_head", "head"), Grant, GRANT_ENDED, _dispute),
    Step("dispute objection", ("asker_head", "head"), Objection, ("resolved",), _dispute),
    Step(
        "respond",
        ("head", "asker_head"),
        Dispute,
        DISPUTE_OPEN,
        _plain(disputes.respond_dispute, response="有据"),
    ),
    *_moves(
        DISPUTE,
        Dispute,
        ("refer", "asker_head head", _plain(disputes.refer_dispute)),
        ("elevate", "authority", _plain(disputes.elevate_dispute, document="1号")),
        ("settle", "asker_head head authority", _plain(disputes.settle_dispute, decision="和解")),
        ("decide", "authority", _decide),
        ("withdraw", "asker_head head", _plain(disputes.withdraw_dispute)),
    ),
    Step("announce", ("head",), Dataset, ("open",), _announce),
    Step(
        "reply",
        ("asker_head",),
        ServiceChange,
        CHANGE_OPEN,
        _plain(services.reply_change, agrees=True),
    ),
    *_moves(
        SERVICE_CHANGE,
        ServiceChange,
        ("file", "authority", _plain(services.file_change, number="1号")),
        ("complete", "head", _plain(services.complete_change)),
        ("withdraw", "head", _plain(services.withdraw_change)),
    ),
    Step("close", ("steward",), Dataset, ("open",), _plain(datasets.close_dataset)),
    Step("publish", ("publisher",), Dataset, ("open",), _publish),
    Step(
        "ask for time",
        ("head", "asker_head"),
        Obligation,
        ("open",),
        _plain(extensions.ask_extension, workdays=5, **WHY),
    ),
    Step(
        "give time",
        ("authority",),
        Obligation,
        ("open",),
        _plain(extensions.extend_obligation, workdays=5, document="1号", **WHY),
    ),
    Step(
        "explain",
        ("head", "asker_head"),
        Obligation,
        (ANY,),
        _plain(obligations.explain_obligation, just_cause="系统故障"),
    ),
    Step("wait", ("clock",), Dataset, (ANY,), _wait),
]
