"""A security key in software: real key pairs, real signatures, as a browser hands them on."""

from __future__ import annotations

import hashlib
import json
import os
import struct
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

_PRESENT, _ATTESTED = 0x01, 0x40


class SecurityKey:
    """One key in one browser at one origin; it counts its signatures."""

    def __init__(self, origin: str) -> None:
        self.origin, self.count = origin, 0
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.id = os.urandom(32)

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What the browser answers when the page asks for a new key."""
        public = cbor.encode(dict(ES256.from_cryptography_key(self.key.public_key())))
        attested = bytes(16) + struct.pack(">H", len(self.id)) + self.id + public
        data = self._data(options["publicKey"]["rp"]["id"], _PRESENT | _ATTESTED) + attested
        made = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        told = self._told("webauthn.create", options["publicKey"]["challenge"], self.origin)
        return self._answer(told, attestationObject=websafe_encode(made))

    def sign(
        self, options: dict[str, Any], *, origin: str = "", challenge: bytes | None = None
    ) -> dict[str, Any]:
        """What the browser answers when the page asks for a signature."""
        self.count += 1
        asked = options["publicKey"]["challenge"]
        asked = websafe_encode(challenge) if challenge else asked
        data = self._data(options["publicKey"]["rpId"], _PRESENT)
        told = self._told("webauthn.get", asked, origin or self.origin)
        signed = self.key.sign(data + hashlib.sha256(told).digest(), ec.ECDSA(hashes.SHA256()))
        return self._answer(
            told, authenticatorData=websafe_encode(data), signature=websafe_encode(signed)
        )

    def _data(self, place: str, flags: int) -> bytes:
        return hashlib.sha256(place.encode()).digest() + struct.pack(">BI", flags, self.count)

    @staticmethod
    def _told(kind: str, challenge: str, origin: str) -> bytes:
        websafe_decode(challenge)
        return json.dumps({"type": kind, "challenge": challenge, "origin": origin}).encode()

    def _answer(self, told: bytes, **response: str) -> dict[str, Any]:
        name = websafe_encode(self.id)
        return {
            "id": name,
            "rawId": name,
            "type": "public-key",
            "response": {"clientDataJSON": websafe_encode(told), **response},
        }
