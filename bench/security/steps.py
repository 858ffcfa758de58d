"""python -m bench.security.steps NAME ...: what the benchmark prepares in the platform's terms."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from bench.hub import scene
from bench.persons import PERSONS

# The scene has set Django up.
from accounts import keys  # isort: skip
from accounts.actions.trail import seal_audit  # isort: skip
from accounts.models import Credential, InformationSystem  # isort: skip
from accounts.signing import ALGORITHMS  # isort: skip
from kernel.sealing import seal as sealed  # isort: skip


def lookups(source: str, terms: str) -> dict[str, Any]:
    """The scene of look-ups, whose reader has a bearer key and one signing key of each kind."""
    made: dict[str, Any] = scene.make(source, terms)
    reader = Credential.objects.get(prefix=keys.credential_prefix(made["reader"])).system
    made["signing"] = {algorithm: _signing_key(reader, algorithm) for algorithm in ALGORITHMS}
    return made


def _signing_key(system: InformationSystem, algorithm: str) -> tuple[str, str]:
    prefix, secret = keys.new_credential()
    Credential.objects.create(
        system=system,
        kind="signing",
        algorithm=algorithm,
        prefix=prefix,
        last_four=secret[-4:],
        sealed_secret=sealed(secret),
        expires_at=timezone.now() + timedelta(days=30),
    )
    return prefix, secret


def datasets(count: str) -> dict[str, Any]:
    """Empty datasets of persons and the key that publishes."""
    sides = scene.Sides()
    made = [sides.dataset(PERSONS, number) for number in range(1, int(count) + 1)]
    return {"datasets": [str(d.pk) for d in made], "key": scene.credential_of(sides.publisher)}


def seal() -> dict[str, Any]:
    """Seal what was recorded, as the clock does each minute; how long it takes."""
    started = time.perf_counter()
    seal_audit()
    return {"seconds": time.perf_counter() - started}


NAMES: dict[str, Callable[..., dict[str, Any]]] = {
    "lookups": lookups,
    "datasets": datasets,
    "seal": seal,
}

if __name__ == "__main__":
    print(json.dumps(NAMES[sys.argv[1]](*sys.argv[2:])))
