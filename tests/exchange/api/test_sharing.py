"""Requests over HTTP: from the question to the signed answer."""

from datetime import timedelta

import pytest
from django.utils import timezone

from exchange.models import Grant, SharingRequest
from tests.factories.exchange import GRANTED, PURPOSE, REFUSAL, make_world
from tests.people import client_for

REQUESTS = "/api/v1/requests"
REFUSING = {"consent": False, **REFUSAL}


@pytest.fixture
def body(world):
    return {
        "resource": str(world.resource.pk),
        "system": str(world.reader.pk),
        "items": GRANTED,
        "modes": ["database"],
        "basis": "《税收征收管理法实施细则》第十二条",
        "scenario": "核对注册地",
        "scope": "全省税务登记业务",
        "purposes": [PURPOSE],
        "ends_on": (timezone.localdate() + timedelta(days=30)).isoformat(),
    }


@pytest.fixture
def request_id(client_of, body):
    return client_of("asker").post(REQUESTS, body).json()["id"]


@pytest.fixture
def step(client_of, request_id):
    """``step("head", "consent", {...})``: a deed on the request."""

    def take(who, deed, body=None):
        return client_of(who).post(f"{REQUESTS}/{request_id}/{deed}", body or {})

    return take


@pytest.fixture
def conditional(world):
    world.resource.published.change(share_type="conditional", share_condition="核验用途")


def test_a_request_goes_from_submission_to_a_grant(world, client_of, conditional, body):
    made = client_of("asker").post(REQUESTS, body)
    assert (made.status_code, made.json()["state"]) == (201, "submitted")
    assert made.json()["provider"] == str(world.provider.pk)
    address = f"{REQUESTS}/{made.json()['id']}"
    steps = [
        ("asker_head", "agree", {}, "agreed"),
        ("steward", "receive", {}, "received"),
        ("steward", "ask", {"missing": "文号"}, "incomplete"),
        ("asker", "supplement", {"supplement": "第12号"}, "received"),
        ("steward", "prepare", REFUSING, "prepared"),
        ("head", "return", {"reason": "应当共享"}, "received"),
        (
            "steward",
            "prepare",
            {
                "consent": True,
                "items": ["code", "name"],
                "masks": {"name": {"kind": "partial", "form": "name"}},
                "condition": 'level = "3"',
                "left_out": dict.fromkeys(["level", "area", "revised_on"], "无关"),
            },
            "prepared",
        ),
        ("head", "consent", {}, "consented"),
    ]
    for who, deed, said, state in steps:
        answer = client_of(who).post(f"{address}/{deed}", said)
        assert (answer.status_code, answer.json()["state"]) == (200, state), answer.json()
    grant = client_of("reader").get(f"/api/v1/grants/{answer.json()['grant']}").json()
    assert (grant["items"], grant["state"], grant["edition"]) == (["code", "name"], "active", 1)
    assert grant["masks"] == {"name": {"kind": "partial", "form": "name"}}
    assert (grant["condition"], grant["purposes"]) == ('level = "3"', [PURPOSE])
    assert grant["dataset"] == str(world.dataset.pk)
    assert "sealed_salt" not in grant


def test_a_prepared_answer_is_the_providers_alone_until_it_is_signed(client_of, step, request_id):
    step("asker_head", "agree")
    address = f"{REQUESTS}/{request_id}"
    assert client_of("head").get(address).json()["answer"]["consent"] is True
    assert client_of("asker").get(address).json()["answer"] is None
    step("head", "consent")
    assert client_of("asker").get(address).json()["answer"]["consent"] is True


def test_a_provider_sees_nothing_before_the_requesters_head_agreed(
    client_of, request_id, step, assert_problem
):
    address = f"{REQUESTS}/{request_id}"
    assert_problem(client_of("head").get(address), 404, "not-found")
    assert_problem(step("head", "consent"), 404, "not-found")
    assert SharingRequest.objects.get().state == "submitted"
    step("asker_head", "agree")
    assert client_of("head").get(address).status_code == 200


def test_another_department_sees_no_request(client_of, request_id, step, assert_problem):
    step("asker_head", "agree")
    stranger = make_world()
    for who in ("head", "asker", "steward"):
        client = client_for(stranger.people[who])
        assert_problem(client.get(f"{REQUESTS}/{request_id}"), 404, "not-found")
        for deed in ("refuse", "consent"):
            refusal = client.post(f"{REQUESTS}/{request_id}/{deed}")
            assert_problem(refusal, 404, "not-found")
    assert SharingRequest.objects.get().state == "prepared"


def test_each_step_belongs_to_one_office(step, assert_problem):
    assert_problem(step("asker", "agree"), 403, "forbidden")
    step("asker_head", "agree")
    for who in ("asker", "asker_head", "steward"):
        assert_problem(step(who, "consent"), 403, "forbidden")
    assert not Grant.objects.exists()


def test_a_refusal_needs_ground_reason_and_law(conditional, step, assert_problem):
    step("asker_head", "agree")
    step("steward", "receive")
    for name in REFUSAL:
        said = {key: value for key, value in REFUSING.items() if key != name}
        problem = assert_problem(step("steward", "prepare", said), 422, "refusal-unfounded")
        assert problem["errors"][0]["pointer"] == f"#/{name}"
    problem = assert_problem(
        step("steward", "prepare", {**REFUSING, "ground": "incomplete"}), 422, "invalid"
    )
    assert problem["errors"][0]["pointer"] == "#/ground"
    assert step("steward", "prepare", REFUSING).status_code == 200
    refused = step("head", "refuse").json()
    assert (refused["state"], refused["answer_ground"]) == ("refused", "beyond_duty")
    assert refused["answer_basis"] == REFUSAL["basis"]
    problem = assert_problem(step("head", "consent"), 409, "illegal-move")
    assert (problem["state"], problem["possible"]) == ("refused", ["reopen"])


def test_what_is_missing_is_asked_for_once(conditional, step, assert_problem):
    step("asker_head", "agree")
    step("steward", "receive")
    assert step("steward", "ask", {"missing": "文号"}).json()["state"] == "incomplete"
    step("asker", "supplement", {"supplement": "第12号"})
    assert_problem(step("steward", "ask", {"missing": "又"}), 409, "already-asked")


@pytest.mark.parametrize(
    ("said", "pointer"),
    [
        ({"consent": True, "ground": "harm"}, "#/ground"),
        ({"consent": False, "items": ["code"]}, "#/items"),
        ({}, "#/consent"),
        ({"consent": True, "items": ["name"]}, "#/items"),
        ({"consent": True, "condition": "level ="}, "#/condition"),
        ({"consent": True, "masks": {"name": 1}}, "#/masks"),
        ({"consent": True, "masks": {"name": {"kind": "partial", "form": "x"}}}, "#/masks"),
        ({"consent": True, "items": ["code"]}, "#/left_out"),
        ({"consent": True, "calls_per_day": 0}, "#/calls_per_day"),
        ({"consent": True, "networks": ["x"]}, "#/networks"),
        ({"consent": True, "systems": ["x"]}, "#/systems/0"),
    ],
)
def test_a_wrong_answer_is_named(conditional, step, unchanged, said, pointer):
    step("asker_head", "agree")
    step("steward", "receive")
    with unchanged():
        answer = step("steward", "prepare", said)
    assert answer.status_code == 422, answer.json()
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"items": []}, "#/items"),
        ({"items": ["code", "colour"]}, "#/items"),
        ({"items": ["name"]}, "#/items"),
        ({"modes": ["telepathy"]}, "#/modes/0"),
        ({"modes": ["medium"]}, "#/modes"),
        ({"ends_on": "2020-01-01"}, "#/ends_on"),
        ({"ends_on": "soon"}, "#/ends_on"),
        ({"basis": ""}, "#/basis"),
        ({"scope": "长" * 401}, "#/scope"),
        ({"purposes": []}, "#/purposes"),
        ({"purposes": ["two words"]}, "#/purposes"),
        ({"department": "x"}, "#/department"),
        ({"system": "x"}, "#/system"),
        ({"resource": "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b01"}, "#/resource"),
        ({"amends": "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b01"}, "#/amends"),
        ({"like": "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b01"}, "#/like"),
    ],
)
def test_a_wrong_statement_is_named(client_of, body, unchanged, assert_problem, changes, pointer):
    with unchanged():
        answer = client_of("asker").post(REQUESTS, {**body, **changes})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


def test_a_repeated_request_is_made_once(client_of, body):
    client = client_of("asker")
    headers = {"Idempotency-Key": "req-1"}
    first = client.post(REQUESTS, body, headers=headers)
    again = client.post(REQUESTS, body, headers=headers)
    assert again["Idempotent-Replayed"] == "true"
    assert first.json() == again.json()
    assert SharingRequest.objects.count() == 1


def test_a_request_like_an_earlier_one_says_only_what_differs(client_of, request_id):
    asker = client_of("asker")
    later = (timezone.localdate() + timedelta(days=60)).isoformat()
    made = asker.post(REQUESTS, {"like": request_id, "ends_on": later})
    assert made.status_code == 201, made.json()
    assert (made.json()["items"], made.json()["ends_on"]) == (GRANTED, later)
    assert made.json()["purposes"] == [PURPOSE]


def test_patterns_are_named_and_listed(client_of, request_id, step, assert_problem):
    asker = client_of("asker")
    named = step("asker", "name-template", {"name": "登记核对"})
    assert (named.status_code, named.json()["template_name"]) == (200, "登记核对")
    other = asker.post(REQUESTS, {"like": request_id}).json()["id"]
    taken = asker.post(f"{REQUESTS}/{other}/name-template", {"name": "登记核对"})
    assert_problem(taken, 409, "conflict")
    for query in ("templates=true", "template=登记核对"):
        items = asker.get(f"{REQUESTS}?{query}").json()["items"]
        assert [found["id"] for found in items] == [request_id]


def test_an_application_becomes_a_request_to_each_provider(world, client_of, body, assert_problem):
    other = make_world()
    parts = [
        {"resource": body.pop("resource"), "items": body.pop("items")},
        {"resource": str(other.resource.pk), "items": ["code"], "verify_items": ["name"]},
    ]
    asker = client_of("asker")
    made = asker.post("/api/v1/applications", {**body, "parts": parts})
    assert made.status_code == 201, made.json()
    requests = made.json()["requests"]
    assert [one["provider"] for one in requests] == [str(world.provider.pk), str(other.provider.pk)]
    assert requests[1]["verify_items"] == ["name"]
    address = f"/api/v1/applications/{made.json()['id']}"
    assert len(asker.get(address).json()["requests"]) == 2
    assert_problem(client_of("head").get(address), 404, "not-found")
    client_of("asker_head").post(f"{REQUESTS}/{requests[0]['id']}/agree")
    assert len(client_of("head").get(address).json()["requests"]) == 1
    assert_problem(asker.get("/api/v1/applications/x"), 404, "not-found")


@pytest.mark.parametrize(
    ("part", "pointer"),
    [
        ({"items": ["colour"]}, "#/parts/1/items"),
        ({"items": []}, "#/parts/1/items"),
        ({"resource": "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b01"}, "#/parts/1/resource"),
        ({"colour": 1}, "#/parts/1/colour"),
    ],
)
def test_a_wrong_part_is_named_and_nothing_is_made(client_of, body, unchanged, part, pointer):
    good = {"resource": body.pop("resource"), "items": body.pop("items")}
    with unchanged():
        answer = client_of("asker").post(
            "/api/v1/applications", {**body, "parts": [good, {**good, **part}]}
        )
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer
