"""Registering a system part by part: what is saved stays, what is missing is said, nobody's
work is overwritten unseen."""

import pytest

from accounts.actions.registers import change_system
from accounts.models import AuditEvent, InformationSystem
from accounts.portal.entry import PARTS
from accounts.register.columns import COLUMNS
from tests.factories.accounts import SystemFactory
from tests.factories.registers import full_system
from tests.people import actor_for, member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
FIRST = {
    "name": "婚姻登记系统",
    "function": "办理婚姻登记",
    "owner_level": "department",
    "state": "in_operation",
}
USE = {
    "business_items": "结婚登记\n离婚登记",
    "data_items": "登记日期",
    "has_online_service": "yes",
    "season": ["10", "3"],
    "user_count": "1,200",
}


def version_of(row):
    row.refresh_from_db()
    return {"version": row.version, "seen": row.versions.count()}


def test_every_column_of_the_register_stands_in_one_part():
    asked = [name for part in PARTS for name in part.columns]
    assert sorted(asked) == sorted(column.name for column in COLUMNS)


def test_the_first_part_registers_the_system_and_leads_to_the_second(admin, department):
    page = text(admin.get("/systems"))
    assert 'href="/systems/register"' in page
    answer = admin.post("/systems/register", {**FIRST, "then": "next"})
    row = InformationSystem.objects.get()
    assert answer["Location"] == f"/systems/{row.pk}/edit/use"
    assert (row.name, row.state, row.department_id) == (
        "婚姻登记系统",
        "in_operation",
        department.pk,
    )
    assert row.versions.get().change_message == "登记"


def test_who_goes_on_later_finds_what_is_missing_on_the_systems_page(admin):
    answer = admin.post("/systems/register", {**FIRST, "then": "later"})
    row = InformationSystem.objects.get()
    assert answer["Location"] == f"/systems/{row.pk}"
    page = text(admin.get(answer["Location"]))
    assert "备案前尚缺" in page
    assert f'href="/systems/{row.pk}/edit/use"' in page
    assert "继续填报" in page


def test_a_refused_first_part_keeps_what_was_typed_and_writes_nothing(admin):
    answer = admin.post("/systems/register", {**FIRST, "name": "", "code": "MZ-9"})
    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#who_name"' in page
    assert 'value="MZ-9"' in page
    assert not InformationSystem.objects.exists()


def test_a_name_that_is_taken_is_said(admin, department):
    SystemFactory(department=department, name=FIRST["name"])
    answer = admin.post("/systems/register", FIRST)
    assert answer.status_code == 409
    assert 'role="alert"' in text(answer)
    assert InformationSystem.objects.count() == 1


def test_a_part_is_read_as_a_cell_of_the_form_is(admin, department):
    row = SystemFactory(department=department)
    address = f"/systems/{row.pk}/edit/use"
    answer = admin.post(address, {**USE, **version_of(row), "then": "next"})
    assert answer["Location"] == f"/systems/{row.pk}/edit/technology"
    row.refresh_from_db()
    assert row.business_items == ["结婚登记", "离婚登记"]
    assert (row.season, row.user_count, row.has_online_service) == ([3, 10], 1200, True)
    assert row.versions.order_by("number").last().change_message == "填报：使用情况"
    page = text(admin.get(address))
    assert "结婚登记\n离婚登记" in page
    assert 'id="use_season_9" class="months" checked' in page or page.count("checked") == 2


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("user_count", "很多", "请填数字"),
        ("storage_gb", "-1", "不能小于 0"),
        ("investment", "320万元", "只填数字，不要带单位"),
        ("started_on", "2019-13-01", "请按 2024-03-15 的格式填写完整日期"),
    ],
)
def test_a_wrong_value_is_refused_in_the_words_of_the_excel_form(
    admin, department, field, value, said
):
    row = SystemFactory(department=department)
    part = next(part.name for part in PARTS if field in part.columns)
    answer = admin.post(f"/systems/{row.pk}/edit/{part}", {field: value, **version_of(row)})
    assert answer.status_code == 422
    assert said in text(answer)
    assert not row.versions.exists()


def test_a_stale_form_says_who_was_quicker_and_loses_nothing(admin, department):
    row = full_system(department=department)
    opened = version_of(row)
    colleague = member_with(("department_admin",), department)
    change_system(
        row,
        actor=actor_for(colleague),
        expected=None,
        values={"maintainer": "新运维公司", "name": "新名称"},
        change_message="更换运维单位",
    )
    address = f"/systems/{row.pk}/edit/technology"
    typed = {"maintainer": "我填的公司", "network": "internet", "protection_level": "3"}
    answer = admin.post(address, {**typed, "version": opened["version"], "seen": 1})
    page = text(answer)
    assert answer.status_code == 412
    assert colleague.user.name in page
    assert "更换运维单位" in page
    assert "新运维公司" in page
    assert 'value="我填的公司"' in page
    row.refresh_from_db()
    assert row.maintainer == "新运维公司"
    again = admin.post(address, {**typed, **version_of(row)})
    assert again.status_code == 302
    row.refresh_from_db()
    assert (row.maintainer, row.name) == ("我填的公司", "新名称")


def test_a_filed_system_is_changed_with_a_reason(admin, department):
    row = full_system(department=department, filing_state="accepted")
    address = f"/systems/{row.pk}/edit/money"
    form = {"investment": "400", **version_of(row)}
    assert admin.post(address, form).status_code == 422
    assert not AuditEvent.objects.filter(verb="system.changed").exists()
    assert admin.post(address, {**form, "change_message": "追加投资"}).status_code == 302
    assert row.versions.order_by("number").last().change_message == "追加投资"


def test_others_find_no_form(visitor, department):
    row = SystemFactory(department=department)
    steward = visitor("steward", department)
    assert "/systems/register" not in text(steward.get("/systems"))
    assert steward.get("/systems/register").status_code == 403
    assert steward.get(f"/systems/{row.pk}/edit/who").status_code == 403
    stranger = visitor("department_admin")
    assert stranger.get(f"/systems/{row.pk}/edit/who").status_code == 404
    assert stranger.post(f"/systems/{row.pk}/edit/who", FIRST).status_code == 404


def test_there_are_no_other_parts(admin, department):
    row = SystemFactory(department=department)
    assert admin.get(f"/systems/{row.pk}/edit/poetry").status_code == 404


def test_nothing_missing_is_filed_from_the_last_part(admin, department):
    row = full_system(department=department)
    address = f"/systems/{row.pk}/edit/check"
    page = text(admin.get(address))
    assert "内容已填齐" in page
    answer = admin.post(f"/systems/{row.pk}/steps/file", {})
    assert answer["Location"] == f"/systems/{row.pk}"
    row.refresh_from_db()
    assert row.filing_state == "submitted"
    assert "备案已提交" in text(admin.get(address))


def test_the_last_part_leads_to_each_field_that_is_missing(admin, department):
    row = full_system(department=department, project_name="")
    page = text(admin.get(f"/systems/{row.pk}/edit/check"))
    assert f'href="/systems/{row.pk}/edit/money#money_project_name"' in page
    assert f'action="/systems/{row.pk}/steps/file"' not in page


def test_a_new_system_like_another_is_filed_with_the_reason(admin, department):
    same = {"business_items": ["结婚登记", "离婚登记"], "data_items": ["登记日期"]}
    other = SystemFactory(name="婚姻登记信息系统", **same)
    row = full_system(department=department, name="婚姻登记系统", state="planned", **same)
    assert other.name in text(admin.get(f"/systems/{row.pk}/edit/check"))
    answer = admin.post(f"/systems/{row.pk}/steps/file", {})
    assert answer.status_code == 409
    assert other.name in text(answer)
    row.refresh_from_db()
    assert row.filing_state == "draft"
    form = {"reason": "对方不支持本省业务"}
    assert admin.post(f"/systems/{row.pk}/steps/file", form).status_code == 302


def test_in_english_the_form_is_english(department):
    client = browser_of(member_with(("department_admin",), department))
    client.post("/language", {"language": "en"})
    page = text(client.get("/systems/register"))
    assert "Who and what" in page
    assert "Internal office" in page
