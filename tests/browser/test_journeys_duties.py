"""What people of a department come for, from the first page to the end, in a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.actor import CLOCK
from accounts.models import AuditEvent, InformationSystem, ZombieCase
from accounts.permissions import Role
from exchange.actions.sync_turns import run_due
from exchange.models import SyncRun
from tests.browser.journeys import menu, open_page, press, told, zh
from tests.factories.accounts import SystemFactory
from tests.factories.cases import case_in
from tests.factories.syncs import Syncing
from tests.people import member_with

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_department_admin_signs_in_and_answers_a_zombie_notice(
    visit: Any, department: Any
) -> None:
    admin = member_with((Role.DEPARTMENT_ADMIN,), department)
    admin.user.set_password("correct horse battery staple")
    admin.user.save()
    SystemFactory(department=department, name="统一办公系统")
    case_in("notified", system__department=department, system__name="老办公系统")
    page = visit().new_page()

    page.goto("/")
    page.get_by_label("用户名").fill(admin.user.username)
    page.get_by_label("密码").fill("correct horse battery staple")
    page.get_by_role("button", name="登录").click()
    menu(page, "僵尸信息系统")
    page.get_by_role("link", name="老办公系统").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("老办公系统")
    expect(page.get_by_role("heading", name="证据")).to_be_visible()

    page.get_by_label("答复", exact=True).select_option(label="整合")
    page.get_by_role("button", name="答复").click()
    page.get_by_role("alert").get_by_role("link", name="所选答复须填写此项。").click()
    expect(page.get_by_label("并入系统")).to_be_focused()
    assert ZombieCase.objects.get().state == "notified"

    page.get_by_label("并入系统").select_option(label="统一办公系统")
    page.get_by_label("理由").fill("业务已由统一办公系统办理。")
    page.get_by_role("button", name="答复").click()
    expect(page.get_by_role("status")).to_have_text("答复已提交。")
    case = ZombieCase.objects.get()
    assert (case.state, case.answer, case.merge_into.name) == ("answered", "merge", "统一办公系统")


def test_a_steward_watches_a_sync_job_to_its_end(visit: Any, syncing: Syncing) -> None:
    syncing.put(("110101", "东城区"), ("110102", "西城区"))
    syncing.job()
    page = visit(syncing.world.people["steward"]).new_page()

    page.goto("/")
    menu(page, "库表交换任务")
    page.get_by_role("link", name="汇聚").click()
    page.get_by_role("button", name="立即运行").click()
    expect(page.get_by_role("status")).to_contain_text("已开始")
    expect(page.get_by_role("heading", level=1)).to_contain_text("汇聚")
    assert SyncRun.objects.get().state == "queued"

    # The worker takes it up; the page follows by itself.
    run_due(actor=CLOCK)
    expect(page.get_by_text("已完成")).to_be_visible(timeout=10_000)
    rows = page.get_by_role("definition").filter(has_text=re.compile(r"^2$"))
    expect(rows.first).to_be_visible()
    assert syncing.published() == {"110101": "东城区", "110102": "西城区"}


def test_a_department_admin_registers_a_system_part_by_part(visit: Any, department: Any) -> None:
    page = open_page(visit, member_with((Role.DEPARTMENT_ADMIN,), department))
    menu(page, "信息系统")
    page.get_by_role("link", name=zh("Register a system")).first.click()
    page.get_by_label("业务系统名称").fill("婚姻登记系统")
    page.get_by_label("系统描述").fill("办理结婚、离婚登记。")
    page.get_by_label("系统阶段").select_option(label="投运")
    press(page, "Save and continue")
    told(page, "The system is in the register; go on with its particulars.")
    row = InformationSystem.objects.get()
    assert (row.name, row.department, row.state) == ("婚姻登记系统", department, "in_operation")
    page.get_by_label("业务事项").fill("结婚登记")
    press(page, "Save and go on later")
    expect(page.get_by_role("heading", level=1)).to_have_text("婚姻登记系统")
    menu(page, "信息系统")
    expect(page.get_by_role("link", name="婚姻登记系统")).to_be_visible()


def test_an_auditor_verifies_the_chain_of_the_trail(visit: Any, department: Any) -> None:
    page = open_page(visit, member_with((Role.AUDITOR,), department))
    menu(page, "审计日志")
    page.get_by_role("link", name="核验").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("审计链核验")
    press(page, "Verify now")
    expect(page.get_by_role("main")).to_contain_text("证据完好")
    assert AuditEvent.objects.filter(verb="trail.verified").exists()
