"""The rules in force: editions with their basis, bounded thresholds, the platform's own first."""

from dataclasses import asdict

import pytest

from accounts.actions.rules import OWN_BASIS, current_rules, set_rules
from accounts.models import AuditEvent, RuleSet
from accounts.zombies.thresholds import DEFAULTS
from kernel.errors import Forbidden, Invalid

BASIS = "示例县政务信息系统清理办法第六条"


def test_without_any_edition_the_platforms_defaults_are_in_force(db):
    first = current_rules()
    assert (first.edition, first.basis) == (1, OWN_BASIS)
    assert first.thresholds == asdict(DEFAULTS)
    assert current_rules().pk == first.pk


def test_a_new_edition_names_what_differs_and_is_in_force(actor_of):
    current_rules()
    made = set_rules({"small_users": 3}, BASIS, actor=actor_of("authority"))
    assert (made.edition, current_rules().pk) == (2, made.pk)
    assert made.thresholds == asdict(DEFAULTS) | {"small_users": 3}
    assert AuditEvent.objects.filter(verb="rules.set").count() == 2


def test_the_same_rules_again_make_no_edition(actor_of):
    authority = actor_of("authority")
    first = set_rules({"small_users": 3}, BASIS, actor=authority)
    assert set_rules({"small_users": 3}, BASIS, actor=authority).pk == first.pk
    assert RuleSet.objects.count() == 1


def test_every_wrong_threshold_is_named(actor_of):
    wrong = {"small_users": 0, "rare_logins": True, "luck": 7}
    with pytest.raises(Invalid) as refused:
        set_rules(wrong, BASIS, actor=actor_of("authority"))
    assert [error["pointer"] for error in refused.value.facts["errors"]] == [
        "#/thresholds/small_users",
        "#/thresholds/rare_logins",
        "#/thresholds/luck",
    ]
    assert not RuleSet.objects.exists()


@pytest.mark.parametrize("role", ["business_operator", "department_admin", "auditor"])
def test_only_the_authority_sets_rules(actor_of, role):
    with pytest.raises(Forbidden):
        set_rules({}, BASIS, actor=actor_of(role))
    assert not RuleSet.objects.exists()
    assert not AuditEvent.objects.exists()
