"""Opening a subscription, stopping it for a while, ending it."""

import pytest
from django.db import connection
from psycopg2.extensions import make_dsn

from accounts.models import AuditEvent
from exchange.actions.grants import revoke_grant
from exchange.actions.subscriptions import (
    end_subscription,
    open_subscription,
    pause_subscription,
    resume_subscription,
)
from exchange.errors import DestinationRefused, GrantEnded, ModeNotGranted, NothingAttached
from exchange.models import Subscription
from kernel.errors import Forbidden, IllegalMove
from kernel.sealing import unseal
from tests.factories.catalog import published_resource
from tests.factories.exchange import ITEMS, make_world

SINK = {"mode": "sink", "target_schema": "shared", "target_table": "divisions"}


@pytest.fixture
def grant(world):
    return world.grant()


def test_a_pull_subscription_begins_before_the_first_batch(world, grant, trail):
    made, secret = open_subscription(grant, actor=world.actor("asker"), mode="pull")
    assert (made.state, made.mode, made.position, secret) == ("active", "pull", 0, "")
    assert (made.dataset, made.system) == (world.dataset, world.reader)
    assert trail("subscription.opened") == [{"mode": "pull", "grant": str(grant.pk)}]


def test_a_webhook_gets_a_signing_secret_that_is_kept_sealed(world, grant, receiver):
    made, secret = open_subscription(
        grant, actor=world.actor("asker"), mode="webhook", url=receiver.url
    )
    assert secret.startswith("whsec_")
    assert secret not in made.sealed
    assert unseal(made.sealed) == secret
    assert receiver.calls == []


def test_a_sinks_connection_is_tried_and_kept_sealed(world, grant, target):
    made, secret = open_subscription(grant, actor=world.actor("asker"), dsn=target.dsn, **SINK)
    assert secret == ""
    assert target.dsn not in made.sealed
    assert unseal(made.sealed) == target.dsn


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/hook",
        "http://169.254.169.254/latest/meta-data",
        "https://[::1]/hook",
        "https://user:hunter2@exchange.tax.example/hook",
        "ftp://exchange.tax.example/hook",
        "https://10.0.0.8/hook",
        "https://0x7f.1/hook",
        "not an address",
    ],
)
def test_the_platform_calls_only_permitted_places(world, grant, unchanged, url):
    with unchanged(), pytest.raises(DestinationRefused) as refused:
        open_subscription(grant, actor=world.actor("asker"), mode="webhook", url=url)
    assert refused.value.facts["errors"][0]["pointer"] == "#/url"
    assert "hunter2" not in str(refused.value.facts)


def test_the_platforms_own_database_is_no_sink(world, grant, unchanged):
    own = connection.settings_dict
    dsn = make_dsn(
        host=own["HOST"], port=own["PORT"], dbname=own["NAME"], user=own["USER"], password="x"
    )
    with unchanged(), pytest.raises(DestinationRefused) as refused:
        open_subscription(grant, actor=world.actor("asker"), dsn=dsn, **SINK)
    assert refused.value.facts["errors"][0]["code"] == "egress-denied"


def test_a_wrong_password_is_told_without_it(world, grant, target, unchanged):
    dsn = target.dsn + " dbname=absent password=hunter2-hunter2"
    with unchanged(), pytest.raises(DestinationRefused) as refused:
        open_subscription(grant, actor=world.actor("asker"), dsn=dsn, **SINK)
    error = refused.value.facts["errors"][0]
    assert error["pointer"] == "#/dsn"
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("who", ["steward", "head", "asker_head", "reader"])
def test_only_the_requesters_steward_opens(world, grant, unchanged, who):
    with unchanged(), pytest.raises(Forbidden):
        open_subscription(grant, actor=world.actor(who), mode="pull")


def test_a_revoked_grant_opens_nothing(world, grant, unchanged):
    revoke_grant(grant, actor=world.actor("head"), reason="停止")
    with unchanged(), pytest.raises(GrantEnded):
        open_subscription(grant, actor=world.actor("asker"), mode="pull")


def test_a_grant_of_look_ups_only_opens_no_subscription(world, unchanged):
    grant = world.grant(modes=["interface"])
    with unchanged(), pytest.raises(ModeNotGranted) as refused:
        open_subscription(grant, actor=world.actor("asker"), mode="pull")
    assert refused.value.facts == {"needed": "database"}


def test_without_a_dataset_there_is_nothing_to_subscribe_to(world, unchanged):
    world.resource = published_resource(world.provider, ITEMS)
    grant = world.grant()
    with unchanged(), pytest.raises(NothingAttached):
        open_subscription(grant, actor=world.actor("asker"), mode="pull")


def test_pause_and_resume_keep_the_place(world, grant, trail):
    lane = world.subscribe(grant=grant)
    asker = world.actor("asker")
    pause_subscription(lane, actor=asker, reason="系统升级")
    assert (lane.state, lane.state_reason) == ("paused", "系统升级")
    Subscription.objects.filter(pk=lane.pk).update(attempts=7, position=3)
    resume_subscription(lane, actor=asker)
    lane.refresh_from_db()
    assert (lane.state, lane.state_reason, lane.attempts, lane.position) == ("active", "", 0, 3)
    assert trail()[-2:] == ["subscription.paused", "subscription.resumed"]


def test_an_ended_subscription_stays_ended(world, grant, unchanged):
    lane = world.subscribe(grant=grant)
    asker = world.actor("asker")
    end_subscription(lane, actor=asker, reason="不再需要")
    assert lane.state == "ended"
    with unchanged():
        with pytest.raises(IllegalMove):
            resume_subscription(lane, actor=asker)
        with pytest.raises(IllegalMove):
            pause_subscription(lane, actor=asker, reason="又停")
        with pytest.raises(IllegalMove):
            end_subscription(lane, actor=asker, reason="又停")


@pytest.mark.parametrize("who", ["steward", "head", "reader"])
def test_others_cannot_stop_a_subscription(world, grant, unchanged, who):
    lane = world.subscribe(grant=grant)
    with unchanged():
        for deed in (pause_subscription, end_subscription):
            with pytest.raises(Forbidden):
                deed(lane, actor=world.actor(who), reason="无")
        with pytest.raises(Forbidden):
            resume_subscription(lane, actor=world.actor(who))


def test_no_secret_is_written_into_the_trail(world, grant, receiver, target):
    asker = world.actor("asker")
    _, secret = open_subscription(grant, actor=asker, mode="webhook", url=receiver.url)
    open_subscription(grant, actor=asker, dsn=target.dsn, **SINK)
    told = str(list(AuditEvent.objects.values()))
    assert secret not in told
    assert target.dsn not in told


def test_another_departments_grant_is_not_ones_own(world, grant, unchanged):
    stranger = make_world()
    with unchanged(), pytest.raises(Forbidden):
        open_subscription(grant, actor=stranger.actor("asker"), mode="pull")
