"""A small OpenID provider of electronic licences for tests: real HTTP, real keys; it can be told to misbehave."""

import base64
import hashlib
import json
import secrets
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import httpx
import orjson
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, RSAKey
from joserfc.jws import serialize_compact

from xinshu.kit.clock import now

CLIENT, SECRET = "xinshu-test", "a secret of the test + 秘密".encode().hex()
CLAIM = "unified_social_credit_code"
PERSON = {"name": "示例赵钱孙", "phone_number": "13800001111", "id_number": "11010519491231002X"}
"""What a provider may tell of the person who signs in; none of it is ever kept here."""


@cache
def key(name: str) -> RSAKey | ECKey:
    """A key by its name, made once for all tests."""
    if name.startswith("ec"):
        return ECKey.generate_key("P-256", {"kid": name})
    return RSAKey.generate_key(2048, {"kid": name})


@dataclass
class Asked:
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    said: dict[str, str]


@dataclass
class Provider:
    """What it says and does; each field is a way to misbehave."""

    issuer: str = ""
    redirect: str = ""
    claims: dict[str, Any] = field(default_factory=dict)
    """Beside the usual ones, or in their place; None leaves one out."""

    metadata: dict[str, Any] = field(default_factory=dict)
    signs_with: str = "rsa-1"
    publishes: tuple[str, ...] = ("rsa-1",)
    header: dict[str, Any] = field(default_factory=dict)
    token: dict[str, Any] = field(default_factory=dict)
    forge: Callable[[dict[str, Any]], str] | None = None
    """Writes the ID token in the provider's place."""

    answers: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    """Status, headers and body in place of the usual answer at a path."""

    declines: str = ""
    asked: list[Asked] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)

    def at(self, path: str) -> list[Asked]:
        """What was asked at a path."""
        return [one for one in self.asked if one.path == path]

    def answer(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        """What it answers."""
        self.asked.append(asked)
        if asked.path in self.answers:
            return self.answers[asked.path]
        places: Mapping[str, Callable[[Asked], tuple[int, dict[str, str], bytes]]] = {
            "/.well-known/openid-configuration": lambda _: _json(self._metadata()),
            "/jwks": lambda _: _json({"keys": [key(name).as_dict(private=False) for name in self.publishes]}),
            "/authorize": self._authorize,
            "/token": self._token,
        }
        return places.get(asked.path, lambda _: (404, {}, b""))(asked)

    def _metadata(self) -> dict[str, Any]:
        usual = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "response_types_supported": ["code"],
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
        }
        return {name: value for name, value in (usual | self.metadata).items() if value is not None}

    def _authorize(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        """The user signs in and agrees, at once; what no good provider takes is refused on a page of its own."""
        said = asked.said
        sound = (
            said.get("response_type") == "code"
            and said.get("client_id") == CLIENT
            and said.get("redirect_uri") == self.redirect
            and "openid" in said.get("scope", "").split()
            and said.get("code_challenge_method") == "S256"
            and len(said.get("code_challenge", "")) == 43
            and said.get("state")
            and said.get("nonce")
        )
        if not sound:
            return 400, {}, b"this is not asked as it should be"
        if self.declines:
            back = {"error": self.declines, "error_description": "示例", "state": said["state"]}
        else:
            code = secrets.token_urlsafe(16)
            self.codes[code] = said
            back = {"code": code, "state": said["state"]}
        return 302, {"Location": f"{said['redirect_uri']}?{urlencode(back)}"}, b""

    def _token(self, asked: Asked) -> tuple[int, dict[str, str], bytes]:
        if not self._is_client(asked):
            return _json({"error": "invalid_client"}, 401)
        begun = self.codes.pop(asked.said.get("code", ""), None)
        digest = hashlib.sha256(asked.said.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        same = begun is not None and asked.said.get("redirect_uri") == self.redirect
        if begun is None or not same or begun["code_challenge"] != challenge:
            return _json({"error": "invalid_grant"}, 400)
        said = self._claims(begun["nonce"])
        written = self.forge(said) if self.forge else signed(said, self.signs_with, **self.header)
        usual = {"access_token": "opaque", "token_type": "Bearer", "expires_in": 60, "id_token": written}
        return _json({name: value for name, value in (usual | self.token).items() if value is not None})

    def _is_client(self, asked: Asked) -> bool:
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        by_post = (asked.said.get("client_id"), asked.said.get("client_secret")) == (CLIENT, SECRET)
        methods = self._metadata().get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        return (
            by_post if "client_secret_basic" not in methods else asked.headers.get("Authorization") == f"Basic {basic}"
        )

    def _claims(self, nonce: str) -> dict[str, Any]:
        at = int(now().instant.timestamp())
        usual = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "subject-1",
            "iat": at,
            "exp": at + 300,
            "nonce": nonce,
            **PERSON,
        }
        return {name: value for name, value in (usual | self.claims).items() if value is not None}


def signed(claims: dict[str, Any], name: str, **header: Any) -> str:
    """An ID token as a good provider writes it."""
    usual = {"alg": "ES256" if name.startswith("ec") else "RS256", "kid": name}
    whole = usual | header
    content = json.dumps(claims).encode()
    return serialize_compact(whole, content, key(name), algorithms=[whole["alg"]])


def unsigned(claims: dict[str, Any]) -> str:
    """An ID token by the algorithm `none`."""
    return f"{_part({'alg': 'none'})}.{_part(claims)}."


def by_shared_secret(claims: dict[str, Any]) -> str:
    """An ID token by HMAC, of which the client knows the secret too."""
    return jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(SECRET), algorithms=["HS256"])


def by_public_key(claims: dict[str, Any]) -> str:
    """An ID token by HMAC under the text of the public key: everyone knows it."""
    text = key("rsa-1").as_pem(private=False).decode()
    return jwt.encode(
        {"alg": "HS256", "kid": "rsa-1"}, claims, OctKey.import_key(text.encode().hex()), algorithms=["HS256"]
    )


def changed_after(claims: dict[str, Any]) -> str:
    """An ID token of which the claims were changed after it was signed."""
    head, _, signature = signed(claims, "rsa-1").split(".")
    return f"{head}.{_part(claims | {CLAIM: '91999999000010030B'})}.{signature}"


def agreed(address: str) -> str:
    """The user goes to the provider and agrees: where the browser is sent then, as path and query of this site."""
    answer = httpx.get(address, follow_redirects=False, trust_env=False, verify=False)
    assert answer.status_code == 302, answer.text
    back = urlsplit(answer.headers["Location"])
    return f"{back.path}?{back.query}"


@contextmanager
def provider(redirect: str, tls: tuple[Path, Path] | None = None) -> Iterator[Provider]:
    """The provider on a port of this machine, over TLS where a certificate and its key are given."""
    made = Provider(redirect=redirect)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET", dict(parse_qsl(urlsplit(self.path).query)))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer("POST", {name: values[0] for name, values in parse_qs(body).items()})

        def _answer(self, method: str, said: dict[str, str]) -> None:
            asked = Asked(method, urlsplit(self.path).path, dict(self.headers), said)
            status, headers, body = made.answer(asked)
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    made.issuer = f"http{'s' if tls else ''}://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _json(value: Any, status: int = 200) -> tuple[int, dict[str, str], bytes]:
    return status, {"Content-Type": "application/json"}, orjson.dumps(value)


def _part(value: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(value)).rstrip(b"=").decode()
