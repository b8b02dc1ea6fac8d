"""The feed for machines: changes and snapshot for everyone, and for subscribers, who acknowledge (docs/adr/0019)."""

import time
from collections.abc import Generator, Iterator, Sequence
from datetime import date
from threading import BoundedSemaphore
from typing import Annotated, Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from ninja import Query, Router

from xinshu.kit.clock import now
from xinshu.register.access.actions import note
from xinshu.register.access.answers import as_json, error, may_say
from xinshu.register.access.audience import moment_of, public, recipient, recipient_at
from xinshu.register.catalogues.queries import EditionRow, catalogue_on
from xinshu.register.publog.queries import Stand, stand
from xinshu.uses.sharing.actions import note_told
from xinshu.uses.sharing.forms import (
    ChangesAnswer,
    SubscribedAnswer,
    end_json,
    head_json,
    page_json,
    rows_json,
)
from xinshu.uses.sharing.queries import (
    MOST,
    Ahead,
    InBetween,
    Page,
    TooOld,
    changes,
    kinds_told,
    snapshot,
)

router = Router(tags=["feed 变更流"])
subscription = Router(tags=["bulk 批量数据"])

LONGEST: Final = 25
"""Seconds that an answer may be waited for."""
LOOK: Final = 0.2
"""Seconds between two looks whether the log has grown."""
PATIENCE: Final = 5.0
"""Seconds that a snapshot waits for a moment at which everything numbered is signed."""

SEATS: Final = BoundedSemaphore(1)
"""In each process one reader may wait for the log to grow; the others are answered at once, and use the stream."""
SENDING: Final = BoundedSemaphore(1)
"""In each process one snapshot is sent at a time: the others are told when to come again."""

NDJSON: Final = "application/x-ndjson"
SNAPSHOT: Final[dict[str, Any]] = {
    "responses": {
        200: {
            "description": "NDJSON: where the log stands, a line for each record, and `end` with their count",
            "content": {NDJSON: {"schema": {"type": "string", "format": "binary"}, "example": "(lines of JSON)"}},
        }
    }
}
BEING_MADE: Final = ("快照暂不能提供，请稍后再试。", "No snapshot can be sent at this moment; please try again.")

After = Annotated[int, Query(ge=0, le=2**53)]
Most = Annotated[int, Query(ge=1, le=MOST)]
Wait = Annotated[int, Query(ge=0, le=LONGEST)]


@router.get(
    "/changes",
    response=ChangesAnswer,
    summary="变更流 What began, changed and ended, from a cursor on",
    operation_id="changes",
    openapi_extra=may_say("FEED_TOO_OLD", "FEED_AHEAD", "NO_CATALOGUE"),
)
@public
def public_changes(request: HttpRequest, after: After = 0, most: Most = MOST, wait: Wait = 0) -> HttpResponse:
    """Each number once, in order. Follow `next`; with `wait` the answer comes when there is something, or in time."""
    found, day = _changes(request, after, most, wait, subscribed=False)
    return as_json(page_json(found, day, subscribed=False)) if isinstance(found, Page) else _refused(found)


@subscription.get(
    "/subscription/changes",
    response=SubscribedAnswer,
    summary="订阅变更流 The same for a registered recipient, adverse content and true reasons included",
    operation_id="subscription_changes",
    openapi_extra=may_say("FEED_TOO_OLD", "FEED_AHEAD", "NO_CATALOGUE"),
)
@recipient
def subscribed_changes(request: HttpRequest, after: After = 0, most: Most = MOST, wait: Wait = 0) -> HttpResponse:
    """As `changes`. Apply endings at once, and acknowledge them. What was told leaves a line in the trail."""
    found, day = _changes(request, after, most, wait, subscribed=True)
    if not isinstance(found, Page):
        return _refused(found)
    through = found.after + len(found.lines)
    if found.lines:
        told = sum(line.content is not None for line in found.lines)
        leave_a_line(request, "FETCH_CHANGES", f"log {found.after} to {through} content {told}")
        who = recipient_at(request).name
        note_told(recipient=who, since=found.after, through=through, moment=moment_of(request))
    return as_json(page_json(found, day, subscribed=True))


@router.get(
    "/snapshot",
    summary="快照 All that is shown now, with the cursor to go on from",
    operation_id="snapshot",
    openapi_extra=SNAPSHOT | may_say("BEING_MADE", "NO_CATALOGUE"),
)
@public
def public_snapshot(request: HttpRequest) -> HttpResponseBase:
    """Of the kinds that are not adverse; read while it is sent, so that there is no old one."""
    found = _first(request, subscribed=False)
    return _being_made() if found is None else _sent(*found)


@subscription.get(
    "/subscription/snapshot",
    summary="订阅快照 The same for a registered recipient, adverse records included",
    operation_id="subscription_snapshot",
    openapi_extra=SNAPSHOT | may_say("BEING_MADE", "NO_CATALOGUE"),
)
@recipient
def subscribed_snapshot(request: HttpRequest) -> HttpResponseBase:
    """As `snapshot`. What is fetched leaves a line in the trail, before the transaction in which it is read."""
    size = stand().size
    leave_a_line(request, "FETCH_SNAPSHOT", f"log {size}")
    note_told(recipient=recipient_at(request).name, since=size, through=size, moment=moment_of(request))
    found = _first(request, subscribed=True)
    return _being_made() if found is None else _sent(*found)


def _changes(
    request: HttpRequest, after: int, most: int, wait: int, *, subscribed: bool
) -> tuple[Page | TooOld | Ahead, date]:
    moment = now() if _waited(after, wait) else moment_of(request)
    kinds = kinds_told(catalogue_on(moment.day).catalogue, adverse=subscribed)
    found = changes(after, most=most, kinds=kinds, on_date=moment.day, instant=moment.instant, reasons=subscribed)
    return found, moment.day


def _waited(after: int, seconds: int) -> bool:
    """Wait until the log goes beyond a cursor, for so many seconds at most, where there is a seat to wait in.

    Danger: the day may have ended meanwhile; after a wait the clock is to be read anew.
    """
    if not seconds or not SEATS.acquire(blocking=False):
        return False
    try:
        end = time.monotonic() + seconds
        while stand().size == after and time.monotonic() < end:
            time.sleep(LOOK)
        return True
    finally:
        SEATS.release()


def _refused(found: TooOld | Ahead) -> HttpResponse:
    if isinstance(found, TooOld):
        zh = f"变更流现从 {found.begins} 起；请以快照重新开始。"
        return error(410, "FEED_TOO_OLD", zh, f"The feed begins at {found.begins} now; start from a snapshot.")
    size = found.stand.size
    zh = f"游标超出日志（现有 {size} 条）；请保存您的副本和检查点为证。"
    return error(409, "FEED_AHEAD", zh, f"The log has {size} entries; keep your copy and checkpoint as evidence.")


Rows = Generator[Any]


def _first(request: HttpRequest, *, subscribed: bool) -> tuple[Stand, Rows, date, EditionRow] | None:
    """A snapshot of which the beginning is read; None where no other may begin now, or there is no moment for it."""
    day = moment_of(request).day
    edition = catalogue_on(day)
    kinds = kinds_told(edition.catalogue, adverse=subscribed)
    end = time.monotonic() + PATIENCE
    while True:
        rows = _alone(kinds, day)
        try:
            return next(rows), rows, day, edition
        except StopIteration:
            return None
        except InBetween:
            if time.monotonic() > end:
                return None
            time.sleep(LOOK)


def _alone(kinds: Sequence[str], day: date) -> Rows:
    """A snapshot, or nothing while another is sent. The seat goes with it: read to its end, closed, or forgotten."""
    if SENDING.acquire(blocking=False):
        try:
            yield from snapshot(kinds=kinds, on_date=day)
        finally:
            SENDING.release()


class Sending:
    """A snapshot on its way, which the server closes however it ends, sent or not."""

    def __init__(self, standing: Stand, rows: Rows, day: date, edition: EditionRow) -> None:
        self.head, self.rows = head_json(standing, day, edition.hash), rows
        self.close = rows.close

    def __iter__(self) -> Iterator[bytes]:
        count = 0
        yield self.head
        for part in self.rows:
            count += len(part)
            yield rows_json(part)
        yield end_json(count)


def _sent(standing: Stand, rows: Rows, day: date, edition: EditionRow) -> StreamingHttpResponse:
    return StreamingHttpResponse(Sending(standing, rows, day, edition), content_type=NDJSON)


def _being_made() -> HttpResponse:
    told = error(503, "BEING_MADE", *BEING_MADE)
    told.headers["Retry-After"] = "5"
    return told


def leave_a_line(request: HttpRequest, act: str, matter: str) -> None:
    """Before anything is sent (G21)."""
    who = recipient_at(request)
    note(
        actor=f"recipient:{who.name}"[:64],
        act=act,
        matter=matter,
        purpose=who.purpose,
        organ="",
        moment=moment_of(request),
    )
