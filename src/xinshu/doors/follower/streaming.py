"""Server-sent events: what ends is gone the moment that it is told; content and proof are fetched from the feed."""

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

import orjson

from xinshu.doors.follower.feed import Feed
from xinshu.doors.follower.following import Follower
from xinshu.doors.follower.lies import Away
from xinshu.doors.follower.lines import UNREADABLE, streamed
from xinshu.doors.published_log import NotThere
from xinshu.kit.clock import now

FIRST: Final = 1.0
LONGEST: Final = 60.0
"""Seconds before the stream is opened again."""

PATIENCE: Final = 2.0
"""Seconds after which a change is fetched though no checkpoint was told with it."""

LARGEST: Final = 1 << 20


class Event(NamedTuple):
    """An event: its name and data; a comment, which keeps the line open, is one without either."""

    name: str
    data: str


def events(lines: Iterable[bytes]) -> Iterator[Event]:
    """The events of a stream (WHATWG HTML, section 9.2.6). Raises Away for one that is too long."""
    name, size = "", 0
    data: list[str] = []
    for line in lines:
        size += len(line)
        if size > LARGEST:
            raise Away(UNREADABLE)
        if not line:
            if data:
                yield Event(name or "message", "\n".join(data))
            name, data, size = "", [], 0
            continue
        field, _, value = line.decode("utf-8", "replace").partition(":")
        value = value.removeprefix(" ")
        if not field:
            yield Event("", "")
        elif field == "event":
            name = value
        elif field == "data":
            data.append(value)


class Listener:
    """Hears a stream of one platform for one copy."""

    def __init__(self, follower: Follower, feed: Feed, say: Callable[[str], None]) -> None:
        self._follower, self._feed, self._say = follower, feed, say
        self._caught_up = 0.0

    def keep_in_step(self, place: str) -> None:
        """Follow a stream for ever; where it breaks off it is opened again. Raises LieFound, NotAllowed."""
        wait = FIRST
        while True:
            try:
                if self.listen(place):
                    wait = FIRST
            except (Away, NotThere) as error:
                self._say(str(error))
            time.sleep(wait)
            wait = min(wait * 2, LONGEST)

    def listen(self, place: str) -> bool:
        """Catch up, then hear a stream to its end; whether anything was told."""
        told = False
        self._catch_up()
        with self._feed.stream(place, self._follower.next) as lines:
            for event in events(lines):
                told = True
                self._hear(event)
        return told

    def _hear(self, event: Event) -> None:
        """Endings first and at once; whatever else, an API that is away for a while does not keep us from hearing."""
        state = self._follower.state
        if state is None:
            return
        # Who is "behind" is told nothing of what lies between; the stream goes on from where the log stands.
        due = event.name == "behind" or state.day != now().day.isoformat()
        if event.name == "change":
            line = streamed(event.data)
            self._follower.tell(line)
            due = due or (line.number >= state.next and time.monotonic() - self._caught_up > PATIENCE)
        elif event.name == "checkpoint":
            due = due or self._follower.look_at(_note(event.data)) > state.next
        if due:
            try:
                self._catch_up()
            except (Away, NotThere) as error:
                self._say(str(error))

    def _catch_up(self) -> None:
        self._caught_up = time.monotonic()
        self._follower.catch_up()


def _note(data: str) -> str:
    try:
        return str(orjson.loads(data)["checkpoint"])
    except (ValueError, TypeError, KeyError) as error:
        raise Away(UNREADABLE) from error
