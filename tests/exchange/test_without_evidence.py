"""While no checkpoint leaves the database, nothing is published or granted, and reading goes on."""

import pytest

from accounts.actions.trail import seal_audit
from accounts.errors import EvidenceNotStored
from exchange.actions.answers import consent_request
from exchange.actions.grants import resume_grant, suspend_grant
from exchange.actions.requests import agree_request
from exchange.models import Batch, Grant
from tests.factories.exchange import ndjson, row
from tests.ledgers import execute
from tests.people import client_for
from tests.problems import assert_problem

ROWS = [row("110101"), row("110102")]


@pytest.fixture
def lane(world):
    """One batch is there for who has a grant; the next is not."""
    world.publish(ROWS)
    return world.subscribe("pull", world.grant())


def let_time_pass():
    """The first entry of all is two hours old, and none was ever sealed."""
    execute("UPDATE accounts_auditevent SET at = at - interval '2 hours'")


def send(world, rows, key):
    return client_for(world.publisher).post(
        f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot",
        ndjson(rows),
        content_type="application/x-ndjson",
        headers={"Idempotency-Key": key},
    )


def test_publishing_is_refused_with_cause_and_mend_and_nothing_is_stored(world, lane, unchanged):
    first = send(world, [*ROWS, row("110103")], "one")
    assert first.status_code == 201
    let_time_pass()
    with unchanged():
        answer = send(world, ROWS, "two")
    problem = assert_problem(answer, 503, "evidence-not-stored")
    assert "beat, or the worker of the queue clock, does not run" in problem["detail"]
    assert answer["Retry-After"] == "60"
    # What was published before is told again, for it is evidence already.
    assert send(world, [*ROWS, row("110103")], "one").json() == first.json()
    seal_audit()
    assert send(world, ROWS, "two").status_code == 201


def test_reading_goes_on(world, lane):
    let_time_pass()
    answer = client_for(world.reader).get(f"/api/v1/subscriptions/{lane.pk}/changes")
    assert answer.status_code == 200
    assert Batch.objects.count() == 1


def test_no_right_is_given_or_given_back(world, lane):
    grant = Grant.objects.get()
    suspend_grant(grant, actor=world.actor("head"), reason="超出范围")
    agreed = agree_request(world.submit(), actor=world.actor("asker_head"))
    request = world.prepare(agreed)
    let_time_pass()
    with pytest.raises(EvidenceNotStored):
        consent_request(request, actor=world.actor("head"))
    with pytest.raises(EvidenceNotStored):
        resume_grant(grant, actor=world.actor("head"), reason="已整改")
    assert list(Grant.objects.values_list("state", flat=True)) == ["suspended"]
