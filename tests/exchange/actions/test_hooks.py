"""A department's webhook for notices: signed, in order, at least once, parked when it fails."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.actions.notices import notify_department
from accounts.actor import CLOCK
from accounts.models import Notice
from accounts.permissions import Role
from exchange.actions.hooks import (
    close_hook,
    open_hook,
    pause_hook,
    resume_hook,
    rotate_secret,
    send_notices,
)
from exchange.dataplane.webhooks import SCHEDULE
from exchange.errors import DestinationRefused
from exchange.models import Hook
from kernel.errors import Conflict, Forbidden
from tests.people import actor_for, member_with


@pytest.fixture
def admin(world):
    return actor_for(member_with(("department_admin",), world.requester))


@pytest.fixture
def hook(admin, receiver):
    made, secret = open_hook(actor=admin, url=receiver.url)
    made.secret = secret
    return made


def tell(world, verb="request.consented", department=None):
    return notify_department(
        world.resource,
        actor=CLOCK,
        department_id=(department or world.requester).pk,
        roles=(Role.HEAD,),
        verb=verb,
        reason="The provider has answered your department's request.",
        resource="行政区划代码",
    )


def due(hook):
    Hook.objects.update(next_attempt_at=timezone.now() - timedelta(minutes=1))
    hook.refresh_from_db()
    return hook


def test_the_departments_notices_are_told_in_order_and_signed(world, hook, receiver):
    first, second = tell(world), tell(world, "grant.suspended")
    tell(world, department=world.provider)
    assert send_notices(actor=CLOCK) == 2
    told = receiver.events(hook.secret)
    assert [event["type"] for event in told] == ["request.consented", "grant.suspended"]
    assert told[0]["data"] == {
        "notice": str(first.pk),
        "department": str(world.requester.pk),
        "reason": "The provider has answered your department's request.",
        "subject_type": "resource",
        "subject": str(world.resource.pk),
        "facts": {"by": "clock", "resource": "行政区划代码"},
    }
    assert [call[0]["webhook-id"] for call in receiver.calls] == [str(first.pk), str(second.pk)]
    assert Notice.objects.filter(delivered_at=None).count() == 1
    hook.refresh_from_db()
    assert (hook.attempts, hook.lease_until) == (0, None)


def test_what_was_before_the_hook_is_not_told(world, admin, receiver):
    tell(world)
    open_hook(actor=admin, url=receiver.url)
    assert send_notices(actor=CLOCK) == 0
    assert receiver.calls == []


def test_a_failed_call_is_repeated_with_the_same_id_and_nothing_overtakes_it(world, hook, receiver):
    tell(world)
    tell(world, "grant.suspended")
    receiver.answers = [(500, {})]
    assert send_notices(actor=CLOCK) == 0
    hook.refresh_from_db()
    assert (hook.attempts, hook.state_reason) == (1, "status-500")
    assert hook.next_attempt_at > timezone.now()
    assert send_notices(actor=CLOCK) == 0
    assert len(receiver.calls) == 1
    due(hook)
    assert send_notices(actor=CLOCK) == 2
    ids = [call[0]["webhook-id"] for call in receiver.calls]
    assert ids[0] == ids[1] != ids[2]


def test_a_receiver_that_is_gone_parks_the_hook_and_its_department_is_told(
    world, hook, receiver, trail
):
    tell(world)
    receiver.answers = [(410, {})]
    assert send_notices(actor=CLOCK) == 0
    hook.refresh_from_db()
    assert (hook.state, hook.state_reason) == ("paused", "gone")
    assert trail("hook.parked") == [{"error": "gone"}]
    assert Notice.objects.get(verb="hook.parked").department_id == world.requester.pk


def test_after_the_last_attempt_the_hook_is_parked(world, hook, receiver):
    tell(world)
    Hook.objects.update(attempts=len(SCHEDULE) - 1)
    receiver.answers = [(503, {})]
    send_notices(actor=CLOCK)
    hook.refresh_from_db()
    assert hook.state == "paused"


def test_a_paused_hook_goes_on_where_it_stopped(world, hook, admin, receiver):
    pause_hook(hook, actor=admin, reason="维护")
    tell(world)
    assert send_notices(actor=CLOCK) == 0
    resume_hook(hook, actor=admin)
    assert send_notices(actor=CLOCK) == 1
    assert len(receiver.calls) == 1


def test_a_hook_that_another_worker_serves_is_left_alone(world, hook, receiver):
    tell(world)
    Hook.objects.update(lease_until=timezone.now() + timedelta(minutes=1))
    assert send_notices(actor=CLOCK) == 0
    Hook.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert send_notices(actor=CLOCK) == 1


@pytest.mark.django_db(transaction=True)
def test_a_pause_stops_a_turn_before_the_next_call(world, hook, admin, receiver):
    tell(world)
    tell(world, "grant.suspended")

    def pause():
        pause_hook(hook, actor=admin, reason="维护")
        connection.close()

    receiver.before_answer = pause
    assert send_notices(actor=CLOCK) == 1
    assert len(receiver.calls) == 1


def test_a_department_has_one_hook(world, hook, admin, receiver, unchanged):
    with unchanged(), pytest.raises(Conflict, match="already"):
        open_hook(actor=admin, url=receiver.url)
    close_hook(hook, actor=admin)
    open_hook(actor=admin, url=receiver.url)
    assert Hook.objects.count() == 2


def test_a_hook_leads_to_allowed_places_only(admin, unchanged):
    for url in ("http://127.0.0.1:5432/", "ftp://oa.example/", "https://10.0.0.1/"):
        with unchanged(), pytest.raises(DestinationRefused):
            open_hook(actor=admin, url=url)


def test_others_neither_open_nor_stop_one(world, hook, receiver, unchanged):
    for who in ("asker", "asker_head", "reader"):
        with unchanged(), pytest.raises(Forbidden):
            open_hook(actor=world.actor(who), url=receiver.url)
    other = actor_for(member_with(("department_admin",), world.provider))
    with unchanged(), pytest.raises(Forbidden):
        close_hook(hook, actor=other)


def test_after_a_change_of_secret_both_sign_for_a_day(world, hook, receiver, admin, trail):
    _, new = rotate_secret(hook, actor=admin)
    tell(world)
    assert send_notices(actor=CLOCK) == 1
    for secret in (hook.secret, new):
        assert len(receiver.events(secret)) == 1
    Hook.objects.update(before_until=timezone.now() - timedelta(seconds=1))
    tell(world)
    send_notices(actor=CLOCK)
    assert len(receiver.calls[1][0]["webhook-signature"].split()) == 1
    assert trail("hook.secret_rotated") == [{}]


def test_only_the_departments_admin_changes_the_secret(world, hook, admin, unchanged):
    with unchanged(), pytest.raises(Forbidden):
        rotate_secret(hook, actor=world.actor("asker"))
    close_hook(hook, actor=admin)
    with unchanged(), pytest.raises(Conflict):
        rotate_secret(hook, actor=admin)
