"""The client of the feed: pages, snapshot, stream and acknowledgements by HTTP, asked again at need."""

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import httpx
import orjson

from xinshu.doors.follower.lies import Away, Kind, Lie, NotAllowed, TooOld
from xinshu.doors.follower.lines import Page, page
from xinshu.doors.published_log import NotThere, Source

T = TypeVar("T")

MOST: Final = 1_000
WAIT: Final = 25
"""Seconds that the server holds the answer until there is something new, at the most."""

SECONDS: Final = 60.0
LARGEST: Final = 64 << 20
LARGEST_LINE: Final = 4 << 20
WORTH_TRYING: Final = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class BackOff:
    """How often something is tried, and the seconds before the second try, doubling up to `most`."""

    tries: int = 6
    first: float = 1.0
    most: float = 60.0


class Feed:
    """A platform, by its address; with a token as a registered recipient. Takes nothing from the environment."""

    def __init__(self, place: str, *, token: str | None = None, back_off: BackOff | None = None) -> None:
        self.place = place.rstrip("/") + "/"
        self.adverse = token is not None
        self._back_off = back_off or BackOff()
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._api = "api/v1/subscription" if self.adverse else "api/v1"
        self._client = httpx.Client(base_url=self.place, timeout=SECONDS, trust_env=False, follow_redirects=False)

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def page(self, after: int, *, wait: int = 0) -> Page:
        """What follows the first `after` entries. Raises TooOld, Lie (the log is shorter), Away, NotAllowed."""
        asked: dict[str, int] = {"after": after, "most": MOST} | ({"wait": wait} if wait else {})

        def once() -> Page:
            answer = self._send("GET", f"{self._api}/changes", params=asked)
            if answer.status_code == 410:
                raise TooOld("变更接口已不含这么早的条目。 The feed does not go back that far.")
            if answer.status_code == 409:
                raise _ahead(after, answer.content)
            return page(_good(answer))

        return self._again(once)

    def snapshot(self, use: Callable[[Iterator[bytes]], T]) -> T:
        """Hand the lines of a snapshot to `use`; from the beginning again where they do not arrive whole."""

        def once() -> T:
            with self._streamed(
                "GET", self.place + f"{self._api}/snapshot", {"Accept": "application/x-ndjson"}
            ) as body:
                return use(lines(body))

        return self._again(once)

    def acknowledge(self, through: int) -> bool:
        """Say that every ending before that entry is applied; False where the server has not told us so far."""

        def once() -> bool:
            answer = self._send("POST", f"{self._api}/acknowledgements", json={"through": through})
            if answer.status_code == 409:
                return False
            _good(answer)
            return True

        return self._again(once)

    def get(self, path: str) -> bytes:
        """Any public answer, by its path, as anyone gets it. Raises Away, NotAllowed."""
        return self._again(lambda: _good(self._send("GET", path, token=False)))

    def log(self) -> Source:
        """The published log of the same place."""

        def read(path: str) -> bytes:
            def once() -> bytes:
                answer = self._send("GET", f"log/{path}", token=False)
                if answer.status_code == 404:
                    raise NotThere(f"日志中没有 {path}。 The log has no {path}.")
                return _good(answer)

            return self._again(once)

        return Source(self.place + "log/", read)

    @contextmanager
    def stream(self, place: str, after: int) -> Iterator[Iterator[bytes]]:
        """The lines of a stream of events, from a cursor on; no token goes there. Raises Away."""
        joint = "&" if "?" in place else "?"
        headers = {"Accept": "text/event-stream", "Last-Event-ID": str(after)}
        with self._streamed("GET", f"{place}{joint}after={after}", headers, token=False) as body:
            yield lines(body)

    def _again(self, once: Callable[[], T]) -> T:
        seconds = self._back_off.first
        for _ in range(self._back_off.tries - 1):
            try:
                return once()
            except Away as error:
                wait = seconds * random.uniform(0.5, 1.0) if error.after is None else error.after  # noqa: S311 no secret
                time.sleep(min(wait, self._back_off.most))
                seconds = min(seconds * 2, self._back_off.most)
        return once()

    def _send(self, method: str, path: str, *, token: bool = True, **how: Any) -> httpx.Response:
        with self._streamed(method, self.place + path, {}, token=token, open_to_all=True, **how) as body:
            content = bytearray()
            for piece in body.pieces:
                content += piece
                if len(content) > LARGEST:
                    raise Away("应答过长。 The answer is longer than any answer should be.")
            return httpx.Response(body.status, headers=body.told, content=bytes(content))

    @contextmanager
    def _streamed(
        self,
        method: str,
        place: str,
        headers: dict[str, str],
        *,
        token: bool = True,
        open_to_all: bool = False,
        **how: Any,
    ) -> Iterator["Body"]:
        sent = headers | (self._headers if token else {})
        try:
            with self._client.stream(method, place, headers=sent, **how) as answer:
                if not open_to_all:
                    _refuse(answer)
                yield Body(answer.status_code, _told(answer), answer.iter_bytes())
        except httpx.HTTPError as error:
            raise Away(f"现在联系不上服务器。 The server cannot be reached now: {type(error).__name__}.") from error


@dataclass(frozen=True, slots=True)
class Body:
    """An answer while it arrives: its status, the header that matters, and its bytes, piece by piece."""

    status: int
    told: dict[str, str]
    pieces: Iterator[bytes]


def lines(body: Body) -> Iterator[bytes]:
    """The lines of a body without their ends. Raises Away for one that does not end."""
    rest = b""
    for piece in body.pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line.removesuffix(b"\r") for line in whole)
        if len(rest) > LARGEST_LINE:
            raise Away("应答有一行过长。 A line of the answer is longer than any line should be.")
    if rest:
        yield rest


def _told(answer: httpx.Response) -> dict[str, str]:
    return {name: answer.headers[name] for name in ("retry-after",) if name in answer.headers}


def _good(answer: httpx.Response) -> bytes:
    _refuse(answer)
    return answer.content


def _refuse(answer: httpx.Response) -> None:
    """Raises Away where it is worth another try, NotAllowed for any other answer but a good one."""
    status = answer.status_code
    if status < 300:
        return
    if status in WORTH_TRYING:
        after = answer.headers.get("retry-after", "")
        raise Away(
            f"服务器现在不能回答。 The server cannot answer now: HTTP {status}.",
            after=float(after) if after.isdecimal() else None,
        )
    if status in (401, 403):
        raise NotAllowed(f"服务器不接受令牌，请核对。 The server refuses the token; look at it: HTTP {status}.")
    raise NotAllowed(f"服务器拒绝请求，请核对地址。 The request is refused; look at the address: HTTP {status}.")


def _ahead(after: int, received: bytes) -> Lie:
    try:
        told: Iterable[Any] = orjson.loads(received)["error"]
    except (ValueError, TypeError, KeyError):
        told = ""
    if told != "FEED_AHEAD":
        raise NotAllowed("服务器拒绝请求，请核对地址。 The request is refused; look at the address: HTTP 409.")
    lie = Lie(
        Kind.ROLLED_BACK,
        after - 1,
        f"服务器称日志没有第 {after - 1} 号条目，而它先前签名公布过：日志被回退，或另有一本。",
        f"The server says that its log has no entry {after - 1}, which it had signed: rolled back, or another log.",
    )
    lie.received = received
    return lie
