"""Bad JSON at each door that takes it: a 4xx problem that names the place, nothing stored."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories.exchange import GRANTED, PURPOSE, ndjson, row
from tests.problems import refused

NDJSON = "application/x-ndjson"
GOOD = ndjson([row("110101")])


@pytest.fixture
def doors(world, client_of):
    """Every door of the exchange that takes JSON, with a body it would take."""
    grant = world.grant()
    agreed, submitted = world.submit(), world.submit()
    client_of("asker_head").post(f"/api/v1/requests/{agreed.pk}/agree")
    lane = world.subscribe(grant=grant)
    term = (timezone.localdate() + timedelta(days=9)).isoformat()
    request = {
        "resource": str(world.resource.pk),
        "system": str(world.reader.pk),
        "items": GRANTED,
        "modes": ["database"],
        "basis": "依据",
        "scenario": "场景",
        "scope": "范围",
        "purposes": [PURPOSE],
        "ends_on": term,
    }
    attach = {"resource": str(world.resource.pk), "system": str(world.publisher.pk)}
    said = {"kind": "catalogue", "resource": str(world.resource.pk), "description": "有误"}
    objection = client_of("asker").post("/api/v1/objections", said).json()["id"]
    today = timezone.localdate().isoformat()
    use = {"scenario": "核对", "process": "查询", "effect": "减少材料", "storage": "不留存"}
    announced = {"dataset": str(world.dataset.pk), "kind": "stop", "reason": "停"}
    return [
        ("asker", "/api/v1/objections", said),
        (
            "steward",
            f"/api/v1/objections/{objection}/resolve",
            {"outcome": "unfounded", "feedback": "无误"},
        ),
        ("steward", f"/api/v1/objections/{objection}/correct", {"rows": [row("110101")]}),
        ("asker_head", "/api/v1/disputes", {"grant": str(grant.pk), "claim": "不服"}),
        ("head", "/api/v1/service-changes", {**announced, "effective_on": term}),
        (
            "asker",
            "/api/v1/use-records",
            {"grant": str(grant.pk), "starts_on": today, "ends_on": today, **use},
        ),
        ("steward", "/api/v1/datasets", attach),
        ("reader", f"/api/v1/datasets/{world.dataset.pk}/lookup", {"where": {"code": "1"}}),
        ("asker", "/api/v1/requests", request),
        ("asker", f"/api/v1/requests/{agreed.pk}/name-template", {"name": "样板"}),
        ("steward", f"/api/v1/requests/{agreed.pk}/ask", {"missing": "文号"}),
        ("steward", f"/api/v1/requests/{agreed.pk}/prepare", {"consent": True}),
        ("head", f"/api/v1/requests/{agreed.pk}/return", {"reason": "无"}),
        ("head", f"/api/v1/grants/{grant.pk}/suspend", {"reason": "停"}),
        ("asker", f"/api/v1/grants/{grant.pk}/rectify", {"rectification": "改"}),
        ("head", f"/api/v1/grants/{grant.pk}/revoke", {"reason": "停"}),
        ("asker", "/api/v1/subscriptions", {"grant": str(grant.pk), "mode": "pull"}),
        ("asker", f"/api/v1/subscriptions/{lane.pk}/pause", {"reason": "停"}),
        ("asker", f"/api/v1/subscriptions/{lane.pk}/end", {"reason": "停"}),
        *(
            (who, address, {})
            for who, address in (
                ("steward", f"/api/v1/datasets/{world.dataset.pk}/evolve"),
                ("steward", f"/api/v1/datasets/{world.dataset.pk}/close"),
                ("asker_head", f"/api/v1/requests/{submitted.pk}/agree"),
                ("asker", f"/api/v1/requests/{submitted.pk}/withdraw"),
            )
        ),
    ]


@pytest.mark.parametrize(
    ("body", "status", "place"),
    [
        (b'{"reason": "x"', 400, "line 1, column 15"),
        (b"[]", 422, "dictionary"),
        (b"null", 422, "errors"),
        (b'"text"', 422, "dictionary"),
        (b'{"reason": "a\\u0000b"}', 400, "#/reason"),
        (b'{"reason": "a\\ud800b"}', 400, "#/reason"),
        (b'{"reason": NaN}', 400, "NaN"),
        (b'{"reason": -Infinity}', 400, "-Infinity"),
        (b'{"reason": 1e400}', 400, "#/reason"),
        (b'{"reason": "a", "reason": "b"}', 400, "'reason'"),
        ('{"reason": "示例"}'.encode("gb18030"), 400, "byte 14"),
        ('{"reason": "停"}'.encode("utf-16"), 400, "byte 0"),
        (b'\xef\xbb\xbf{"reason": "x"}', 400, "line 1"),
        (b'{"reason": ' + b"9" * 5000 + b"}", 400, "more than 18 digits"),
        (b"[" * 200_000, 400, "nested deeper than 32"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, 400, "nested deeper than 32"),
        (b'{"colour": "red"}', 422, "#/colour"),
        (b'{"reason": "' + b"x" * (2 * 1024 * 1024) + b'"}', 413, "2097152"),
    ],
    ids=str,
)
def test_no_json_door_takes_it(doors, client_of, unchanged, body, status, place):
    for who, address, _ in doors:
        with unchanged():
            answer = client_of(who).post(address, data=body, content_type="application/json")
        refused(answer, status, place)


def test_a_door_that_needs_values_says_which(doors, client_of, unchanged):
    for who, address, body in doors:
        if body:
            for empty in (b"", b"{}"):
                with unchanged():
                    answer = client_of(who).post(
                        address, data=empty, content_type="application/json"
                    )
                refused(answer, 422, "#/")


@pytest.mark.parametrize("type", ["text/plain", "application/x-www-form-urlencoded", NDJSON, "x"])
def test_another_content_type_is_refused_everywhere(doors, client_of, unchanged, type):
    for who, address, _ in doors:
        with unchanged():
            answer = client_of(who).post(address, data=b'{"reason": "x"}', content_type=type)
        refused(answer, 415)


def test_an_unknown_field_beside_good_ones_is_named(doors, client_of, unchanged):
    for who, address, body in doors:
        with unchanged():
            answer = client_of(who).post(address, {**body, "colour": "red"})
        problem = refused(answer, 422, "#/colour")
        assert problem["errors"][0]["code"] == "unknown-field"


@pytest.mark.parametrize("key", ["", "two words", "k" * 256, "schlüssel", "\x01"])
def test_a_bad_idempotency_key_is_refused_everywhere(doors, world, client_of, unchanged, key):
    headers = {"Idempotency-Key": key}
    for who, address, body in doors:
        if not address.endswith("lookup"):
            with unchanged():
                answer = client_of(who).post(address, body, headers=headers)
            refused(answer, 422, "Idempotency-Key")
    with unchanged():
        answer = client_of("publisher").post(
            f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot",
            data=GOOD,
            content_type=NDJSON,
            headers=headers,
        )
    refused(answer, 422, "Idempotency-Key")
