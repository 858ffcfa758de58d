"""The national template is taken in with an error, mended, and brought into force by four."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from accounts.permissions import Role
from catalog.models import Entry, Resource
from demo import schooling
from tests.browser.journeys import menu, open_page, press, told, zh
from tests.factories.catalog import CategoryFactory
from tests.people import member_with

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]
BUS = "校车使用许可信息"
# What the head and two people of the authority press, and what is said then.
REVIEWS = (
    ("Agree and send to the authority", "The authority has it now; it has two workdays."),
    ("Found in order", "It can be published now."),
    ("Publish", "It is in force."),
)


def workbook(department: Any, *, mended: bool) -> dict[str, Any]:
    """The template of the school buses alone, as a browser uploads it."""
    rows = tuple(one for one in schooling.entries(mended=mended) if one.name == BUS)
    body = schooling.workbook(department.name, department.credit_code, rows)
    return {"name": "校车.xlsx", "mimeType": schooling.XLSX, "buffer": body}


def test_the_national_template_is_mended_taken_in_and_published(
    visit: Any, department: Any, official_calendar: None
) -> None:
    category = CategoryFactory(code="307099", name="示例省")
    head = member_with((Role.HEAD,), department)
    authority = [member_with((Role.AUTHORITY,), None) for _ in range(2)]
    steward = open_page(visit, member_with((Role.STEWARD,), department))
    _hand_in(steward, category.code, workbook(department, mended=False))
    expect(steward.get_by_role("main")).to_contain_text("约3")
    assert not Resource.objects.exists()
    press(steward, "Throw it away")

    _hand_in(steward, category.code, workbook(department, mended=True))
    press(steward, "Take in all entries")
    steward.get_by_role("link", name=zh("See the entries")).click()
    steward.get_by_role("link", name=BUS).first.click()
    _complete(steward)
    press(steward, "Submit to the head")
    told(steward, "The head of your department has it now.")
    address = f"/resources/{Resource.objects.get().pk}"
    for member, (button, done) in zip((head, *authority), REVIEWS, strict=True):
        page = open_page(visit, member, address)
        press(page, button)
        told(page, done)
    steward.goto(address)
    expect(steward.get_by_role("main")).to_contain_text("307099/1")
    assert Entry.objects.get().state == "published"


def _hand_in(page: Page, category: str, file: dict[str, Any]) -> None:
    menu(page, zh("Imports"))
    page.get_by_role("link", name=zh("Hand in a file")).first.click()
    page.get_by_label(zh("File"), exact=True).set_input_files(file)
    page.get_by_label(zh("Name of this catalogue")).fill("省教育厅目录")
    page.get_by_label(zh("Class of entries that name none")).fill(category)
    page.get_by_role("main").get_by_role("button").last.click()
    expect(page.get_by_role("heading", name=zh("Findings of the check"))).to_be_visible()


def _complete(page: Page) -> None:
    """What Order 809 asks for and the template of 2017 has no column for."""
    page.get_by_role("link", name=zh("Edit")).first.click()
    page.get_by_label("数据分类").fill("公共管理数据")
    page.get_by_label("数据分级").select_option(label="一般数据")
    page.get_by_label("保密风险评估结论").fill("不涉及国家秘密和工作秘密，可以共享。")
    press(page, "Save")
