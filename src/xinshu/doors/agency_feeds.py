"""Fetches an agency's public feed, from public addresses alone, and audits it; by command and each night.

An address is looked up once and asked at the very place that was looked at: no private network can be reached by it.
"""

import socket
import ssl
import time
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from typing import Final

import httpx
from django.conf import settings
from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.regimes.agencies.actions import audit, follow_acknowledgements, note_failure
from xinshu.regimes.agencies.clearing import erase_addresses, erase_slips
from xinshu.regimes.agencies.copies import LARGEST, Compared, NoSample, Sample
from xinshu.regimes.agencies.queries import Acknowledged, AgencyRow, agencies
from xinshu.regimes.agencies.states import Source
from xinshu.uses.sharing.queries import SubscriptionRow, subscriptions

SECONDS: Final = 30.0
LONGEST: Final = 300.0
"""Seconds that a whole feed may take."""

PORTS: Final = {"http": 80, "https": 443}
Progress = Callable[[int, int | None], None]


class FeedFault(XinshuError):
    """A feed cannot be read; the sentence says why, never what stands there."""


def audit_feed(agency: AgencyRow, *, actor: str, moment: Moment, progress: Progress) -> tuple[Sample, Compared]:
    """Fetch and compare the feed of an agency. Raises FeedFault or NoSample, which is noted."""
    if not agency.feed:
        raise FeedFault("该机构没有登记数据地址；请用 --file 给出样本。It has no feed; give a sample with --file.")
    try:
        content = fetched(agency.feed, progress)
        return audit(name=agency.name, content=content, source=Source.FEED, actor=actor, moment=moment)
    except (FeedFault, NoSample) as fault:
        note_failure(name=agency.name, failure=str(fault), actor=actor, moment=moment)
        raise


def fetched(address: str, progress: Progress) -> bytes:
    """What stands at an address: 64 MiB at most, within LONGEST seconds, no redirect followed. Raises FeedFault."""
    url = httpx.URL(address)
    if url.scheme not in PORTS or not url.host or url.userinfo:
        raise FeedFault("数据地址须为http或https，不带用户名。The address is http or https, without a user's name.")
    place = url.copy_with(host=_looked_up(url.host, url.port or PORTS[url.scheme]))
    headers = {"Host": url.netloc.decode("ascii"), "Accept": "application/x-ndjson, text/csv"}
    started = time.monotonic()
    try:
        with (
            httpx.Client(timeout=SECONDS, verify=ssl.create_default_context(), trust_env=False) as client,
            client.stream("GET", place, headers=headers, extensions={"sni_hostname": url.host}) as response,
        ):
            if response.status_code != httpx.codes.OK:
                raise FeedFault(f"数据地址没有给出数据。The address gives no data: HTTP {response.status_code}")
            return _body(response, started, progress)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FeedFault(f"读不到数据地址。The address cannot be read: {type(error).__name__}") from None


def _body(response: httpx.Response, started: float, progress: Progress) -> bytes:
    said = response.headers.get("content-length", "")
    total = int(said) if said.isdecimal() else None
    body = bytearray()
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > LARGEST or time.monotonic() - started > LONGEST:
            raise FeedFault("数据超过64MiB或传送过慢。The data exceed 64 MiB, or come too slowly.")
        progress(len(body), total)
    return bytes(body)


def _looked_up(host: str, port: int) -> str:
    """The one address of a host that is asked; every address of it must be public, or of a network that is allowed."""
    try:
        found = [ip_address(str(row[4][0])) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except (OSError, ValueError):
        raise FeedFault("找不到这个主机。No such host is found.") from None
    allowed = [ip_network(network) for network in settings.AGENCY_NETWORKS]
    for address in found:
        inner = getattr(address, "ipv4_mapped", None) or address
        if not (inner.is_global and not inner.is_multicast) and not any(inner in network for network in allowed):
            raise FeedFault(
                "数据地址在内部网络，不予访问；确需访问的写入 XINSHU_AGENCY_NETWORKS。"
                " The address lies in a private network, which is not asked (see XINSHU_AGENCY_NETWORKS)."
            )
    return str(found[0])


def _untold(done: int, total: int | None) -> None:
    """Nobody watches."""


def audit_all(moment: Moment) -> int:
    """Audit the feed of each agency that has one; how many could be compared."""
    count = 0
    for agency in agencies():
        if agency.feed:
            try:
                audit_feed(agency, actor="audit", moment=moment, progress=_untold)
            except XinshuError:
                continue
            count += 1
    return count


@app.periodic(cron="20 20 * * *")
@app.task(
    name="agencies.audit", queue="timers", queueing_lock="audit_agencies", lock="audit_agencies", retry=AFTER_A_LOSS
)
def _audit(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily, in the small hours here (the queue's own schedule counts in UTC), after the day has turned."""
    with told_without_values("audit agencies"):
        moment = now()
        audit_all(moment)
        follow_acknowledgements(map(acknowledged, subscriptions()), moment=moment)
        erase_addresses(moment=moment)
        erase_slips()


def acknowledged(row: SubscriptionRow) -> Acknowledged:
    """How far a subscriber has applied every ending, as the room of agencies asks for it."""
    return Acknowledged(row.recipient, row.acknowledged, row.acknowledged_at)
