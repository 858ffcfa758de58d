import pytest

from catalog.actions.resources import withdraw_resource
from catalog.errors import NotInForce
from catalog.items import entry_in_force
from tests.factories.catalog import entry_with_items, published_resource


def test_the_version_in_force_is_the_published_one(department):
    resource = published_resource(department)
    entry_with_items([{"column": "c"}], resource=resource, number=2)
    assert entry_in_force(resource).number == 1


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "reviewed"])
def test_what_is_not_published_promises_nothing(cast, state):
    with pytest.raises(NotInForce):
        entry_in_force(cast.resource(state))


def test_what_was_withdrawn_promises_nothing_any_more(cast):
    resource = cast.resource("published")
    withdraw_resource(resource, actor=cast.actor("head"), reason="职责划转")
    with pytest.raises(NotInForce):
        entry_in_force(resource)
