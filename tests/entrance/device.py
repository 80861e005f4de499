"""A telephone that makes and shows passkeys, in software: what a browser and its device do in WebAuthn, without either."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from fido2 import cbor

ORIGIN = "http://localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Telephone:
    """One device with one passkey; `asks` says whether it asks for a finger before it answers."""

    asks: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: token_bytes(16))
    user: str = ""

    def _data(self, site: str, flags: int, more: bytes = b"") -> bytes:
        return sha256(site.encode()).digest() + bytes([flags | (VERIFIED if self.asks else 0)]) + b"\0\0\0\1" + more

    def _answer(self, response: dict[str, Any]) -> str:
        key = _text(self.credential)
        return json.dumps(
            {"type": "public-key", "id": key, "rawId": key, "response": response, "clientExtensionResults": {}}
        )

    def makes(self, wishes: str) -> str:
        """Make a passkey as the site wishes; what the browser sends back."""
        asked = json.loads(wishes)["publicKey"]
        self.user = asked["user"]["id"]
        point = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: point.x.to_bytes(32, "big"), -3: point.y.to_bytes(32, "big")}
        held = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + cbor.encode(public)
        data = self._data(asked["rp"]["id"], PRESENT | ATTESTED, held)
        return self._answer(
            {
                "clientDataJSON": _text(_said("webauthn.create", asked["challenge"])),
                "attestationObject": _text(cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})),
            }
        )

    def shows(self, question: str, *, origin: str = ORIGIN) -> str:
        """Show the passkey to a site that asks; what the browser sends back."""
        asked = json.loads(question)["publicKey"]
        data, said = self._data(asked["rpId"], PRESENT), _said("webauthn.get", asked["challenge"], origin)
        signature = self.key.sign(data + sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": _text(said),
                "authenticatorData": _text(data),
                "signature": _text(signature),
                "userHandle": self.user,
            }
        )


def _said(what: str, challenge: str, origin: str = ORIGIN) -> bytes:
    return json.dumps({"type": what, "challenge": challenge, "origin": origin, "crossOrigin": False}).encode()
