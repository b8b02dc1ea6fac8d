"""Sources for connectors: a connector of the test's own words, real HTTP servers that misbehave on request, a clean queue."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson

from tests import factories, filings
from xinshu.doors.connectors.entries import Connector

NEVER = "0 0 29 2 *"
"""A schedule that does not come up while a test runs."""

QUICK = {"attempts": 3, "first": "1ms", "most": "2s"}


def connector(source: dict[str, Any], **more: Any) -> Connector:
    """A connector of the made-up market organ, with that source."""
    entry = {
        "name": "market",
        "organ": factories.MARKET.code,
        "kind": "ADMIN_PENALTY",
        "schedule": NEVER,
        "attested_by": {"who": "示例审查小组", "document": "示市监信〔2026〕3号"},
        "back_off": QUICK,
        "source": source,
    }
    return Connector.model_validate(entry | more)


def row(number: int, **changes: Any) -> dict[str, str]:
    """A sound penalty of its own number, by the short names of tests/filings.py, without the identity document."""
    personal = {"representative_document": "", "representative_number": ""}
    return filings.penalty(number=f"示市监罚〔2026〕{number:04d}号", **personal, **changes)


@dataclass
class Request:
    """What a server was asked."""

    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


@dataclass
class Answer:
    """What it is to say; `cut` breaks the connection off in the middle of the body, `late` answers after seconds."""

    body: Any = None
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    cut: bool = False
    late: float = 0.0


@dataclass
class Server:
    """A server's address, and everything it was asked so far."""

    url: str
    asked: list[Request]


@contextmanager
def serving(answer: Callable[[Request, int], Answer]) -> Iterator[Server]:
    """A real HTTP server; `answer` gets the request and how many came before it."""
    asked: list[Request] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            request = Request(parts.path, query, dict(self.headers.items()), body)
            asked.append(request)
            self.say(answer(request, len(asked) - 1))

        do_POST = do_GET  # noqa: N815 the name that http.server calls

        def say(self, said: Answer) -> None:
            body = said.body if isinstance(said.body, bytes) else orjson.dumps(said.body)
            time.sleep(said.late)
            self.send_response(said.status)
            for name, value in {"Content-Length": str(len(body)), **said.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if said.cut else body)
            if said.cut:
                self.close_connection = True

        def log_message(self, *told: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield Server(f"http://127.0.0.1:{server.server_port}/rows", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
