"""From where, how and with what a system's calls are let in; whoever is not is in the trail."""

import hashlib
from datetime import UTC, datetime, timedelta
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.cache import cache
from rest_framework.test import APIClient

from accounts.actions.credentials import issue_credential, set_access
from accounts.actor import CLOCK
from accounts.models import AuditEvent, SignalFact
from accounts.permissions import ROLES, SCOPES, Role
from tests.factories.accounts import CredentialFactory, SystemFactory
from tests.factories.signals import fact, ndjson
from tests.signed import Signer

ME, SIGNALS = "/api/v1/me", "/api/v1/signals"


@pytest.fixture
def system(department):
    cache.clear()
    return SystemFactory(department=department)


@pytest.fixture
def bearer(system):
    return client_with(CredentialFactory(system=system).secret)


def client_with(secret, **told):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {secret}", **told)
    return client


def refusals():
    rows = AuditEvent.objects.filter(verb="credential.refused")
    return [(row.detail["reason"], row.address) for row in rows]


def test_a_system_with_signed_calls_only_is_refused_its_token(system, bearer, assert_problem):
    set_access(system, actor=CLOCK, signed_only=True)
    body = ndjson([fact(system)])
    refused = bearer.generic("POST", SIGNALS, body, content_type="application/x-ndjson")
    assert_problem(refused, 403, "signature-needed")
    assert not SignalFact.objects.exists()
    assert refusals() == [("signature-needed", "127.0.0.1")]
    assert Signer(system).call("GET", ME).status_code == 200
    set_access(system, actor=CLOCK)
    assert bearer.get(ME).status_code == 200


@pytest.mark.parametrize(
    ("networks", "address", "is_let_in"),
    [
        (["10.1.0.0/16"], "10.1.255.9", True),
        (["10.1.0.0/16"], "10.2.0.1", False),
        (["10.2.0.1", "192.168.0.0/24"], "10.2.0.1", True),
        (["10.1.0.0/16"], "::ffff:10.1.2.3", True),
        (["fd00::/8"], "fd12::1", True),
        (["fd00::/8"], "10.1.0.1", False),
        (["0.0.0.0/0"], "", False),
    ],
)
def test_calls_come_from_the_networks_of_system_and_key(
    system, networks, address, is_let_in, assert_problem
):
    _, secret = issue_credential(system, actor=CLOCK, networks=networks)
    free = CredentialFactory(system=system).secret
    answer = client_with(secret, REMOTE_ADDR=address).get(ME)
    if is_let_in:
        assert answer.status_code == 200
        assert refusals() == []
    else:
        problem = assert_problem(answer, 403, "network-refused")
        assert problem["address"] == address
        assert address in problem["detail"]
        assert refusals() == [("network-refused", address)]
    assert client_with(free, REMOTE_ADDR=address).get(ME).status_code == 200
    set_access(system, actor=CLOCK, networks=networks)
    assert (client_with(free, REMOTE_ADDR=address).get(ME).status_code == 200) is is_let_in


def test_a_refusal_is_told_in_the_trail_once_a_minute(system, assert_problem):
    _, secret = issue_credential(system, actor=CLOCK, networks=["10.1.0.0/16"])
    for _ in range(5):
        assert_problem(client_with(secret).get(ME), 403, "network-refused")
    assert refusals() == [("network-refused", "127.0.0.1")]
    wrong = client_with(secret[:-1] + "~")
    assert_problem(wrong.get(ME), 401, "unauthenticated")
    assert len(refusals()) == 1


def certificate():
    """A client certificate, percent-encoded as nginx shows it, and its fingerprint."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "系统")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), 1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM).decode()
    digest = hashlib.sha256(made.public_bytes(serialization.Encoding.DER)).hexdigest()
    return quote(pem, safe=""), digest


def test_a_certificate_bound_to_the_system_must_be_shown(system, settings, assert_problem):
    settings.CLIENT_CERTIFICATES = True
    shown, digest = certificate()
    other, _ = certificate()
    told = ":".join(digest[i : i + 2] for i in range(0, 64, 2)).upper()
    row = set_access(system, actor=CLOCK, certificates=[told])
    assert row.certificates == [digest]
    secret = CredentialFactory(system=system).secret
    for wrong in ({}, {"HTTP_X_CLIENT_CERT_PEM": other}, {"HTTP_X_CLIENT_CERT_PEM": "x"}):
        answer = call_behind_a_proxy(settings, secret, wrong)
        assert_problem(answer, 403, "certificate-refused")
    answer = call_behind_a_proxy(settings, secret, {"HTTP_X_CLIENT_CERT_PEM": shown})
    assert answer.status_code == 200


def call_behind_a_proxy(settings, secret, told):
    settings.TRUSTED_PROXIES = ["127.0.0.1/32"]
    return client_with(secret, **told).get(ME)


def test_nothing_is_believed_of_certificates_unless_a_proxy_of_ours_tells(
    system, settings, assert_problem
):
    shown, digest = certificate()
    set_access(system, actor=CLOCK, certificates=[digest])
    secret = CredentialFactory(system=system).secret
    header = {"HTTP_X_CLIENT_CERT_PEM": shown}
    # The setting is off: whatever a proxy says.
    assert_problem(call_behind_a_proxy(settings, secret, header), 403, "certificate-refused")
    settings.CLIENT_CERTIFICATES = True
    settings.TRUSTED_PROXIES = ["10.9.9.9/32"]
    # A stranger says so itself.
    assert_problem(client_with(secret, **header).get(ME), 403, "certificate-refused")


def test_a_key_for_signals_reads_and_publishes_nothing(system, assert_problem):
    _, secret = issue_credential(system, actor=CLOCK, scopes=["signals"])
    client = client_with(secret)
    body = ndjson([fact(system)])
    sent = client.generic("POST", SIGNALS, body, content_type="application/x-ndjson")
    assert sent.status_code == 200
    assert client.get("/api/v1/datasets").json()["items"] == []
    assert client.get("/api/v1/subscriptions").json()["items"] == []
    assert client.get(f"/api/v1/systems/{system.pk}/signals").status_code == 200
    _, reading = issue_credential(system, actor=CLOCK, scopes=["read"])
    client = client_with(reading)
    assert client.get(f"/api/v1/systems/{system.pk}/signals").status_code == 404
    refused = client.generic("POST", SIGNALS, body, content_type="application/x-ndjson")
    assert refused.status_code == 403
    assert SignalFact.objects.count() == 1


def test_the_scopes_are_all_that_a_system_may_do():
    assert frozenset().union(*SCOPES.values()) == ROLES[Role.SYSTEM].perms
