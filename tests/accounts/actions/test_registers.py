"""Values of the register, kept in versions."""

from datetime import date
from decimal import Decimal

import pytest

from accounts.actions.registers import change_system, diff_versions, history_of, register_system
from accounts.errors import SystemCodeTaken, SystemNameTaken
from accounts.models import AuditEvent, InformationSystem, SystemVersion
from kernel.errors import Forbidden, Invalid, Stale
from tests.factories.accounts import SystemFactory
from tests.factories.registers import FULL, full_system

pytestmark = pytest.mark.django_db


def change(row, actor, message="更正", expected=None, **values):
    return change_system(row, actor=actor, expected=expected, values=values, change_message=message)


def test_registering_keeps_the_first_version_whole(admin, department):
    row = register_system(department, actor=admin, name="甲", state="in_operation", **FULL)
    version = row.versions.get()
    assert (version.number, version.change_message, version.changed_by) == (1, "登记", admin.id)
    assert version.values["investment"] == "320.50"
    assert version.values["approved_on"] == "2018-03-15"
    assert version.values["business_items"] == ["结婚登记", "离婚登记"]
    assert version.values["state"] == "in_operation"
    assert len(version.values) == 42


def test_a_change_is_a_version_with_its_message_and_difference(admin, department):
    row = register_system(department, actor=admin, name="甲", function="乙")
    row = change(row, admin, "依据新合同", network="internet", investment=Decimal("12"), season=[3])
    [(new, changes), (first, none)] = history_of(row, list(row.versions.order_by("-number")))
    assert (new.number, new.change_message, none) == (2, "依据新合同", [])
    assert [(c.title, c.old_label, c.new_label) for c in changes] == [
        ("项目预算批复总金额（万元）", "", "12.00"),
        ("承载网络", "电子政务外网", "互联网"),
        ("季节性使用月份", "", "3"),
    ]
    assert [(c.name, c.old, c.new) for c in diff_versions(new, first)][1] == (
        "network",
        "internet",
        "extranet",
    )
    event = AuditEvent.objects.get(verb="system.changed")
    assert event.detail == {
        "fields": ["investment", "network", "season"],
        "change_message": "依据新合同",
    }


def test_none_and_zero_differ(admin, department):
    row = change(SystemFactory(department=department), admin, user_count=0)
    [changed] = diff_versions(*row.versions.order_by("number"))
    assert (changed.name, changed.old, changed.new) == ("user_count", None, 0)


def test_a_change_of_nothing_is_no_version(admin, department):
    row = full_system(department=department)
    same = change(row, admin, **FULL)
    assert same.version == 1
    assert not SystemVersion.objects.exists()
    assert not AuditEvent.objects.exists()


def test_what_was_registered_before_versions_is_kept_first(admin, department):
    row = change(full_system(department=department), admin, approved_on=date(2020, 1, 1))
    first, second = row.versions.order_by("number")
    assert (first.values["approved_on"], first.changed_by) == ("2018-03-15", None)
    assert second.values["approved_on"] == "2020-01-01"


def test_a_change_of_what_somebody_else_changed_is_stale(admin, department):
    row = SystemFactory(department=department)
    change(row, admin, function="新")
    with pytest.raises(Stale):
        change(row, admin, expected=1, function="更新")
    row.refresh_from_db()
    assert (row.function, row.versions.count()) == ("新", 2)


def test_names_and_codes_are_each_systems_own(admin, department):
    SystemFactory(department=department, name="甲", code="C1")
    row = SystemFactory(department=department, name="乙")
    with pytest.raises(SystemNameTaken):
        change(row, admin, name="甲")
    with pytest.raises(SystemCodeTaken):
        change(row, admin, code="C1")
    with pytest.raises(SystemCodeTaken):
        register_system(department, actor=admin, name="丙", function="丁", code="C1")
    assert InformationSystem.objects.count() == 2
    assert not SystemVersion.objects.exists()


@pytest.mark.parametrize("column", ["state", "department", "filing_state", "nonsense"])
def test_only_the_registers_columns_can_be_corrected(admin, department, column):
    row = SystemFactory(department=department)
    with pytest.raises(Invalid):
        change(row, admin, **{column: "retired"})
    row.refresh_from_db()
    assert (row.state, row.version) == ("in_operation", 1)


def test_another_department_changes_nothing(actor_of):
    row = SystemFactory()
    with pytest.raises(Forbidden):
        change(row, actor_of("department_admin"), function="新")
    row.refresh_from_db()
    assert row.version == 1


def test_a_change_is_evidence(admin, department):
    row = SystemFactory(department=department)
    before = row.evidence_at
    assert change(row, admin, function="新").evidence_at > before
