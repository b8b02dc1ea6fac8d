"""Quality of intake for machines: figures for everyone; reconciliation and alarms for an organ's own system."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from xinshu.bulk.ledgers import LARGEST_LEDGER, LedgerRefused, in_memory, ledger_of, read_ledger
from xinshu.kit.errors import XinshuError
from xinshu.register.access.actions import note
from xinshu.register.access.answers import answer, error, may_say
from xinshu.register.access.audience import client_of, moment_of, organ_client, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.monitoring import actions, queries
from xinshu.uses.monitoring.forms import (
    AlarmAnswer,
    AlarmsAnswer,
    ComparisonForm,
    LedgerDocument,
    MonthAnswer,
    OrganAnswer,
    ReconciliationForm,
    ReconciliationsAnswer,
    month_csv,
    month_form,
    month_of,
    organ_csv,
    organ_form,
)
from xinshu.uses.monitoring.states import AlarmRow, Comparison, Named, ReconciliationRow

router = Router(tags=["monitoring 归集质效"])

MOST_NAMED: Final = 10_000
"""Documents that one answer names of each sort; the rest is counted."""

BLOCK: Final = 1 << 16
REFUSALS: Final = ("NOT_A_MONTH", "UNKNOWNORGAN", "RECONCILIATIONREFUSED", "LEDGERREFUSED")
LEDGER: Final = {
    "required": True,
    "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
}

NO_MONTH: Final = (422, "NOT_A_MONTH", "月份应写作YYYY-MM。", "Write the month as YYYY-MM.")
NO_ORGAN: Final = (404, "NOT_FOUND", "没有这个机关。", "There is no such organ.")
FORMS: Final = ("json", "csv")


@router.get(
    "/quality",
    response=MonthAnswer,
    summary="归集质效 Quality of intake, every organ of a month",
    operation_id="quality",
    openapi_extra=may_say("NOT_A_MONTH", "UNKNOWN_FORM"),
)
@public
def quality(request: HttpRequest, month: str = "", form: str = "json") -> HttpResponse:
    """The month as YYYY-MM (the last complete one, if none is named); `form=csv` for a table."""
    at = _month(request, month)
    if at is None or form not in FORMS:
        return error(*NO_MONTH) if at is None else _no_form()
    report = queries.month_report(at, on_date=moment_of(request).day)
    return _csv(month_csv(report), f"quality-{at:%Y-%m}") if form == "csv" else answer(month_form(report))


@router.get(
    "/quality/{organ}",
    response=OrganAnswer,
    summary="一个机关的归集质效 Quality of intake, one organ",
    operation_id="organ_quality",
    openapi_extra=may_say("NOT_A_MONTH", "UNKNOWN_FORM", "NOT_FOUND"),
)
@public
def organ_quality(request: HttpRequest, organ: str, month: str = "", form: str = "json") -> HttpResponse:
    """Its measures of the month, those of each kind, and twelve months."""
    at = _month(request, month)
    if at is None or form not in FORMS:
        return error(*NO_MONTH) if at is None else _no_form()
    report = queries.organ_report(organ, at, on_date=moment_of(request).day)
    if report is None:
        return error(*NO_ORGAN)
    if form == "csv":
        return _csv(organ_csv(report), f"quality-{report.organ.code}-{at:%Y-%m}")
    return answer(organ_form(report))


@router.post(
    "/reconciliations",
    response=ComparisonForm,
    summary="对账 Compare a month with what is held",
    operation_id="reconcile",
    openapi_extra=may_say(*REFUSALS),
)
@organ_client
def reconcile(request: HttpRequest, form: ReconciliationForm) -> HttpResponse:
    """First count and digest; if they differ, the ledger too: the answer names what is missing on either side."""
    own, moment, at = client_of(request), moment_of(request), month_of(form.month)
    if at is None:
        return error(*NO_MONTH)
    try:
        ledger = None
        if form.documents is not None:
            given = [_ledger_row(document) for document in form.documents]
            ledger = ledger_of(given, organ=own.organ.code, kind_name=form.kind, month=at)
        count = form.count if ledger is None or form.count is not None else ledger.count
        digest = bytes.fromhex(form.digest) if form.digest else None if ledger is None else ledger.digest
        if count is None or digest is None:
            raise LedgerRefused("请给出数量和摘要，或附台账。Give count and digest, or the ledger itself.")
        told = actions.reconcile(
            organ_code=own.organ.code,
            kind=form.kind,
            month=at,
            count=count,
            digest=digest,
            ledger=ledger,
            actor=_actor(request),
            moment=moment,
        )
    except XinshuError as refused:
        return _refused(refused)
    return answer(comparison_form(told))


@router.post(
    "/reconciliations/ledger",
    response=ComparisonForm,
    summary="以台账文件对账 Compare a ledger sent as a file",
    operation_id="reconcile_ledger",
    openapi_extra=may_say("UNREADABLEFILE", "HEADERSREFUSED", *REFUSALS) | {"requestBody": LEDGER},
)
@organ_client
def reconcile_ledger(request: HttpRequest, kind: str, month: str) -> HttpResponse:
    """The body is the ledger, in any format that intake reads; count and digest are computed from it."""
    own, moment, at = client_of(request).organ.code, moment_of(request), month_of(month)
    kinds = catalogue_on(moment.day).catalogue.kinds
    if at is None:
        return error(*NO_MONTH)
    try:
        if kind not in kinds:
            raise LedgerRefused(f"目录中没有这个类目。The catalogue has no such kind; it has: {', '.join(kinds)}")
        with in_memory(iter(lambda: request.read(BLOCK), b""), most=LARGEST_LEDGER) as path:
            ledger = read_ledger(path, organ=own, kind_name=kind, kind=kinds[kind], month=at)
        told = actions.reconcile(
            organ_code=own,
            kind=kind,
            month=at,
            count=ledger.count,
            digest=ledger.digest,
            ledger=ledger,
            actor=_actor(request),
            moment=moment,
        )
    except XinshuError as refused:
        return _refused(refused)
    return answer(comparison_form(told))


@router.get(
    "/reconciliations",
    response=ReconciliationsAnswer,
    summary="本机关的对账 The organ's reconciliations, newest first",
    operation_id="reconciliations",
)
@organ_client
def reconciliations(request: HttpRequest) -> HttpResponse:
    """The last fifty; counts and digests, since nothing else is kept."""
    own = client_of(request).organ.code
    return answer({"reconciliations": [_row(row) for row in queries.reconciliations_of(own)]})


@router.get(
    "/alarms",
    response=AlarmsAnswer,
    summary="待处理的退回行及期限 Returned rows that wait, with their deadlines",
    operation_id="alarms",
)
@organ_client
def alarms(request: HttpRequest) -> HttpResponse:
    """Of the organ itself, the nearest deadline first."""
    own, moment = client_of(request).organ.code, moment_of(request)
    note(actor=_actor(request), act="LOOK_ALARMS", matter="", purpose="归集", organ=own, moment=moment)
    rows = queries.alarms_of(frozenset({own}), on_date=moment.day)
    return answer({"day": moment.day, "alarms": [_alarm(row) for row in rows]})


@router.post(
    "/alarms/{batch}/answer",
    response={204: None},
    summary="说明已处理 Say that rows were dealt with",
    operation_id="answer_alarm",
    openapi_extra=may_say("NO_ALARM"),
)
@organ_client
def answer_alarm(request: HttpRequest, batch: UUID, form: AlarmAnswer) -> HttpResponse:
    """Ends the alarms of a batch whose rows were filed by another way, or need not be."""
    try:
        actions.answer_alarm(
            batch_id=batch,
            organ_code=client_of(request).organ.code,
            words=form.words,
            actor=_actor(request),
            moment=moment_of(request),
        )
    except actions.NoAlarm as refused:
        return error(404, "NO_ALARM", str(refused), str(refused))
    return HttpResponse(status=204)


def comparison_form(told: Comparison) -> dict[str, Any]:
    """The answer to a reconciliation, with at most MOST_NAMED documents of each sort."""
    named = {name: _named(getattr(told, name)) for name in ("missing_here", "missing_there", "different", "withdrawn")}
    return _row(told.row) | {"documents": named, "most_named": MOST_NAMED}


def _ledger_row(document: LedgerDocument) -> dict[str, str | None]:
    """By the names that the ledger's columns have."""
    given: dict[str, str | None] = document.model_dump()
    return given | {"organ": given.pop("organ_code")}


def _named(documents: Iterable[Named]) -> list[dict[str, str]]:
    return [asdict(document) for document in tuple(documents)[:MOST_NAMED]]


def _row(row: ReconciliationRow) -> dict[str, Any]:
    told = {name: value for name, value in asdict(row).items() if name != "actor"}
    return told | {"month": f"{row.month:%Y-%m}", "agrees": row.agrees}


def _alarm(row: AlarmRow) -> dict[str, Any]:
    return {name: value for name, value in asdict(row).items() if name != "organ_code"}


def _month(request: HttpRequest, text: str) -> date | None:
    """The month named, or the last complete one."""
    return month_of(text) if text else queries.before(moment_of(request).day)


def _no_form() -> HttpResponse:
    return error(422, "UNKNOWN_FORM", "form 只能是 json 或 csv。", "form is json or csv.")


def _csv(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _refused(refused: XinshuError) -> HttpResponse:
    return error(422, type(refused).__name__.upper(), str(refused), str(refused))


def _actor(request: HttpRequest) -> str:
    return f"api:{client_of(request).name}"[:64]
