"""Keeping verdicts: rows are written where something changed, all get the time of judging."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection
from django.utils import timezone

from accounts.models import RuleSet, Verdict
from accounts.states import RUNNING
from accounts.vocabulary import Level
from accounts.zombies.judge import Judgement
from kernel.models import uuid7

# Judged systems as columns, with the department that each belongs to now.
_JUDGED = """
SELECT j.id, j.system_id, s.department_id, j.level, j.findings::jsonb, %(rules)s::uuid AS rules_id,
       j.replacement_id
FROM unnest(%(ids)s::uuid[], %(systems)s::uuid[], %(levels)s::text[], %(findings)s::text[],
            %(replacements)s::uuid[]) AS j (id, system_id, level, findings, replacement_id)
JOIN accounts_informationsystem s ON s.id = j.system_id
"""

_CONFIRM = f"""
WITH judged AS ({_JUDGED})
UPDATE accounts_verdict v SET judged_at = %(judged_at)s
FROM judged j
WHERE v.system_id = j.system_id AND v.level = j.level AND v.rules_id = j.rules_id
  AND v.department_id = j.department_id AND v.findings = j.findings
  AND v.replacement_id IS NOT DISTINCT FROM j.replacement_id
RETURNING v.system_id
"""  # noqa: S608 - put together from texts of our own

_WRITE = f"""
INSERT INTO accounts_verdict AS v (id, system_id, department_id, level, findings, rules_id,
                                   replacement_id, judged_at, created_at, updated_at, version)
SELECT j.*, %(judged_at)s, %(now)s, %(now)s, 1 FROM ({_JUDGED}) j
ON CONFLICT (system_id) DO UPDATE
SET department_id = excluded.department_id, level = excluded.level, findings = excluded.findings,
    rules_id = excluded.rules_id, replacement_id = excluded.replacement_id,
    judged_at = excluded.judged_at, updated_at = excluded.updated_at, version = v.version + 1
RETURNING v.system_id
"""  # noqa: S608 - put together from texts of our own


def keep_verdicts(
    judged: Mapping[UUID, Judgement], rules: RuleSet, judged_at: datetime
) -> list[UUID]:
    """Write what is new or different; the systems whose verdict was written."""
    same = set(_run(_CONFIRM, judged, rules, judged_at))
    return _run(_WRITE, {k: j for k, j in judged.items() if k not in same}, rules, judged_at)


def suspicions(systems: list[UUID]) -> list[Verdict]:
    """Their verdicts that suspect."""
    return list(Verdict.objects.filter(system__in=systems, level=Level.SUSPECTED))


def drop_verdicts() -> int:
    """Remove the verdicts of systems that no longer run; their cases keep what was found."""
    return Verdict.objects.exclude(system__state__in=RUNNING).delete()[0]


def _run(
    statement: str, judged: Mapping[UUID, Judgement], rules: RuleSet, judged_at: datetime
) -> list[UUID]:
    if not judged:
        return []
    columns: dict[str, Any] = {
        "ids": [uuid7() for _ in judged],
        "systems": list(judged),
        "levels": [one.level for one in judged.values()],
        "findings": [orjson.dumps(one.to_json()).decode() for one in judged.values()],
        "replacements": [one.replacement for one in judged.values()],
        "rules": rules.pk,
        "judged_at": judged_at,
        "now": timezone.now(),
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
        return [key for (key,) in cursor]
