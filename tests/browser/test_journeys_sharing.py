"""Data is asked for, given item by item, subscribed to, and brought once more: five people."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from accounts.actor import CLOCK
from exchange.actions.deliveries import deliver_due
from exchange.models import Grant, SharingRequest, Subscription
from tests.browser.journeys import menu, open_page, press, told, zh
from tests.factories.exchange import PURPOSE, World, row
from tests.receivers import HookReceiver

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_data_is_requested_decided_on_and_subscribed_to(
    visit: Any, world: World, receiver: HookReceiver, official_calendar: None
) -> None:
    world.resource.published.change(share_type="conditional", share_condition="税务登记")
    _ask(visit, world)
    request = SharingRequest.objects.get()
    assert (request.state, request.items) == ("submitted", ["code", "name", "level"])
    _decide(visit, world, f"/requests/{request.pk}")
    grant = Grant.objects.get()
    assert (grant.items, grant.purposes) == (["code", "name"], [PURPOSE])
    _subscribe(visit, world, receiver)
    assert Subscription.objects.get().url == receiver.url


def _ask(visit: Any, world: World) -> None:
    """The steward of the tax bureau, through the four parts of a request."""
    page = open_page(visit, world.people["asker"])
    menu(page, "共享申请")
    page.get_by_role("link", name=zh("Ask for data")).first.click()
    name = world.resource.published.name
    page.get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    for column in ("name", "level"):
        line = page.get_by_role("row").filter(has_text=column)
        line.get_by_role("combobox").select_option(label=zh("value"))
    press(page, "Continue")
    page.get_by_label(zh("Basis of use")).fill("《税收征收管理法实施细则》第十二条")
    page.get_by_label(zh("Scenario of use")).fill("核对纳税人注册地行政区划")
    page.get_by_label(zh("Scope of use")).fill("全省税务登记业务")
    page.get_by_role("textbox", name=zh("Purposes")).fill(PURPOSE)
    press(page, "Continue")
    page.get_by_label(zh("System that will use it")).select_option(label=world.reader.name)
    last = timezone.localdate() + timedelta(days=365)
    page.get_by_label(zh("Last day of use")).fill(last.isoformat())
    press(page, "Continue")
    expect(page.get_by_role("heading", name=zh("Check and submit"))).to_be_visible()
    press(page, "Submit the request")
    told(page, "Submitted. The head of your department agrees to it next.")


def _decide(visit: Any, world: World, address: str) -> None:
    """Its head agrees; the provider's steward prepares, the provider's head signs."""
    page = open_page(visit, world.people["asker_head"], address)
    press(page, "Agree and send to the provider")
    told(page, "The provider has it now; its time limit runs.")

    page = open_page(visit, world.people["steward"], address)
    press(page, "Take it on")
    page.get_by_role("link", name=zh("Prepare the answer")).click()
    line = page.get_by_role("row").filter(has_text="level")
    line.get_by_role("combobox").first.select_option(label=zh("leave out"))
    press(page, "Prepare the consent")
    expect(page.get_by_role("alert")).to_be_visible()
    line.get_by_role("textbox").fill("与所述职责无关")
    press(page, "Prepare the consent")
    told(page, "Prepared. The head of your department signs it next.")
    assert not Grant.objects.exists()

    page = open_page(visit, world.people["head"], address)
    press(page, "Sign the consent")
    told(page, "Consented. The data is to be shared within the time limit.")


def _subscribe(visit: Any, world: World, receiver: HookReceiver) -> None:
    """The tax bureau has each batch announced to its system by a signed call."""
    page = open_page(visit, world.people["asker"])
    menu(page, "订阅")
    page.get_by_role("link", name=zh("Open a subscription")).first.click()
    page.get_by_role("main").get_by_role("link", name=world.resource.published.name).first.click()
    page.get_by_label(zh("Signed call")).check()
    page.get_by_label(zh("To the system")).select_option(label=world.reader.name)
    page.get_by_label(zh("Address"), exact=True).fill(receiver.url)
    page.get_by_role("main").get_by_role("button").first.click()
    secret = page.get_by_label(zh("Secret"), exact=True).input_value()
    assert secret.startswith("whsec_")
    page.get_by_role("link", name=zh("I have kept it; go on")).click()
    assert secret not in page.content()


def test_a_batch_that_the_receiver_lost_is_brought_once_more(
    visit: Any, world: World, receiver: HookReceiver
) -> None:
    world.subscribe("webhook", url=receiver.url)
    world.publish([row("110101")])
    deliver_due(actor=CLOCK)
    page = open_page(visit, world.people["asker"])
    menu(page, "投递记录")
    page.get_by_role("main").get_by_role("row").nth(1).get_by_role("link").first.click()
    expect(page.get_by_role("main")).to_contain_text(zh("arrived"))
    press(page, "Bring this batch once more")
    told(page, "The batch is brought once more, before anything new.")
    assert receiver.numbers() == [1]

    deliver_due(actor=CLOCK)
    assert receiver.numbers() == [1, 1]
    page.reload()
    expect(page.get_by_role("main")).to_contain_text("HTTP 204")
