"""One HTTP request of a connector: limits, what is worth another attempt, and no following to another host."""

import ssl
from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx

from xinshu.doors.connectors.durations import persist
from xinshu.doors.connectors.entries import BackOff
from xinshu.doors.connectors.faults import SourceFault, Unavailable
from xinshu.kit.clock import now

LARGEST_ANSWER = 64 * 1024 * 1024
MOST_REDIRECTS = 3
WORTH_TRYING = frozenset({408, 425, 429, 500, 502, 503, 504})
OWN_PORTS = {"http": 80, "https": 443}


def opened(timeout: timedelta, ca_file: Path | None) -> httpx.Client:
    """A client that takes nothing from the environment and follows no redirect by itself."""
    verify = ssl.create_default_context(cafile=str(ca_file)) if ca_file else True
    return httpx.Client(timeout=timeout.total_seconds(), verify=verify, trust_env=False, follow_redirects=False)


def asked(
    client: httpx.Client, method: str, url: str, back_off: BackOff, **request: Any
) -> tuple[bytes, httpx.Headers]:
    """The body and headers of a successful answer; SourceFault or Unavailable name the status only, never the address.

    Redirects are followed on the same scheme, host and port only: no other server is to get the token.
    """

    def attempt() -> tuple[bytes, httpx.Headers]:
        place = httpx.URL(url)
        for _ in range(MOST_REDIRECTS + 1):
            status, body, headers = _once(client, method, place, request)
            if status < 300:
                return body, headers
            if status not in (301, 302, 307, 308) or "location" not in headers:
                raise _refused(status, headers)
            place = place.join(headers["location"])
            if not same_host(url, str(place)):
                raise SourceFault(
                    "服务转向另一主机，不予跟随。The service redirects to another host, which is not followed."
                )
            request["params"] = None
        raise SourceFault("服务转向次数过多。The service redirects too often.")

    return persist(attempt, first=back_off.first, most=back_off.most, attempts=back_off.attempts)


def same_host(one: str, other: str) -> bool:
    """Whether two addresses share scheme, host and port."""
    places = [urlsplit(url) for url in (one, other)]
    named = [(place.scheme, place.hostname, place.port or OWN_PORTS.get(place.scheme)) for place in places]
    return named[0] == named[1]


def _once(
    client: httpx.Client, method: str, place: httpx.URL, request: Mapping[str, Any]
) -> tuple[int, bytes, httpx.Headers]:
    try:
        with client.stream(method, place, **request) as response:
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    raise SourceFault(
                        "服务的一页超过64MiB，请改小每页条数。A page exceeds 64 MiB; ask for smaller pages."
                    )
            return response.status_code, bytes(body), response.headers
    except httpx.HTTPError as error:
        raise Unavailable(f"服务暂不可用 The service cannot be reached now: {type(error).__name__}") from None


def _refused(status: int, headers: httpx.Headers) -> SourceFault:
    if status in WORTH_TRYING:
        return Unavailable(
            f"服务暂不可用 The service cannot answer now: HTTP {status}", retry_after=_retry_after(headers)
        )
    if status in (401, 403):
        return SourceFault(f"服务不许访问，请核对令牌。The service refuses us; look at the token: HTTP {status}")
    return SourceFault(
        f"服务拒绝请求，请核对地址与参数。The request is refused; look at address and parameters: HTTP {status}"
    )


def _retry_after(headers: httpx.Headers) -> float | None:
    """Seconds that the service asks us to wait: a number, or a time (RFC 9110 section 10.2.3)."""
    written = headers.get("retry-after", "").strip()
    if written.isdecimal():
        return float(written)
    try:
        until: datetime = parsedate_to_datetime(written)
    except (TypeError, ValueError):
        return None
    return max(0.0, (until - now().instant).total_seconds()) if until.tzinfo else None
