"""Signed calls: what is signed is what is done, once, and soon."""

import time
from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import cache

from accounts.actions.credentials import expire_calls, revoke_credential
from accounts.actor import CLOCK
from accounts.models import AuditEvent, Nonce, SignalFact
from tests.factories.accounts import CredentialFactory, SystemFactory
from tests.factories.exchange import make_world, ndjson, row
from tests.factories.signals import fact
from tests.factories.signals import ndjson as facts_of
from tests.signed import Signer, content_digest, send

SIGNALS, NDJSON = "/api/v1/signals", "application/x-ndjson"


@pytest.fixture
def system(department):
    return SystemFactory(department=department, code="MZ-07")


@pytest.fixture
def signer(system):
    return Signer(system)


@pytest.fixture
def body(system):
    return facts_of([fact(system)])


def post(signer, body, **options):
    return signer.call("POST", SIGNALS, body, media=NDJSON, **options)


@pytest.mark.parametrize("algorithm", ["hmac-sha256", "hmac-sm3"])
def test_a_call_signed_by_other_code_opens_the_door(system, body, algorithm):
    signer = Signer(system, algorithm)
    assert signer.call("GET", "/api/v1/me").json()["name"] == system.name
    answer = signer.call("GET", "/api/v1/datasets?limit=5&state=open")
    assert answer.status_code == 200, answer.content
    answer = post(signer, body)
    assert answer.status_code == 200, answer.content
    assert answer.json()["new"] == 1
    signer.row.refresh_from_db()
    assert signer.row.last_used_from == "127.0.0.1"


def test_the_same_signed_call_is_taken_once_also_after_the_cache_was_flushed(
    signer, body, assert_problem
):
    headers = signer.headers("POST", SIGNALS, body, media=NDJSON)
    assert send("POST", SIGNALS, body, headers).json()["new"] == 1
    assert_problem(send("POST", SIGNALS, body, headers), 401, "nonce-used")
    cache.clear()
    expire_calls(actor=CLOCK)
    assert_problem(send("POST", SIGNALS, body, headers), 401, "nonce-used")
    assert SignalFact.objects.count() == Nonce.objects.count() == 1


def test_a_nonce_is_forgotten_only_when_its_call_is_too_old(signer):
    assert signer.call("GET", "/api/v1/me", nonce="n" * 16).status_code == 200
    assert expire_calls(actor=CLOCK) == 0
    kept = Nonce.objects.get().expires_at - datetime.now(UTC)
    assert timedelta(seconds=360) < kept <= timedelta(seconds=420)
    Nonce.objects.update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    assert expire_calls(actor=CLOCK) == 1
    assert not Nonce.objects.exists()


@pytest.mark.parametrize("seconds", [-302, -100_000, 63])
def test_a_call_signed_too_long_ago_or_ahead_of_time_is_told_our_time(
    signer, body, seconds, assert_problem
):
    signed_at = datetime.now(UTC) + timedelta(seconds=seconds)
    problem = assert_problem(post(signer, body, created=signed_at), 401, "clock-skewed")
    ours = datetime.fromisoformat(problem["server_time"])
    assert abs(ours - datetime.now(UTC)) < timedelta(seconds=5)
    assert problem["server_time"] in problem["detail"]
    assert not SignalFact.objects.exists()
    assert not Nonce.objects.exists()


@pytest.mark.parametrize("seconds", [-290, 50])
def test_clocks_may_differ_a_little(signer, body, seconds):
    signed_at = datetime.now(UTC) + timedelta(seconds=seconds)
    assert post(signer, body, created=signed_at).status_code == 200


def test_of_a_call_nothing_can_be_changed(signer, body, assert_problem):
    address = f"{SIGNALS}?dry_run=false&mode=atomic"
    headers = signer.headers(
        "POST", address, body, media=NDJSON, Idempotency_Key="k-1", X_Purpose="a"
    )
    changed = {
        "path": ("POST", address.replace("signals", "datasets"), body, headers),
        "query order": ("POST", f"{SIGNALS}?mode=atomic&dry_run=false", body, headers),
        "query": ("POST", f"{address}&limit=1", body, headers),
        "no query": ("POST", SIGNALS, body, headers),
        "method": ("PUT", address, body, headers),
        "media": ("POST", address, body, headers | {"Content-Type": "text/csv"}),
        "key": ("POST", address, body, headers | {"Idempotency-Key": "k-2"}),
        "purpose": ("POST", address, body, headers | {"X-Purpose": "b"}),
        "digest": ("POST", address, body, headers | {"Content-Digest": content_digest(b"x")}),
        "more said": ("POST", address, body, headers | {"If-Match": '"1"'}),
        "less said": ("POST", address, body, without(headers, "X-Purpose")),
    }
    for what, call in changed.items():
        problem = assert_problem(send(*call), 401, "signature-refused")
        assert problem["detail"], what
    assert not SignalFact.objects.exists()
    assert not Nonce.objects.exists()
    assert send("POST", address, body, headers).status_code == 200


def without(headers, name):
    return {key: value for key, value in headers.items() if key != name}


def test_a_body_that_is_not_the_signed_one_does_nothing(signer, system, body, assert_problem):
    other = facts_of([fact(system), fact(system, number=9)])
    for sent in (other, body[:-5], body + b"\n", b""):
        headers = signer.headers("POST", SIGNALS, body, media=NDJSON)
        problem = assert_problem(send("POST", SIGNALS, sent, headers), 401, "signature-refused")
        assert "body" in problem["detail"]
    assert not SignalFact.objects.exists()


def test_a_streamed_publication_is_held_against_its_signature(db, assert_problem):
    world = make_world()
    signer = Signer(world.publisher)
    address = f"/api/v1/datasets/{world.dataset.pk}/batches?kind=snapshot"
    data = ndjson([row("110101"), row("110102")])
    headers = signer.headers("POST", address, data, media=NDJSON)
    refused = send("POST", address, ndjson([row("110101")]), headers)
    assert_problem(refused, 401, "signature-refused")
    world.dataset.refresh_from_db()
    assert world.dataset.last_number == 0
    assert send("POST", address, data, signer.headers("POST", address, data, media=NDJSON)).json()
    world.dataset.refresh_from_db()
    assert world.dataset.last_number == 1


@pytest.mark.parametrize(
    "part", ["@method", "@path", "@query", "content-digest", "content-type", "idempotency-key"]
)
def test_what_the_call_says_must_be_signed(signer, body, part, assert_problem):
    said = {"Content-Digest": content_digest(body)}
    headers = signer.headers(
        "POST", SIGNALS, body, media=NDJSON, Idempotency_Key="k-1", without=(part,)
    )
    answer = send("POST", SIGNALS, body, said | headers)
    problem = assert_problem(answer, 401, "signature-refused")
    assert problem["missing"] == [part]
    assert not SignalFact.objects.exists()


@pytest.mark.parametrize("length", ["{}", "+{}", " {} ", "0{}"])
def test_a_body_without_its_digest_is_refused(signer, body, length, assert_problem):
    headers = signer.headers("POST", SIGNALS, body, media=NDJSON, without=("content-digest",))
    headers["Content-Length"] = length.format(len(body))
    answer = send("POST", SIGNALS, body, headers)
    assert assert_problem(answer, 401, "signature-refused")["missing"] == ["content-digest"]
    assert not SignalFact.objects.exists()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("Signature", ""),
        ("Signature", "sig1=:AAAA:"),
        ("Signature-Input", 'sig1=();created=1;keyid="a"'),
        ("Signature-Input", 'sig1=("@method" "@path" "@query");created=1;keyid="a";nonce="short"'),
        ("Signature-Input", "x" * 5000),
        ("Signature-Input", "sig1=" + '("@method")' * 300),
        ("Signature-Input", 'sig1=("@method";req "@path" "@query");created=1;keyid="a"'),
    ],
)
def test_what_is_no_signature_is_refused_with_the_profile(signer, field, text, assert_problem):
    headers = signer.headers("GET", "/api/v1/me") | {field: text}
    assert_problem(send("GET", "/api/v1/me", b"", headers), 401, "signature-refused")
    assert not Nonce.objects.exists()


def test_a_signature_and_a_token_are_one_too_many(signer, system, assert_problem):
    token = CredentialFactory(system=system).secret
    headers = signer.headers("GET", "/api/v1/me") | {"Authorization": f"Bearer {token}"}
    assert_problem(send("GET", "/api/v1/me", b"", headers), 401, "signature-refused")


def test_a_key_is_what_it_was_issued_as(signer, system, api, assert_problem):
    client = api()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {signer.secret}")
    assert_problem(client.get("/api/v1/me"), 401, "unauthenticated")
    bearer = CredentialFactory(system=system)
    signer.row, signer.secret = bearer, bearer.secret
    assert_problem(signer.call("GET", "/api/v1/me"), 401, "signature-refused")


def test_each_key_signs_with_its_own_algorithm(system, assert_problem):
    signer, other = Signer(system, "hmac-sm3"), Signer(system, "hmac-sha256")
    signer.algorithm = other.algorithm
    problem = assert_problem(signer.call("GET", "/api/v1/me"), 401, "signature-refused")
    assert "hmac-sm3" in problem["detail"]


def test_a_revoked_key_signs_nothing(signer, body, assert_problem):
    revoke_credential(signer.row, actor=CLOCK)
    problem = assert_problem(post(signer, body), 401, "unauthenticated")
    assert "revoked" in problem["detail"]
    assert not SignalFact.objects.exists()


def test_the_secret_is_sealed_and_stands_nowhere(signer, body):
    post(signer, body)
    signer.row.refresh_from_db()
    assert signer.row.digest == ""
    assert signer.secret not in signer.row.sealed_secret
    assert signer.secret not in str(list(AuditEvent.objects.values()))


def test_a_path_is_signed_as_it_is_written(signer, assert_problem):
    assert_problem(signer.call("GET", "/api/v1/datasets/%E4%B8%AD-a~b"), 404, "not-found")


def test_a_wrong_signature_shows_what_was_signed_here(signer, assert_problem):
    secret, signer.secret = signer.secret, "sqh_wrong"
    problem = assert_problem(signer.call("GET", "/api/v1/me"), 401, "signature-refused")
    assert problem["signed_here"].startswith('"@method": GET\n"@path": /api/v1/me\n"@query": ?\n')
    assert secret not in str(problem)


def test_time_that_ends_is_kept(signer, assert_problem, monkeypatch):
    headers = signer.headers("GET", "/api/v1/me")
    later = time.time() + 301
    monkeypatch.setattr("accounts.signatures.time.time", lambda: later)
    assert_problem(send("GET", "/api/v1/me", b"", headers), 401, "clock-skewed")
