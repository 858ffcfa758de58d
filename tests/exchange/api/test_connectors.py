"""Connectors over HTTP: who may, what is shown and what never is, and what a source answers."""

import pytest
from psycopg2.extensions import parse_dsn

from accounts.models import AuditEvent
from config import env
from exchange.models import Connector
from tests.people import client_for, member_with

CONNECTORS = "/api/v1/connectors"
PASSWORD = "ein-geheimes-Wort"


@pytest.fixture
def steward(world):
    return client_for(member_with(("steward",), world.provider))


@pytest.fixture
def source(world, target, settings):
    """A department's database with a table of people, and the body that registers it."""
    target.query("CREATE TABLE people (code text PRIMARY KEY, name text, 面积 numeric(12,2))")
    target.query(
        "INSERT INTO people VALUES ('110101', '东城区', 41.84), ('110102', '西城区', NULL)"
    )
    parts = parse_dsn(target.dsn)
    settings.EGRESS_TEST_ADDRESSES = [f"{parts['host']}:{parts['port']}"]
    return {
        "system": str(world.publisher.pk),
        "name": "民政库",
        "kind": "postgres",
        "options": {
            "host": parts["host"],
            "port": int(parts["port"]),
            "database": parts["dbname"],
            "user": parts["user"],
        },
        "secrets": {"password": parts["password"]},
    }


@pytest.fixture
def registered(steward, source):
    made = steward.post(CONNECTORS, source)
    assert made.status_code == 201, made.json()
    return f"{CONNECTORS}/{made.json()['id']}"


def test_a_connector_is_registered_and_its_secrets_are_never_shown(steward, source, caplog):
    source["secrets"]["password"] = PASSWORD
    made = steward.post(CONNECTORS, source)
    assert made.status_code == 201
    assert made.json()["has_secrets"] is True
    assert made.json()["options"]["database"] == source["options"]["database"]
    address = f"{CONNECTORS}/{made.json()['id']}"
    told = [made, steward.get(address), steward.get(CONNECTORS), steward.post(f"{address}/test")]
    row = Connector.objects.get()
    for text in (
        *(answer.content.decode() for answer in told),
        row.sealed,
        str(row.options),
        caplog.text,
        str(list(AuditEvent.objects.values_list("detail", flat=True))),
    ):
        assert PASSWORD not in text
    assert told[-1].json()["fault"]["code"] == "login-refused"
    assert told[-1].json()["fault"]["mend"]
    assert told[1].json()["test_error"] == ""
    assert steward.get(address).json()["test_error"].startswith("login-refused")


def test_a_test_tells_what_is_there(steward, registered, trail):
    answer = steward.post(f"{registered}/test").json()
    assert answer["fault"] is None
    assert answer["found"].startswith("PostgreSQL ")
    assert steward.get(registered).json()["tested_at"]
    (told,) = trail("connector.tested")
    assert told["went_well"] is True


def test_tables_are_browsed_described_and_matched_with_a_dataset(steward, registered, world, trail):
    assert "public.people" in steward.post(f"{registered}/browse").json()["tables"]
    body = {"table": "public.people", "dataset": str(world.dataset.pk)}
    found = steward.post(f"{registered}/describe", body).json()
    assert found["key"] == ["code"]
    assert [column["name"] for column in found["columns"]] == ["code", "name", "面积"]
    assert [column["item"] for column in found["columns"]] == ["code", "name", "mian_ji"]
    assert found["schema"]["key"] == ["code"]
    assert found["mapping"]["code"] == "code"
    assert "revised_on" in found["unmapped"]
    alone = steward.post(f"{registered}/describe", {"table": "public.people"}).json()
    assert alone["mapping"] == {"code": "code", "name": "name", "mian_ji": "面积"}
    assert alone["unmapped"] == []


def test_a_preview_shows_the_departments_own_rows_starred_and_is_in_the_trail(
    steward, registered, trail, assert_problem
):
    answer = steward.post(f"{registered}/preview", {"table": "public.people", "rows": 1}).json()
    assert answer == {"columns": ["code", "name", "面积"], "rows": [["1****1", "东*区", "4***4"]]}
    (told,) = trail("connector.previewed")
    assert (told["table"], told["rows"]) == ("public.people", 1)
    assert "东城区" not in str(told)
    too_many = steward.post(f"{registered}/preview", {"table": "public.people", "rows": 51})
    assert_problem(too_many, 422, "invalid")


def test_others_neither_see_nor_ask(registered, world, assert_problem):
    other = client_for(member_with(("steward",), world.requester))
    assert other.get(CONNECTORS).json()["items"] == []
    for deed in ("test", "browse", "close"):
        assert other.post(f"{registered}/{deed}").status_code == 404
    auditor = client_for(member_with(("auditor",), world.requester))
    assert auditor.get(registered).status_code == 200
    refused = auditor.post(f"{registered}/preview", {"table": "public.people"})
    assert_problem(refused, 403, "forbidden")
    assert not AuditEvent.objects.filter(verb="connector.previewed").exists()


def test_a_change_names_its_version_and_keeps_the_other_secrets(
    steward, registered, assert_problem
):
    assert_problem(steward.patch(registered, {"name": "新名"}), 428, "precondition-required")
    etag = steward.get(registered).headers["ETag"]
    changed = steward.patch(registered, {"name": "新名"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json()["name"]) == (200, "新名")
    assert steward.post(f"{registered}/test").json()["fault"] is None
    stale = steward.patch(registered, {"name": "旧名"}, headers={"If-Match": etag})
    assert_problem(stale, 412, "stale")


def test_a_sealed_password_never_follows_to_another_host(
    steward, registered, source, assert_problem
):
    etag = steward.get(registered).headers["ETag"]
    elsewhere = {"options": source["options"] | {"host": "db.other.example"}}
    refused = steward.patch(registered, elsewhere, headers={"If-Match": etag})
    assert "#/secrets" in [e["pointer"] for e in assert_problem(refused, 422, "invalid")["errors"]]
    assert Connector.objects.get().options["host"] == source["options"]["host"]
    given = elsewhere | {"secrets": {"password": "another"}}
    assert steward.patch(registered, given, headers={"If-Match": etag}).status_code == 200


def test_options_that_cannot_be_are_named(steward, source, assert_problem):
    for change, pointer in (
        ({"options": {"host": "h"}}, "#/options/database"),
        ({"options": source["options"] | {"hostaddr": "10.0.0.1"}}, "#/options/hostaddr"),
        ({"options": source["options"] | {"port": "5432"}}, "#/options/port"),
        ({"secrets": {}}, "#/secrets/password"),
        ({"kind": "sql", "options": {"url": "duckdb:///etc/passwd"}}, "#/options/url"),
        ({"kind": "sql", "options": {"url": "oracle://u:p@h/x"}}, "#/options/url"),
    ):
        refused = steward.post(CONNECTORS, source | change)
        told = assert_problem(refused, 422, "invalid")
        assert pointer in [error["pointer"] for error in told["errors"]]
    assert not Connector.objects.exists()


def test_a_source_that_is_not_permitted_is_refused_with_what_mends_it(
    steward, registered, settings, assert_problem
):
    settings.EGRESS_TEST_ADDRESSES = []
    told = assert_problem(steward.post(f"{registered}/browse"), 422, "source-unusable")
    assert told["reason"] == "egress-denied"
    assert "EGRESS_ALLOW" in told["mend"]


def test_a_source_that_is_away_is_told_as_such(steward, source, settings, assert_problem):
    settings.EGRESS_TEST_ADDRESSES = ["127.0.0.1:1"]
    source["options"] |= {"host": "127.0.0.1", "port": 1}
    address = f"{CONNECTORS}/{steward.post(CONNECTORS, source).json()['id']}"
    told = assert_problem(steward.post(f"{address}/browse"), 502, "source-away")
    assert told["reason"] == "connection-failed"


def test_a_connector_in_use_is_not_closed_and_a_closed_one_forgets_its_secrets(
    steward, registered, world, assert_problem
):
    connector = Connector.objects.get()
    job = connector.sync_jobs.create(
        dataset=world.dataset, department=world.provider, name="汇聚", source="public.people"
    )
    told = assert_problem(steward.post(f"{registered}/close"), 409, "connector-in-use")
    assert told["jobs"] == [{"id": str(job.pk), "name": "汇聚"}]
    job.change(state="closed")
    closed = steward.post(f"{registered}/close").json()
    assert (closed["state"], closed["has_secrets"]) == ("closed", False)
    assert Connector.objects.get().sealed == ""
    assert_problem(steward.post(f"{registered}/test"), 409, "connector-closed")


def test_two_open_connectors_of_a_department_have_two_names(
    steward, registered, source, assert_problem
):
    assert_problem(steward.post(CONNECTORS, source), 409, "conflict")
    steward.post(f"{registered}/close")
    assert steward.post(CONNECTORS, source).status_code == 201


def test_the_owner_url_is_not_among_what_connectors_reach(steward, source, settings):
    """The platform's own database stays closed, whatever the list says."""
    own = parse_dsn(env.text("DATABASE_OWNER_URL"))
    settings.EGRESS_TEST_ADDRESSES = []
    settings.EGRESS_ALLOW = [f"{own['host']}:{own['port']}"]
    source["options"] |= {"host": own["host"], "port": int(own["port"])}
    address = f"{CONNECTORS}/{steward.post(CONNECTORS, source).json()['id']}"
    assert steward.post(f"{address}/test").json()["fault"]["code"] == "egress-denied"
