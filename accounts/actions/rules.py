"""The thresholds of the five criteria in this jurisdiction, edition by edition."""

from collections.abc import Mapping
from typing import Any

from django.db import connection, transaction

from accounts import audit
from accounts.actor import CLOCK, Actor
from accounts.models import RuleSet
from accounts.permissions import Perm
from accounts.policy import require
from accounts.zombies.thresholds import check_thresholds

OWN_BASIS = "平台默认值"


@transaction.atomic
def set_rules(thresholds: Mapping[str, Any], basis: str, *, actor: Actor) -> RuleSet:
    """Put an edition in force: the named thresholds, the platform's defaults for all others.

    The same thresholds and basis again make no new edition. All systems are judged anew by the
    following scan.
    """
    require(actor, Perm.RULES_SET)
    values = check_thresholds(thresholds)
    _hold()
    latest = RuleSet.objects.order_by("-edition").first()
    if latest and (latest.thresholds, latest.basis) == (values, basis):
        return latest
    edition = latest.edition + 1 if latest else 1
    row = RuleSet.objects.create(edition=edition, thresholds=values, basis=basis)
    audit.record(actor, "rules.set", row, edition=edition, basis=basis, thresholds=values)
    return row


def current_rules() -> RuleSet:
    """The edition in force; the first one, of the platform's defaults, is made when asked for."""
    latest = RuleSet.objects.order_by("-edition").first()
    return latest or set_rules({}, OWN_BASIS, actor=CLOCK)


def _hold() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('rules', 0))")
