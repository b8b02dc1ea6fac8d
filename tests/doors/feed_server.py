"""A made-up platform with a real signed log: it serves feed, snapshot, stream, log and site by adr/0019, and lies on request."""

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xinshu.bulk.canonical import canonical
from xinshu.register.publog.leaf import Event, commitment, ended, leaf, parse
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.merkle import leaf_hash
from xinshu.tlog.note import ED25519, VerifierKey, sign, signed
from xinshu.tlog.tile import Growth

ORIGIN = "credit.example/log"
FAR = "2036-12-31"
CODE, OTHER_CODE = "919999990000002110", "919999990000003316"


@dataclass
class Entry:
    """An entry, and what it is made of; `adverse` content is told to subscribers only."""

    leaf: bytes
    event: Event
    of: int | None
    salt: bytes
    content: dict[str, Any] | None
    adverse: bool = False


@dataclass
class Asked:
    """A request, and who waits for its answer."""

    path: str
    query: dict[str, str]
    token: str
    body: bytes


Answer = tuple[int, list[bytes]]
Lies = Callable[[Asked, Answer], Answer]


@dataclass
class Platform:
    """What is entered, how much of it is signed, and what is shown; `lies` may alter every answer on its way."""

    seed: int = 0
    origin: str = ORIGIN
    day: date = date(2026, 11, 27)
    most: int = 1_000
    goes_back_to: int = 0
    token: str = "secret"
    lies: Lies | None = None
    entries: list[Entry] = field(default_factory=list)
    tiles: dict[str, bytes] = field(default_factory=dict)
    size: int = 0
    checkpoint: str = ""
    notes: dict[int, str] = field(default_factory=dict)
    asked: list[Asked] = field(default_factory=list)
    acknowledged: list[int] = field(default_factory=list)
    streamed: list[bytes] = field(default_factory=list)
    hidden: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By reference: what the site says of a record in place of what the log says; an empty one is not shown."""

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._private = Ed25519PrivateKey.from_private_bytes(bytes([7]) * 32)
        self.key = VerifierKey(self.origin, ED25519, self._private.public_key().public_bytes_raw())
        self._growth = Growth(0, {})
        self.integrate()

    def show(self, code: str = CODE, *, until: str | None = FAR, adverse: bool = False, what: str = "") -> int:
        record = {
            "ref": str(UUID(bytes=self.chance.randbytes(16))),
            "kind": "ADMIN_PENALTY" if adverse else "ADMIN_LICENCE",
            "document_number": what or f"示市监许〔2026〕{len(self.entries):04d}号",
            "shown_from": "2026-01-01",
            "shown_until": until,
        }
        return self._enter(Event.SHOWN, None, {"record": record, "subject": code}, adverse)

    def change(self, of: int, **changes: Any) -> int:
        content = self.entries[of].content
        assert content is not None
        changed = {**content, "record": content["record"] | changes}
        return self._enter(Event.CHANGED, of, changed, self.entries[of].adverse)

    def end(self, of: int) -> int:
        return self._enter(Event.ENDED, of, None, self.entries[of].adverse)

    def end_first(self) -> int:
        """What is shown and ended before either has a number: the ending is numbered first."""
        self.end(self.show())
        self.entries[-2:] = self.entries[:-3:-1]
        self.entries[-2].of = len(self.entries) - 1
        return len(self.entries) - 2

    def rules(self) -> int:
        return self._enter(Event.RULES, None, None, False)

    def integrate(self, size: int | None = None) -> None:
        """Put entries into the tree, as far as told, and sign it."""
        new = self.entries[self.size : len(self.entries) if size is None else size]
        hashes = [leaf_hash(entry.leaf) for entry in new]
        self.tiles |= {tile.path: content for tile, content in self._growth.add(hashes)}
        self.tiles |= {tile.path: content for tile, content in self._growth.partial()}
        self.size = self._growth.size
        self.checkpoint = self.notes[self.size] = self.note(self.size, self._growth.root())

    def note(self, size: int, root: bytes) -> str:
        text = Checkpoint(self.origin, size, root).text
        return str(signed(text, [sign(text, self.key, self._private.sign)]))

    def standing(self) -> dict[int, Entry]:
        """What stands by the whole log: number and entry."""
        replaced = {entry.of for entry in self.entries}
        entries = enumerate(self.entries)
        return {number: entry for number, entry in entries if entry.content is not None and number not in replaced}

    def shown(self, *, adverse: bool = False, signed_only: bool = True) -> dict[int, bytes]:
        """What is shown today, as canonical JSON by number; of what is signed. An entry not signed yet may end one."""
        found = {
            number: canonical(entry.content)
            for number, entry in self.standing().items()
            if _is_on(entry, self.day) and (adverse or not entry.adverse)
        }
        return {number: content for number, content in found.items() if number < self.size or not signed_only}

    def _enter(self, event: Event, of: int | None, content: dict[str, Any] | None, adverse: bool) -> int:
        reference, salt = self.chance.randbytes(16), self.chance.randbytes(16)
        told = canonical(content)
        if event is Event.ENDED and of is not None:
            told = ended(parse(self.entries[of].leaf).reference)
        committed = commitment(salt, told)
        self.entries.append(Entry(leaf(event, reference, committed), event, of, salt, content, adverse))
        return len(self.entries) - 1

    def answer(self, asked: Asked) -> Answer:
        """The answer to a request: status and body, piece by piece."""
        self.asked.append(asked)
        answer = self._truth(asked)
        return answer if self.lies is None else self.lies(asked, answer)

    def _truth(self, asked: Asked) -> Answer:
        path = asked.path
        if path.startswith("/log/"):
            return self._log(path.removeprefix("/log/"))
        if path == "/changes/stream":
            return 200, self.streamed
        adverse = path.startswith("/api/v1/subscription/")
        if adverse and asked.token != f"Bearer {self.token}":
            return 401, [b'{"error":"NOT_SIGNED_IN"}']
        name = path.removeprefix("/api/v1/").removeprefix("subscription/")
        if name == "changes":
            return self._changes(int(asked.query["after"]), int(asked.query.get("most", 1000)), adverse)
        if name == "snapshot":
            return 200, list(self._snapshot(adverse))
        return self._other(name, asked.body)

    def _other(self, name: str, body: bytes) -> Answer:
        if name == "acknowledgements":
            self.acknowledged.append(orjson.loads(body)["through"])
            return 200, [b"{}"]
        if name == "kinds":
            kinds = [{"id": "ADMIN_PENALTY", "effect": "ADVERSE"}, {"id": "ADMIN_LICENCE", "effect": "NEUTRAL"}]
            return 200, [orjson.dumps({"kinds": kinds})]
        if name.startswith("subjects/"):
            return 200, [self._subject(name.removeprefix("subjects/"))]
        return 404, [b"{}"]

    def _log(self, path: str) -> Answer:
        if path == "checkpoint":
            return 200, [self.checkpoint.encode()]
        return (200, [self.tiles[path]]) if path in self.tiles else (404, [b""])

    def _changes(self, after: int, most: int, adverse: bool) -> Answer:
        if after > self.size:
            return 409, [orjson.dumps({"error": "FEED_AHEAD", "size": self.size})]
        if after < self.goes_back_to:
            return 410, [b'{"error":"FEED_TOO_OLD"}']
        until = min(self.size, after + min(most, self.most))
        shown = self.shown(adverse=adverse)
        told = {
            "after": after,
            "next": until,
            "size": self.size,
            "day": self.day.isoformat(),
            "checkpoint": self.checkpoint,
            "changes": [self.line(number, shown, adverse, after) for number in range(after, until)],
        }
        return 200, [orjson.dumps(told)]

    def line(self, number: int, shown: dict[int, bytes], adverse: bool, after: int) -> dict[str, Any]:
        entry = self.entries[number]
        told: dict[str, Any] = {
            "number": number,
            "event": entry.event.name,
            "leaf": entry.leaf.hex(),
            "of": entry.of if (entry.of or 0) < self.size else None,
            "salt": entry.salt.hex() if number in shown else None,
            "content": entry.content if number in shown else None,
        }
        if adverse:
            had = entry.event is Event.ENDED and (entry.of or 0) < after
            told["reason"] = {"code": "REPAIRED", "zh": "修复", "en": "Repaired"} if had else None
        return told

    def _snapshot(self, adverse: bool) -> Iterator[bytes]:
        head = {"size": self.size, "checkpoint": self.checkpoint, "day": self.day.isoformat(), "edition": "0" * 64}
        yield orjson.dumps(head) + b"\n"
        shown = self.shown(adverse=adverse)
        for number in shown:
            entry = self.entries[number]
            told = {"number": number, "leaf": entry.leaf.hex(), "salt": entry.salt.hex(), "content": entry.content}
            yield orjson.dumps(told) + b"\n"
        yield orjson.dumps({"end": len(shown)}) + b"\n"

    def _subject(self, code: str) -> bytes:
        shown = [orjson.loads(content) for content in self.shown(adverse=True, signed_only=False).values()]
        records = [content["record"] for content in shown if content["subject"] == code]
        records = [self.hidden.get(record["ref"], record) for record in records]
        body = {"code": code, "name": "示例", "kind": "COMPANY", "records": [record for record in records if record]}
        return orjson.dumps({"code": code, "day": self.day.isoformat(), "bodies": [body] if body["records"] else []})

    def event(self, name: str, number: int = 0) -> None:
        """Have the stream tell an event."""
        told: dict[str, Any] = {"size": self.size, "checkpoint": self.checkpoint}
        if name == "change":
            line = self.line(number, {}, False, 0)
            told = {each: line[each] for each in ("number", "event", "leaf", "of")}
        self.streamed.append(f"id: {number + 1}\nevent: {name}\ndata: {orjson.dumps(told).decode()}\n\n".encode())


@contextmanager
def served(platform: Platform) -> Iterator[str]:
    """The address at which a platform answers."""
    with serving(platform.answer) as url:
        yield url


@contextmanager
def serving(answer: Callable[[Asked], Answer]) -> Iterator[str]:
    """A real HTTP server; an answer without a last piece of `CUT` is whole."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, pieces = answer(Asked(parts.path, query, self.headers.get("Authorization", ""), body))
            self.send_response(status)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            for piece in pieces:
                if piece is CUT:
                    self.close_connection = True
                    return
                if piece:
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.write(b"0\r\n\r\n")

        do_POST = do_GET  # noqa: N815 the name that http.server calls

        def handle(self) -> None:
            # Whoever asked may be gone, as tests of SIGKILL want it.
            with suppress(BrokenPipeError, ConnectionResetError):
                super().handle()

        def log_message(self, *told: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


CUT = b"the connection breaks off here"


def _is_on(entry: Entry, day: date) -> bool:
    assert entry.content is not None
    until = entry.content["record"]["shown_until"]
    return until is None or until >= day.isoformat()
