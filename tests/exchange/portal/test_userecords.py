"""Records of use in the portal: written once for a grant, read by both sides."""

from datetime import date

import pytest
from django.utils import timezone

from exchange.models import UseRecord
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def grant(world):
    return world.grant(["code", "name"])


def said(**changes):
    today = timezone.localdate().isoformat()
    return {
        "starts_on": today,
        "ends_on": today,
        "scenario": "核对注册地",
        "process": "登记时比对",
        "effect": "减少补正",
        "storage": "登记系统",
        **changes,
    }


def test_recorded_for_a_grant_and_read_by_the_provider(world, grant):
    asker = browser_of(world.people["asker"])
    assert f"?grant={grant.pk}" in text(asker.get("/use-records/new"))
    answer = asker.post(f"/use-records/new?grant={grant.pk}", said())
    record = UseRecord.objects.get()
    assert answer["Location"] == f"/use-records/{record.pk}"
    provider = browser_of(world.people["steward"])
    assert f"/use-records/{record.pk}" in text(provider.get("/use-records?show=received"))
    assert "减少补正" in text(provider.get(f"/use-records/{record.pk}"))
    file = provider.get("/use-records?show=received&as=csv")
    assert "核对注册地" in b"".join(file.streaming_content).decode("utf-8-sig")


def test_less_than_three_years_is_refused_beside_the_field(world, grant):
    asker = browser_of(world.people["asker"])
    answer = asker.post(f"/use-records/new?grant={grant.pk}", said(keep_until=date(2027, 1, 1)))
    assert answer.status_code == 422
    assert "使用记录至少留存三年" in text(answer)
    assert not UseRecord.objects.exists()


def test_others_do_not_record(world, grant, member_of):
    assert browser_of(world.people["head"]).get("/use-records/new").status_code == 403
    stranger = browser_of(member_of("steward"))
    assert stranger.get(f"/use-records/new?grant={grant.pk}").status_code == 404
