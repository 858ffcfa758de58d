"""How a system's calls must come, on its page: seen by whoever sees it, set by whoever may."""

import pytest

from accounts.actions.credentials import issue_credential
from accounts.actor import CLOCK
from accounts.models import SystemAccess
from tests.factories.accounts import CredentialFactory, SystemFactory
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def system(department):
    return SystemFactory(department=department)


def address(system):
    return f"/systems/{system.pk}/access"


def send(browser, system, **told):
    form = {"networks": "", "certificates": "", **told}
    return browser.post(address(system), form)


def test_what_calls_must_keep_is_set_and_shown(admin, system, api):
    client = api(system)
    assert "来源不限" in text(admin.get(address(system)))
    told = {
        "signed_only": "on",
        "networks": "10.1.0.0/16\n\n10.2.0.1 \n",
        "certificates": "AB" * 32,
    }
    assert send(admin, system, **told).status_code == 302
    row = SystemAccess.objects.get(system=system)
    assert (row.signed_only, row.networks) == (True, ["10.1.0.0/16", "10.2.0.1/32"])
    page = text(admin.get(address(system)))
    assert "<code>10.2.0.1/32</code>" in page
    assert f'<code class="long">{"ab" * 32}</code>' in page
    assert client.get("/api/v1/me").status_code == 403
    assert send(admin, system).status_code == 302
    assert client.get("/api/v1/me").status_code == 200


def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(admin, system):
    answer = send(admin, system, networks="10.1.0.0/16\nsomewhere", certificates="ab")
    page = text(answer)
    assert answer.status_code == 422
    assert 'href="#access_networks"' in page
    assert "10.1.0.0/16\nsomewhere</textarea>" in page
    assert not SystemAccess.objects.exists()


def test_the_keys_in_force_stand_below(admin, system):
    issue_credential(system, actor=CLOCK, kind="signing", algorithm="hmac-sm3")
    over = CredentialFactory(system=system)
    over.change(revoked_at=over.created_at)
    page = text(admin.get(address(system)))
    assert "hmac-sm3" in page
    assert str(over) not in page


def test_who_may_not_set_it_reads_it(system, department):
    reader = browser_of(member_with(("steward",), department))
    page = text(reader.get(address(system)))
    assert "<textarea" not in page
    assert send(reader, system, signed_only="on").status_code == 403
    stranger = browser_of(member_with(("steward",), None))
    assert stranger.get(address(system)).status_code == 404
    assert not SystemAccess.objects.exists()
