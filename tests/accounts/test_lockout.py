"""Guessing is slow, and nobody locks out another by guessing wrong."""

import pytest
from django.test import Client

from accounts.lockout import BRAKE_AT, GUESSES
from accounts.models import SessionToken
from tests.factories.accounts import PASSWORD, MemberFactory

pytestmark = pytest.mark.django_db
SIGN_IN = "/api/v1/sign-in"


@pytest.fixture(autouse=True)
def counting(settings):
    settings.AXES_ENABLED = True


@pytest.fixture
def name():
    return MemberFactory(user__username="li.ming").user.username


def tried(api, name, password, address):
    form = {"username": name, "password": password}
    return api().post(SIGN_IN, form, REMOTE_ADDR=address).status_code


def portal(client, name, password, address):
    form = {"username": name, "password": password}
    return client.post("/sign-in", form, REMOTE_ADDR=address).status_code


def test_a_name_locked_from_one_address_opens_from_another(api, name):
    for _ in range(GUESSES):
        tried(api, name, "wrong", "203.0.113.5")
    assert tried(api, name, PASSWORD, "203.0.113.5") == 429
    assert tried(api, name, PASSWORD, "192.0.2.7") == 200
    assert SessionToken.objects.count() == 1


def test_a_locked_address_still_serves_other_people(api, name):
    other = MemberFactory().user.username
    for _ in range(GUESSES):
        tried(api, name, "wrong", "203.0.113.5")
    assert tried(api, other, PASSWORD, "203.0.113.5") == 200


def test_a_neighbour_at_the_same_address_does_not_lock_the_browser_one_signed_in_with(api, name):
    own = Client()
    assert portal(own, name, PASSWORD, "203.0.113.5") == 302
    own.post("/sign-out")
    for _ in range(GUESSES):
        tried(api, name, "wrong", "203.0.113.5")
    assert portal(Client(), name, PASSWORD, "203.0.113.5") == 429
    assert portal(own, name, PASSWORD, "203.0.113.5") == 302


def test_a_known_browser_has_as_few_guesses_as_any_other(name):
    own = Client()
    portal(own, name, PASSWORD, "203.0.113.5")
    for _ in range(GUESSES):
        portal(own, name, "wrong", "203.0.113.5")
    assert portal(own, name, PASSWORD, "203.0.113.5") == 429


def test_a_mark_of_another_person_or_of_ones_own_making_makes_no_browser_known(api, name):
    other = Client()
    portal(other, MemberFactory().user.username, PASSWORD, "203.0.113.5")
    forged = Client()
    forged.cookies["device"] = "WyJ4IiwieSJd:1tO:forged"
    for _ in range(GUESSES):
        tried(api, name, "wrong", "203.0.113.5")
    for client in (other, forged):
        assert portal(client, name, PASSWORD, "203.0.113.5") == 429


def test_a_name_tried_from_many_addresses_is_braked_and_its_owner_gets_in(api, name):
    own = Client()
    portal(own, name, PASSWORD, "192.0.2.7")
    for last in range(BRAKE_AT // 4):
        for _ in range(4):
            assert tried(api, name, "wrong", f"203.0.113.{last + 1}") == 403
    # Strange addresses get one guess now instead of five.
    assert tried(api, name, "wrong", "198.51.100.1") == 429
    assert tried(api, name, PASSWORD, "198.51.100.1") == 429
    # The owner gets in at once: at the browser known, and with the first try elsewhere.
    assert portal(own, name, PASSWORD, "192.0.2.7") == 302
    assert tried(api, name, PASSWORD, "198.51.100.2") == 200
