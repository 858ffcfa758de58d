"""The editor: an entry is written with its items; what is typed is never lost."""

import pytest

from catalog.actions.resources import change_resource, draft_resource
from catalog.models import Entry, Item
from tests.factories.catalog import CategoryFactory, published_resource
from tests.people import actor_for, member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def steward(department):
    return member_with(("steward",), department)


@pytest.fixture
def browser(steward):
    return browser_of(steward)


def typed(**more):
    """The form as it is sent: an entry with two items and an empty row."""
    category = CategoryFactory()
    return {
        "name": "低保对象信息",
        "category": category.code,
        "keywords": "低保，救助",
        "share_type": "conditional",
        "share_modes": ["interface"],
        "storage_gb": "1.5",
        "items-count": "3",
        "items-0-name": "姓名",
        "items-0-data_type": "C",
        "items-0-length": "60",
        "items-1-name": "公民身份号码",
        "items-1-column": "id_number",
        "items-1-data_type": "C",
        "items-1-is_key": "on",
        "items-1-is_required": "on",
        "items-1-sensitivity": "sensitive",
        "deed": "save",
        **more,
    }


def test_an_entry_is_written_with_its_items(browser, department):
    answer = browser.post("/resources/new", typed())
    entry = Entry.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/resources/{entry.resource_id}")
    assert (entry.name, entry.state, entry.department) == ("低保对象信息", "draft", department)
    assert entry.keywords == ["低保", "救助"]
    assert entry.share_modes == ["interface"]
    told = entry.items.order_by("position").values_list("name", "column", "length", "is_key")
    assert list(told) == [
        ("姓名", "xing_ming", 60, False),
        ("公民身份号码", "id_number", None, True),
    ]


def test_errors_stand_beside_their_cell_and_on_top_and_nothing_typed_is_lost(browser):
    wrong = typed(name="", **{"items-0-length": "六十", "items-1-column": "1st"})
    answer = browser.post("/resources/new", wrong)
    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#entry_name"' in page
    assert 'href="#items-0-length"' in page
    assert 'href="#items-1-column"' in page
    assert 'value="六十"' in page
    assert 'value="公民身份号码"' in page
    assert not Entry.objects.exists()


def test_two_items_of_one_field_name_are_told_at_the_cell(browser):
    answer = browser.post("/resources/new", typed(**{"items-0-column": "id_number"}))
    assert answer.status_code == 422
    assert 'href="#items-1-column"' in text(answer)
    assert not Entry.objects.exists()


def test_rows_are_added_removed_and_raised_without_javascript(browser):
    added = text(browser.post("/resources/new", typed(deed="add")))
    assert 'name="items-count" value="8"' in added
    assert 'value="低保对象信息"' in added
    raised = text(browser.post("/resources/new", typed(deed="raise-1")))
    assert 'id="items-0-name" value="公民身份号码"' in raised
    removed = text(browser.post("/resources/new", typed(deed="remove-0")))
    assert 'id="items-0-name" value="公民身份号码"' in removed
    assert not Entry.objects.exists()


def test_a_table_of_excel_is_pasted_by_its_titles_and_in_the_guides_words(browser):
    titles = "信息项名称\t数据类型\t数据长度\t是否必填"
    table = f"{titles}\n户主\t字符串型C\t20\t是\n补助金额\t货币型Y\t16,2\t否"
    page = text(browser.post("/resources/new", typed(deed="paste", pasted=table)))
    assert 'id="items-2-name" value="户主"' in page
    assert 'id="items-3-length" value="16"' in page
    assert 'id="items-3-scale" value="2"' in page


def test_what_somebody_else_changed_is_told_and_then_replaced_knowingly(browser, steward):
    actor = actor_for(steward)
    entry = draft_resource(actor=actor, category=CategoryFactory(), metadata={"name": "旧名"})
    address = f"/resources/{entry.resource_id}/edit"
    resource = entry.resource
    assert 'value="旧名"' in text(browser.get(address))
    change_resource(resource, actor=actor, expected=resource.version, values={"name": "别人的名"})
    stale = browser.post(address, typed(version="1"))
    assert stale.status_code == 412
    assert 'value="低保对象信息"' in text(stale)
    assert Entry.objects.get().name == "别人的名"
    resource.refresh_from_db()
    browser.post(address, typed(version=str(resource.version)))
    assert Entry.objects.get().name == "低保对象信息"
    assert Item.objects.count() == 2


def test_what_is_in_force_is_not_edited_without_a_new_version(browser, department):
    resource = published_resource(department)
    answer = browser.get(f"/resources/{resource.pk}/edit")
    assert answer["Location"] == f"/resources/{resource.pk}"


def test_the_editor_is_the_stewards_of_the_department(department):
    resource = published_resource(department)
    head = browser_of(member_with(("head",), department))
    assert head.get("/resources/new").status_code == 403
    assert head.get(f"/resources/{resource.pk}/edit").status_code == 403
    stranger = browser_of(member_with(("steward",), None))
    assert stranger.get(f"/resources/{resource.pk}/edit").status_code == 403
    assert stranger.post(f"/resources/{resource.pk}/edit", typed()).status_code == 403


def test_what_is_left_empty_stays_empty(browser):
    browser.post("/resources/new", typed(keywords=""))
    entry = Entry.objects.get()
    assert (entry.keywords, entry.related_codes) == ([], [])
    assert [item.codes for item in entry.items.all()] == [[], []]


def test_the_editor_needs_as_many_queries_for_forty_items_as_for_two(
    browser, steward, django_assert_max_num_queries
):
    rows = [{"column": f"item_{n}", "name": f"信息项{n}", "data_type": "C"} for n in range(40)]
    entry = draft_resource(
        actor=actor_for(steward), category=CategoryFactory(), metadata={"name": "名"}, items=rows
    )
    with django_assert_max_num_queries(25):
        page = browser.get(f"/resources/{entry.resource_id}/edit")
    assert 'id="items-39-name" value="信息项39"' in text(page)
