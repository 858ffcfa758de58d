"""Imports in the portal: a file is looked at, its columns are mapped, then it is taken in."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from catalog.models import CatalogImport, Entry
from tests.factories.catalog import CategoryFactory
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
ROWS = [
    {"标题": "收养登记信息", "描述": "收养登记", "更新频率": "每月"},
    {"标题": "婚姻登记信息", "描述": "婚姻登记", "更新频率": "随缘"},
]


@pytest.fixture
def browser(department):
    return browser_of(member_with(("steward",), department))


def handed_in(browser, rows, **more):
    category = CategoryFactory(code="307024001")
    body = json.dumps(rows, ensure_ascii=False).encode()
    file = SimpleUploadedFile("目录.json", body)
    return browser.post(
        "/imports/new", {"file": file, "source": "市开放平台", "category": category.code, **more}
    )


def test_a_file_is_looked_at_before_anything_is_written_and_then_taken_in(browser, department):
    answer = handed_in(browser, ROWS)
    row = CatalogImport.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/imports/{row.pk}")
    assert (row.state, row.received, row.new, row.wrong) == ("checked", 2, 1, 1)
    page = text(browser.get(f"/imports/{row.pk}"))
    assert "随缘" in page
    assert "请改用规范取值或设置映射" in page
    assert not Entry.objects.exists()
    marked = browser.get(f"/imports/{row.pk}/marked")
    assert marked["Content-Type"].endswith("spreadsheetml.sheet")
    browser.post(f"/imports/{row.pk}/take")
    entry = Entry.objects.get()
    assert (entry.name, entry.state, entry.department) == ("收养登记信息", "draft", department)
    again = browser.post(f"/imports/{row.pk}/take")
    assert again.status_code == 409
    assert Entry.objects.count() == 1


def test_a_file_whose_titles_nobody_knows_is_mapped_and_looked_at_again(browser):
    answer = handed_in(browser, [{"甲": "收养登记信息", "乙": "收养登记"}])
    assert answer.status_code == 400
    row = CatalogImport.objects.get()
    assert row.state == "uploaded"
    mapped = {"title": ["甲", "乙"], "column": ["name", "abstract"]}
    browser.post(f"/imports/{row.pk}/mapping", mapped)
    row.refresh_from_db()
    assert (row.state, row.new) == ("checked", 1)
    assert row.mapping["columns"] == {"甲": "name", "乙": "abstract"}
    assert "selected>信息资源名称" in text(browser.get(f"/imports/{row.pk}/mapping"))


def test_a_file_is_thrown_away_and_taken_in_by_nobody(browser):
    handed_in(browser, ROWS)
    row = CatalogImport.objects.get()
    browser.post(f"/imports/{row.pk}/discard")
    row.refresh_from_db()
    assert row.state == "discarded"
    assert browser.post(f"/imports/{row.pk}/take").status_code == 409
    assert not Entry.objects.exists()


def test_a_wrong_class_is_told_beside_its_field_and_no_file_is_kept(browser):
    answer = handed_in(browser, ROWS, category="99")
    assert answer.status_code == 422
    assert 'href="#upload_category"' in text(answer)
    assert not CatalogImport.objects.exists()


def test_an_import_is_nobody_elses(browser):
    handed_in(browser, ROWS)
    row = CatalogImport.objects.get()
    stranger = browser_of(member_with(("steward",), None))
    assert stranger.get(f"/imports/{row.pk}").status_code == 404
    assert stranger.post(f"/imports/{row.pk}/take").status_code == 404
    head = browser_of(member_with(("head",), row.department))
    assert head.get("/imports").status_code == 403


def test_the_template_is_there(browser):
    answer = browser.get("/imports/template")
    assert answer["Content-Type"].endswith("spreadsheetml.sheet")
    assert answer.content[:2] == b"PK"
