"""Keys of systems: shown once, rotated by a second one, revoked at once."""

import pytest

from accounts.models import Credential
from exchange.models import GatewayKey
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(world):
    return browser_of(member_with(("department_admin",), world.provider))


def issue(browser, system, days="30"):
    told = {"system": str(system.pk), "days": days, "kind": "bearer"}
    return browser.post("/credentials/issue", told)


def secret_of(page: str) -> str:
    return page.partition('id="secret" value="')[2].partition('"')[0]


def test_a_token_is_shown_once_in_a_field_to_copy(admin, world, api):
    answer = issue(admin, world.publisher)
    secret = secret_of(text(answer))
    assert len(secret) > 40
    assert "readonly" in text(answer)
    assert answer["Cache-Control"] == "private, no-store"
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}")
    assert client.get("/api/v1/datasets").status_code == 200
    assert secret not in text(admin.get("/credentials"))


def test_the_next_one_takes_over_and_the_old_one_is_revoked(admin, world):
    issue(admin, world.publisher)
    old = Credential.objects.get(system=world.publisher)
    page = text(admin.get("/credentials"))
    assert f"/credentials/issue?system={world.publisher.pk}" in page
    form = text(admin.get(f"/credentials/issue?system={world.publisher.pk}"))
    assert f'value="{world.publisher.pk}" selected' in form
    issue(admin, world.publisher)
    third = issue(admin, world.publisher)
    assert third.status_code == 409
    assert 'role="alert"' in text(third)
    assert admin.post(f"/credentials/{old.pk}/revoke").status_code == 302
    old.refresh_from_db()
    assert old.revoked_at is not None
    assert not old.is_live
    assert Credential.objects.live().filter(system=world.publisher).count() == 1


def test_what_is_wrong_stands_beside_its_field(admin, world):
    answer = issue(admin, world.publisher, days="9999")
    assert answer.status_code == 422
    assert 'href="#credential_days"' in text(answer)
    assert 'value="9999"' in text(answer)
    assert issue(admin, world.reader).status_code == 422
    assert not Credential.objects.exists()


def test_keys_of_others_are_not_there(admin, world):
    stranger = browser_of(member_with(("department_admin",), None))
    issue(admin, world.publisher)
    key = Credential.objects.get()
    assert world.publisher.name not in text(stranger.get("/credentials"))
    assert stranger.post(f"/credentials/{key.pk}/revoke").status_code == 404
    key.refresh_from_db()
    assert key.is_live


def test_a_gateway_key_is_issued_and_revoked(admin, world):
    said = {"system": str(world.publisher.pk), "dialect": "provincial"}
    page = text(admin.post("/gateway-keys/issue", said))
    key = GatewayKey.objects.get()
    assert key.requester in page
    assert secret_of(page)
    assert key.requester in text(admin.get("/gateway-keys"))
    assert admin.post(f"/gateway-keys/{key.pk}/revoke").status_code == 302
    key.refresh_from_db()
    assert key.state == "revoked"
    assert admin.post(f"/gateway-keys/{key.pk}/revoke").status_code == 409


@pytest.mark.parametrize("role", ["steward", "head", "auditor"])
def test_nobody_else_issues(world, role):
    other = browser_of(member_with((role,), world.provider))
    assert other.get("/credentials/issue").status_code == 403
    assert issue(other, world.publisher).status_code == 403
    assert other.get("/credentials").status_code == 403
    assert not Credential.objects.exists()


def test_the_security_admin_revokes_and_does_not_issue(admin, world):
    issue(admin, world.publisher)
    key = Credential.objects.get()
    guard = browser_of(member_with(("security_admin",), None))
    assert "/credentials/issue" not in text(guard.get("/credentials"))
    assert guard.post(f"/credentials/{key.pk}/revoke").status_code == 302
    key.refresh_from_db()
    assert not key.is_live


def test_a_key_that_signs_is_issued_from_networks_and_narrowed(admin, world):
    told = {"system": str(world.publisher.pk), "days": "30", "kind": "signing"}
    more = {"algorithm": "hmac-sm3", "scopes": ["publish"], "networks": "10.1.0.0/16"}
    answer = admin.post("/credentials/issue", told | more)
    row = Credential.objects.get(system=world.publisher)
    assert (row.kind, row.algorithm, row.scopes) == ("signing", "hmac-sm3", ["publish"])
    assert row.networks == ["10.1.0.0/16"]
    assert secret_of(text(answer)).startswith(f"sqh_{row.prefix}_")
    assert row.prefix in text(answer)
    wrong = admin.post("/credentials/issue", told | {"networks": "somewhere"})
    assert wrong.status_code == 422
    assert 'href="#credential_networks"' in text(wrong)
    assert Credential.objects.count() == 1
