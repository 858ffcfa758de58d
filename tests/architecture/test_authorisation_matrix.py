"""Every endpoint x every role x owner, grantee and stranger, against the table in the tree."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import AuditEvent, SessionToken
from accounts.permissions import Role
from tests.architecture.authorisation import ROLES, TABLE
from tests.architecture.endpoints import Endpoint, endpoints
from tests.architecture.scene import PLACES, Scene
from tests.factories.accounts import CredentialFactory, SessionTokenFactory
from tests.people import actor_for

ENDPOINTS = endpoints()
# Parts that go side by side; each plays its share of the endpoints.
PARTS = 8
# Endpoints that want no credential, and what they answer without one.
OPEN = {
    "link-detail GET": (200, ""),
    "sign-in POST": (403, "sign-in-refused"),
    # The scene's form shows a client's secret.
    **dict.fromkeys(("oauth-introspect POST", "oauth-revoke POST", "oauth-token POST"), (200, "")),
}
# By what the items of these lists are named; all others by their id.
NAMED = {
    "batches": "number",
    "code-list-versions": "number",
    "scorecard": "department",
    "system-numbers": "department",
    "system-versions": "number",
}


@pytest.fixture
def scene(db: None, official_calendar: None, settings: Any, tmp_path: Any) -> Scene:
    """Built once for a whole pass: each call is undone."""
    settings.STORE_DIR = tmp_path / "store"
    return Scene()


@pytest.fixture
def familiar(scene: Scene) -> Scene:
    """The scene, in which people of the grantee and of strangers are believed who they are: who
    signs in is asked in the same way everywhere, and the owner's people and all systems are."""
    for (role, place), member in scene.people.items():
        if place != "owner":
            token = SessionTokenFactory(user=member.user)
            scene.clients[role, place].force_authenticate(actor_for(member), token)
    # That a sign-in is used is noted once a minute, which is undone with each call.
    SessionToken.objects.update(used_at=timezone.now() + timedelta(hours=1))
    return scene


def play(scene: Scene, client: Any, endpoint: Endpoint, *, missing: bool = False) -> Any:
    """The answer; whatever the call did is undone. A refusal has left no trace."""
    point = transaction.savepoint()
    answer = scene.call(client, endpoint.name, endpoint.method, endpoint.route, missing=missing)
    if answer.status_code in (401, 403, 404):
        assert AuditEvent.objects.count() == scene.trail
    if getattr(answer, "streaming", False):
        answer.getvalue()
    transaction.savepoint_rollback(point)
    return answer


def outcome(answer: Any, endpoint: Endpoint, scene: Scene) -> str:
    """The letter that the table writes for the answer."""
    if answer.status_code == 422 and unseen_reference(answer.json()):
        return "?"
    if answer.status_code in (403, 404):
        return {403: "-", 404: "."}[answer.status_code]
    assert answer.status_code in (200, 201, 202, 204, 409, 412, 422), (
        answer.status_code,
        answer.content[:300],
    )
    if endpoint.action == "list":
        told = answer.json()
        if not _lists(told.get("items", told.get("departments")), endpoint, scene):
            return "o"
    return "+"


def _lists(items: list[dict[str, Any]], endpoint: Endpoint, scene: Scene) -> bool:
    """Whether the scene's row is in the list; in lists without ids, whether there is anything."""
    word = scene.word(endpoint.route.split("/"))
    name = NAMED.get(word, "id")
    wanted, known = scene.ids.get(word), [str(item.get(name)) for item in items]
    return wanted in known if any(item.get(name) for item in items) else bool(items)


def unseen_reference(problem: dict[str, Any]) -> bool:
    """Whether a refused body names something that the caller does not see."""
    named = [*problem.get("errors", []), *problem.get("faults", [])]
    return any(error.get("code") in ("not-found", "not-your-department") for error in named)


def played(scene: Scene, endpoint: Endpoint) -> dict[tuple[str, str], Any]:
    """What each role in each place is answered."""
    return {
        (place, role): play(scene, scene.clients[role, place], endpoint)
        for place in PLACES
        for role in ROLES
    }


def letters(scene: Scene, endpoint: Endpoint, answers: dict[tuple[str, str], Any]) -> Any:
    """The endpoint's line of the table: a word for each place, a letter for each role."""
    return tuple(
        "".join(outcome(answers[place, role], endpoint, scene) for role in ROLES)
        for place in PLACES
    )


def test_the_table_knows_every_endpoint_and_no_other():
    assert sorted(TABLE) == [endpoint.name for endpoint in ENDPOINTS]
    assert sorted(ROLES) == sorted(role.value for role in Role)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_each_role_in_each_place_may_what_the_table_says_and_unseen_and_absent_look_alike(
    familiar: Scene, part: int
):
    found, told = {}, {}
    for endpoint in ENDPOINTS[part::PARTS]:
        answers = played(familiar, endpoint)
        found[endpoint.name] = letters(familiar, endpoint, answers)
        if "<" in endpoint.route:
            unseen = [answer for answer in answers.values() if answer.status_code == 404]
            told[endpoint.name] = [said(each) for each in (*unseen, *absent(familiar, endpoint))]
    assert {name: word for name, word in found.items() if word != TABLE.get(name)} == {}
    for name, answers in told.items():
        assert all(each == answers[0] for each in answers), name


def test_nobody_gets_in_without_a_living_key(scene: Scene):
    revoked = CredentialFactory(system=scene.world.publisher)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {revoked.secret}")
    revoked.change(revoked_at=revoked.created_at)
    for endpoint in ENDPOINTS:
        for caller in (APIClient(), client):
            answer = play(scene, caller, endpoint)
            code = "" if answer.status_code == 200 else answer.json()["code"]
            due = OPEN.get(endpoint.name, (401, "unauthenticated"))
            assert (answer.status_code, code) == due, endpoint.name


def absent(scene: Scene, endpoint: Endpoint) -> Iterator[Any]:
    """What each role of the owner is told of ids that nothing has."""
    for role in ROLES:
        yield play(scene, scene.clients[role, "owner"], endpoint, missing=True)


def said(answer: Any) -> dict[str, Any]:
    """What the problem of a 404 says, but for the address and the request."""
    assert answer.status_code == 404, answer.content[:300]
    problem = answer.json()
    return {name: problem[name] for name in problem if name not in ("instance", "request_id")}
