"""Keeping verdicts: rows are written where something changed, all get the time of judging."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils import timezone

from accounts.models import InformationSystem, RuleSet, Verdict
from accounts.states import RUNNING
from accounts.zombies.judge import Judgement

KEPT = ("level", "findings", "rules", "replacement", "department", "judged_at", "updated_at")


def keep_verdicts(
    judged: Mapping[UUID, Judgement], rules: RuleSet, judged_at: datetime
) -> list[Verdict]:
    """Write what is new or different; the rows that were written."""
    departments = dict(
        InformationSystem.objects.filter(pk__in=judged).values_list("pk", "department_id")
    )
    known = {row.system_id: row for row in Verdict.objects.filter(system__in=judged)}
    made, changed, same = [], [], []
    for system, judgement in judged.items():
        if system not in departments:
            continue
        row = _row(system, departments[system], judgement, rules, judged_at)
        old = known.get(system)
        if old is None:
            made.append(row)
        elif _digest(old) != _digest(row):
            row.pk, row.version = old.pk, old.version
            changed.append(row)
        else:
            same.append(old.pk)
    Verdict.objects.filter(pk__in=same).update(judged_at=judged_at)
    Verdict.objects.bulk_create(made, batch_size=500)
    _write(changed)
    return [*made, *changed]


def drop_verdicts() -> int:
    """Remove the verdicts of systems that no longer run; their cases keep what was found."""
    return Verdict.objects.exclude(system__state__in=RUNNING).delete()[0]


def _write(changed: list[Verdict]) -> None:
    now = timezone.now()
    for row in changed:
        row.updated_at = now
    Verdict.objects.bulk_create(
        changed,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["system"],
        update_fields=KEPT,
    )
    Verdict.objects.filter(pk__in=[row.pk for row in changed]).update(version=F("version") + 1)


def _row(
    system: UUID, department: UUID, judgement: Judgement, rules: RuleSet, judged_at: datetime
) -> Verdict:
    return Verdict(
        system_id=system,
        department_id=department,
        level=judgement.level,
        findings=judgement.to_json(),
        rules=rules,
        replacement_id=judgement.replacement,
        judged_at=judged_at,
    )


def _digest(row: Verdict) -> tuple[object, ...]:
    said = json.dumps(row.findings, sort_keys=True, ensure_ascii=False).encode()
    return (
        row.level,
        row.rules_id,
        row.replacement_id,
        row.department_id,
        hashlib.sha256(said).digest(),
    )
