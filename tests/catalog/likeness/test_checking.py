"""What an entry would collect although another department has it and can share it (Art. 19)."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from catalog.likeness.checking import collected_elsewhere
from catalog.versions import items_of
from tests.factories.catalog import entry_with_items, published_resource

PEOPLE = [
    {"column": "sfzh", "name": "公民身份号码", "is_key": True},
    {"column": "xm", "name": "姓名"},
    {"column": "hyzk", "name": "婚姻状况"},
    {"column": "whcd", "name": "文化程度"},
    {"column": "hjdz", "name": "户籍地址"},
    {"column": "cjdj", "name": "残疾等级"},
]
OTHERS = [
    {"column": "id_no", "name": "身份证号", "is_key": True},
    {"column": "name", "name": "姓名"},
    {"column": "marriage", "name": "婚姻状态"},
    {"column": "education", "name": "学历"},
    {"column": "registered", "name": "户籍所在地"},
]


@pytest.fixture
def written(cast):
    """A version of the third department that collects of people what PEOPLE says."""
    entry = entry_with_items(PEOPLE, resource__department=cast.third, name="困难学生信息")
    return lambda: collected_elsewhere(entry, list(items_of(entry)))


def test_a_shared_resource_that_has_most_of_the_items_is_named_with_them(cast, written):
    resource = published_resource(cast.civil, OTHERS, name="婚姻登记信息")
    (found,) = written()
    assert (found.resource_id, found.name) == (resource.pk, "婚姻登记信息")
    assert (found.department_name, found.code) == ("示例省民政厅", resource.code)
    assert [(item.column, item.other_column) for item in found.items] == [
        ("hyzk", "marriage"),
        ("whcd", "education"),
        ("hjdz", "registered"),
    ]
    assert found.share == 0.75


def test_what_is_not_shared_is_no_reason_to_ask(cast, written):
    published_resource(cast.civil, OTHERS, name="婚姻登记信息", share_type="not_shared")
    assert written() == []


def test_an_item_that_is_not_shared_does_not_count(cast, written):
    kept = [
        item | ({"share_type": "not_shared"} if n == 2 else {}) for n, item in enumerate(OTHERS)
    ]
    published_resource(cast.civil, kept, name="婚姻登记信息")
    assert written() == []


def test_the_own_departments_resources_and_drafts_of_others_do_not_count(cast, written):
    published_resource(cast.third, OTHERS, name="教师婚姻登记信息")
    entry_with_items(OTHERS, resource__department=cast.civil, name="婚姻登记信息")
    assert written() == []


def test_items_of_another_subject_are_others(cast, written):
    published_resource(cast.civil, OTHERS[1:], name="历史人物婚姻信息")
    assert written() == []


def test_two_items_in_common_are_not_enough_unless_one_has_its_source_there(cast, written):
    resource = published_resource(cast.civil, OTHERS[:3], name="婚姻登记信息")
    assert written() == []
    resource.published.items.filter(column="marriage").update(source_department=cast.civil)
    (found,) = written()
    assert [(item.name, item.is_source) for item in found.items] == [("婚姻状况", True)]


def test_another_county_cannot_supply_it_and_the_province_can(cast, written):
    cast.third.change(division_code="990102")
    cast.civil.change(division_code="990103")
    published_resource(cast.civil, OTHERS, name="婚姻登记信息")
    assert written() == []
    cast.civil.change(division_code="990000")
    assert len(written()) == 1


def test_it_takes_two_statements_however_many_there_are(cast, written):
    for number in range(4):
        published_resource(cast.civil, OTHERS, name=f"婚姻登记信息{number}")
    with CaptureQueriesContext(
        connection,
    ) as statements:
        assert len(written()) == 4
    # Besides those two: the version's items.
    assert len(statements) <= 4
