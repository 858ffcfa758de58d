"""The grown catalogue: as large as asked, the same for the same seed, and loadable."""

import pytest

from bench.catalog.growing import grow
from bench.catalog.loading import load
from bench.catalog.real import is_there
from catalog.models import Item, Resource

pytestmark = pytest.mark.skipif(
    not is_there(), reason="the real catalogues do not lie beside the project"
)


def test_as_many_entries_and_items_as_asked_and_the_same_for_the_same_seed():
    one, again, other = grow(300, 3000, 5), grow(300, 3000, 5), grow(300, 3000, 6)
    assert (one.entries.num_rows, one.items.num_rows) == (300, 3000)
    assert one.entries.equals(again.entries)
    assert one.items.equals(again.items)
    assert not one.entries.equals(other.entries)


def test_entries_go_into_the_database_as_resources_in_force(db):
    grown = grow(50, 400, 5)
    load(grown)
    assert Item.objects.count() == 400
    resource = Resource.objects.select_related("published", "category").latest("pk")
    assert resource.published.state == "published"
    assert resource.code.startswith(f"{resource.category.code}/")
    assert resource.published.keywords == grown.entries["keywords"][49].as_py()
