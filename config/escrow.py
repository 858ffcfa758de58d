"""The environment's keys in a file that takes two people to open: split knowledge for the day when
the environment is lost."""

import json
import os
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from kernel.errors import Invalid
from kernel.sealing import fingerprints
from kernel.texts import Text
from tools.open_keys import FORMAT, box

LEAST = 16
_SALT, _NONCE = 16, 12


def require_phrases(phrases: Sequence[str]) -> None:
    """Invalid unless each of the two says enough, and not what the other says."""
    if len(set(phrases)) < 2:
        raise Invalid.field("phrase", "each of the two has words of their own")
    if any(len(phrase) < LEAST for phrase in phrases):
        raise Invalid.field("phrase", Text("takes at least {least} characters", least=LEAST))


def export_keys(file: Path, phrases: Sequence[str]) -> list[str]:
    """Write SEALING_KEYS, EVIDENCE_KEYS and SECRET_KEY, sealed under both people's words, into a
    new file that its owner alone reads; the fingerprints of the master keys in it.

    FileExistsError where there is one, OSError where it cannot be written;
    nothing of it stays then.
    """
    require_phrases(phrases)
    values = {
        "SEALING_KEYS": ",".join(settings.SEALING_KEYS),
        "EVIDENCE_KEYS": ",".join(settings.EVIDENCE_KEYS),
        "SECRET_KEY": settings.SECRET_KEY,
    }
    salt, nonce = os.urandom(_SALT), os.urandom(_NONCE)
    sealed = box(phrases, salt).encrypt(nonce, json.dumps(values).encode(), None)
    told = {"format": FORMAT, "master_keys": fingerprints()}
    told |= {
        name: b64encode(part).decode()
        for name, part in (("salt", salt), ("nonce", nonce), ("sealed", sealed))
    }
    _write_new(file, json.dumps(told, indent=1))
    return fingerprints()


def _write_new(file: Path, text: str) -> None:
    out = os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w")
    try:
        with out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        file.unlink()
        raise
