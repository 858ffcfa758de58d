"""Datasets, batches and look-ups over HTTP."""

import base64
import hashlib
import io
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from accounts.actor import CLOCK
from accounts.models import AuditEvent
from exchange.actions.grants import revoke_grant
from exchange.actions.upkeep import fold_due
from exchange.models import Dataset, Grant
from kernel.models import StoredAnswer
from tests.factories.accounts import SystemFactory
from tests.factories.catalog import published_resource
from tests.factories.exchange import ITEMS, PURPOSE, SECRET, csv_bytes, make_world, ndjson, row
from tests.people import client_for

FIRST = [row("110101"), row("110102")]
SECOND = [row("110101", "改名区"), row("110103")]


def digest_header(data: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:"


def typed(rows) -> pa.Table:
    """The rows as a columnar format carries them, with their types."""
    types = {"area": Decimal, "revised_on": date.fromisoformat}
    return pa.Table.from_pylist(
        [{name: types.get(name, str)(value) for name, value in r.items()} for r in rows]
    )


def as_parquet(rows) -> bytes:
    out = io.BytesIO()
    pq.write_table(typed(rows), out)
    return out.getvalue()


def as_arrow(rows) -> bytes:
    table, out = typed(rows), io.BytesIO()
    with pa.ipc.new_stream(out, table.schema) as writer:
        writer.write_table(table)
    return out.getvalue()


def test_a_steward_attaches_a_dataset(world, client_of):
    resource = published_resource(world.provider, ITEMS)
    answer = client_of("steward").post(
        "/api/v1/datasets",
        {
            "resource": str(resource.pk),
            "system": str(world.publisher.pk),
            "is_queryable": True,
            "lookup_items": ["name"],
        },
    )
    assert answer.status_code == 201, answer.json()
    made = answer.json()
    assert answer["ETag"] == '"1"'
    assert (made["kind"], made["compatibility"], made["on_reject"]) == (
        "table",
        "backward",
        "refuse",
    )
    assert (made["schema"]["number"], made["schema"]["key"]) == (1, ["code"])
    assert made["last_number"] == 0


def test_what_the_body_names_must_be_seen(world, client_of, assert_problem, unchanged):
    body = {"resource": str(world.dataset.pk), "system": str(world.publisher.pk)}
    with unchanged():
        answer = client_of("steward").post("/api/v1/datasets", body)
    problem = assert_problem(answer, 422, "invalid")
    assert problem["errors"] == [
        {"pointer": "#/resource", "code": "not-found", "detail": "there is no such thing"}
    ]


def test_a_dataset_is_seen_by_its_owner_and_by_who_has_a_grant(world, client_of, assert_problem):
    address = f"/api/v1/datasets/{world.dataset.pk}"
    assert client_of("steward").get(address).status_code == 200
    assert client_of("publisher").get(address).status_code == 200
    assert_problem(client_of("asker").get(address), 404, "not-found")
    assert client_of("asker").get("/api/v1/datasets").json()["items"] == []
    grant = world.grant()
    assert client_of("asker").get(address).status_code == 200
    assert len(client_of("reader").get("/api/v1/datasets").json()["items"]) == 1
    revoke_grant(grant, actor=world.actor("head"), reason="停")
    assert_problem(client_of("reader").get(address), 404, "not-found")


def test_datasets_are_filtered_by_their_columns(world, client_of, assert_problem):
    steward = client_of("steward")
    ours = steward.get(f"/api/v1/datasets?resource={world.resource.pk}&state=open").json()
    assert [found["id"] for found in ours["items"]] == [str(world.dataset.pk)]
    assert steward.get("/api/v1/datasets?state=closed").json()["items"] == []
    assert_problem(steward.get("/api/v1/datasets?resource=x"), 422, "invalid")
    assert_problem(steward.get("/api/v1/datasets?colour=red"), 400, "unknown-parameter")


@pytest.mark.parametrize(
    ("type", "data"),
    [
        ("application/x-ndjson", ndjson(FIRST)),
        ("application/json", b"[" + b",".join(ndjson([r]).strip() for r in FIRST) + b"]"),
        ("text/csv", csv_bytes(FIRST)),
        ("text/csv; charset=gb18030", csv_bytes(FIRST, "gb18030")),
        ("application/vnd.apache.parquet", as_parquet(FIRST)),
        ("application/vnd.apache.arrow.stream", as_arrow(FIRST)),
    ],
    ids=["ndjson", "json", "csv", "gb18030", "parquet", "arrow"],
)
def test_a_snapshot_is_published_in_every_format(world, publish, type, data):
    answer = publish(data, type=type)
    assert answer.status_code == 201, answer.json()
    receipt = answer.json()
    assert receipt["outcome"] == "published"
    assert receipt["errors"] == []
    batch = receipt["batch"]
    assert (batch["number"], batch["inserted"], batch["received"]) == (1, 2, 2)
    assert batch["body_digest"] == hashlib.sha256(data).hexdigest()
    assert answer["Location"] == f"/api/v1/datasets/{world.dataset.pk}/batches/1"
    empty = {"batch": None, "errors": [], "counts": []}
    assert publish(FIRST).json() == {"outcome": "unchanged", **empty}


def test_a_repeated_publication_is_answered_as_the_first(world, publish, unchanged):
    first = publish(FIRST, **{"Idempotency-Key": "day-1"})
    with unchanged():
        again = publish(FIRST, **{"Idempotency-Key": "day-1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert again["Idempotent-Replayed"] == "true"
    assert (again.json()["batch"], again["Location"]) == (first.json()["batch"], first["Location"])


def test_a_key_used_for_another_body_is_refused(publish, unchanged, assert_problem):
    publish(FIRST, **{"Idempotency-Key": "day-1"})
    with unchanged():
        answer = publish(SECOND, **{"Idempotency-Key": "day-1"})
    assert_problem(answer, 422, "idempotency-key-reused")


def test_the_announced_digest_is_held_to(publish, unchanged, assert_problem):
    with unchanged():
        answer = publish(FIRST, **{"Content-Digest": digest_header(b"another body")})
    problem = assert_problem(answer, 400, "digest-mismatch")
    assert problem["arrived"] == hashlib.sha256(ndjson(FIRST)).hexdigest()
    right = digest_header(ndjson(FIRST))
    assert publish(FIRST, **{"Content-Digest": right}).status_code == 201


def test_bad_rows_are_named_by_line_and_column(world, publish, unchanged, assert_problem):
    with unchanged():
        answer = publish([row("110101"), row("1101xx")])
    problem = assert_problem(answer, 422, "batch-refused")
    assert (problem["received"], problem["accepted"], problem["rejected"]) == (2, 1, 1)
    error = problem["errors"][0]
    assert (error["line"], error["column"], error["code"]) == (2, "code", "pattern")


def test_a_quarantined_row_is_in_the_receipt(db):
    world = make_world(on_reject="quarantine", max_rejected_percent=50)
    answer = client_for(world.publisher).post(
        f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot",
        data=ndjson([*FIRST, row("x")]),
        content_type="application/x-ndjson",
    )
    receipt = answer.json()
    assert (answer.status_code, receipt["batch"]["rejected"]) == (201, 1)
    assert [(e["line"], e["column"]) for e in receipt["errors"]] == [(3, "code")]


def test_who_may_not_publish_is_refused_before_the_body(world, client_of, assert_problem):
    world.grant()
    sister = client_for(SystemFactory(department=world.provider))
    address = f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot"
    body = {"data": b"{broken", "content_type": "application/x-ndjson"}
    assert_problem(sister.post(address, **body), 403, "not-the-publisher")
    assert_problem(client_of("reader").post(address, **body), 403, "forbidden")
    assert_problem(client_of("head").post(address, **body), 403, "forbidden")
    assert_problem(client_of("asker_head").post(address, **body), 403, "forbidden")


def test_batches_are_listed_by_number_and_read_one_by_one(world, publish, client_of):
    for n in range(3):
        publish([row("110101", f"第{n}版")])
    publisher, base = client_of("publisher"), f"/api/v1/datasets/{world.dataset.pk}/batches"
    first = publisher.get(f"{base}?limit=2").json()
    assert ([b["number"] for b in first["items"]], first["has_more"]) == ([1, 2], True)
    rest = publisher.get(f"{base}?limit=2&cursor={first['next_cursor']}").json()
    assert ([b["number"] for b in rest["items"]], rest["has_more"]) == ([3], False)
    assert publisher.get(f"{base}/2").json()["number"] == 2


@pytest.mark.parametrize("number", ["0", "2", "99999999999999999999999999"])
def test_a_number_that_was_not_given_is_not_there(
    world, publish, client_of, assert_problem, number
):
    publish(FIRST)
    address = f"/api/v1/datasets/{world.dataset.pk}/batches/{number}"
    assert_problem(client_of("publisher").get(address), 404, "not-found")


def test_a_grantee_sees_batches_without_the_digests_of_the_whole(world, publish, client_of):
    publish(FIRST)
    world.grant()
    address = f"/api/v1/datasets/{world.dataset.pk}/batches/1"
    seen = client_of("reader").get(address).json()
    assert (seen["digest"], seen["body_digest"], seen["size"]) == (None, None, None)
    assert seen["inserted"] == 2
    assert client_of("publisher").get(address).json()["digest"]


def test_a_dataset_is_closed_over_http(world, publish, client_of, assert_problem):
    address = f"/api/v1/datasets/{world.dataset.pk}/close"
    assert_problem(client_of("head").post(address), 403, "forbidden")
    assert client_of("steward").post(address).json()["state"] == "closed"
    assert_problem(client_of("steward").post(address), 409, "illegal-move")
    assert_problem(publish(FIRST), 409, "dataset-closed")


def test_a_dataset_follows_its_catalogue_entry_over_http(world, client_of, assert_problem):
    address = f"/api/v1/datasets/{world.dataset.pk}/evolve"
    world.edition(mayor={"data_type": "C", "length": 20})
    assert client_of("steward").post(address).json()["schema"]["number"] == 2
    world.edition(name={"length": 3})
    problem = assert_problem(client_of("steward").post(address), 409, "schema-incompatible")
    assert problem["level"] == "backward"


@pytest.fixture
def found(db):
    """A queryable dataset, folded and granted, with its reader's client."""
    world = make_world(is_queryable=True, lookup_items=["name"])
    world.publish([row("110101", "东城区")])
    world.grant()
    fold_due(actor=CLOCK)
    client = client_for(world.reader)
    address = f"/api/v1/datasets/{world.dataset.pk}/lookup"
    stated = {"X-Purpose": PURPOSE}
    return world, lambda body, **headers: client.post(address, body, headers=stated | headers)


def test_a_record_is_looked_up(found):
    _, look = found
    answer = look({"where": {"code": "110101"}, "items": ["code", "name", "area", "revised_on"]})
    assert answer.json() == {
        "items": [
            {"code": "110101", "name": "东城区", "area": "120.50", "revised_on": "2014-01-31"}
        ],
        "as_of": 1,
    }
    assert answer["Cache-Control"] == "private, no-store"
    assert SECRET not in look({"where": {"code": "110101"}}).content.decode()


def test_an_answer_to_a_look_up_is_never_kept_or_given_again(found, assert_problem):
    world, look = found
    body, key = {"where": {"code": "110101"}}, {"Idempotency-Key": "look-1"}
    assert look(body, **key).status_code == 200
    assert not StoredAnswer.objects.exists()
    revoke_grant(Grant.objects.get(), actor=world.actor("head"), reason="停")
    assert_problem(look(body, **key), 403, "grant-ended")


def test_a_look_up_says_what_is_wrong_with_it(found, assert_problem):
    _, look = found
    before = AuditEvent.objects.count()
    for body, pointer in (
        ({}, "#/where"),
        ({"where": []}, "#/where"),
        ({"where": {}}, "#/where"),
        ({"where": {"contact": SECRET}}, "#/where"),
        ({"where": {"code": {"$gt": ""}}}, "#/where/code"),
        ({"where": {"code": 110101}}, "#/where/code"),
        ({"where": {"code": "1"}, "items": ["contact"]}, "#/items"),
        ({"where": {"code": "1"}, "limit": 0}, "#/limit"),
        ({"where": {"code": "1"}, "colour": 1}, "#/colour"),
    ):
        answer = look(body)
        assert answer.status_code == 422, body
        assert answer.json()["errors"][0]["pointer"] == pointer
    assert AuditEvent.objects.count() == before


def test_the_schema_of_a_dataset_names_no_value(world, client_of):
    assert SECRET not in client_of("steward").get("/api/v1/datasets").content.decode()
    assert Dataset.objects.count() == 1
