"""Acknowledgements of subscribers: kept by the room of sharing, followed by the room of agencies (G12)."""

from typing import Final

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router

from xinshu.regimes.agencies.actions import follow_acknowledgements
from xinshu.regimes.agencies.queries import Acknowledged
from xinshu.register.access.answers import answer, error, may_say
from xinshu.register.access.audience import moment_of, recipient, recipient_at
from xinshu.uses.sharing.actions import NotTold, acknowledge
from xinshu.uses.sharing.api import leave_a_line
from xinshu.uses.sharing.forms import AcknowledgedAnswer, Acknowledgement

router = Router(tags=["bulk 批量数据"])

SAID: Final = {"required": True, "content": {"application/json": {"schema": Acknowledgement.model_json_schema()}}}
UNREAD: Final = ('请求内容应为{"through": 数}。', 'The body is to be {"through": a number}.')


@router.post(
    "/subscription/acknowledgements",
    response=AcknowledgedAnswer,
    summary="确认终止 Every ending before a cursor has been applied to every copy",
    operation_id="acknowledge",
    openapi_extra=may_say("NOT_TOLD", "INVALID_PARAMETER") | {"requestBody": SAID},
)
@recipient
def acknowledge_endings(request: HttpRequest) -> HttpResponse:
    """It never goes back. Who does not acknowledge in time is asked why, and named (Opinions art. 8)."""
    name, moment = recipient_at(request).name, moment_of(request)
    try:
        said = Acknowledgement.model_validate(orjson.loads(request.body))
    except ValueError:
        return error(422, "INVALID_PARAMETER", *UNREAD, ["body.through"])
    try:
        through = acknowledge(recipient=name, through=said.through, moment=moment)
    except NotTold as refusal:
        zh, _, en = str(refusal).partition("。")
        return error(409, "NOT_TOLD", f"{zh}。", en.strip())
    leave_a_line(request, "ACKNOWLEDGE", f"log {said.through}")
    follow_acknowledgements([Acknowledged(name, through, moment.instant)], moment=moment)
    return answer({"acknowledged": through})
