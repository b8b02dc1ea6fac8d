"""What stands around every answer of the API: validators, who may read it from where, one shape for every refusal.

An ETag is made of the answer's own bytes and of nothing else (docs/adr/0015).
"""

from collections.abc import Callable
from hashlib import blake2b
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import parse_etags

from xinshu.register.access.answers import error

PREFIX: Final = "/api/v1/"

SAFE: Final = frozenset({"GET", "HEAD"})
ANY_ORIGIN: Final = "*"
EXPOSED: Final = (
    "ETag, Link, Retry-After, Xinshu-State, RateLimit-Limit, RateLimit-Remaining, RateLimit-Reset, RateLimit-Policy"
)
PREFLIGHT: Final = {
    "Access-Control-Allow-Origin": ANY_ORIGIN,
    "Access-Control-Allow-Methods": "GET, HEAD",
    "Access-Control-Allow-Headers": "If-None-Match",
    "Access-Control-Max-Age": "86400",
}
"""Said for every address alike, so that it tells nothing; no token is let through, so organs' routes stay shut."""

NO_TEXT: Final = ("地址中有不可用的字符。", "The address holds a character that no text may hold.")
WRONG_METHOD: Final = ("此地址不接受这种请求方法。", "This address does not take that method; see the header Allow.")


class Envelope:
    """Middleware: only for addresses of the API; every other answer passes through untouched."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer one request."""
        if not request.path_info.startswith(PREFIX):
            return self.get_response(request)
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return error(400, "NOT_TEXT", *NO_TEXT)
        if request.method == "OPTIONS" and "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in request.META:
            return HttpResponse(status=204, headers=PREFLIGHT)
        response = self.get_response(request)
        if response.status_code == 405:
            response = _wrong_method(response.headers["Allow"])
        if hasattr(request, "client") or hasattr(request, "recipient"):
            response.headers["Vary"] = "Authorization"
        elif request.method in SAFE:
            response.headers["Access-Control-Allow-Origin"] = ANY_ORIGIN
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
            return validated(request, response)
        return response


def validated(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """The answer with its ETag, or 304 without a body where the reader holds these very bytes already."""
    if response.status_code != 200 or not isinstance(response, HttpResponse):
        return response
    tag = response.headers["ETag"] = etag(response.content)
    asked = request.META.get("HTTP_IF_NONE_MATCH")
    if asked is not None and _holds(asked, tag):
        response.headers["Content-Length"] = str(len(response.content))  # of what is not sent again (RFC 9110, 8.6)
        response.status_code, response.content = 304, b""
        del response.headers["Content-Type"]
    return response


def etag(content: bytes) -> str:
    """A strong validator: the digest of the bytes that are sent."""
    return f'"{blake2b(content, digest_size=16).hexdigest()}"'


def _holds(asked: str, tag: str) -> bool:
    told = {one.removeprefix("W/") for one in parse_etags(asked)}
    return tag in told or "*" in told


def _wrong_method(allowed: str) -> HttpResponse:
    refused = error(405, "METHOD_NOT_ALLOWED", *WRONG_METHOD)
    refused.headers["Allow"] = allowed
    return refused
