"""The public API of disclosure: the subject answer, its records page by page, one record, and the search by name."""

from datetime import date
from typing import Annotated
from uuid import UUID

import orjson
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from xinshu.doors.api.disclosure_forms import HitsAnswer, RecordForm, RecordsAnswer, SubjectAnswer
from xinshu.kit.cursors import BadCursor, read_cursor, write_cursor
from xinshu.kit.identifiers import SENTENCES, CodeCheck, check_code
from xinshu.kit.paging import LAST_PUBLIC_PAGE, pages
from xinshu.register.access.answers import answer, as_json, error, may_say
from xinshu.register.access.audience import moment_of, public
from xinshu.uses.disclosure.queries import (
    PAGE_SIZE,
    Place,
    record_page,
    records_onward,
    subject_answer,
)
from xinshu.uses.disclosure.search import long_enough, search

router = Router(tags=["disclosure 公示"])

NOT_FOUND = ("这里没有公示信息。", "Nothing is publicly shown at this address.")
BAD_CURSOR = (
    "游标无效：请原样使用上一页给出的next，或不带游标从头开始。",
    "Not a cursor of this list: send the `next` of the last page as it is, or begin again without one.",
)
TOO_SHORT = ("名称至少须有两个字。", "The name must have two characters at least.")

MOST_RECORDS = 100
KIND = "^[A-Z][A-Z0-9_]{0,63}$"


@router.get(
    "/subjects/{code}",
    response=SubjectAnswer,
    summary="今日就一个代码公示的信息 What is publicly shown for a code today",
    operation_id="subject",
    openapi_extra=may_say("NOT_A_CODE"),
)
@public
def subject(request: HttpRequest, code: str) -> HttpResponse:
    """Answer for a unified social credit code (or a legacy code): what is shown today, through the gate."""
    checked = check_code(code)
    if not checked.valid:
        return not_a_code(checked)
    return as_json(subject_answer(checked.code, on_date=moment_of(request).day))


@router.get(
    "/subjects",
    response=HitsAnswer,
    summary="按名称查找 Find bodies by name",
    operation_id="search",
    openapi_extra=may_say("NAME_TOO_SHORT"),
)
@public
def subjects(
    request: HttpRequest,
    name: Annotated[str, Query(max_length=100)],
    page: Annotated[int, Query(ge=1, le=LAST_PUBLIC_PAGE)] = 1,
) -> HttpResponse:
    """Bodies of which something is shown and whose name holds the text; individual businesses go by code only."""
    if not long_enough(name):
        return error(400, "NAME_TOO_SHORT", *TOO_SHORT)
    day = moment_of(request).day
    hits = search(name, on_date=day, page=page)
    told = [{"code": hit.code, "name": hit.name, "kind": hit.kind, "counts": _counts(hit.counts)} for hit in hits.hits]
    last = pages(page, hits.total, PAGE_SIZE)["last"]
    return answer({"day": day, "page": page, "last_page": last, "total": hits.total, "more": hits.more, "hits": told})


@router.get(
    "/subjects/{code}/records",
    response=RecordsAnswer,
    summary="逐页读取公示的信息 The records shown for a code, page by page",
    operation_id="records",
    openapi_extra=may_say("NOT_A_CODE", "BAD_CURSOR"),
)
@public
def records(
    request: HttpRequest,
    code: str,
    kind: Annotated[str | None, Query(pattern=KIND)] = None,
    limit: Annotated[int, Query(ge=1, le=MOST_RECORDS)] = PAGE_SIZE,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> HttpResponse:
    """Newest first, if wanted of one kind. Follow `next` until it is null; what comes or ends moves no page."""
    checked = check_code(code)
    if not checked.valid:
        return not_a_code(checked)
    day = moment_of(request).day
    of = f"records {checked.code} {kind or ''}"
    try:
        after = None if cursor is None else _place(cursor, of)
    except BadCursor:
        return error(400, "BAD_CURSOR", *BAD_CURSOR)
    rows, place = records_onward(checked.code, on_date=day, kind=kind, most=limit, after=after)
    following = None if place is None else _cursor(place, of)
    told = [b'{"body":' + orjson.dumps(body) + b',"record":' + form + b"}" for body, form in rows]
    head = orjson.dumps({"code": checked.code, "day": day})[:-1]
    return as_json(head + b',"records":[' + b",".join(told) + b'],"next":' + orjson.dumps(following) + b"}")


@router.get(
    "/subjects/{code}/records/{record_ref}",
    response=RecordForm,
    summary="一条公示中的信息 One record, while it is shown",
    operation_id="record",
    openapi_extra=may_say("NOT_A_CODE", "NOT_FOUND"),
)
@public
def record(request: HttpRequest, code: str, record_ref: UUID) -> HttpResponse:
    """The public form of one record; one that has ended and one that never was are the same 404."""
    checked = check_code(code)
    if not checked.valid:
        return not_a_code(checked)
    found = record_page(checked.code, record_ref, on_date=moment_of(request).day)
    if found is None:
        return error(404, "NOT_FOUND", *NOT_FOUND)
    return as_json(orjson.dumps(found[1]))


def not_a_code(checked: CodeCheck) -> HttpResponse:
    """The answer for what is no code; it says why, and never repeats what was sent."""
    zh, en = SENTENCES[checked.reasons[0]]
    return error(400, "NOT_A_CODE", zh, en, [str(reason) for reason in checked.reasons])


def _counts(counts: dict[str, int]) -> list[dict[str, str | int]]:
    return [{"kind": kind, "count": count} for kind, count in sorted(counts.items())]


def _cursor(place: Place, of: str) -> str:
    decided_on, ref = place
    day = None if decided_on is None else decided_on.isoformat()
    return write_cursor([day, str(ref)], of=of, key=settings.SECRET_KEY)


def _place(cursor: str, of: str) -> Place:
    decided_on, ref = read_cursor(cursor, of=of, key=settings.SECRET_KEY)
    return (None if decided_on is None else date.fromisoformat(decided_on)), UUID(ref)
