"""Lists of the portal: what the address says is what is shown, and nothing else counts."""

import pytest
from django.http import QueryDict

from accounts.models import Department
from accounts.portal.choices import departments
from kernel.lists import MOST_EXPORTED, Column, DayFilter, Filter, List
from tests.factories.accounts import DepartmentFactory

pytestmark = pytest.mark.django_db


class DepartmentList(List):
    """Departments, as a list of its own for these tests."""

    title = "Departments"
    search = ("name__icontains", "credit_code")
    order = ("name", "pk")
    filters = (
        Filter("active", "Active", lambda actor: [("True", "yes"), ("False", "no")], "is_active"),
        DayFilter("since", "Since", "created_at__date__gte"),
    )
    columns = (
        Column("name", "Name", lambda row: row.name, sort=("name",)),
        Column("code", "Code", lambda row: row.credit_code, sort=("credit_code",)),
        Column("level", "Level", lambda row: row.level, is_extra=True),
    )

    def rows(self):
        return Department.objects.all()


def shown(query=""):
    return DepartmentList(None, QueryDict(query), "/departments")


@pytest.fixture
def three():
    return [DepartmentFactory(name=name) for name in ("民政厅", "教育厅", "税务局")]


def names(one):
    return [cells[0].value for _, cells in one.body]


def test_words_must_all_be_found(three):
    assert names(shown("q=厅")) == ["教育厅", "民政厅"]
    assert names(shown("q=厅+教育")) == ["教育厅"]
    assert names(shown("q=厅+税务")) == []


def test_a_head_sorts_and_its_second_click_turns_the_order(three):
    assert names(shown("sort=-name"))[0] == "税务局"
    head = shown("sort=name").heads[0]
    assert (head.direction, head.link) == ("ascending", "?sort=-name")
    assert shown("sort=level").heads[0].direction == ""


def test_what_is_no_choice_filters_nothing(three):
    three[0].change(is_active=False)
    assert len(names(shown("active=True"))) == 2
    assert len(names(shown("active=perhaps&since=someday&size=7&page=x"))) == 3
    assert shown("active=perhaps").chips == []


def test_a_chip_leads_to_the_list_without_its_filter(three):
    chip = shown("active=True&sort=-name").chips[0]
    assert (chip.title, chip.text, chip.without) == ("Active", "yes", "?sort=-name")


def test_columns_are_chosen_and_the_extra_ones_wait(three):
    assert [c.name for c in shown().chosen] == ["name", "code"]
    assert [c.name for c in shown("columns=name&columns=level").chosen] == ["name", "level"]
    assert [c.name for c in shown("columns=password").chosen] == ["name", "code"]


def test_pages_keep_words_filters_and_order(three):
    for number in range(60):
        DepartmentFactory(name=f"部门{number:02}")
    first = shown("q=部门&sort=-name&size=20")
    assert len(first.body) == 20
    assert first.next_page == "?q=%E9%83%A8%E9%97%A8&sort=-name&size=20&page=2"
    assert first.previous_page == ""
    assert shown("page=99").page.number == 2


def test_a_file_holds_everything_that_the_filter_leaves(three):
    for number in range(60):
        DepartmentFactory(name=f"部门{number:02}")
    rows = list(shown("q=部门&columns=name").export_rows())
    assert len(rows) == 60 < MOST_EXPORTED
    assert rows[0] == ["部门00"]
    assert shown("columns=name").export_heads() == [("Name", 18)]


def test_a_page_needs_two_queries_however_many_rows(three, django_assert_num_queries):
    for number in range(60):
        DepartmentFactory(name=f"部门{number:02}")
    with django_assert_num_queries(2):
        assert len(shown().body) == 50


def test_departments_are_offered_by_name(three):
    assert [name for _, name in departments(None)] == ["教育厅", "民政厅", "税务局"]


class OfficeList(DepartmentList):
    """Departments by department, which a province has thousands of."""

    filters = (Filter("department", "Department", departments, "pk"),)


def test_too_many_departments_to_choose_from_are_typed(three, actor_of, monkeypatch):
    actor = actor_of("authority")
    monkeypatch.setattr("accounts.portal.choices.MOST_CHOICES", 2)

    def typed(query):
        return OfficeList(actor, QueryDict(query), "/departments")

    assert [field.is_typed for field in typed("").fields] == [True]
    assert len(names(typed(""))) == Department.objects.count()
    assert names(typed("department=厅")) == ["教育厅", "民政厅"]
    assert names(typed("department=民政厅")) == ["民政厅"]
    assert names(typed("department=水利厅")) == []
    by_key = typed(f"department={three[2].pk}")
    assert names(by_key) == ["税务局"]
    assert (by_key.fields[0].text, by_key.chips[0].text) == ("税务局", "税务局")
