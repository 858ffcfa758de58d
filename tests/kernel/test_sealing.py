"""Sealed texts can be read again with the keys, and with no other."""

import pytest
from cryptography.fernet import Fernet, InvalidToken

from kernel.sealing import seal, unseal

DSN = "postgresql://hub:hunter2@db.tax.example/exchange"


def test_a_sealed_text_shows_nothing_and_opens_again():
    sealed = seal(DSN)
    assert "hunter2" not in sealed
    assert sealed != seal(DSN)
    assert unseal(sealed) == DSN


def test_a_new_first_key_seals_and_the_old_one_still_opens(settings):
    old = seal(DSN)
    new_key = Fernet.generate_key().decode()
    settings.SEALING_KEYS = [new_key, *settings.SEALING_KEYS]
    assert unseal(old) == DSN
    young = seal(DSN)
    settings.SEALING_KEYS = [new_key]
    assert unseal(young) == DSN
    with pytest.raises(InvalidToken):
        unseal(old)


@pytest.mark.parametrize("text", ["", "plain", DSN])
def test_what_was_never_sealed_does_not_open(text):
    with pytest.raises(InvalidToken):
        unseal(text)
