"""How often one address may ask the public API and the search: a bucket for each, in this process, kept nowhere else.

The address itself is not kept: only its hash under a key that is drawn when the process begins and ends with it.
"""

import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from hashlib import blake2b
from ipaddress import IPv6Address, ip_address, ip_network
from math import ceil
from threading import Lock
from typing import Final

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.http import HttpRequest, HttpResponse

from xinshu.register.access.answers import error

MINUTE: Final = 60.0

MOST_CLIENTS: Final = 50_000
"""Buckets that are kept at once, some 10 MB; the one that was asked for longest ago makes room."""

API: Final = "/api/v1/"
SEARCHES: Final = ("/search", "/suggest")
FORMS: Final = ("/slips/", "/agencies/notices/", "/own/sign-in/", "/own/register/", "/own/factor/")
"""Forms by which something is told or tried: slips, the notices of an agency, and who signs in as an organisation."""

ORGANS: Final = tuple(
    API + name
    for name in ("batches", "records/", "header-mappings", "reconciliations", "alarms", "repair-decisions", "effects")
)
"""Addresses of organs' own systems: known by their tokens, and free to send a file in many pieces."""

TOO_MANY: Final = ("请求过于频繁，请稍后再试。", "Too many requests; please wait and try again.")


class RateLimit:
    """Middleware: a bucket of XINSHU_RATE_LIMIT requests for each address, refilled over a minute; 0 = none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        if not settings.RATE_LIMIT:
            raise MiddlewareNotUsed
        self.get_response = get_response
        self.proxies = tuple(ip_network(proxy) for proxy in settings.TRUSTED_PROXIES)
        self.buckets = Buckets(settings.RATE_LIMIT)
        self.fixed = {"RateLimit-Limit": str(self.buckets.size), "RateLimit-Policy": f"{self.buckets.size};w=60"}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, or say when to come again."""
        if not limited(request):
            return self.get_response(request)
        left, wait = self.buckets.take(self._client(request))
        if left < 0:
            response = error(429, "TOO_MANY_REQUESTS", *TOO_MANY)
            response.headers["Retry-After"] = str(ceil(1 / self.buckets.pace))
        else:
            response = self.get_response(request)
        headers = response.headers
        for name, value in self.fixed.items():
            headers[name] = value
        headers["RateLimit-Remaining"] = str(max(left, 0))
        headers["RateLimit-Reset"] = str(wait)
        return response

    def _client(self, request: HttpRequest) -> str:
        """Who asks: the peer, or behind trusted proxies the nearest address that is none; of IPv6 its network of 64."""
        address: str = request.META.get("REMOTE_ADDR", "")
        if not self.proxies and ":" not in address:
            return address
        passed = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if self.proxies else []
        while passed and self._is_proxy(address):
            address = passed.pop().strip()
        return _network(address)

    def _is_proxy(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return False
        return any(known in proxy for proxy in self.proxies)


class Buckets:
    """Tokens of many clients: `size` at most for each, `pace` of them back each second. Safe between threads."""

    def __init__(self, size: int, *, most: int = MOST_CLIENTS, clock: Callable[[], float] = time.monotonic) -> None:
        self.size, self.pace, self.most, self.clock = size, size / MINUTE, most, clock
        self.key = secrets.token_bytes(32)
        self.lock = Lock()
        self.kept: OrderedDict[bytes, tuple[float, float]] = OrderedDict()

    def take(self, client: str) -> tuple[int, int]:
        """Take a token: how many are left (-1: there was none), and in how many seconds the bucket is full again."""
        name, now = blake2b(client.encode(), key=self.key, digest_size=16).digest(), self.clock()
        with self.lock:
            tokens, at = self.kept.pop(name, (float(self.size), now))
            tokens = min(float(self.size), tokens + max(now - at, 0.0) * self.pace)
            given = tokens >= 1
            tokens -= given
            self.kept[name] = (tokens, now)
            if len(self.kept) > self.most:
                self.kept.popitem(last=False)
        return (int(tokens) if given else -1), ceil((self.size - tokens) / self.pace)


def limited(request: HttpRequest) -> bool:
    """Whether the request counts: the public API, whatever searches by name, and what a slip tells."""
    path = request.path_info
    if path.startswith(API):
        return not path.startswith(ORGANS)
    return path.startswith((*SEARCHES, *FORMS)) or (path == "/" and "q=" in request.META.get("QUERY_STRING", ""))


def _network(address: str) -> str:
    """One household has a whole network of IPv6 addresses, and one bucket."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address) and known.ipv4_mapped is None:
        return str(ip_network((int(known) >> 64 << 64, 64)))
    return str(known)
