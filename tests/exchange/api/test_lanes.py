"""The steps of a subscriber with its lane over HTTP."""

import pytest

from accounts.actor import CLOCK
from exchange.actions.deliveries import deliver_due
from tests.factories.exchange import row


@pytest.fixture
def lane(world, client_of, receiver):
    """An opened webhook as its opening answered it, told of two batches, one at the second try."""
    grant = world.grant()
    body = {"grant": str(grant.pk), "mode": "webhook", "url": receiver.url}
    made = client_of("asker").post("/api/v1/subscriptions", body).json()
    world.publish([row("110101")])
    world.publish([row("110102")], "changes")
    deliver_due(actor=CLOCK)
    return made


@pytest.fixture
def address(lane):
    return f"/api/v1/subscriptions/{lane['id']}"


def test_attempts_can_be_narrowed(world, lane, address, client_of, receiver, assert_problem):
    receiver.answers.append((500, {}))
    client_of("asker").post(f"{address}/test")
    for who in ("asker", "reader", "head"):
        assert len(client_of(who).get(f"{address}/attempts").json()["items"]) == 3
    failed = client_of("asker").get(f"{address}/attempts?ok=false").json()["items"]
    assert [(made["number"], made["status"], made["error"]) for made in failed] == [
        (0, 500, "status-500")
    ]
    second = client_of("asker").get(f"{address}/attempts?number=2").json()["items"]
    assert [made["ok"] for made in second] == [True]
    assert_problem(client_of("asker").get(f"{address}/attempts?ok=maybe"), 422, "invalid")
    assert_problem(client_of("asker").get(f"{address}/attempts?number=x"), 422, "invalid")


def test_a_new_secret_is_shown_once(lane, address, client_of, assert_problem):
    answer = client_of("asker").post(f"{address}/rotate-secret")
    assert answer.status_code == 200
    assert answer.json()["secret"].startswith("whsec_")
    assert answer.json()["secret"] != lane["secret"]
    assert answer.json()["before_until"]
    assert "secret" not in client_of("asker").get(address).json()
    assert_problem(client_of("head").post(f"{address}/rotate-secret"), 403, "forbidden")


def test_a_test_event_tells_how_it_was_received(address, client_of, receiver):
    told = client_of("asker").post(f"{address}/test").json()
    assert (told["ok"], told["status"], told["error"]) == (True, 204, "")
    receiver.close()
    told = client_of("asker").post(f"{address}/test").json()
    assert (told["ok"], told["status"], told["error"]) == (False, None, "connection")


def test_batches_are_asked_for_once_more(address, client_of, receiver, assert_problem):
    asker = client_of("asker")
    answer = asker.post(f"{address}/redeliver", {"since": 1})
    assert (answer.json()["redeliver_next"], answer.json()["redeliver_last"]) == (1, 2)
    assert_problem(asker.post(f"{address}/redeliver", {"number": 1}), 409, "repeat-under-way")
    deliver_due(actor=CLOCK)
    assert receiver.numbers() == [1, 2, 1, 2]
    assert_problem(asker.post(f"{address}/redeliver", {"number": 3}), 422, "never-delivered")
    assert_problem(asker.post(f"{address}/redeliver", {}), 422, "invalid")
    assert_problem(asker.post(f"{address}/redeliver", {"number": 1, "since": 1}), 422, "invalid")
    assert_problem(asker.post(f"{address}/reload"), 422, "mode-mismatch")


@pytest.mark.parametrize(
    "changes",
    [
        {"secrets": {"host_key": "SHA256:x"}},
        {"secrets": {"password": "p"}},
        {"secrets": {"host_key": "SHA256:x", "password": "p", "proxy": "evil"}},
        {"file_format": "xlsx"},
        {"url": "http://files.tax.example/in"},
        {"file_name": "../escape"},
    ],
)
def test_a_file_drop_names_what_it_needs(world, client_of, assert_problem, changes):
    body = {
        "grant": str(world.grant().pk),
        "mode": "file",
        "url": "sftp://hub@files.tax.example/in",
        "secrets": {"host_key": "SHA256:x", "password": "hunter2"},
        "file_format": "csv",
    }
    answer = client_of("asker").post("/api/v1/subscriptions", body | changes)
    assert_problem(answer, 422, "invalid")
    assert b"hunter2" not in answer.content
