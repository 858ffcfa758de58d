"""Ids of another department's rows: below one's own, in bodies, as filters and on pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import transaction
from django.urls import resolve

from accounts.models import AuditEvent
from accounts.permissions import ROLES as HOLDINGS
from accounts.permissions import Role
from tests.architecture.authorisation import ROLES, TABLE
from tests.architecture.endpoints import Endpoint, endpoints
from tests.architecture.pages import ROWS, pages
from tests.architecture.pages import address_of as page_address
from tests.architecture.portalscene import PortalScene
from tests.architecture.scene import PEOPLE
from tests.architecture.swapping import (
    Attacker,
    Place,
    address_of,
    is_id,
    name_of,
    places_of,
    swapped,
)
from tests.architecture.test_authorisation_matrix import unseen_reference
from tests.portal import browser_of

pytestmark = pytest.mark.slow
ENDPOINTS = endpoints()
REFUSED = (403, 404, 422)
# Fields that name what belongs to all, or what one asks the other for: there is nothing to steal.
FOR_ALL = {
    ("request-list POST", "resource"): "what is in force is there to be asked for",
    ("application-list POST", "resource"): "the same, for several at once",
    ("objection-list POST", "resource"): "whoever may see an entry may object to it",
    ("system-relation-list POST", "other"): "a system says which others it uses",
    ("feedback-list POST", "resource"): "the public's word on open data",
}
VOCABULARY = {"category", "parent"}
# Parameters of lists that name rows, beside those whose column does: what the view looks up.
ABSENT = "018f0000-0000-7000-8000-000000000000"
WORDS = {"target": "systems", "provider": "departments", "requester": "departments"}
NAMING = {"department", "system", "target", "dataset", "resource", "grant"}


@pytest.fixture
def scene(db: None, official_calendar: None, settings: Any, tmp_path: Any) -> PortalScene:
    """One of everything, of departments that the attacker has nothing to do with."""
    settings.STORE_DIR = tmp_path / "store"
    return PortalScene()


@pytest.fixture
def attacker(scene: PortalScene) -> Attacker:
    """Two other departments with rows of their own; a call leaves as many entries as there are."""
    made = Attacker()
    scene.trail = AuditEvent.objects.count()
    return made


def tried(client: Any, endpoint: Endpoint, address: str, body: Any) -> Any:
    """The answer of one call, which is undone; whether it left an entry is told by ``left``."""
    point = transaction.savepoint()
    told = {"If-Match": '"1"', "X-Purpose": "核对"}
    answer = getattr(client, endpoint.method)(address, body, headers=told)
    answer.left = AuditEvent.objects.count()
    transaction.savepoint_rollback(point)
    return answer


def shared(scene: PortalScene) -> dict[str, str]:
    """Rows that are nobody's own."""
    return {word: scene.ids[word] for word in ("data-elements", "categories", "code-lists")}


def breaches(scene: PortalScene, attacker: Attacker, endpoint: Endpoint, body: Any) -> list[str]:
    """Who got something else than a refusal without a trace."""
    address = address_of(endpoint, scene, attacker.of_path() | shared(scene))
    assert address is not None, f"{endpoint.name}: the attacker has no such row"
    found = []
    for caller, client in attacker.callers.items():
        answer = tried(client, endpoint, address, body)
        if not is_refused(answer) or answer.left != scene.trail:
            found.append(f"{endpoint.name} by the {caller}: {answer.status_code}")
    return found


def is_refused(answer: Any) -> bool:
    """Refused as a whole, or each of several rows for itself."""
    if answer.status_code != 200:
        return answer.status_code in REFUSED
    told = answer.json()
    each = [
        result["problem"]["status"] for result in told.get("results", ()) if "problem" in result
    ]
    return told.get("done") == 0 and set(each) <= set(REFUSED) and bool(each)


def bodies(scene: PortalScene) -> list[tuple[Endpoint, Any, Place]]:
    """Each endpoint whose body names rows, and each place where it does."""
    named = ((each, scene.bodies.get(each.name, {})) for each in ENDPOINTS)
    return [
        (each, body, place)
        for each, body in named
        for place in places_of(body)
        if name_of(place) not in VOCABULARY and (each.name, name_of(place)) not in FOR_ALL
    ]


def test_a_body_that_names_what_is_anothers_is_refused_and_does_nothing(
    scene: PortalScene, attacker: Attacker
) -> None:
    found: list[str] = []
    for endpoint, body, place in bodies(scene):
        name = name_of(place)
        assert attacker.of_body(endpoint.name, name), f"{endpoint.name}: whose is {name}?"
        given = swapped(body, attacker, endpoint.name, place)
        found += [f"{name}: {each}" for each in breaches(scene, attacker, endpoint, given)]
    assert found == []


def test_the_same_bodies_with_ones_own_are_taken(scene: PortalScene, attacker: Attacker) -> None:
    """Else the refusals above would show nothing."""
    refused = set()
    for endpoint, body, _place in bodies(scene):
        address = address_of(endpoint, scene, attacker.of_path() | shared(scene))
        given = swapped(body, attacker, endpoint.name, None)
        answers = [tried(c, endpoint, address, given) for c in attacker.callers.values()]
        if all(answer.status_code in (403, 404) or _names_unseen(answer) for answer in answers):
            refused.add(endpoint.name)
    assert {name for name in refused if _is_for_departments(name)} == set()


def _names_unseen(answer: Any) -> bool:
    return answer.status_code == 422 and unseen_reference(answer.json())


def _is_for_departments(name: str) -> bool:
    """Whether the table lets somebody of a department do it in their own."""
    bound = [at for at, role in enumerate(ROLES) if not HOLDINGS[Role(role)].everywhere]
    return any(word[at] == "+" for word in TABLE[name][:2] for at in bound)


def test_what_stands_below_anothers_row_is_not_found_below_ones_own(
    scene: PortalScene, attacker: Attacker
) -> None:
    found: list[str] = []
    own = attacker.of_path()
    for endpoint in ENDPOINTS:
        address = address_of(endpoint, scene, own) if endpoint.route.count("<") > 1 else None
        below = address and [part for part in address.split("/") if is_id(part)][1:]
        if below:
            found += breaches(scene, attacker, endpoint, scene.bodies.get(endpoint.name, {}))
    assert found == []


def test_a_filter_by_anothers_id_shows_nothing_that_the_list_does_not(
    scene: PortalScene, attacker: Attacker
) -> None:
    found: list[str] = []
    lists = [each for each in ENDPOINTS if each.action == "list" and "<" not in each.route]
    for endpoint in lists:
        address = f"/{endpoint.route}"
        filters = getattr(resolve(address).func.cls, "filters", {})
        named = [n for n, column in filters.items() if column.endswith("_id") or n in NAMING]
        for caller, client in attacker.of_the_provider.items() if named else ():
            all_of_them = _items(client.get(address))
            for name in named:
                word = WORDS.get(name, f"{name}s")
                answer = client.get(address, {name: scene.ids.get(word, ABSENT)})
                if answer.status_code == 200 and not _items(answer) <= all_of_them:
                    found.append(f"{address}?{name} by the {caller}")
                elif answer.status_code not in (200, 400, *REFUSED):
                    found.append(f"{address}?{name} by the {caller}: {answer.status_code}")
    assert found == []


def _items(answer: Any) -> set[str]:
    if answer.status_code != 200:
        return set()
    told = answer.json()
    return {json.dumps(item, sort_keys=True) for item in told.get("items", told)}


def test_a_person_may_not_act_for_a_department_of_others(
    scene: PortalScene, attacker: Attacker
) -> None:
    theirs = {"HTTP_X_ACTING_DEPARTMENT": scene.ids["departments"]}
    people = {name: client for name, client in attacker.callers.items() if " of the " in name}
    for caller, client in people.items():
        client.credentials(**client._credentials | theirs)
        answer = client.get("/api/v1/notices")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), caller


def test_a_page_shows_and_does_nothing_with_what_the_api_hides(scene: PortalScene) -> None:
    """By the row of the table that shows the same thing to the same role of a stranger."""
    browsers = {role: browser_of(scene.people[role, "stranger"]) for role in PEOPLE}
    scene.trail = AuditEvent.objects.count()
    found: list[str] = []
    for name, route in pages():
        hidden = _hidden(route)
        for role in PEOPLE if hidden else ():
            if hidden[ROLES.index(role)] != ".":
                continue
            for method in ("get", "post"):
                answer = getattr(browsers[role], method)(page_address(route, scene.ids))
                if answer.status_code not in (403, 404, 405):
                    found.append(f"{method} {name} as {role}: {answer.status_code}")
    assert found == []
    assert AuditEvent.objects.count() == scene.trail


def _hidden(route: str) -> str:
    """The stranger's letters for the row that the page's address names first."""
    if "<uuid:" not in route and "<int:pk>" not in route:
        return ""
    word = route[: route.index("<")].strip("/").split("/")[-1]
    shown = [e for e in ENDPOINTS if _shows(e, ROWS.get(word, word))]
    return TABLE[shown[0].name][2] if shown else ""


def _shows(endpoint: Endpoint, word: str) -> bool:
    parts = endpoint.route.split("/")
    is_row = len(parts) == 4 and parts[2] == word and parts[3].startswith("<")
    return is_row and endpoint.method == "get"
