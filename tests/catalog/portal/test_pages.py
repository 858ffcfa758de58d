"""Lists of the catalogue in the portal: who sees them, and that each stands in a few queries."""

import pytest

from catalog.search.indexing import refresh
from tests.factories.catalog import code_list, published_resource
from tests.factories.demands import demand_in
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db
LISTS = (
    *(
        "/resources",
        "/reviews",
        "/imports",
        "/campaigns",
        "/likenesses",
        "/demands",
        "/adjustments",
    ),
    *("/need-list", "/duty-list", "/negative-list", "/overdue", "/incomplete", "/scorecard"),
    *("/code-lists", "/data-elements"),
)


@pytest.fixture
def authority(db):
    return browser_of(member_with(("authority",), None))


@pytest.mark.parametrize("address", LISTS)
def test_a_list_stands_empty_and_full_and_as_a_file(
    authority, department, address, django_assert_max_num_queries
):
    assert authority.get(address).status_code == 200
    made = [published_resource(department) for _ in range(3)]
    refresh([one.pk for one in made])
    for _ in range(3):
        demand_in("routed", department=department)
    code_list("GB/T 2260", {"110000": "北京市"})
    with django_assert_max_num_queries(15):
        page = authority.get(address)
    assert page.status_code == 200
    assert "<h1>" in text(page)
    assert authority.get(f"{address}?as=csv").status_code == 200
