"""Who supplies whom: darker where more goes, small flows still seen."""

import pytest
from django.utils import timezone

from exchange.models import GrantDay
from exchange.portal.supply import HEATS, heat_of
from tests.factories.exchange import make_world
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("number", "most", "heat"),
    [(0, 100, 0), (1, 1, HEATS), (1_000_000, 1_000_000, HEATS), (1, 1_000_000, 1), (0, 0, 0)],
)
def test_the_heat_goes_by_the_order_of_magnitude(number, most, heat):
    assert heat_of(number, most) == heat


def test_a_cell_stands_where_the_one_gives_the_other(official_calendar, settings, tmp_path):
    settings.STORE_DIR = tmp_path / "store"
    world = make_world()
    GrantDay.objects.create(grant=world.grant(), day=timezone.localdate(), calls=7, rows=90)
    browser = browser_of(member_with(("authority",), None))
    page = browser.get("/dashboard/supply", {"by": "calls"})
    assert page.context["lines"][0][0] == world.provider.name
    assert [pair.flow.calls for pair in page.context["lines"][0][1]] == [7]
    answer = browser.get("/dashboard/supply", {"as": "csv"})
    assert f"{world.provider.name},{world.requester.name},7,90" in (
        b"".join(answer.streaming_content).decode()
    )


def test_a_period_without_exchange_has_one_next_step():
    page = text(browser_of(member_with(("authority",), None)).get("/dashboard/supply"))
    assert 'href="?period=365"' in page
