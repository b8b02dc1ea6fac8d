"""The feed as server-sent events: a small process that reads the tables of the log, and nothing else (docs/adr/0019).

One watcher looks for what is new and keeps the last events, encoded once; each reader is sent what lies beyond its
cursor. It holds no content, so that nobody needs a token, and there is nothing in it that could end.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, Final
from urllib.parse import parse_qs

import orjson
from django.db import Error, connection

from xinshu.register.publog.queries import Stand, lines, stand
from xinshu.uses.sharing.forms import line_json

PATH: Final = "/changes/stream"
KEPT: Final = 10_000
"""Entries that are in memory; a reader that is further behind is sent to the API."""
AT_ONCE: Final = 500
"""Entries in one piece of an answer."""
LOOK: Final = 0.1
AGAIN: Final = 1.0
"""Seconds between two looks, and until the next where the database was away."""
QUIET: Final = 15.0
"""Seconds after which a reader is told that we are still there."""

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"access-control-allow-origin", b"*"),
    (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
)

logger = logging.getLogger(__name__)


class Watch:
    """What is new in the log: the events of its last entries, and where it stands (None before the first look)."""

    def __init__(self) -> None:
        self.stand: Stand | None = None
        self.events: deque[bytes] = deque(maxlen=KEPT)
        self.size = 0
        self.news = asyncio.Event()

    async def look(self) -> None:
        """Look again and again; a database that is away is looked for again.

        One thread does it: a connection is of the thread that opened it.
        """
        loop, thread = asyncio.get_running_loop(), ThreadPoolExecutor(1)
        while True:
            found = await loop.run_in_executor(thread, _looked, None if self.stand is None else self.size)
            if found is None:
                await asyncio.sleep(AGAIN)
                continue
            now, events = found
            if now != self.stand:
                self.events += events
                self.stand, self.size = now, now.size
                woken, self.news = self.news, asyncio.Event()
                woken.set()
            await asyncio.sleep(LOOK)

    def beyond(self, cursor: int) -> tuple[Iterable[bytes], int] | None:
        """Some events after a cursor, and the cursor after them; None where they are no longer kept."""
        begins = self.size - len(self.events)
        if not begins <= cursor <= self.size:
            return None
        end = min(cursor + AT_ONCE, self.size)
        return islice(self.events, cursor - begins, end - begins), end


def _looked(known: int | None) -> tuple[Stand, list[bytes]] | None:
    """What is new; None where the database is away."""
    try:
        return _new(known)
    except Error as failure:
        logger.warning("the log cannot be read: %s", type(failure).__name__)
        connection.close()
        return None


def _new(known: int | None) -> tuple[Stand, list[bytes]]:
    """Where the log stands, and the events of its entries beyond what is known; the last KEPT of them at the most.

    Danger: it runs beside the loop, and touches nothing that readers are sent from.
    """
    now = stand()
    begin = max(known or 0, now.size - KEPT)
    return now, [
        _event(line.number + 1, b"change", line_json(line))
        for first in range(begin, now.size, AT_ONCE)
        for line in lines(first, min(first + AT_ONCE, now.size))
    ]


class Stream:
    """The ASGI application: one address, to which every reader is connected for as long as it likes."""

    def __init__(self) -> None:
        self.watch: Watch | None = None
        self.looking: asyncio.Task[None] | None = None

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer one reader."""
        if scope["type"] == "lifespan":
            return await _lives(receive, send)
        if scope["type"] != "http" or scope["path"] != PATH:
            return await _answered(send, 404, b"not found: GET /changes/stream?after=N\n")
        if scope["method"] != "GET":
            return await _answered(send, 405, b"GET only\n")
        cursor = _cursor(scope)
        if cursor is not None and cursor < 0:
            return await _answered(send, 422, b"`after` and Last-Event-ID are numbers of entries\n")
        watch = self._watching()
        if watch.stand is None:
            await watch.news.wait()
        await send({"type": "http.response.start", "status": 200, "headers": list(HEADERS)})
        sending = asyncio.ensure_future(_send_on(watch, watch.size if cursor is None else cursor, send))
        leaving = asyncio.ensure_future(_gone(receive))
        await asyncio.wait({sending, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in (sending, leaving):
            task.cancel()
        return None

    def _watching(self) -> Watch:
        """The one watcher, begun with the first reader, in the loop that serves it."""
        if self.watch is None:
            self.watch = Watch()
            self.looking = asyncio.ensure_future(self.watch.look())
        return self.watch


async def _send_on(watch: Watch, cursor: int, send: Send) -> None:
    """What is beyond the cursor, whenever there is something."""
    told: Stand | None = None
    while True:
        news, now = watch.news, watch.stand
        found = watch.beyond(cursor)
        if found is None:
            cursor = watch.size
            await _piece(send, _event(cursor, b"behind", b'{"size":%d}' % cursor))
            continue
        events, cursor = found
        piece = b"".join(events)
        if now is not None and now != told and cursor == watch.size == now.size:
            piece += _event(cursor, b"checkpoint", orjson.dumps({"size": now.size, "checkpoint": now.checkpoint}))
            told = now
        if piece:
            await _piece(send, piece)
            continue
        try:
            await asyncio.wait_for(news.wait(), QUIET)
        except TimeoutError:
            await _piece(send, b": still here\n\n")


async def _piece(send: Send, body: bytes) -> None:
    await send({"type": "http.response.body", "body": body, "more_body": True})


def _event(cursor: int, name: bytes, data: bytes) -> bytes:
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (cursor, name, data)


def _cursor(scope: Message) -> int | None:
    """Where a reader stopped; None: it begins now; -1: it says no number."""
    said = dict(scope["headers"]).get(b"last-event-id", b"").decode("latin-1")
    said = said or parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[0]
    if not said:
        return None
    return int(said) if said.isascii() and said.isdigit() and len(said) < 16 else -1


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _answered(send: Send, status: int, body: bytes) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _lives(receive: Receive, send: Send) -> None:
    while True:
        said = (await receive())["type"]
        await send({"type": f"{said}.complete"})
        if said == "lifespan.shutdown":
            return
