"""Agencies for machines: the late list for everyone; a slip is checked, reports a copy, and tells what became of it."""

from datetime import date
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Field, Router, Schema

from xinshu.regimes.agencies.clearing import NotReported, report_copy, verified
from xinshu.regimes.agencies.queries import SlipRow, late_list
from xinshu.regimes.agencies.queries import slip as slip_row
from xinshu.regimes.agencies.slips import NotASlip, slip_parts
from xinshu.regimes.agencies.states import Cause, MatterState
from xinshu.register.access.answers import answer, error, may_say
from xinshu.register.access.audience import moment_of, public

router = Router(tags=["agencies 信用服务机构"])

NO_SLIP: Final = (404, "NOT_FOUND", "没有这份凭条。", "There is no such slip.")


class LateForm(Schema):
    """An agency on the late list: for what, how many copies (or 1: endings not confirmed), and since when."""

    agency: str
    cause: Cause
    copies: int
    since: date


class LateAnswer(Schema):
    """Everyone who is on the late list on that day."""

    day: date
    late: list[LateForm]


class SlipFile(Schema):
    """The members of a slip's file, as it was issued (docs/agencies.md)."""

    format: str = Field(max_length=40)
    number: str = Field(max_length=40)
    issued_on: str = Field(max_length=10)
    salt: str = Field(max_length=32)
    mark: str = Field(max_length=64)
    entry: str = Field(max_length=19)
    leaf: str = Field(max_length=100)
    signature: str = Field(max_length=400)
    proof: str = Field(max_length=20_000)


class SlipQuestion(Schema):
    """A slip, and what one holds oneself: the reference of a copy and the code of its body, both or neither."""

    slip: SlipFile
    reference: UUID | None = None
    code: str | None = Field(None, max_length=50)


class SlipCheck(Schema):
    """The slip holds. `matches`: it is about that very copy, which is to be removed; null: nothing was asked.

    `shown_again`: the record is shown today, so that nothing is to be removed.
    """

    number: UUID
    issued_on: date
    entry: int
    matches: bool | None
    shown_again: bool


class CopyReport(Schema):
    """A slip, and the address where the copy stands."""

    slip: SlipFile
    address: str = Field(max_length=500)


class ReportedForm(Schema):
    """A reported copy: the host; whether it is a registered agency's; where the matter stands."""

    site: str
    registered: bool
    state: MatterState
    reported_on: date
    due_on: date | None
    closed_on: date | None


class SlipAnswer(Schema):
    """A slip, and what became of the copies that were reported with it."""

    number: UUID
    issued_on: date
    shown_again: bool
    reported: list[ReportedForm]


@router.get("/agencies/late", response=LateAnswer, summary="逾期名单 The late list", operation_id="late_agencies")
@public
def late_agencies(request: HttpRequest) -> HttpResponse:
    """Agencies that a person decided to name and that are not mended yet; never a body that a copy is about."""
    return answer({"day": moment_of(request).day, "late": [row._asdict() for row in late_list()]})


@router.post(
    "/slips/check",
    response=SlipCheck,
    summary="核对清除凭条 Check a clean-up slip",
    operation_id="check_slip",
    openapi_extra=may_say("NOTASLIP"),
)
@public
def check_slip(request: HttpRequest, form: SlipQuestion) -> HttpResponse:
    """Signature, and the proof of the ending; with `reference` and `code` also whether it is about that copy."""
    try:
        said = verified(slip_parts(form.slip.dict()))
    except NotASlip as refused:
        return _refused(refused)
    held = slip_row(said.number, on_date=moment_of(request).day)
    matches = None
    if form.reference is not None and form.code is not None:
        matches = said.is_about(form.reference, form.code)
    return answer(
        {
            "number": said.number,
            "issued_on": said.issued_on,
            "entry": said.entry,
            "matches": matches,
            "shown_again": held is not None and held.shown_again,
        }
    )


@router.post(
    "/slips/copies",
    response={201: SlipAnswer},
    summary="报告副本 Report where a copy stands",
    operation_id="report_copy",
    openapi_extra=may_say("NOTASLIP", "NOTREPORTED"),
)
@public
def report(request: HttpRequest, form: CopyReport) -> HttpResponse:
    """It is told to the agency of that site, where one is registered, else to staff; and followed until it is gone."""
    try:
        parts = slip_parts(form.slip.dict())
        report_copy(parts=parts, address=form.address, moment=moment_of(request))
    except (NotASlip, NotReported) as refused:
        return _refused(refused)
    return _told(slip_row(UUID(parts["number"]), on_date=moment_of(request).day), status=201)


@router.get(
    "/slips/{slip}",
    response=SlipAnswer,
    summary="副本的处理状态 What became of the copies that a slip reported",
    operation_id="slip",
    openapi_extra=may_say("NOT_FOUND"),
)
@public
def slip(request: HttpRequest, slip: UUID) -> HttpResponse:
    """By the slip's number, which nobody can guess."""
    return _told(slip_row(slip, on_date=moment_of(request).day))


def _told(found: SlipRow | None, status: int = 200) -> HttpResponse:
    if found is None:
        return error(*NO_SLIP)
    reported = [
        {
            "site": row.site,
            "registered": row.known,
            "state": row.state,
            "reported_on": row.reported_on,
            "due_on": row.due_on,
            "closed_on": row.closed_on,
        }
        for row in found.reported
    ]
    said = {"number": found.number, "issued_on": found.issued_on, "shown_again": found.shown_again}
    return answer({**said, "reported": reported}, status=status)


def _refused(refused: NotASlip | NotReported) -> HttpResponse:
    zh, _, en = str(refused).partition("。")
    return error(422, type(refused).__name__.upper(), f"{zh}。", en.strip())
