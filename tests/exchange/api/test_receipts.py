"""A receipt of one use, for both of its sides; anybody verifies it with the public key."""

import pytest

from accounts.actions.trail import seal_audit
from accounts.evidencekeys import public_keys
from exchange.models import UseEntry
from tests.factories.exchange import row
from tests.ledgers import execute
from tests.people import actor_for, client_for, member_with
from tests.portal import browser_of
from tests.problems import assert_problem
from tools.verify_evidence import read_keys, verify_receipt

pytestmark = pytest.mark.django_db


@pytest.fixture
def use(world):
    """A page that was read, which makes one line of the ledger."""
    world.publish([row("110101"), row("110102")])
    lane = world.subscribe("pull", world.grant())
    answer = client_for(world.reader).get(f"/api/v1/subscriptions/{lane.pk}/changes")
    assert answer.status_code == 200
    return UseEntry.objects.get()


@pytest.fixture
def address(use):
    return f"/api/v1/uses/{use.pk}/receipt"


@pytest.mark.parametrize("role", ["steward", "asker"])
def test_either_side_gets_the_same_proof_to_keep(world, use, address, role):
    client = client_for(world.actor(role))
    assert_problem(client.get(address), 409, "not-sealed-yet")
    seal_audit()
    entry = verify_receipt(client.get(address).json(), read_keys(public_keys()[0]))
    assert (entry["id"], entry["rows"], entry["digest"]) == (use.pk, 2, use.digest)
    assert entry["department_id"] == str(world.requester.pk)


def test_others_do_not_see_it(world, address):
    seal_audit()
    stranger = client_for(actor_for(member_with(("steward",), None)))
    assert_problem(stranger.get(address), 404, "not-found")


def test_no_receipt_is_given_for_what_is_not_as_it_was_sealed(world, use, address):
    seal_audit()
    execute("UPDATE exchange_useentry SET rows = 1 WHERE id = %s", [use.pk])
    client = client_for(world.actor("steward"))
    assert_problem(client.get(address), 409, "evidence-unsound")


def test_the_portal_gives_it_as_a_file(world, use):
    seal_audit()
    answer = browser_of(world.people["steward"]).get(f"/uses/{use.pk}/receipt")
    assert answer["Content-Disposition"] == f'attachment; filename="receipt-{use.pk}.json"'
    assert verify_receipt(answer.json(), read_keys(public_keys()[0]))["id"] == use.pk
    stranger = browser_of(member_with(("steward",), None))
    assert stranger.get(f"/uses/{use.pk}/receipt").status_code == 404
