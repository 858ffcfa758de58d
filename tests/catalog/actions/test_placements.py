"""Further classes: each with a code of its own from the same counters."""

import pytest

from accounts.models import AuditEvent
from catalog.actions.placements import place_resource, unplace_resource
from catalog.actions.resources import change_resource, revise_resource
from catalog.errors import CategoryInvalid, PlacementFixed, PlacementTaken
from catalog.models import Category, Placement, SearchDocument
from kernel.errors import Forbidden, NotFound
from tests.factories.catalog import CategoryFactory


@pytest.fixture
def health(db):
    return CategoryFactory(code="201")


def place(cast, resource, category, who="steward"):
    return place_resource(resource, actor=cast.actor(who), category=category)


def codes(resource):
    return list(resource.placements.order_by("code").values_list("code", flat=True))


def test_every_place_gets_its_code_at_publication_with_the_first_one(cast, health):
    water = CategoryFactory(code="211001")
    cast.resource("published", category=health)
    resource = cast.resource()
    for category in (health, water):
        assert place(cast, resource, category).code is None
    cast.bring(resource, "published")
    assert (resource.code, codes(resource)) == ("307024/1", ["201/2", "211001/1"])
    numbers = Category.objects.order_by("code").values_list("code", "next_number")
    assert list(numbers) == [("201", 3), ("211001", 2), ("307024", 2)]


def test_a_further_publication_gives_codes_to_new_places_only(cast, health):
    resource = cast.resource()
    place(cast, resource, health)
    cast.bring(resource, "published")
    place(cast, resource, CategoryFactory(code="205"))
    assert codes(resource) == ["201/1", None]
    revise_resource(resource, actor=cast.actor("steward"), change_message="增加分类")
    cast.bring(resource, "published")
    assert (resource.code, codes(resource)) == ("307024/1", ["201/1", "205/1"])


def test_the_authority_gives_the_code_of_a_place_at_once(cast, health):
    resource = cast.resource("published")
    assert place(cast, resource, health, "authority").code == "201/1"
    assert AuditEvent.objects.last().detail == {"category": "201", "code": "201/1"}


def test_a_resource_is_found_by_each_of_its_codes(cast, health):
    resource = cast.resource("published")
    before = SearchDocument.objects.get().words
    place(cast, resource, health, "authority")
    after = SearchDocument.objects.get().words
    assert after != before


def test_the_first_class_is_not_moved_to_where_the_resource_has_a_place(cast, health):
    resource = cast.resource()
    place(cast, resource, health)
    resource.refresh_from_db()
    with pytest.raises(PlacementTaken):
        change_resource(
            resource,
            actor=cast.actor("steward"),
            expected=resource.version,
            values={},
            category=health,
        )
    cast.bring(resource, "published")
    assert (resource.code, codes(resource)) == ("307024/1", ["201/1"])


def test_a_place_is_given_once(cast, health):
    resource = cast.resource("published")
    place(cast, resource, health, "authority")
    for category in (health, resource.category):
        with pytest.raises(PlacementTaken):
            place(cast, resource, category, "authority")
    health.refresh_from_db()
    assert (Placement.objects.count(), health.next_number) == (1, 2)


def test_a_place_is_of_the_second_level_or_below(cast):
    resource = cast.resource()
    with pytest.raises(CategoryInvalid):
        place(cast, resource, CategoryFactory(code="2"))
    assert not Placement.objects.exists()


@pytest.mark.parametrize("who", ["third steward", "head", "desk", "auditor"])
def test_who_may_not_place_places_nothing(cast, health, who):
    resource = cast.resource("published")
    with pytest.raises(Forbidden):
        place(cast, resource, health, who)
    assert not Placement.objects.exists()


def test_a_place_without_a_code_can_be_given_up(cast, health):
    resource = cast.resource()
    place(cast, resource, health)
    unplace_resource(resource, actor=cast.actor("steward"), category=health)
    assert not Placement.objects.exists()
    assert AuditEvent.objects.last().verb == "resource.unplaced"


def test_a_place_with_a_code_stays(cast, health):
    resource = cast.resource("published")
    place(cast, resource, health, "authority")
    with pytest.raises(PlacementFixed):
        unplace_resource(resource, actor=cast.actor("authority"), category=health)
    assert codes(resource) == ["201/1"]


def test_only_a_place_that_is_there_can_be_given_up(cast, health):
    with pytest.raises(NotFound):
        unplace_resource(cast.resource(), actor=cast.actor("steward"), category=health)
