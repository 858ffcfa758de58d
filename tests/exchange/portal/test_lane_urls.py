"""Every page of what moves opens for those whom it concerns, and for nobody else."""

import pytest

from exchange.models import Delivery, Hook
from kernel.sealing import seal
from tests.factories.exchange import row
from tests.factories.interfaces import GatewayKeyFactory, InterfaceFactory
from tests.people import member_with
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db

LISTS = [
    *("/datasets", "/datasets/attach", "/batches", "/subscriptions", "/subscriptions/open"),
    *("/deliveries", "/attempts", "/connectors", "/connectors/register", "/interfaces"),
    *("/interfaces/register", "/usage", "/syncs", "/syncs/schedule"),
]
ADMIN = ["/credentials", "/credentials/issue", "/gateway-keys", "/gateway-keys/issue", "/hooks"]


@pytest.fixture
def steward(world):
    return browser_of(world.people["steward"])


@pytest.fixture
def asker(world):
    return browser_of(world.people["asker"])


@pytest.fixture
def admin(world):
    return browser_of(member_with(("department_admin",), world.provider))


@pytest.mark.parametrize("address", LISTS)
def test_a_steward_opens_it_empty_and_full(steward, world, address):
    assert steward.get(address).status_code == 200
    world.publish([row("110101"), row("110102")])
    world.subscribe()
    InterfaceFactory(resource=world.resource, department=world.provider, system=world.publisher)
    assert steward.get(address).status_code == 200


@pytest.mark.parametrize("address", ADMIN)
def test_an_admin_opens_it_and_a_steward_does_not(admin, steward, world, address):
    GatewayKeyFactory(system=world.publisher, department=world.provider)
    assert admin.get(address).status_code == 200
    assert steward.get(address).status_code == 403


def test_pages_of_one_dataset_open_for_provider_and_receiver(steward, asker, world):
    world.publish([row("110101"), row("110102")])
    lane = world.subscribe()
    own = f"/datasets/{world.dataset.pk}"
    for end in ("", "/contract", "/schema", "/batches/1"):
        assert steward.get(own + end).status_code == 200, end
        assert asker.get(own + end).status_code == 200, end
    assert steward.get(f"{own}/publish").status_code == 200
    assert asker.get(f"{own}/publish").status_code == 403
    for browser in (steward, asker):
        assert browser.get(f"/subscriptions/{lane.pk}").status_code == 200


def test_pages_of_others_are_not_there(world):
    stranger = browser_of(member_with(("steward",), None))
    lane = world.subscribe()
    brought = Delivery.objects.create(subscription=lane, number=1)
    made = InterfaceFactory(
        resource=world.resource, department=world.provider, system=world.publisher
    )
    hook = Hook.objects.create(department=world.provider, url="https://x.test", sealed=seal("s"))
    for address in (
        f"/datasets/{world.dataset.pk}",
        f"/subscriptions/{lane.pk}",
        f"/deliveries/{brought.pk}",
        f"/interfaces/{made.pk}",
    ):
        assert stranger.get(address).status_code == 404, address
    admin = browser_of(member_with(("department_admin",), None))
    assert admin.post(f"/hooks/{hook.pk}/close").status_code == 404


def test_a_receiver_does_not_see_where_the_provider_is(asker, steward, world):
    world.grant()
    made = InterfaceFactory(
        resource=world.resource, department=world.provider, system=world.publisher
    )
    address = f"/interfaces/{made.pk}"
    assert made.url in text(steward.get(address))
    assert made.url not in text(asker.get(address))
