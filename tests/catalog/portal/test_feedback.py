"""Feedback of the public: written by anybody, a few times an hour, settled by the provider."""

import pytest
from django.core.cache import cache

from accounts.models import AuditEvent
from catalog.models import Feedback
from catalog.portal.open_feedback import AN_HOUR
from kernel import ratelimits
from tests.factories.catalog import published_resource
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_count():
    cache.clear()
    yield
    ratelimits.forget()


@pytest.fixture
def opened(department):
    return published_resource(department, name="学校名录", open_to_public=True)


def test_anybody_says_something_and_the_provider_settles_it(client_of_nobody, opened, department):
    address = f"/open/{opened.pk}/feedback"
    assert address in text(client_of_nobody.get(f"/open/{opened.pk}"))
    sent = client_of_nobody.post(address, {"text": "第三所学校已搬迁", "contact": "a@b.cn"})
    assert sent["Location"] == f"{address}?sent=1"
    assert "感谢您的反馈" in text(client_of_nobody.get(sent["Location"]))
    row = Feedback.objects.get()
    assert (row.department, row.settled_at) == (department, None)
    steward = browser_of(member_with(("steward",), department))
    assert "第三所学校已搬迁" in text(steward.get("/open-feedback?settled=no"))
    steward.post(f"/open-feedback/{row.pk}/settle", {"outcome": "已更正"})
    row.refresh_from_db()
    assert row.outcome == "已更正"
    assert steward.post(f"/open-feedback/{row.pk}/settle", {"outcome": "再次"}).status_code == 409


def test_nothing_is_said_of_what_is_not_open_nor_by_silence(client_of_nobody, opened):
    closed = published_resource(name="学生名单")
    assert client_of_nobody.post(f"/open/{closed.pk}/feedback", {"text": "x"}).status_code == 404
    empty = client_of_nobody.post(f"/open/{opened.pk}/feedback", {"text": " "})
    assert empty.status_code == 422
    assert not Feedback.objects.exists()
    assert not AuditEvent.objects.filter(verb="feedback.submitted").exists()


def test_one_address_speaks_so_often_in_an_hour(client_of_nobody, opened):
    address = f"/open/{opened.pk}/feedback"
    for _ in range(AN_HOUR.most):
        assert client_of_nobody.post(address, {"text": "很好"}).status_code == 302
    refused = client_of_nobody.post(address, {"text": "第六条"})
    assert refused.status_code == 429
    assert "第六条" in text(refused)
    assert Feedback.objects.count() == AN_HOUR.most


def test_feedback_is_its_providers(opened, client_of_nobody):
    client_of_nobody.post(f"/open/{opened.pk}/feedback", {"text": "很好"})
    row = Feedback.objects.get()
    stranger = browser_of(member_with(("steward",), None))
    assert stranger.get(f"/open-feedback/{row.pk}").status_code == 404
    assert "很好" not in text(stranger.get("/open-feedback"))
