"""Usage by day: what one's department gave and received, every day of the span, also as a file."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.models import GrantDay
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def used(world):
    grant = world.grant()
    today = timezone.localdate()
    for days, calls, rows in ((0, 3, 40), (1, 2, 5), (40, 100, 1000)):
        GrantDay.objects.create(
            grant=grant, day=today - timedelta(days=days), calls=calls, rows=rows
        )
    return grant


def counts(page: str) -> list[str]:
    return [part.partition("<")[0] for part in page.split('class="count">')[1:]]


def test_both_sides_see_the_days_and_strangers_nothing(world, used):
    for who in ("steward", "asker"):
        page = text(browser_of(world.people[who]).get("/usage"))
        assert counts(page) == ["5", "45", "30"]
        assert world.requester.name in page
    stranger = browser_of(member_with(("steward",), None))
    assert counts(text(stranger.get("/usage"))) == ["0", "0", "30"]


def test_the_span_the_side_and_the_dataset_narrow_it(world, used):
    steward = browser_of(world.people["steward"])
    first = timezone.localdate() - timedelta(days=40)
    assert counts(text(steward.get(f"/usage?from={first}"))) == ["105", "1,045", "41"]
    assert counts(text(steward.get("/usage?side=received"))) == ["0", "0", "30"]
    assert counts(text(steward.get(f"/usage?dataset={world.dataset.pk}")))[0] == "5"
    for nonsense in (
        *("from=x&to=2026-13-90", "from=2999-01-01", "to=0001-01-01"),
        *("dataset=x", "department=1"),
    ):
        assert steward.get(f"/usage?{nonsense}").status_code == 200, nonsense


def test_the_authority_chooses_a_department(world, used):
    authority = browser_of(member_with(("authority",), None))
    assert counts(text(authority.get("/usage")))[0] == "5"
    given = f"/usage?department={world.provider.pk}&side=given"
    assert counts(text(authority.get(given)))[0] == "5"
    received = f"/usage?department={world.provider.pk}&side=received"
    assert counts(text(authority.get(received)))[0] == "0"


def test_every_day_stands_in_the_file(world, used):
    answer = browser_of(world.people["steward"]).get("/usage?as=csv")
    lines = b"".join(answer.streaming_content).decode("utf-8-sig").splitlines()
    assert len(lines) == 31
    assert lines[-1] == f"{timezone.localdate()},3,40"


def test_who_may_not_see_use_does_not(world):
    admin = browser_of(member_with(("department_admin",), world.provider))
    assert admin.get("/usage").status_code == 403
