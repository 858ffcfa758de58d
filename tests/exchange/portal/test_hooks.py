"""The department's webhook in the portal: one, its secret shown once, its steps."""

import pytest

from exchange.models import Hook
from kernel.sealing import unseal
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(world):
    return browser_of(member_with(("department_admin",), world.provider))


def test_it_is_opened_with_its_secret_shown_once(admin, receiver):
    answer = text(admin.post("/hooks", {"url": receiver.url}))
    hook = Hook.objects.get()
    assert f'value="{unseal(hook.sealed)}" readonly' in answer
    page = text(admin.get("/hooks"))
    assert receiver.url in page
    assert unseal(hook.sealed) not in page
    second = admin.post("/hooks", {"url": receiver.url})
    assert second.status_code == 409
    assert Hook.objects.count() == 1


def test_a_destination_that_is_not_allowed_is_said_beside_the_field(admin):
    answer = admin.post("/hooks", {"url": "https://169.254.1.1/x"})
    assert answer.status_code == 422
    assert 'href="#hook_url"' in text(answer)
    assert 'value="https://169.254.1.1/x"' in text(answer)
    assert not Hook.objects.exists()


def test_it_is_paused_resumed_and_closed(admin, receiver):
    admin.post("/hooks", {"url": receiver.url})
    hook = Hook.objects.get()
    before = hook.sealed
    for verb, state in (("pause", "paused"), ("resume", "active"), ("close", "closed")):
        assert admin.post(f"/hooks/{hook.pk}/{verb}", {"reason": "检修"}).status_code == 302
        hook.refresh_from_db()
        assert hook.state == state
    assert admin.post(f"/hooks/{hook.pk}/rotate-secret").status_code == 409
    hook.refresh_from_db()
    assert hook.sealed == before


def test_a_new_secret_is_shown_once(admin, receiver):
    admin.post("/hooks", {"url": receiver.url})
    hook = Hook.objects.get()
    page = text(admin.post(f"/hooks/{hook.pk}/rotate-secret"))
    hook.refresh_from_db()
    assert unseal(hook.sealed) in page
    assert "旧密钥同时签名至" in text(admin.get("/hooks"))


def test_only_its_admins_see_it(world):
    assert browser_of(world.people["steward"]).get("/hooks").status_code == 403
