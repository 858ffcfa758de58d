"""Subscriptions in the portal: opened from a grant, steered by buttons, secrets shown once."""

import pytest

from catalog.vocabulary import ShareMode
from exchange.models import Attempt, Delivery, Subscription
from kernel.sealing import unseal
from tests.factories.exchange import PURPOSE, row
from tests.portal import browser_of, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def asker(world):
    return browser_of(world.people["asker"])


@pytest.fixture
def hooked(world, receiver):
    return world.subscribe("webhook", url=receiver.url)


def test_a_grant_is_put_to_use_by_a_form(asker, world):
    grant = world.grant()
    assert f"?grant={grant.pk}" in text(asker.get("/subscriptions/open"))
    address = f"/subscriptions/open?grant={grant.pk}"
    assert PURPOSE in text(asker.get(address))
    said = {"mode": "pull", "system_id": str(world.reader.pk), "purpose": PURPOSE}
    answer = asker.post(address, said)
    lane = Subscription.objects.get()
    assert answer["Location"] == f"/subscriptions/{lane.pk}"
    assert (lane.mode, lane.purpose, lane.system_id) == ("pull", PURPOSE, world.reader.pk)


def test_the_signing_secret_stands_on_one_page_alone(asker, world, receiver):
    address = f"/subscriptions/open?grant={world.grant().pk}"
    said = {"mode": "webhook", "system_id": str(world.reader.pk), "purpose": PURPOSE}
    missing = asker.post(address, said)
    assert missing.status_code == 422
    assert 'href="#open_url"' in text(missing)
    answer = asker.post(address, {**said, "url": receiver.url})
    lane = Subscription.objects.get()
    secret = unseal(lane.sealed)
    assert f'value="{secret}" readonly' in text(answer)
    assert answer["Cache-Control"] == "private, no-store"
    assert secret not in text(asker.get(f"/subscriptions/{lane.pk}"))


def test_a_refused_destination_loses_nothing_typed(asker, world):
    address = f"/subscriptions/open?grant={world.grant().pk}"
    url = "https://169.254.1.1/hooks"
    said = {"mode": "webhook", "system_id": str(world.reader.pk), "purpose": PURPOSE, "url": url}
    answer = asker.post(address, said)
    assert answer.status_code == 422
    assert f'value="{url}"' in text(answer)
    assert not Subscription.objects.exists()


def test_paused_and_resumed_by_buttons(asker, world):
    lane = world.subscribe()
    own = f"/subscriptions/{lane.pk}"
    assert asker.post(f"{own}/pause", {"reason": ""}).status_code == 422
    assert asker.post(f"{own}/pause", {"reason": "停机检修"}).status_code == 302
    lane.refresh_from_db()
    assert (lane.state, lane.state_reason) == ("paused", "停机检修")
    assert "停机检修" in text(asker.get(own))
    assert asker.post(f"{own}/pause", {"reason": "再次"}).status_code == 409
    assert asker.post(f"{own}/resume").status_code == 302
    lane.refresh_from_db()
    assert lane.state == "active"


def test_a_test_event_and_a_new_secret(asker, hooked, receiver):
    own = f"/subscriptions/{hooked.pk}"
    page = text(asker.post(f"{own}/test"))
    assert "测试事件已被接收" in page
    before = unseal(hooked.sealed)
    answer = text(asker.post(f"{own}/rotate-secret"))
    hooked.refresh_from_db()
    assert unseal(hooked.sealed) in answer
    assert unseal(hooked.sealed) != before


def test_a_pull_has_neither(asker, world):
    lane = world.subscribe()
    own = f"/subscriptions/{lane.pk}"
    page = text(asker.get(own))
    assert "/rotate-secret" not in page
    for verb in ("test", "rotate-secret", "reload"):
        assert asker.post(f"{own}/{verb}").status_code == 422, verb


def test_what_never_arrived_is_not_brought_once_more(asker, hooked):
    own = f"/subscriptions/{hooked.pk}"
    answer = asker.post(f"{own}/redeliver", {"which": "number", "batch": "7"})
    assert answer.status_code == 422
    assert "没有送达过" in text(answer)
    assert 'value="7"' in text(answer)


def test_a_batch_is_brought_once_more_from_its_delivery(asker, world, hooked):
    world.publish([row("110101")])
    brought = Delivery.objects.create(
        subscription=hooked, number=1, delivered_at=hooked.created_at, attempts=1
    )
    Subscription.objects.filter(pk=hooked.pk).update(position=1)
    Attempt.objects.create(
        subscription=hooked, number=1, ok=False, status=500, error="status-500", excerpt="boom"
    )
    page = text(asker.get(f"/deliveries/{brought.pk}"))
    assert "status-500" in page
    assert "boom" in page
    assert asker.post(f"/deliveries/{brought.pk}/redeliver").status_code == 302
    hooked.refresh_from_db()
    assert (hooked.redeliver_next, hooked.redeliver_last) == (1, 1)


def test_the_provider_sees_it_and_steers_nothing(world, hooked):
    steward = browser_of(world.people["steward"])
    own = f"/subscriptions/{hooked.pk}"
    page = text(steward.get(own))
    assert world.reader.name in page
    assert "/pause" not in page
    assert "/rotate-secret" not in page
    for verb in ("pause", "resume", "test", "rotate-secret"):
        assert steward.post(f"{own}/{verb}", {"reason": "x"}).status_code == 403, verb
    hooked.refresh_from_db()
    assert hooked.state == "active"


def test_a_grant_without_this_way_cannot_be_chosen(asker, world):
    grant = world.grant(modes=[ShareMode.INTERFACE.value])
    assert f"?grant={grant.pk}" not in text(asker.get("/subscriptions/open"))
    assert asker.get(f"/subscriptions/open?grant={grant.pk}").status_code == 404


def test_what_does_not_get_through_stands_first(asker, world):
    lane = world.subscribe()
    for number in (1, 2, 3):
        when = lane.created_at if number != 2 else None
        Delivery.objects.create(
            subscription=lane, number=number, delivered_at=when, last_error="status-503"
        )
    page = text(asker.get("/deliveries"))
    first = Delivery.objects.get(number=2)
    assert page.index(str(first.pk)) == min(page.index(str(d.pk)) for d in lane.deliveries.all())
    narrowed = text(asker.get("/deliveries?arrived=no"))
    assert str(first.pk) in narrowed
    assert narrowed.count("/deliveries/") == 1
