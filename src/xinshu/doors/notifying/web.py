"""One POST to a foreign address: looked up once and asked at that very place, no redirect followed, little read."""

import socket
import ssl
import time
from collections.abc import Mapping
from ipaddress import ip_address, ip_network

import httpx

from xinshu.doors.notifying.channels import NotNow, NotSent

SECONDS = 10.0
LONGEST = 20.0
LARGEST = 16 * 1024
FOR_NOW = frozenset({408, 425, 429})
PORTS = {"http": 80, "https": 443}


def posted(address: str, content: bytes, headers: Mapping[str, str], *, networks: tuple[str, ...] | None) -> bytes:
    """The answer to a POST of JSON, at most 16 KiB of it.

    `networks`: the private ones that may be asked beside public addresses; None: the operator's own gateway, anywhere.
    Raises NotNow for what may pass, else NotSent; neither names the address.
    """
    try:
        url = httpx.URL(address)
        place = url if networks is None else url.copy_with(host=_looked_up(url, networks))
        sent = {"Host": url.netloc.decode("ascii"), "Content-Type": "application/json", **headers}
        deadline = time.monotonic() + LONGEST
        with (
            httpx.Client(timeout=SECONDS, verify=ssl.create_default_context(), trust_env=False) as client,
            client.stream(
                "POST", place, content=content, headers=sent, extensions={"sni_hostname": url.host}
            ) as response,
        ):
            _must_be_done(response.status_code)
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > LARGEST or time.monotonic() > deadline:
                    raise NotSent("对方的回答过大或过慢。The answer is too large or too slow.")
            return bytes(body)
    except httpx.HTTPError as error:
        raise NotNow(f"对方暂不可用。The other side cannot be reached now: {type(error).__name__}") from None
    except httpx.InvalidURL:
        raise NotSent("网址不对。This is no address.") from None


def _must_be_done(status: int) -> None:
    if 200 <= status < 300:
        return
    if status in FOR_NOW or status >= 500:
        raise NotNow(f"对方暂不可用。The other side cannot take it now: HTTP {status}")
    raise NotSent(
        f"对方拒收或转向别处，不予跟随。It is refused, or sent elsewhere, which is not followed: HTTP {status}"
    )


def _looked_up(url: httpx.URL, networks: tuple[str, ...]) -> str:
    """The one address of a host that is asked; every address of it must be public, or of a network that is allowed."""
    try:
        found = socket.getaddrinfo(url.host, url.port or PORTS.get(url.scheme, 0), type=socket.SOCK_STREAM)
        places = [ip_address(str(row[4][0])) for row in found]
    except (OSError, ValueError):
        raise NotNow("找不到这个主机。No such host is found.") from None
    allowed = [ip_network(network) for network in networks]
    for place in places:
        inner = getattr(place, "ipv4_mapped", None) or place
        public = inner.is_global and not inner.is_multicast
        if not public and not any(inner in network for network in allowed):
            raise NotSent("地址在内部网络，不予访问。The address lies in a private network, which is not asked.")
    return str(places[0])
