"""The gateways' signatures: known vectors, times that are taken, secrets wrapped and unwrapped."""

import pytest

from exchange import gateways

# Worked out with `openssl dgst -sha256 -mac HMAC` and `openssl enc -aes-128-ecb`.
SECRET = "0123456789abcdef0123456789abcdef"
RID, SID, AT = "requester-1", "s_11990000MB0000001A_1", "1700000000000"
SIGNED = "ePBkFjLHtlPmxwDwqP7sTKHe/DQr/WU6h8D3TUq2P/8="


def test_a_signature_is_the_base64_of_the_hmac_of_sid_rid_and_time():
    assert gateways.signature(SECRET, SID, RID, AT) == SIGNED
    assert gateways.is_signed(SIGNED, SECRET, SID, RID, AT)


@pytest.mark.parametrize("parts", [(SID, RID, "1700000000001"), (RID, SID, AT), (SID, RID)])
def test_any_other_part_makes_another_signature(parts):
    assert not gateways.is_signed(SIGNED, SECRET, *parts)


def test_a_secret_is_wrapped_as_the_gateways_clients_unwrap_it():
    wrapped = gateways.wrap("fedcba9876543210fedcba9876543210", SECRET)
    assert wrapped == "LDh6LJzNCB09fXMknMzXpiw4eiyczQgdPX1zJJzM16ZUfuRMyoXTthzV/Enp8P/V"
    assert gateways.unwrap(wrapped, SECRET) == "fedcba9876543210fedcba9876543210"


@pytest.mark.parametrize("wrapped", ["", "no base64!", "AAAA", "A" * 64])
def test_what_was_not_wrapped_with_the_key_is_refused(wrapped):
    with pytest.raises(ValueError):  # noqa: PT011
        gateways.unwrap(wrapped, SECRET)


@pytest.mark.parametrize(
    ("shift", "taken"),
    [(0, True), (-599_000, True), (-601_000, False), (59_000, True), (61_000, False)],
)
def test_a_call_is_taken_for_ten_minutes_and_a_clock_may_run_ahead_by_one(shift, taken):
    assert gateways.is_timely(str(gateways.now_ms() + shift)) is taken


@pytest.mark.parametrize("at", ["", "1700000000", "17000000000000", "-170000000000", "١" * 13])
def test_a_time_is_thirteen_digits(at):
    assert not gateways.is_timely(at)


def test_each_provincial_call_has_a_nonce_of_its_own():
    made = [gateways.provincial_headers(SECRET, "c")["X-Nonce"] for _ in range(2)]
    assert made[0] != made[1]
