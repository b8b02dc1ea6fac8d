"""A pull from a paged HTTP service of JSON: page after page, by token, by number or by Link header."""

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import httpx
import orjson

from xinshu.doors.connectors.configuration import secret
from xinshu.doors.connectors.delivery import Delivered, deliver_pull, position
from xinshu.doors.connectors.durations import persist
from xinshu.doors.connectors.entries import Connector, LinkPaging, NumberPaging, ServiceSource, TokenPaging
from xinshu.doors.connectors.faults import SourceFault, Unavailable
from xinshu.doors.connectors.web import asked, opened, same_host


class Page(NamedTuple):
    """One answer: its records, how the next page is asked for (None: there is none), and a digest of the whole."""

    records: list[Any]
    next: str | None
    digest: bytes


def take_in(connector: Connector, source: ServiceSource) -> Iterator[Delivered]:
    """The records of at most `most_pages` pages as one batch, if there are any."""
    at = position(connector)
    delivered = deliver_pull(connector, Pages(connector, source, at), seen=at.get("seen"))
    if delivered is not None:
        yield delivered


def looked_at(connector: Connector, source: ServiceSource) -> str:
    """Whether the first page can be read as configured; takes nothing and tells no value."""
    pages = Pages(connector, source, {})
    with opened(source.timeout, source.ca_file) as client:
        page = pages.page(client, None)
    for record in page.records[:1]:
        pages.line(record)
    return f"服务可读，首页记录数 service can be read; records on the first page: {len(page.records)}"


class Pages:
    """One pull. Between runs it keeps where to go on (`next`), since when (`since`), the highest value yet (`high`).

    A pull that `most_pages` cut short goes on where it stood, under the same `since`; only a pull that came to its end
    moves `since`. So records may come in any order.
    """

    def __init__(self, connector: Connector, source: ServiceSource, at: dict[str, Any]) -> None:
        self.connector, self.source = connector, source
        self.next: str | None = at.get("next")
        self.since: str | None = at.get("since")
        self.high: str | None = at.get("high") or self.since
        self.headers = {"Accept": "application/json"}
        if source.token_secret:
            self.headers[source.token_header] = source.token_prefix + secret(source.token_secret)

    def lines(self) -> Iterator[bytes]:
        """The records, page by page, as lines of JSON."""
        asked_for: set[str | None] = {self.next}
        last = b""
        with opened(self.source.timeout, self.source.ca_file) as client:
            for _ in range(self.source.most_pages):
                page = self.page(client, self.next)
                if page.digest == last and isinstance(self.source.paging, NumberPaging):
                    return self._ended(None)
                last = page.digest
                if page.records:
                    yield b"".join(map(self.line, page.records))
                if page.next is None:
                    return self._ended(self.next)
                if page.next in asked_for:
                    raise SourceFault(
                        "服务的分页走成一圈，未收。The service's pages lead in a circle; nothing was taken in."
                    )
                asked_for.add(page.next)
                self.next = page.next
        return None

    def reached(self) -> dict[str, Any]:
        """Where the next pull goes on, and since when it asks."""
        return {"next": self.next, "since": self.since, "high": self.high}

    def page(self, client: httpx.Client, place: str | None) -> Page:
        """One page; an answer that breaks off or is no JSON is asked for again."""
        back_off = self.connector.back_off
        url, parameters = self._address(place)
        request: dict[str, Any] = {"params": parameters, "headers": self.headers}

        def attempt() -> Page:
            body, headers = asked(client, "GET", url, back_off.model_copy(update={"attempts": 1}), **request)
            try:
                # Numbers stay as they are written: no amount goes through a binary float.
                answer = json.loads(body, parse_float=str, parse_int=str)
            except (ValueError, RecursionError):
                raise Unavailable("服务的应答不是完整的JSON。The service's answer is not whole JSON.") from None
            return self._page(answer, headers, place, hashlib.sha256(body).digest())

        return persist(attempt, first=back_off.first, most=back_off.most, attempts=back_off.attempts)

    def line(self, record: Any) -> bytes:
        """A record as one line of JSON under the template's headers."""
        row = {header: _text(_at(record, path), path) for path, header in self.source.fields.items()}
        if self.source.since is not None:
            self.high = _higher(self.high, _text(_at(record, self.source.since.field), self.source.since.field))
        return orjson.dumps(row) + b"\n"

    def _ended(self, place: str | None) -> None:
        """The last page is read: the next pull begins anew, or with the last token where that stays good."""
        resumes = isinstance(self.source.paging, TokenPaging) and self.source.paging.resumes
        self.next = place if resumes else None
        self.since = self.high

    def _address(self, place: str | None) -> tuple[str, dict[str, str] | None]:
        if isinstance(self.source.paging, LinkPaging) and place is not None:
            return place, None
        parameters = dict(self.source.parameters)
        if self.source.since is not None and self.since is not None:
            parameters[self.source.since.parameter] = self.since
        match self.source.paging:
            case TokenPaging(parameter=parameter) if place is not None:
                parameters[parameter] = place
            case NumberPaging() as paging:
                parameters[paging.parameter] = place or str(paging.first)
                if paging.size_parameter is not None:
                    parameters[paging.size_parameter] = str(paging.size)
        return self.source.url, parameters

    def _page(self, answer: Any, headers: httpx.Headers, place: str | None, digest: bytes) -> Page:
        records = _at(answer, self.source.records)
        if not isinstance(records, list):
            raise SourceFault(
                f"服务应答的“{self.source.records or '（全文）'}”不是列表，请核对records。"
                " The answer holds no list at the path `records`."
            )
        match self.source.paging:
            case TokenPaging(next=path):
                return Page(records, _text(_at(answer, path), path) or None, digest)
            case NumberPaging(first=first):
                return Page(records, str(int(place or first) + 1) if records else None, digest)
            case LinkPaging():
                return Page(records, self._linked(headers, place), digest)
        return Page(records, None, digest)

    def _linked(self, headers: httpx.Headers, place: str | None) -> str | None:
        links = httpx.Response(200, headers=headers).links
        if "next" not in links or not links["next"].get("url"):
            return None
        following = str(httpx.URL(place or self.source.url).join(links["next"]["url"]))
        if not same_host(self.source.url, following):
            raise SourceFault("下一页在另一主机，不予跟随。The next page is on another host, which is not followed.")
        return following


def _at(value: Any, path: str) -> Any:
    """What stands at a dotted path; None when the path ends early."""
    for part in path.split(".") if path else ():
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    return value


def _text(value: Any, path: str) -> str | None:
    match value:
        case None | str():
            return value
        case bool():
            return "true" if value else "false"
        case list() if all(isinstance(item, str) for item in value):
            return "；".join(value)
    raise SourceFault(
        f"字段“{path}”不是单个值，请写到其内层。The field is no single value; write the path to one inside it."
    )


def _higher(one: str | None, other: str | None) -> str | None:
    """The greater of two values: as numbers where both are, else as text (times of one form and zone)."""
    if one is None or other is None:
        return one or other
    try:
        return max(one, other, key=Decimal)
    except InvalidOperation:
        return max(one, other)
