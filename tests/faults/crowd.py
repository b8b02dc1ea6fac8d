"""Readers who ask a real, served house for one record in every form, all at once, and note what each answer held.

Before each question a reader reads how many entries of the public log have numbers: whatever is answered, the house
knew of that many when it was asked. What states a number of the log itself (changes, snapshots) is held to that too;
pages, the API of disclosure, search and files state none (docs/adr/0015, Decision 8).
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

import httpx
import orjson
import psycopg

from xinshu.register.publog.queries import NUMBERED

BUSY = 503
"""What one at a time may fetch (a snapshot, a file that is being made) says so to the others."""

PATIENCE = 300.0


class Look(NamedTuple):
    """A way to ask for the record: where, and what in the answer says that it holds the record.

    `told`: whether a feed tells that it ended, None where no such thing is told. `never`: its content is not for
    everyone, so that no answer ever holds it. `one_at_a_time`: it may be busy.
    """

    address: str
    holds: Callable[[httpx.Response], bool]
    told: Callable[[Any], bool] | None = None
    never: bool = False
    one_at_a_time: bool = False


class Seen(NamedTuple):
    """An answer: to whom, of which look, when it was asked for and answered, in the order of all.

    `numbered`: entries of the log that had numbers before it was asked for; `stated`: as many as the answer itself
    says that it tells of, None where it says none. `after`: asked for when the grant had been answered already.
    """

    reader: int
    look: str
    begun: int
    done: int
    numbered: int
    stated: int | None
    held: bool
    told: bool | None
    after: bool
    status: int


def looks(code: str, ref: str, name: str) -> dict[str, Look]:
    """Every form in which the house tells of a record."""

    def in_text(word: str) -> Callable[[httpx.Response], bool]:
        return lambda answer: word in answer.text

    def there(answer: httpx.Response) -> bool:
        return answer.status_code == 200

    def has_ended(said: Any) -> bool:
        return any(line["event"] == "ENDED" for line in said["changes"])

    body, record, link = f"/subjects/{code}/", f"/subjects/{code}/records/{ref}/", in_text(f"/subjects/{code}/")
    return {
        "page of the body": Look(body, in_text(ref)),
        "page of its kind": Look(f"{body}?kind=ADMIN_PENALTY", in_text(ref)),
        "page of the record": Look(record, there),
        "page of its proof": Look(f"{record}proof/", there),
        "API body": Look(f"/api/v1/subjects/{code}", in_text(ref)),
        "API records": Look(f"/api/v1/subjects/{code}/records", in_text(ref)),
        "API record": Look(f"/api/v1/subjects/{code}/records/{ref}", there),
        "search": Look(f"/?q={name}", link),
        "API search": Look(f"/api/v1/subjects?name={name}", in_text(code)),
        "suggestion": Look(f"/suggest/?q={name}", in_text(code)),
        "file of tables": Look("/api/v1/bulk/csv", in_text(ref), one_at_a_time=True),
        "file of lines": Look("/api/v1/bulk/ndjson", in_text(ref), one_at_a_time=True),
        "changes": Look("/api/v1/changes?after=0", in_text(ref), has_ended, never=True),
        "subscriber's changes": Look("/api/v1/subscription/changes?after=0", in_text(ref), has_ended),
        "snapshot": Look("/api/v1/snapshot", in_text(ref), never=True, one_at_a_time=True),
        "subscriber's snapshot": Look("/api/v1/subscription/snapshot", in_text(ref), one_at_a_time=True),
    }


@dataclass
class Crowd:
    """So many readers, each of whom goes through all looks in turn, again and again, from another one on."""

    base: str
    token: str
    looks: dict[str, Look]
    database: "psycopg.Connection[Any]"
    readers: int = 50
    granted: threading.Event = field(default_factory=threading.Event)
    seen: list[Seen] = field(default_factory=list)
    faults: list[BaseException] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._order = count()
        self._over = threading.Event()
        self._asking = threading.Lock()
        self._changed = threading.Condition()

    def now(self) -> int:
        """The next place in the order of all that happens."""
        return next(self._order)

    def numbered(self) -> int:
        """How many entries of the public log have numbers at this moment, committed."""
        with self._asking:
            row = self.database.execute(NUMBERED).fetchone()
        assert row is not None
        return int(row[0])

    @contextmanager
    def reading(self) -> Iterator[None]:
        """They read as long as the block lasts; what stopped one of them is raised at its end."""
        threads = [threading.Thread(target=self._read, args=(reader,)) for reader in range(self.readers)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._over.set()
            for thread in threads:
                thread.join(PATIENCE)
        if self.faults:
            raise self.faults[0]

    def wait_until(self, enough: Callable[[], bool]) -> None:
        """Wait for so many answers as are enough; asked again after each."""
        with self._changed:
            assert self._changed.wait_for(lambda: bool(self.faults) or enough(), PATIENCE), "the readers are stuck"
        if self.faults:
            raise self.faults[0]

    def each_has_looked(self, *, after: bool) -> bool:
        """Whether every reader has had an answer to every look, before the grant or after it."""
        return len({(one.reader, one.look) for one in self.seen if one.after == after}) == self.readers * len(
            self.looks
        )

    def feeds_tell(self, size: int) -> bool:
        """Whether everything that states a number has stated one of at least so many entries."""
        reached = {one.look for one in self.seen if one.stated is not None and one.stated >= size}
        return {"changes", "subscriber's changes", "snapshot", "subscriber's snapshot"} <= reached

    def _read(self, reader: int) -> None:
        names = list(self.looks)
        headers = {"Authorization": f"Bearer {self.token}"}
        try:
            with httpx.Client(base_url=self.base, headers=headers, timeout=PATIENCE) as client:
                for turn in count(reader):
                    if self._over.is_set():
                        return
                    found = self._asked(client, reader, names[turn % len(names)])
                    with self._changed:
                        self.seen.append(found)
                        self._changed.notify_all()
        except BaseException as fault:  # noqa: BLE001 - told by the main thread
            with self._changed:
                self.faults.append(fault)
                self._changed.notify_all()

    def _asked(self, client: httpx.Client, reader: int, name: str) -> Seen:
        look, after = self.looks[name], self.granted.is_set()
        numbered, begun = self.numbered(), self.now()
        answer = client.get(look.address)
        done, busy = self.now(), look.one_at_a_time and answer.status_code == BUSY
        assert busy or answer.status_code in {200, 404}, (name, answer.status_code, answer.text[:300])
        held = not busy and look.holds(answer)
        stated, told = None, None
        if not busy and ("snapshot" in name or look.told is not None):
            said = orjson.loads(answer.content.partition(b"\n")[0])
            stated, told = said["size"], None if look.told is None else look.told(said)
        return Seen(reader, name, begun, done, numbered, stated, held, told, after, answer.status_code)
