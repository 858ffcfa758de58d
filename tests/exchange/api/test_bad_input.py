"""Bad input at each door: a 4xx problem that names the place, and nothing is stored."""

import io
from datetime import timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.utils import timezone

from accounts.models import Credential, InformationSystem
from tests.factories.exchange import GRANTED, PURPOSE, csv_bytes, make_world, ndjson, row
from tests.people import client_for

NDJSON, CSV = "application/x-ndjson", "text/csv"
PARQUET, ARROW = "application/vnd.apache.parquet", "application/vnd.apache.arrow.stream"
GOOD = ndjson([row("110101")])


def parquet(**columns) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def arrow(**columns) -> bytes:
    table, out = pa.table(columns), io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def refused(answer, status: int, place: str = ""):
    """The answer is this problem, and its text names the place."""
    assert answer.status_code == status, (answer.status_code, answer.content[:500])
    assert answer["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status
    assert place in str(problem), problem
    return problem


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


@pytest.mark.parametrize(
    ("type", "body", "status", "place"),
    [
        (NDJSON, GOOD + b'{"code": "1101', 400, "'line': 2"),
        (NDJSON, b'{"code": "1101\\u000001", "name": "x"}\n', 422, "'line': 1"),
        (NDJSON, GOOD + b'{"code": "110102", "name": "a", "area": NaN}\n', 400, "'line': 2"),
        (NDJSON, GOOD + b'{"code": "110102", "code": "110103", "name": "a"}\n', 400, "'line': 2"),
        (NDJSON, ndjson([row("110101", colour="red")]), 422, "colour"),
        (NDJSON, '{"code": "110101", "name": "示例"}\n'.encode("gb18030"), 400, "'line': 1"),
        (NDJSON, b"[1, 2]\n", 400, "'line': 1"),
        (NDJSON, b"[" * 100_000, 400, "'line': 1"),
        (NDJSON, b'{"code": {"a": "b"}, "name": "x"}\n', 422, "code"),
        (NDJSON, b'{"code": "110101", "name": "x", "area": ' + b"9" * 400 + b"}\n", 422, "area"),
        (NDJSON, b"\x00\x01\x02", 400, "body-unreadable"),
        (NDJSON, b"", 400, "no body"),
        ("application/json", b'[{"code": "110101"', 400, "body-unreadable"),
        ("application/json", b'{"code": "110101"}', 400, "body-unreadable"),
        ("application/json", b'[{"code": "110101", "code": "1", "name": "a"}]', 400, "code"),
        ("application/json", b'[{"code": "110101", "name": NaN}]', 400, "body-unreadable"),
        (CSV, b'code,name\n110101,"open', 400, "quote"),
        (CSV, b"code,name\n110101,a,b\n", 400, "'line': 2"),
        (CSV, b"code,name,colour\n110101,a,b\n", 400, "colour"),
        (CSV, b"name\na\n", 400, "code"),
        (CSV, b"code,code,name\n1,1,a\n", 400, "code"),
        (CSV, b"code,name\n110101,a\x00b\n", 400, "'line': 2"),
        (CSV, csv_bytes([row("110101")], "gb18030"), 400, "'line': 2"),
        (CSV + "; charset=gb18030", b"code,name\n110101,\xff\xff\n", 400, "'line': 2"),
        (PARQUET, b"PAR1 no parquet PAR1", 400, "body-unreadable"),
        (PARQUET, parquet(code=["110101"], name=["a"])[:-20], 400, "body-unreadable"),
        (PARQUET, parquet(code=["110101"], name=[1]), 400, "name"),
        (PARQUET, parquet(code=["110101"], name=["a"], colour=["red"]), 400, "colour"),
        (ARROW, b"\xff\xff\xff\xff\x00", 400, "body-unreadable"),
        (ARROW, arrow(code=["110101"], name=["a"])[:-40], 400, "body-unreadable"),
        (ARROW, arrow(name=["a"]), 400, "code"),
    ],
    ids=str,
)
def test_no_publication_takes_it(world, publish, unchanged, type, body, status, place):
    world.publish([row("110199")])
    with unchanged():
        answer = publish(body, type=type)
    refused(answer, status, place)


@pytest.mark.parametrize(
    ("type", "status", "place"),
    [
        ("text/plain", 415, "application/x-ndjson"),
        ("multipart/form-data; boundary=x", 415, "application/x-ndjson"),
        ("text/csv; charset=big5", 400, "big5"),
        ("text/csv; charset=utf-16", 400, "utf-16"),
        ("application/json; charset=gb18030", 400, "always UTF-8"),
    ],
)
def test_what_the_body_is_must_be_said_and_known(publish, unchanged, type, status, place):
    with unchanged():
        answer = publish(GOOD, type=type)
    refused(answer, status, place)


@pytest.mark.parametrize("kind", ["", "Snapshot", "delete", "snapshot,changes", "%00"])
def test_the_kind_must_be_one_of_three(publish, unchanged, kind):
    with unchanged():
        answer = publish(GOOD, kind)
    refused(answer, 422, "kind")


def test_an_unknown_parameter_of_a_publication_is_refused(publish, unchanged):
    with unchanged():
        answer = publish(GOOD, "snapshot&force=true")
    refused(answer, 400, "force")


@pytest.mark.parametrize(
    "digest",
    ["sha-256=", "md5=:MTIz:", "sha-256=:not base64:", "sha-256=:AAAA:", "sha-256=:=:"],
)
def test_a_bad_content_digest_is_refused(publish, unchanged, digest):
    with unchanged():
        answer = publish(GOOD, **{"Content-Digest": digest})
    refused(answer, 400)


def test_a_body_beyond_the_limit_is_refused(publish, unchanged, settings):
    settings.MAX_BODY_BYTES = len(GOOD) - 1
    with unchanged():
        answer = publish(GOOD)
    problem = refused(answer, 413, str(len(GOOD) - 1))
    assert problem["code"] == "body-too-large"
    settings.MAX_BODY_BYTES = len(GOOD)
    assert publish(GOOD).status_code == 201


@pytest.fixture
def key_of(world):
    """The credential behind a fresh client of the publishing system."""
    client = client_for(world.publisher)
    return client, Credential.objects.get(system=world.publisher)


def expire(credential):
    credential.change(expires_at=timezone.now() - timedelta(seconds=1))


def revoke(credential):
    credential.change(revoked_at=timezone.now())


def suspend(credential):
    InformationSystem.objects.filter(pk=credential.system_id).update(state="suspended")


def retire(credential):
    InformationSystem.objects.filter(pk=credential.system_id).update(state="retired")


@pytest.mark.parametrize(
    ("deed", "place"),
    [(expire, "expired"), (revoke, "revoked"), (suspend, "suspended"), (retire, "retired")],
)
def test_a_key_that_no_longer_counts_opens_no_door(world, key_of, unchanged, deed, place):
    client, credential = key_of
    deed(credential)
    with unchanged():
        answers = [
            client.get("/api/v1/datasets"),
            client.post(
                f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot",
                data=GOOD,
                content_type=NDJSON,
            ),
        ]
    for answer in answers:
        assert refused(answer, 401, place)["code"] == "unauthenticated"
        assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize(
    "authorization",
    [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        "Bearer sqk_0123456789_AAAA",
        "Bearer sqk_",
        "Bearer sqs_AAAA",
        "Bearer sqk_" + "a" * 10_000,
        "Bearer sqk_\x7f\xe9_x",
        "Basic YTpi",
        "sqk_0123456789_AAAA",
    ],
)
def test_a_wrong_key_opens_no_door(world, api, unchanged, authorization):
    headers = {"Authorization": authorization} if authorization else {}
    with unchanged():
        answers = [
            api().get("/api/v1/datasets", headers=headers),
            api().post(
                f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot",
                data=b"{broken",
                content_type=NDJSON,
                headers=headers,
            ),
        ]
    for answer in answers:
        refused(answer, 401)


@pytest.mark.parametrize(
    ("query", "status", "place"),
    [
        ("limit=0", 422, "#/limit"),
        ("limit=-1", 422, "#/limit"),
        ("limit=abc", 422, "#/limit"),
        ("limit=1.5", 422, "#/limit"),
        ("limit=100001", 422, "#/limit"),
        ("limit=" + "9" * 5000, 422, "#/limit"),
        ("limit=%C2%B2", 422, "#/limit"),
        ("limit=%00", 422, "limit"),
        ("cursor=x", 400, "bad-cursor"),
        ("cursor=%00", 422, "cursor"),
        ("cursor=" + "a" * 5000, 400, "bad-cursor"),
        ("cursor=%FF%FE", 400, "bad-cursor"),
        ("after=3", 400, "after"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_bad_parameters_of_a_read_are_named(world, client_of, unchanged, query, status, place):
    world.publish([row("110101")])
    lane = world.subscribe()
    for deed in ("changes", "deliveries"):
        with unchanged():
            answer = client_of("reader").get(f"/api/v1/subscriptions/{lane.pk}/{deed}?{query}")
        if deed == "deliveries" and query == "limit=100001":
            place = "#/limit"
        refused(answer, status, place)


@pytest.mark.parametrize("nouns", ["datasets", "requests", "grants", "subscriptions"])
def test_bad_parameters_of_a_list_are_named(client_of, nouns):
    steward = client_of("steward")
    for query, status, place in (
        ("state=%00", 422, "state"),
        ("limit=501", 422, "#/limit"),
        ("cursor=x", 400, "bad-cursor"),
        ("colour=red", 400, "colour"),
        ("department=x" if nouns in ("datasets", "requests", "grants") else "grant=x", 422, "#/"),
    ):
        refused(steward.get(f"/api/v1/{nouns}?{query}"), status, place)


@pytest.mark.parametrize(
    "pk", ["x", "0", "%00", "..", "019ab0c2-7d10-7c3e-9a51-2f6d3c8e1b01", "{id}", "%F0%9F%98%80"]
)
def test_an_id_that_is_none_is_not_found(client_of, pk):
    for nouns in ("datasets", "requests", "grants", "subscriptions"):
        refused(client_of("steward").get(f"/api/v1/{nouns}/{pk}"), 404)
    refused(client_of("publisher").get(f"/api/v1/datasets/{pk}/batches"), 404)


def test_a_method_that_is_not_served_is_refused_with_and_without_a_key(world, client_of):
    address = f"/api/v1/datasets/{world.dataset.pk}"
    for headers in ({}, {"Idempotency-Key": "k-1"}):
        for method in ("post", "put", "patch", "delete"):
            answer = getattr(client_of("steward"), method)(address, {}, headers=headers)
            refused(answer, 405)
            assert "GET" in answer["Allow"]


def test_a_department_that_is_not_ones_own_is_refused(world):
    stranger = make_world()
    for value, status in (
        (str(stranger.provider.pk), 403),
        ("x", 403),
        ("\x00", 403),
    ):
        client = client_for(world.people["steward"])
        client.credentials(**{**client._credentials, "HTTP_X_ACTING_DEPARTMENT": value})
        answer = client.get("/api/v1/datasets")
        refused(answer, status)


def test_an_address_nobody_serves_is_a_problem_too(client_of):
    refused(client_of("steward").get("/api/v1/colours"), 404)
    refused(client_of("steward").get("/api/v1/datasets/"), 404)
