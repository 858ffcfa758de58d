"""The profile of RFC 9421: what is signed, with which function, and what is not read at all."""

import hashlib
import hmac
import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import signing
from config.env import BASE_DIR
from tests.factories.accounts import SystemFactory
from tests.signed import Signer, send

GUIDE = Path(BASE_DIR) / "docs" / "howto" / "calling.md"
TOLD = '("@method" "@path" "@query");created=1618884473;keyid="k";nonce="0123456789abcdef"'


def test_what_is_signed_is_written_as_the_standard_has_it():
    read = signing.read(f"sig1={TOLD}", "sig1=:AAAA:")
    values = {"@method": "GET", "@path": "/a%20b", "@query": "?b=2&a=1"}
    assert signing.base(read, values.get).decode() == (
        f'"@method": GET\n"@path": /a%20b\n"@query": ?b=2&a=1\n"@signature-params": {TOLD}'
    )
    assert (read.created, read.key, read.nonce) == (1618884473, "k", "0123456789abcdef")
    with pytest.raises(ValueError, match="@query"):
        signing.base(read, {"@method": "GET", "@path": "/"}.get)


def test_the_functions_are_those_that_others_have():
    known = hmac.digest(b"sqh_key", b"text", "sha256")
    assert signing.sign("sqh_key", signing.HMAC_SHA256, b"text") == known
    if "sm3" in hashlib.algorithms_available:
        other = hmac.new(b"sqh_key", b"text", "sm3").digest()
        assert signing.sign("sqh_key", signing.HMAC_SM3, b"text") == other


@pytest.mark.parametrize(
    ("told", "signed"),
    [
        (f"sig1={TOLD}, sig2={TOLD}", "sig1=:AAAA:"),
        (f"sig1={TOLD}", "sig2=:AAAA:"),
        (f"sig1={TOLD}", "sig1=:AAAA:, sig1=:BBBB:"),
        (f"sig1={TOLD};created=2", "sig1=:AAAA:"),
        (f"sig1={TOLD.replace('@path', '@method')}", "sig1=:AAAA:"),
        (f"sig1={TOLD.replace('created=1618884473;', '')}", "sig1=:AAAA:"),
        (f"sig1={TOLD};expires=soon", "sig1=:AAAA:"),
        (f"sig1={TOLD}", "sig1=:AAA:"),
        (f'sig1=("@query-param";name="a");created=1;keyid="k";nonce="{"n" * 16}"', "sig1=:AAAA:"),
        (f'sig1={TOLD[:-1]}\n"', "sig1=:AAAA:"),
    ],
)
def test_what_is_not_of_the_profile_is_not_read(told, signed):
    with pytest.raises(ValueError, match=r"\w"):
        signing.read(told, signed)


@given(st.text(max_size=300), st.text(max_size=100))
def test_whatever_is_sent_is_read_or_refused_at_once(told, signed):
    begun = time.monotonic()
    for one in (told, f"sig1=({told}", f'sig1=("@method"{told}'):
        try:
            signing.read(one, signed)
        except ValueError:
            continue
    assert time.monotonic() - begun < 0.5


def test_the_guides_example_opens_the_door(db):
    block = re.search(r"```python\n(import base64.*?)```", GUIDE.read_text(), re.DOTALL)
    assert block is not None
    known: dict = {}
    exec(block[1], known)  # noqa: S102 - it is our own text
    signer = Signer(SystemFactory())
    address = "/api/v1/datasets?limit=2&state=open"
    headers = known["signed_headers"](signer.secret, "GET", f"http://testserver{address}")
    assert send("GET", address, b"", headers).status_code == 200
    body = b"[]"
    headers = known["signed_headers"](
        signer.secret, "POST", "http://testserver/api/v1/me", body, **{"Content-Type": "text/plain"}
    )
    assert send("POST", "/api/v1/me", body, headers).status_code == 405
