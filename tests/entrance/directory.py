"""A small OpenID Connect directory on the loopback: real requests, real signatures, and a few ways to go wrong on purpose."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from secrets import token_urlsafe
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "kinkeeper", "a-secret-between-us"
ACCESS = "what-opens-the-directory"


@dataclass
class Directory:
    """Who is signed in at the directory now (`person`), and what it says of them."""

    person: dict[str, Any] = field(default_factory=dict)
    address: str = ""
    signs_with: rsa.RSAPrivateKey | None = None
    signs_how: str = "RS256"
    heads: dict[str, Any] = field(default_factory=dict)
    calls_itself: str = ""
    sends_elsewhere: str = ""
    says_instead: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: rsa.RSAPrivateKey = field(default_factory=lambda: rsa.generate_private_key(65537, 2048))

    def id_token(self) -> str:
        """What the directory says and signs."""
        now = int(time.time())
        said = {"iss": self.address, "aud": CLIENT, "iat": now, "exp": now + 300, **self.person, **self.says_instead}
        keys: dict[str, Any] = {"none": None, "HS256": SECRET * 4}
        key = keys.get(self.signs_how, self.signs_with or self.key)
        return jwt.encode(said, key, algorithm=self.signs_how, headers={"kid": "one", **self.heads})

    def about(self) -> dict[str, Any]:
        """Where its doors are."""
        doors = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
        return {
            "issuer": self.calls_itself or self.address,
            **{name: f"{self.address}/{path}" for name, path in doors.items()},
        }

    def keys(self) -> dict[str, Any]:
        """Its public key."""
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [{**public, "kid": "one", "alg": "RS256", "use": "sig"}]}

    def authorize(self, asked: dict[str, str]) -> str:
        """Send the person back with a code."""
        assert (asked["client_id"], asked["code_challenge_method"]) == (CLIENT, "S256")
        code = token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, asked: dict[str, str]) -> tuple[int, dict[str, Any]]:
        """Change a code into tokens, once, for whoever has the secret and the verifier."""
        begun = self.codes.pop(asked.get("code", ""), None)
        proof = base64.urlsafe_b64encode(sha256(asked.get("code_verifier", "").encode()).digest()).rstrip(b"=").decode()
        if begun is None or asked.get("client_secret") != SECRET or proof != begun["code_challenge"]:
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": ACCESS, "token_type": "Bearer", "expires_in": 300, "id_token": self.id_token()}


def _first(text: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(text).items()}


@contextmanager
def serving() -> Iterator[Directory]:
    """The directory, answering on a free port of the loopback."""
    it = Directory()

    class Door(BaseHTTPRequestHandler):
        def _say(self, body: dict[str, Any], status: int = 200) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            elsewhere = parts.path.startswith("/.well-known") and it.sends_elsewhere
            if parts.path == "/authorize" or elsewhere:
                self.send_response(302)
                self.send_header("Location", elsewhere or it.authorize(_first(parts.query)))
                self.send_header("Content-Length", "0")
                self.end_headers()
            else:
                self._say(it.keys() if parts.path == "/keys" else it.about())

        def do_POST(self) -> None:
            status, body = it.token(_first(self.rfile.read(int(self.headers["Content-Length"])).decode()))
            self._say(body, status)

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Door)
    it.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
