"""Verdicts, zombie cases and merge proposals for tests, in any state of their tables."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import factory
from django.db.models import Model
from django.utils import timezone

from accounts.models import (
    AuditEvent,
    InformationSystem,
    MergeProposal,
    RuleSet,
    SystemRelation,
    Verdict,
    ZombieCase,
)
from tests.factories.accounts import SystemFactory

MONDAY = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in China
TODAY, SOON = date(2026, 3, 2), date(2026, 6, 30)

FINDINGS = {
    "Z5": {
        "level": "suspected",
        "facts": {"logins_a_month": 2},
        "missing": [],
        "zh": "近12个月月均登录2次，低于每月10次。",
        "en": "2 log-ins a month over the last 12 months, below 10.",
    },
    "Z1": {
        "level": "clear",
        "facts": {"business_items": 1},
        "missing": [],
        "zh": "关联业务事项1项，近期有业务办理。",
        "en": "Serves 1 business item, with recent transactions.",
    },
}


class RuleSetFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = RuleSet
        django_get_or_create = ("edition",)

    edition = 1
    thresholds = factory.LazyFunction(dict)
    basis = "示例省信息系统清理办法"


class VerdictFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Verdict

    system = factory.SubFactory(SystemFactory)
    department = factory.SelfAttribute("system.department")
    level = "suspected"
    findings = factory.LazyFunction(lambda: FINDINGS)
    rules = factory.SubFactory(RuleSetFactory)
    judged_at = factory.LazyFunction(timezone.now)


class CaseFactory(factory.django.DjangoModelFactory):
    """A case that was opened just now; ``case_in`` brings one to any state."""

    class Meta:
        model = ZombieCase

    system = factory.SubFactory(SystemFactory)
    department = factory.SelfAttribute("system.department")
    evidence = factory.LazyFunction(
        lambda: {"level": "suspected", "findings": FINDINGS, "replacement": None}
    )


class MergeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = MergeProposal
        skip_postgeneration_save = True

    target = factory.SubFactory(SystemFactory)
    department = factory.SelfAttribute("target.department")
    reasons = factory.LazyFunction(
        lambda: {"systems": [], "freed_per_year": "0", "cost_unknown": 0, "risk": "low"}
    )

    @factory.post_generation
    def systems(self, create, extracted, **kwargs):
        self.systems.set(extracted or [])


def case_in(state, *, today: date | None = None, **columns):
    """A case in the state, with what the steps before left in it: retirement decided on."""
    today, now = today or timezone.localdate(), timezone.now()
    notified = {
        "notified_at": now,
        "answer_workdays": 15,
        "answer_by": today + timedelta(days=21),
    }
    answered = {"answer": "retire", "answered_at": now, "answer_reason": "业务已停办"}
    decided = {
        "decision": "retire",
        "decision_reason": "同意停用",
        "decided_at": now,
        "due_on": today + timedelta(days=60),
    }
    steps = ["suspected", "notified", "answered", "decided", "completed"]
    reached = steps.index(state) if state in steps else 0
    values = {}
    for number, step in enumerate((notified, answered, decided), 1):
        values |= step if reached >= number else {}
    if state in ("completed", "dismissed"):
        values["closed_at"] = now
    return CaseFactory(state=state, **(values | columns))


def everything() -> dict[type[Model], list[dict[str, Any]]]:
    """All rows that a step of the due process could touch."""
    tables = (ZombieCase, InformationSystem, SystemRelation, Verdict, AuditEvent)
    return {model: list(model.objects.order_by("pk").values()) for model in tables}


def verbs() -> list[str]:
    """The steps that the trail tells, in their order."""
    told = AuditEvent.objects.filter(verb__startswith="case.").order_by("pk")
    return list(told.values_list("verb", flat=True))
