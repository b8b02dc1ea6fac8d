"""Intake for machines: an organ's own system sends a batch, in one call or in pieces, and fetches what became of it."""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict
from typing import Annotated, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from xinshu.doors.api.intake_answers import form_of, refusal, told, with_offset
from xinshu.doors.api.intake_forms import (
    FILE,
    KEY,
    OFFSET,
    Attestation,
    BatchesAnswer,
    BatchForm,
    HeaderQuestionsForm,
    MappingForm,
    ReturnedRowForm,
    WithdrawalForm,
)
from xinshu.kit.errors import XinshuError
from xinshu.kit.paging import LAST_PAGE
from xinshu.proceedings.intake import actions, own, queries, tasks
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.proceedings.intake.states import Door, State, Step
from xinshu.proceedings.vault import WrongOffset
from xinshu.register.access.actions import note
from xinshu.register.access.answers import answer, error, may_say
from xinshu.register.access.audience import client_of, moment_of, organ_client

router = Router(tags=["intake 归集"])

AT_ONCE: Final = 5 << 20
"""Content up to this many bytes is worked on within the request; a job does the rest."""

BLOCK: Final = 1 << 16
PAGE: Final = 50
WORKING: Final = ("NOT_FOUND", "UNKNOWNBATCH", "UNKNOWNORGAN", "NOTNOW", "WRONGOFFSET", "ERASED", "NOROOM")
"""What working on a batch may be refused for."""

NOT_YOURS: Final = (404, "NOT_FOUND", "没有这个批次。", "There is no such batch.")


@router.post(
    "/batches",
    response={200: BatchForm, 201: BatchForm, 202: BatchForm, 422: BatchForm},
    summary="报送一个批次 Send a batch, whole or to be continued",
    operation_id="send_batch",
    openapi_extra=may_say("NO_KEY", "UNKNOWNKIND", "KEYREUSED", *WORKING) | {"parameters": [KEY], "requestBody": FILE},
)
@organ_client
def send(
    request: HttpRequest,
    kind: Annotated[str, Query(max_length=64)],
    file_name: str = "batch",
    attested: bool = False,
    upload: str = "now",
) -> HttpResponse:
    """The body is the file. `upload=later`: only open the batch and send the content in pieces (PATCH …/content)."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if not 8 <= len(key) <= 100:
        zh, en = (
            "须带 Idempotency-Key 请求头（8至100个字符）。",
            "The header Idempotency-Key (8 to 100 characters) is needed.",
        )
        return error(400, "NO_KEY", zh, en)
    try:
        opened = actions.open_batch(
            organ_code=client_of(request).organ.code,
            kind=kind,
            file_name=file_name,
            door=Door.API,
            actor=_actor(request),
            moment=moment_of(request),
            key=key,
        )
        if upload == "later":
            return with_offset(told(opened, 201), queries.content_size(opened.id))
        if _goes_on(request, opened):
            return _work(request, opened.id, attested=attested)
        if not _is_the_same(request, opened):
            raise actions.KeyReused(
                "该幂等键已用于另一份内容；请换一个键。This key stands for other content; choose a new one."
            )
    except XinshuError as refused:
        return refusal(refused)
    return told(opened)


@router.patch(
    "/batches/{batch}/content",
    response={204: None},
    summary="续传内容 Add to the upload",
    operation_id="content",
    openapi_extra=may_say("NO_OFFSET", *WORKING) | {"parameters": [OFFSET], "requestBody": FILE},
)
@organ_client
def content(request: HttpRequest, batch: UUID) -> HttpResponse:
    """With the Upload-Offset that HEAD answers the body is added there; the answer has the new one."""
    if _own(request, batch) is None:
        return error(*NOT_YOURS)
    offset = request.headers.get("Upload-Offset", "")
    if not offset.isdecimal():
        return error(400, "NO_OFFSET", "须带 Upload-Offset 请求头。", "The header Upload-Offset is needed.")
    try:
        size = actions.add_content(batch=batch, offset=int(offset), chunks=_blocks(request))
    except WrongOffset as refused:
        return with_offset(refusal(refused), refused.size)
    except XinshuError as refused:
        return refusal(refused)
    return with_offset(HttpResponse(status=204), size)


@router.api_operation(
    ["HEAD"],
    "/batches/{batch}/content",
    response={200: None},
    summary="已收到多少 Where the upload stands",
    operation_id="upload_offset",
    openapi_extra=may_say("NOT_FOUND"),
)
@organ_client
def offset(request: HttpRequest, batch: UUID) -> HttpResponse:
    """The header Upload-Offset says how many bytes are kept."""
    if _own(request, batch) is None:
        return error(*NOT_YOURS)
    return with_offset(HttpResponse(status=200), queries.content_size(batch))


@router.post(
    "/batches/{batch}/check",
    response={200: BatchForm, 202: BatchForm, 422: BatchForm},
    summary="试算 Dry run: what would become of each row",
    operation_id="check_batch",
    openapi_extra=may_say(*WORKING),
)
@organ_client
def check(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Nothing is stored; the receipt says what filing would do."""
    return _work(request, batch, attested=False)


@router.post(
    "/batches/{batch}/file",
    response={200: BatchForm, 202: BatchForm, 422: BatchForm},
    summary="入库 File an attested batch",
    operation_id="file_batch",
    openapi_extra=may_say("NOTATTESTED", "CITATIONREFUSED", *WORKING),
)
@organ_client
def file(request: HttpRequest, batch: UUID, attestation: Attestation) -> HttpResponse:
    """Stores and publishes; called again it answers the same receipt."""
    if not attestation.attested:
        return refusal(actions.NotAttested("须确认已完成审查。The review must be attested."))
    return _work(request, batch, attested=True)


@router.get(
    "/batches",
    response=BatchesAnswer,
    summary="本机关的批次 The organ's batches, newest first",
    operation_id="batches",
)
@organ_client
def batches(request: HttpRequest, page: Annotated[int, Query(le=LAST_PAGE)] = 1) -> HttpResponse:
    """Fifty on a page."""
    own = frozenset({client_of(request).organ.code})
    rows = queries.batches_of(own, most=PAGE, skip=PAGE * max(page - 1, 0))
    return answer({"batches": [form_of(row) for row in rows], "total": queries.batch_count(own)})


@router.get(
    "/batches/{batch}",
    response={200: BatchForm, 422: BatchForm},
    summary="批次的状态、进度和回执 State, progress and receipt of a batch",
    operation_id="batch",
    openapi_extra=may_say("NOT_FOUND"),
)
@organ_client
def one(request: HttpRequest, batch: UUID) -> HttpResponse:
    """What became of it, so far."""
    found = _own(request, batch)
    return error(*NOT_YOURS) if found is None else told(found)


@router.get(
    "/batches/{batch}/returned",
    response=list[ReturnedRowForm],
    summary="退回的行 The returned rows",
    operation_id="returned_rows",
    openapi_extra=may_say("NOT_FOUND", "NONE_RETURNED"),
)
@organ_client
def returned(request: HttpRequest, batch: UUID, form: str = "file") -> HttpResponse:
    """In the format that was sent, or as JSON with `form=json`; for 30 days."""
    if _own(request, batch) is None:
        return error(*NOT_YOURS)
    _look(request, "LOOK_RETURNED", batch)
    if form == "json":
        rows = own.returned(batch)
        return answer([] if rows is None else [asdict(row) for row in rows.rows])
    found = own.returned_file(batch)
    if found is None:
        return error(404, "NONE_RETURNED", "没有退回的行，或已过保存期。", "No row was returned, or they are erased.")
    response = HttpResponse(found[1], content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="returned{_suffix(found[0])}"'
    return response


@router.delete(
    "/batches/{batch}",
    response={204: None},
    summary="撤销未入库的批次 Undo a batch that is not filed",
    operation_id="discard_batch",
    openapi_extra=may_say("NOT_FOUND", "UNKNOWNBATCH", "NOTNOW"),
)
@organ_client
def discard(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Its upload is erased."""
    if _own(request, batch) is None:
        return error(*NOT_YOURS)
    try:
        actions.discard(batch=batch, actor=_actor(request), moment=moment_of(request))
    except XinshuError as refused:
        return refusal(refused)
    return HttpResponse(status=204)


@router.post(
    "/records/{record_ref}/withdrawal",
    response={204: None},
    summary="撤回错误信息 Take a wrong record back",
    operation_id="withdraw",
    openapi_extra=may_say("NOTHELD"),
)
@organ_client
def withdraw(request: HttpRequest, record_ref: UUID, form: WithdrawalForm) -> HttpResponse:
    """At once and for good (Administrative Penalty Law art. 48)."""
    try:
        actions.withdraw(
            organ_code=client_of(request).organ.code,
            subject_code=form.subject_code,
            record_ref=record_ref,
            reason=form.reason,
            words=form.words,
            actor=_actor(request),
            moment=moment_of(request),
        )
    except XinshuError as refused:
        return refusal(refused)
    return HttpResponse(status=204)


@router.get(
    "/batches/{batch}/header-questions",
    response=HeaderQuestionsForm,
    summary="未能识别的表头 Headers not understood",
    operation_id="header_questions",
    openapi_extra=may_say("NOT_FOUND"),
)
@organ_client
def header_questions(request: HttpRequest, batch: UUID) -> HttpResponse:
    """What the organ may explain about a file that was refused for its headers."""
    asked = None if _own(request, batch) is None else own.header_questions(batch)
    if asked is None:
        return error(*NOT_YOURS)
    return answer({"unknown": asked.unknown, "candidates": dict(asked.candidates)})


@router.put(
    "/header-mappings",
    response={204: None},
    summary="说明表头含义 Say what headers stand for",
    operation_id="map_headers",
    openapi_extra=may_say("UNKNOWNKIND", "HEADERREFUSED"),
)
@organ_client
def map_headers(request: HttpRequest, kind: Annotated[str, Query(max_length=64)], form: MappingForm) -> HttpResponse:
    """Remembered for this organ and kind."""
    try:
        actions.remember_headers(
            organ_code=client_of(request).organ.code,
            kind=kind,
            mapping=form.mapping,
            actor=_actor(request),
            moment=moment_of(request),
        )
    except XinshuError as refused:
        return refusal(refused)
    return HttpResponse(status=204)


def _is_the_same(request: HttpRequest, opened: BatchRow) -> bool:
    """Whether the body is what the batch holds, so that a key never answers for content that was not taken in."""
    sent, any_sent = hashlib.sha256(), False
    for block in _blocks(request):
        sent.update(block)
        any_sent = True
    return not any_sent or opened.digest in {None, sent.hexdigest()}


def _goes_on(request: HttpRequest, opened: BatchRow) -> bool:
    """Whether this call has the batch to work on, from where an earlier one was cut off: its content is kept, whole."""
    if opened.state == State.UPLOADING and not queries.content_size(opened.id):
        return actions.add_content(batch=opened.id, offset=0, chunks=_blocks(request)) >= 0
    whole = str(queries.content_size(opened.id)) == request.headers.get("Content-Length")
    return whole and opened.state in {State.UPLOADING, State.FILING}


def _work(request: HttpRequest, batch: UUID, *, attested: bool) -> HttpResponse:
    """Check or file: small content at once, large content by a job."""
    found = _own(request, batch)
    if found is None:
        return error(*NOT_YOURS)
    actor, moment = _actor(request), moment_of(request)
    try:
        if found.file_size > AT_ONCE:
            later = tasks.file_later if attested else tasks.check_later
            later(batch=batch, actor=actor)
            return told(found, 202)
        if attested:
            actions.file(batch=batch, actor=actor, moment=moment, attested=True, progress=_untold)
        else:
            actions.check(batch=batch, actor=actor, moment=moment, progress=_untold)
    except XinshuError as refused:
        return refusal(refused)
    done = queries.batch(batch)
    return error(*NOT_YOURS) if done is None else told(done)


def _untold(_step: Step) -> None:
    """Within one request nobody watches."""


def _own(request: HttpRequest, batch: UUID) -> BatchRow | None:
    """The batch, if it is this organ's: another's is no different from none."""
    found = queries.batch(batch)
    return found if found is not None and found.organ_code == client_of(request).organ.code else None


def _actor(request: HttpRequest) -> str:
    return f"api:{client_of(request).name}"[:64]


def _look(request: HttpRequest, act: str, batch: UUID) -> None:
    own = client_of(request)
    note(
        actor=_actor(request),
        act=act,
        matter=str(batch),
        purpose="归集",
        organ=own.organ.code,
        moment=moment_of(request),
    )


def _blocks(request: HttpRequest) -> Iterator[bytes]:
    while block := request.read(BLOCK):
        yield block


def _suffix(name: str) -> str:
    return "." + name.rsplit(".", 1)[-1]
