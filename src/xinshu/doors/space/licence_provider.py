"""The provider of electronic licences 电子营业执照 by OpenID Connect: where to send someone, and what is proved after.

Authorization code with PKCE; only what the provider has signed counts (its ID token). Nothing is kept from one round to
the next: metadata and keys are read anew, so that a new key is known, and a withdrawn one worth nothing, at once.
"""

import secrets
import ssl
import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple
from urllib.parse import urlencode, urlsplit

import httpx
from authlib.oauth2 import OAuth2Error  # type: ignore[import-untyped]
from authlib.oauth2.client import OAuth2Client  # type: ignore[import-untyped]
from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
from authlib.oidc.discovery import get_well_known_url  # type: ignore[import-untyped]
from django.conf import settings
from django.urls import reverse
from joserfc import jwt
from joserfc.errors import ExpiredTokenError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from xinshu.doors.notifying.channels import secret
from xinshu.doors.space.licence_faults import LicenceRefused, Unproved
from xinshu.kit.identifiers import CodeWarning, Scheme, check_code
from xinshu.parties.mandates.licences import Licence

SECRET: Final = "licence_client_secret"  # noqa: S105 the name of the file
ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384")
"""By which an ID token may be signed: never `none`, and by no secret that is shared with us."""

METHODS: Final = ("client_secret_basic", "client_secret_post")
LEEWAY: Final = 60
"""Seconds by which two clocks may differ."""

SECONDS: Final = 5.0
LONGEST: Final = 15.0
LARGEST: Final = 256 * 1024
LONGEST_SUBJECT: Final = 255
LOCAL: Final = frozenset({"localhost", "127.0.0.1", "::1"})
ODD: Final = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What a library raises for an answer that nobody should send."""


class Begun(NamedTuple):
    """What is kept of a round until its user is back: all of it is secret but `state`."""

    state: str
    nonce: str
    verifier: str


def offered() -> bool:
    """Whether the operator has connected a provider."""
    return bool(settings.LICENCE_ISSUER and settings.LICENCE_CLIENT_ID and secret(SECRET))


def begin() -> tuple[str, Begun]:
    """The provider's address to which the user goes, and what is kept until then. Raises LicenceRefused."""
    begun = Begun(*(secrets.token_urlsafe(48) for _ in Begun._fields))
    with _Wire() as wire:
        place = _metadata(wire)["authorization_endpoint"]
        said = {"state": begun.state, "nonce": begun.nonce, "code_verifier": begun.verifier, "prompt": "login"}
        address, _ = _client(wire).create_authorization_url(place, **said)
    return str(address), begun


def claimed(code: str, begun: Begun, *, at: datetime) -> Licence:
    """What the provider vouches for, for a code that it gave in that round. Raises LicenceRefused."""
    with _Wire() as wire:
        metadata = _metadata(wire)
        token = _exchanged(wire, metadata, code, begun)
        keys = wire.read(metadata["jwks_uri"])
    claims = _checked(token, keys, begun.nonce, at)
    return Licence(settings.LICENCE_ISSUER, claims["sub"], _code(claims), _role(claims))


def _client(wire: "_Wire", method: str = METHODS[0]) -> OAuth2Client:
    """Authlib's client. Where the user comes back to is a setting, never what a request says of itself."""
    return OAuth2Client(
        session=wire,
        client_id=settings.LICENCE_CLIENT_ID,
        client_secret=secret(SECRET),
        token_endpoint_auth_method=method,
        scope=settings.LICENCE_SCOPE,
        redirect_uri=f"{settings.SITE}{reverse('space:licence-back')}",
        code_challenge_method="S256",
    )


def _metadata(wire: "_Wire") -> Mapping[str, Any]:
    """What the provider says of itself (OpenID Connect Discovery); each address in it is safe to use."""
    if not offered():
        raise LicenceRefused(Unproved.NOT_OFFERED)
    found = wire.read(get_well_known_url(settings.LICENCE_ISSUER, external=True))
    if found.get("issuer") != settings.LICENCE_ISSUER:
        raise LicenceRefused(Unproved.UNREADABLE)
    for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
        _must_be_safe(found.get(name))
    return found


def _exchanged(wire: "_Wire", metadata: Mapping[str, Any], code: str, begun: Begun) -> Mapping[str, Any]:
    known = metadata.get("token_endpoint_auth_methods_supported", METHODS[:1])
    method = next((one for one in METHODS if isinstance(known, list | tuple) and one in known), None)
    if method is None:
        raise LicenceRefused(Unproved.UNREADABLE)
    try:
        said = {"grant_type": "authorization_code", "code": code, "code_verifier": begun.verifier}
        token = _client(wire, method).fetch_token(metadata["token_endpoint"], **said)
    except OAuth2Error as refused:
        why = Unproved.SPENT if refused.error == "invalid_grant" else Unproved.TURNED_AWAY
        raise LicenceRefused(why) from None
    except (httpx.HTTPError, *ODD):
        raise LicenceRefused(Unproved.UNREADABLE) from None
    return dict(token)


def _checked(token: Mapping[str, Any], keys: Mapping[str, Any], nonce: str, at: datetime) -> Mapping[str, Any]:
    """The claims of an ID token: signed by the provider, for us, in this round, still good (Core section 3.1.3.7)."""
    try:
        found = jwt.decode(
            token["id_token"],
            KeySet.import_key_set(keys),  # type: ignore[arg-type]
            registry=JWSRegistry(algorithms=ALGORITHMS, strict_check_header=False),
        )
    except ODD:
        raise LicenceRefused(Unproved.UNSIGNED) from None
    asked = {
        "iss": {"essential": True, "value": settings.LICENCE_ISSUER},
        "aud": {"essential": True, "value": settings.LICENCE_CLIENT_ID},
        "sub": {"essential": True},
    }
    ours = {
        "nonce": nonce,
        "client_id": settings.LICENCE_CLIENT_ID,
        "access_token": token.get("access_token"),
    }
    try:
        CodeIDToken(found.claims, found.header, asked, ours).validate(now=int(at.timestamp()), leeway=LEEWAY)
        sound = len(found.claims["sub"].encode()) <= LONGEST_SUBJECT
    except ExpiredTokenError:
        raise LicenceRefused(Unproved.EXPIRED) from None
    except ODD:
        sound = False
    if not sound:
        raise LicenceRefused(Unproved.NOT_FOR_US)
    return found.claims


def _code(claims: Mapping[str, Any]) -> str:
    """The organisation's code. A number that may be a person's is refused and goes no further."""
    said = claims.get(settings.LICENCE_CODE_CLAIM)
    if not isinstance(said, str) or not said.strip():
        raise LicenceRefused(Unproved.NO_CODE)
    check = check_code(said[:64])
    if check.scheme is Scheme.IDENTITY_NUMBER or CodeWarning.AMBIGUOUS_IDENTITY_NUMBER in check.warnings:
        raise LicenceRefused(Unproved.PERSON)
    if not check.valid or check.scheme is not Scheme.USCC:
        raise LicenceRefused(Unproved.BAD_CODE)
    return check.code


def _role(claims: Mapping[str, Any]) -> str:
    """The user's role, where the operator asks for one: only a word that the operator has listed is ever kept."""
    if not settings.LICENCE_ROLE_CLAIM:
        return ""
    said = claims.get(settings.LICENCE_ROLE_CLAIM)
    if not isinstance(said, str) or said not in settings.LICENCE_ROLES:
        raise LicenceRefused(Unproved.ROLE)
    return said


class _Wire:
    """By what one round's requests are sent: follows no redirect, reads little, takes nothing from the environment."""

    def __enter__(self) -> "_Wire":
        self.client = httpx.Client(timeout=SECONDS, verify=ssl.create_default_context(), trust_env=False)
        return self

    def __exit__(self, *_: object) -> None:
        self.client.close()

    def post(self, url: str, data: Mapping[str, str], headers: Mapping[str, str], auth: Any) -> httpx.Response:
        """As Authlib's client posts; `auth` is its own way of saying who we are."""
        url, headers, body = auth.prepare("POST", url, dict(headers), urlencode(data))
        return self.asked("POST", url, content=body, headers=headers)

    def read(self, url: str) -> Mapping[str, Any]:
        """A JSON object at an address of the provider's. Raises LicenceRefused."""
        answer = self.asked("GET", url, headers={"Accept": "application/json"})
        try:
            found = answer.raise_for_status().json()
        except (httpx.HTTPError, *ODD):
            raise LicenceRefused(Unproved.UNREADABLE) from None
        if not isinstance(found, dict):
            raise LicenceRefused(Unproved.UNREADABLE)
        return found

    def asked(self, method: str, url: str, **request: Any) -> httpx.Response:
        """One answer, read whole. Raises LicenceRefused where there is none, or too much of it."""
        _must_be_safe(url)
        deadline = time.monotonic() + LONGEST
        try:
            with self.client.stream(method, url, **request) as answer:
                body = bytearray()
                for chunk in answer.iter_bytes():
                    body += chunk
                    if len(body) > LARGEST or time.monotonic() > deadline:
                        raise LicenceRefused(Unproved.UNREADABLE)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise LicenceRefused(Unproved.DOWN) from None
        if answer.status_code >= 500:
            raise LicenceRefused(Unproved.DOWN)
        return httpx.Response(answer.status_code, content=bytes(body), request=answer.request)


def _must_be_safe(url: object) -> None:
    """HTTPS, or a provider on this very machine. Raises LicenceRefused."""
    try:
        place = urlsplit(url) if isinstance(url, str) else None
        host = None if place is None else place.hostname
    except ValueError:
        place, host = None, None
    if place is None or not host:
        raise LicenceRefused(Unproved.UNREADABLE)
    local = host in LOCAL and urlsplit(settings.LICENCE_ISSUER).hostname in LOCAL
    if place.scheme != "https" and not (place.scheme == "http" and local):
        raise LicenceRefused(Unproved.UNSAFE)
