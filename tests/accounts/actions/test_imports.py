"""Forms taken into the register: all or the right rows, versions, and nobody else's systems."""

import pytest

from accounts.actions.imports import import_systems
from accounts.errors import ImportRefused
from accounts.models import AuditEvent, InformationSystem, SystemVersion
from accounts.register.reading import read_csv
from kernel.errors import Forbidden
from tests.factories.accounts import SystemFactory

HEADERS = "系统名称,系统描述"


@pytest.fixture
def take(tmp_path, admin):
    """``take(*lines, **how)``: import these lines of a CSV form as the admin."""

    def run(*lines, actor=admin, headers=HEADERS, **how):
        path = tmp_path / "form.csv"
        path.write_text("\n".join([headers, *lines]) + "\n", encoding="utf-8")
        form = read_csv(path, "utf-8")
        return import_systems(form, actor=actor, change_message="普查", **how)

    return run


def test_new_changed_and_unchanged_rows_are_counted_and_versions_kept(take, department):
    SystemFactory(department=department, name="不变", function="办理业务")
    changing = SystemFactory(department=department, name="变更", function="旧")
    done = take("新增,登记", "变更,新", "不变,办理业务")
    assert (done.received, done.new, done.changed, done.unchanged, done.wrong) == (3, 1, 1, 1, 0)
    versions = SystemVersion.objects.filter(system=changing).order_by("number")
    assert [(v.number, v.values["function"]) for v in versions] == [(1, "旧"), (2, "新")]
    assert versions[1].change_message == "普查"
    verbs = AuditEvent.objects.order_by("verb").values_list("verb", flat=True)
    assert list(verbs) == ["system.changed", "system.registered"]


def test_one_wrong_row_refuses_all_or_is_left_out(take):
    with pytest.raises(ImportRefused) as refused:
        take("甲,登记", ",无名")
    assert refused.value.facts["wrong"] == 1
    assert not InformationSystem.objects.exists()
    assert not AuditEvent.objects.exists()
    assert take("甲,登记", ",无名", mode="partial").new == 1
    assert InformationSystem.objects.get().name == "甲"


def test_a_dry_run_counts_and_writes_nothing(take):
    done = take("甲,登记", ",无名", is_dry_run=True)
    assert (done.new, done.wrong) == (1, 1)
    assert not InformationSystem.objects.exists()
    assert not AuditEvent.objects.exists()


def test_another_departments_systems_stay_as_they_are(take):
    other = SystemFactory(name="别家")
    done = take(f"别家,窃改,{other.department.name}", headers=f"{HEADERS},所属组织", mode="partial")
    assert [fault.code for fault in done.faults] == ["not-your-department"]
    other.refresh_from_db()
    assert other.function == "办理业务"


def test_a_steward_imports_nothing(take, actor_of, department):
    with pytest.raises(Forbidden):
        take("甲,登记", actor=actor_of("steward", department))
    assert not InformationSystem.objects.exists()
