"""Webhooks for notices over HTTP."""

from tests.people import client_for, member_with

HOOKS = "/api/v1/hooks"


def test_a_webhook_is_opened_paused_resumed_and_closed(world, client_of, receiver, assert_problem):
    admin = client_for(member_with(("department_admin",), world.requester))
    assert_problem(client_of("asker").post(HOOKS, {"url": receiver.url}), 403, "forbidden")
    refused = admin.post(HOOKS, {"url": "http://127.0.0.1:1/"})
    assert_problem(refused, 422, "destination-refused")
    made = admin.post(HOOKS, {"url": receiver.url})
    assert made.status_code == 201
    assert made.json()["secret"].startswith("whsec_")
    address = f"{HOOKS}/{made.json()['id']}"
    assert "secret" not in admin.get(address).json()
    assert admin.post(f"{address}/pause", {"reason": "维护"}).json()["state"] == "paused"
    assert admin.post(f"{address}/resume").json()["state"] == "active"
    assert admin.post(f"{address}/close").json()["state"] == "closed"
    assert_problem(admin.post(f"{address}/resume"), 409, "illegal-move")


def test_a_webhook_is_seen_in_its_own_department(world, receiver):
    admin = client_for(member_with(("department_admin",), world.requester))
    made = admin.post(HOOKS, {"url": receiver.url}).json()["id"]
    other = client_for(member_with(("department_admin",), world.provider))
    assert other.get(HOOKS).json()["items"] == []
    assert other.get(f"{HOOKS}/{made}").status_code == 404
