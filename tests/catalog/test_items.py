import pytest

from catalog.actions.resources import withdraw_resource
from catalog.errors import NotInForce
from catalog.items import effective_share_type, entry_in_force, items_in_force
from catalog.vocabulary import ShareType
from tests.factories.catalog import entry_with_items, published_resource


def test_the_items_in_force_are_the_published_versions_in_their_order(department):
    resource = published_resource(department, items=[{"column": "b"}, {"column": "a"}])
    entry_with_items([{"column": "c"}], resource=resource, number=2)
    assert [item.column for item in items_in_force(resource)] == ["b", "a"]
    assert entry_in_force(resource).number == 1


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "reviewed"])
def test_what_is_not_published_promises_no_items(cast, state):
    with pytest.raises(NotInForce):
        items_in_force(cast.resource(state))


def test_what_was_withdrawn_promises_no_items_any_more(cast):
    resource = cast.resource("published")
    withdraw_resource(resource, actor=cast.actor("head"), reason="职责划转")
    with pytest.raises(NotInForce):
        items_in_force(resource)


def test_an_item_is_shared_as_its_version_unless_it_says_otherwise(department):
    resource = published_resource(
        department,
        items=[{"column": "a"}, {"column": "b", "share_type": "not_shared"}],
        share_type="conditional",
    )
    entry = entry_in_force(resource)
    assert [effective_share_type(item, entry) for item in items_in_force(resource)] == [
        ShareType.CONDITIONAL,
        ShareType.NOT_SHARED,
    ]
