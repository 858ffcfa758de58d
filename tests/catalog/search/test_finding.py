"""Finding entries in force."""

from datetime import date

import pytest

from catalog.models import Resource, SynonymSet
from catalog.search.finding import find
from catalog.search.indexing import refresh
from catalog.search.matching import Narrowing
from catalog.search.similar import similar
from tests.factories.accounts import DepartmentFactory
from tests.factories.catalog import CategoryFactory, published_resource

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 20)


def in_force(name, department=None, **entry):
    resource = published_resource(department, name=name, **entry)
    refresh([resource.pk])
    return resource


def names(text="", narrowing=None, **more):
    found = find(text, narrowing or Narrowing(), today=TODAY, **more)
    return [result.hit.name for result in found.results]


def counts(found, facet):
    return [(value, count) for value, _, count in found.facets[facet]]


@pytest.fixture
def three():
    civil, health = DepartmentFactory(name="示例省民政厅"), DepartmentFactory(name="示例省卫健委")
    return [
        in_force("农村低保信息", civil, share_type="unconditional", open_to_public=True),
        in_force("城市低保信息", civil, share_type="conditional"),
        in_force("低保对象就医信息", health, share_type="conditional", update_cycle="daily"),
    ]


@pytest.mark.parametrize(
    "text", ["低保", "dibao", "db", "DIBAO", "最低生活保障", "示例省民政厅 低保"]
)
def test_a_question_in_chinese_pinyin_initials_or_a_synonym_finds_it(three, text):
    assert "农村低保信息" in names(text)


def test_an_item_is_found_and_named(three):
    resource = in_force("殡葬服务", items=[{"column": "hhf", "name": "火化日期"}])
    found = find("火化", Narrowing(), today=TODAY)
    assert [(r.hit.id, r.hit.items) for r in found.results] == [(resource.pk, ["火化日期"])]


def test_an_entry_is_found_by_its_code(three):
    assert names(three[1].code) == ["城市低保信息"]


def test_facets_count_all_matches(three):
    found = find("低保", Narrowing(), today=TODAY, limit=1)
    assert (found.total, len(found.results)) == (3, 1)
    assert counts(found, "share_type") == [("conditional", 2), ("unconditional", 1)]
    assert counts(found, "is_open") == [(False, 2), (True, 1)]
    assert found.facets["department"] == [
        (str(three[0].department_id), "示例省民政厅", 2),
        (str(three[2].department_id), "示例省卫健委", 1),
    ]


def test_a_facet_is_counted_under_all_narrowings_but_its_own(three):
    chosen = Narrowing(
        departments=frozenset({three[0].department_id}),
        traits={"share_type": frozenset({"conditional"})},
    )
    found = find("低保", chosen, today=TODAY)
    assert [result.hit.name for result in found.results] == ["城市低保信息"]
    assert found.total == 1
    assert counts(found, "share_type") == [("conditional", 1), ("unconditional", 1)]
    assert [count for *_, count in found.facets["department"]] == [1, 1]


def test_results_are_narrowed_to_a_class_and_what_is_below_it():
    CategoryFactory(code="307", name="省级")
    inside = in_force("水库信息")
    Resource.objects.filter(pk=inside.pk).update(category=CategoryFactory(code="307024"))
    outside = in_force("水库大坝信息")
    Resource.objects.filter(pk=outside.pk).update(category=CategoryFactory(code="401001"))
    refresh([inside.pk, outside.pk])
    found = find("水库", Narrowing(categories=frozenset({"307"})), today=TODAY)
    assert [result.hit.id for result in found.results] == [inside.pk]
    assert found.facets["category"] == [("307", "省级", 1), ("401", "", 1)]


def test_what_is_attached_and_what_is_overdue(three):
    Resource.objects.filter(pk=three[2].pk).update(is_attached=True)
    refresh([three[2].pk])
    assert names("低保", Narrowing(is_attached=True)) == ["低保对象就医信息"]
    later = find("低保", Narrowing(is_overdue=True), today=date(2030, 1, 1))
    assert "低保对象就医信息" in [result.hit.name for result in later.results]
    early = find("低保", Narrowing(is_overdue=True), today=date(2020, 1, 1))
    assert early.results == []


def test_a_wrong_character_is_forgiven_and_the_right_one_proposed(three):
    found = find("农村低宝信息", Narrowing(), today=TODAY)
    assert found.results[0].hit.name == "农村低保信息"
    assert (found.is_forgiving, found.meant) == (True, "农村低保信息")


def test_nothing_is_found_where_nothing_is_near(three):
    found = find("潜水艇", Narrowing(), today=TODAY)
    assert (found.results, found.total, found.meant) == ([], 0, None)


def test_a_synonym_of_the_authority_counts_at_once(three):
    assert names("饭票钱") == []
    SynonymSet.objects.create(words=["饭票钱", "低保"])
    assert len(names("饭票钱")) == 3


def test_without_a_question_everything_is_there_the_newest_first(three):
    assert names() == ["低保对象就医信息", "城市低保信息", "农村低保信息"]


@pytest.mark.parametrize("sort", ["relevance", "name", "-published_at", "-completeness"])
def test_pages_follow_one_another_without_gap_or_repetition(sort):
    for number in range(7):
        in_force(f"水库{'一二三四五六七'[number]}")
    seen, place = [], None
    for _ in range(4):
        found = find("水库", Narrowing(), sort=sort, limit=2, after=place, today=TODAY)
        seen += [result.hit.name for result in found.results]
        place = found.next_place
    assert place is None
    assert len(seen) == len(set(seen)) == 7


def test_a_search_takes_few_queries_however_much_it_finds(three, django_assert_num_queries):
    for number in range(30):
        in_force(f"水库信息{number}")
    # One of them puts the planner back, as we are inside a transaction here.
    with django_assert_num_queries(4):
        assert len(names("水库", limit=30)) == 30


def test_similar_entries_are_those_of_like_names(three):
    twin = in_force("某市古树名木信息")
    in_force("某市路灯信息")
    own = in_force("示例市古树名木清单")
    assert [one.hit.id for one in similar(own.pk, "示例市古树名木清单")] == [twin.pk]
