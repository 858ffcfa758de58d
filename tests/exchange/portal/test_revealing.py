"""Starred values are asked for with a reason, agreed to by another, and shown for minutes."""

from accounts.actions.proposals import confirm_proposal, propose
from accounts.models import AuditEvent
from exchange.reveals import NAME
from tests.people import actor_for, member_with
from tests.portal import browser_of, text


def test_a_sample_of_a_source_is_starred_until_two_people_took_the_deed(syncing, world):
    syncing.put(("110101", "示例县"))
    member, row = member_with(("steward",), world.provider), syncing.connector
    browser, own = browser_of(member), f"/connectors/{row.pk}"
    table = f"{own}/table?table=public.divisions"
    ask = f"/proposals/new/{NAME}/{row.pk}"
    assert ask in text(browser.get(own))
    assert ask in text(browser.post(table))
    assert f"{own}/reveal" not in text(browser.get(own))
    refused = browser.post(f"{own}/reveal")
    assert refused.status_code == 403
    assert not AuditEvent.objects.filter(verb="value.revealed").exists()

    made = propose(actor=actor_for(member), deed=NAME, subject=row.pk, reason="核对来源")
    confirm_proposal(made, actor=world.actor("head"))
    assert f"{own}/reveal" in text(browser.get(own))
    assert browser.post(f"{own}/reveal").status_code == 302
    assert "示例县" in text(browser.post(table))
    assert AuditEvent.objects.filter(verb="value.revealed").count() == 1


def test_a_dataset_says_where_its_values_are_asked_for(world):
    steward = browser_of(member_with(("steward",), world.provider))
    assert f"/proposals/new/{NAME}/{world.dataset.pk}" in text(
        steward.get(f"/datasets/{world.dataset.pk}")
    )
    auditor = browser_of(member_with(("auditor",), world.provider))
    assert "/proposals/new/" not in text(auditor.get(f"/datasets/{world.dataset.pk}"))
