"""Repairs that were decided elsewhere, for machines: an organ or a registered window sends its decisions."""

from typing import Final

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from xinshu.proceedings.repair.inbound import TooManyRows, receive
from xinshu.register.access.answers import Bilingual, answer, error, may_say
from xinshu.register.access.audience import client_of, moment_of, organ_client

router = Router(tags=["repair 修复"])

ONE_A_LINE: Final = "one decision a line, as JSON"
ROWS: Final = {
    "required": True,
    "content": {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary", "description": ONE_A_LINE}}
    },
}


class RowForm(Schema):
    """What became of a row. `outcome`: APPLIED, ALREADY, DOUBTFUL (a person looks), or RETURNED with `why`."""

    line: int
    outcome: str
    why: str | None
    words: Bilingual | None
    case: str | None


class RowsForm(Schema):
    """What became of each row, in the order of the sending."""

    rows: list[RowForm]


@router.post(
    "/repair-decisions",
    response=RowsForm,
    summary="报送他处的修复决定 Send repairs that were granted elsewhere; each ends its record at once",
    operation_id="send_repair_decisions",
    url_name="repair-decisions",
    openapi_extra=may_say("TOO_LARGE") | {"requestBody": ROWS},
)
@organ_client
def send_decisions(request: HttpRequest) -> HttpResponse:
    """JSON, one decision a line: decider, case_number, decided_on, subject_code, record_organ, document_number or
    record_ref, result (GRANTED). A second sending changes nothing."""
    holder, moment = client_of(request), moment_of(request)
    try:
        answers = receive(
            lines=request.body.split(b"\n"),
            sender=holder.organ.code,
            actor=f"token:{holder.name}",
            moment=moment,
        )
    except TooManyRows as refusal:
        zh, _, en = str(refusal).partition("。")
        return error(413, "TOO_LARGE", f"{zh}。", en.strip())
    return answer({"rows": [_form(told.line, told.outcome, told.why, told.sentence, told.case) for told in answers]})


def _form(line: int, outcome: object, why: object, sentence: str, case: object) -> dict[str, object]:
    zh, _, en = sentence.partition("。")
    words = {"zh": f"{zh}。", "en": en.strip()} if sentence else None
    said = {"why": None if why is None else str(why), "case": None if case is None else str(case)}
    return {"line": line, "outcome": str(outcome), "words": words} | said
