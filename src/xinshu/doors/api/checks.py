"""The check before a decision, for machines that say who they are; its replay, watches, and feedback on effects."""

from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from xinshu.doors.api.check_forms import (
    BYTES,
    LARGEST,
    NDJSON,
    ONCE,
    CheckQuestion,
    EffectAnswer,
    EffectReport,
    Unread,
    WatchAnswer,
    WatchQuestion,
    own_key,
    plain,
    question,
    read_as,
)
from xinshu.kit.errors import XinshuError
from xinshu.register.access.actions import note
from xinshu.register.access.answers import answer, error, may_say
from xinshu.register.access.audience import asker_of, client_of, identified, moment_of, organ_client
from xinshu.register.access.queries import TokenRow
from xinshu.uses.measures.actions import (
    Caller,
    CheckRefused,
    EffectRefused,
    KeyReused,
    WatchRefused,
    answer_once,
    give_answer,
    note_effect,
)
from xinshu.uses.measures.queries import alerts_of, answer_of, check, watch_row
from xinshu.uses.measures.watching import begin_watch, end_watch

router = Router(tags=["check 核查"])

LINES: Final = {
    "description": "NDJSON: what holds for all, a line for each code in their order, and `end` with the counts",
    "headers": {
        "Xinshu-Check": {"description": "The number of the check", "schema": {"type": "string", "format": "uuid"}},
        "Xinshu-Given-Before": {
            "description": "`true`: the first answer under this Idempotency-Key",
            "schema": {"type": "string", "enum": ["true"]},
        },
    },
    "content": {NDJSON: {"schema": {"type": "string", "format": "binary"}, "example": "(lines of JSON)"}},
}
QUESTION: Final[dict[str, Any]] = {
    "parameters": [ONCE],
    "responses": {200: LINES},
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": plain(CheckQuestion)},
            BYTES: {"schema": {"type": "string", "format": "binary", "description": f"NDJSON; {NDJSON} is taken too"}},
        },
    },
}
NO_CHECK: Final = (
    404,
    "NOT_FOUND",
    "没有这次核查，或者它不是您做的，或者已过保存期。",
    "There is no such check, or it is not yours, or its time is over.",
)
NO_WATCH: Final = (404, "NOT_FOUND", "没有这项关注。", "There is no such watch of yours.")
TOO_LARGE: Final = (
    413,
    "TOO_LARGE",
    "请求内容过大；请分次核查。",
    "The body is too large; check in several parts.",
)


def _body(schema: Any) -> dict[str, Any]:
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": plain(schema)}}}}


@router.post(
    "/check",
    summary="核查一个或多个代码 What applies to these codes today, in one context, for a stated purpose",
    operation_id="check",
    openapi_extra=QUESTION | may_say("CHECKREFUSED", "KEYREUSED", "TOO_LARGE", "NO_CATALOGUE", "INVALID_PARAMETER"),
)
@identified
def check_codes(request: HttpRequest) -> HttpResponse:
    """From 1 to 100,000 codes, as JSON or NDJSON. Of what is shown to everyone today; kept sealed, by its number.

    With `Idempotency-Key`, the same question again has the first answer's bytes while they are kept.
    """
    body = request.read(LARGEST + 1)
    if len(body) > LARGEST:
        return error(*TOO_LARGE)
    try:
        asked = {**question(body, request.content_type or "")._asdict(), "caller": _caller(request)}
        key = own_key(request.headers.get("Idempotency-Key"))
        if key is None:
            given = give_answer(**asked, moment=moment_of(request))
        else:
            given = answer_once(key=key, **asked, moment=moment_of(request))
    except (Unread, CheckRefused, KeyReused) as refused:
        return _refused(refused)
    told = _lines(given.content, given.number)
    if given.again:
        told.headers["Xinshu-Given-Before"] = "true"
    return told


@router.get(
    "/check/{number}",
    summary="重放一次核查 The same bytes again, for the caller who got them",
    operation_id="check_replay",
    openapi_extra={"responses": {200: LINES}} | may_say("NOT_FOUND"),
)
@identified
def check_again(request: HttpRequest, number: UUID) -> HttpResponse:
    """What was answered then, which may be over by now: ask anew before you decide. Gone when its time is over."""
    caller, moment = _caller(request), moment_of(request)
    found = check(number, on_date=moment.day)
    if found is None or found.caller != caller.name:
        return error(*NO_CHECK)
    note(
        actor=caller.actor,
        act="REPLAY_CHECK",
        matter=str(number),
        purpose=found.purpose,
        organ=caller.organ,
        moment=moment,
    )
    return _lines(answer_of(number), number)


@router.post(
    "/watches",
    response={201: WatchAnswer},
    summary="为一项程序关注 Watch codes for one procedure, until its last day",
    operation_id="begin_watch",
    openapi_extra=_body(WatchQuestion) | may_say("WATCHREFUSED", "TOO_LARGE", "NO_CATALOGUE", "INVALID_PARAMETER"),
)
@identified
def watch(request: HttpRequest) -> HttpResponse:
    """At each change of a watched body it is asked again; what changed is told by `GET /watches/{watch}`."""
    try:
        said = read_as(WatchQuestion, request.body)
        number = begin_watch(
            codes=said.codes,
            context=said.context,
            purpose=said.purpose,
            reference=said.reference,
            ends_on=said.ends_on,
            caller=_caller(request),
            moment=moment_of(request),
        )
    except (Unread, WatchRefused) as refused:
        return _refused(refused)
    return _watched(request, number, 0, status=201)


@router.get(
    "/watches/{watch}",
    response=WatchAnswer,
    summary="关注的变化 What has changed for a watch",
    operation_id="watch",
    openapi_extra=may_say("NOT_FOUND"),
)
@identified
def watched(request: HttpRequest, watch: UUID, after: Annotated[int, Query(ge=0, le=2**53)] = 0) -> HttpResponse:
    """Beyond `after`, the number of the last change that you have; at most 100."""
    return _watched(request, watch, after)


@router.delete(
    "/watches/{watch}",
    response=WatchAnswer,
    summary="程序结束 The procedure is over",
    operation_id="end_watch",
    openapi_extra=may_say("NOT_FOUND"),
)
@identified
def over(request: HttpRequest, watch: UUID) -> HttpResponse:
    """Nothing is asked for it any more. A second time changes nothing."""
    try:
        end_watch(watch=watch, caller=_caller(request).name, moment=moment_of(request))
    except WatchRefused:
        return error(*NO_WATCH)
    return _watched(request, watch, 0)


@router.post(
    "/effects",
    response=EffectAnswer,
    summary="反馈措施的落实 Report that a measure was applied, or lifted",
    operation_id="report_effect",
    openapi_extra=_body(EffectReport) | may_say("EFFECTREFUSED", "TOO_LARGE", "NO_CATALOGUE", "INVALID_PARAMETER"),
)
@organ_client
def effect(request: HttpRequest) -> HttpResponse:
    """Counted by measure; of whom it was is kept by nobody here."""
    holder = client_of(request)
    try:
        said = read_as(EffectReport, request.body)
        kept = note_effect(
            **said.dict(), organ=holder.organ.code, actor=f"token:{holder.name}"[:64], moment=moment_of(request)
        )
    except (Unread, EffectRefused) as refused:
        return _refused(refused)
    return answer({"kept": kept})


def _caller(request: HttpRequest) -> Caller:
    holder = asker_of(request)
    if isinstance(holder, TokenRow):
        organ = holder.organ
        return Caller(f"organ:{organ.code}", f"token:{holder.name}"[:64], organ.code, organ.division)
    return Caller(f"recipient:{holder.name}", f"recipient:{holder.name}"[:64])


def _watched(request: HttpRequest, number: UUID, after: int, status: int = 200) -> HttpResponse:
    found = watch_row(number, on_date=moment_of(request).day)
    if found is None or found.caller != _caller(request).name:
        return error(*NO_WATCH)
    said = {
        "watch": found.id,
        "reference": found.reference,
        "context": found.context,
        "ends_on": found.ends_on,
        "over": found.over,
        "codes": found.codes,
        "changes": [one._asdict() for one in alerts_of(number, after=after)],
    }
    return answer(said, status=status)


def _lines(content: bytes, number: UUID) -> HttpResponse:
    told = HttpResponse(content, content_type=f"{NDJSON}; charset=utf-8")
    told.headers["Cache-Control"] = "no-store"
    told.headers["Xinshu-Check"] = str(number)
    return told


def _refused(refused: XinshuError) -> HttpResponse:
    zh, _, en = str(refused).partition("。")
    if isinstance(refused, Unread):
        return error(422, "INVALID_PARAMETER", f"{zh}。", en.strip(), [refused.field])
    status = 409 if isinstance(refused, KeyReused) else 422
    return error(status, type(refused).__name__.upper(), f"{zh}。", en.strip())
