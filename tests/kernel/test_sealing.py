"""Sealed texts can be read again with the keys, and with no other."""

import pytest
from cryptography.fernet import Fernet

from kernel.sealing import Unsealable, fingerprint, fingerprints, is_newest, key_of, seal, unseal

DSN = "postgresql://hub:hunter2@db.tax.example/exchange"


@pytest.mark.parametrize("cipher", ["aes-256-gcm", "sm4-gcm"])
def test_a_sealed_text_shows_nothing_and_opens_again(settings, cipher):
    settings.SEALING_CIPHER = cipher
    sealed = seal(DSN)
    assert "hunter2" not in sealed
    assert sealed != seal(DSN)
    assert unseal(sealed) == DSN


def test_a_new_first_key_seals_and_the_old_one_still_opens(settings):
    old = seal(DSN)
    before, new_key = settings.SEALING_KEYS[0], Fernet.generate_key().decode()
    settings.SEALING_KEYS = [new_key, before]
    assert unseal(old) == DSN
    assert (is_newest(old), key_of(old)) == (False, fingerprint(before))
    young = seal(DSN)
    assert (is_newest(young), key_of(young)) == (True, fingerprints()[0])
    settings.SEALING_KEYS = [new_key]
    assert unseal(young) == DSN
    with pytest.raises(Unsealable, match=fingerprint(before)) as lacking:
        unseal(old)
    assert lacking.value.key == fingerprint(before)


def test_a_token_of_before_opens_and_is_not_the_newest(settings):
    token = Fernet(settings.SEALING_KEYS[0]).encrypt(DSN.encode()).decode()
    assert unseal(token) == DSN
    assert (is_newest(token), key_of(token)) == (False, fingerprints()[0])


def test_one_changed_letter_and_another_ciphers_name_do_not_open():
    sealed = seal(DSN)
    last = "A" if sealed[-6] != "A" else "B"
    for damaged in (sealed[:-6] + last + sealed[-5:], sealed.replace("aes-256", "sm4", 1)):
        with pytest.raises(Unsealable, match="damaged"):
            unseal(damaged)


@pytest.mark.parametrize("text", ["", "plain", DSN])
def test_what_was_never_sealed_does_not_open_and_is_not_repeated(text):
    with pytest.raises(Unsealable) as refusal:
        unseal(text)
    assert refusal.value.detail == "none of SEALING_KEYS opens it, or it was never sealed"
    assert key_of(text) == ""
