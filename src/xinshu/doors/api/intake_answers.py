"""How intake answers machines: a batch with its receipt, and a refusal by its name."""

from dataclasses import asdict
from typing import Any, Final

from django.http import HttpResponse

from xinshu.kit.durable import NoRoom
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.intake import actions, queries
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.proceedings.intake.states import State
from xinshu.proceedings.vault import Erased, WrongOffset
from xinshu.register.access.answers import answer, error
from xinshu.register.records.actions import NotHeld

STATUS: Final = {
    actions.UnknownKind: 422,
    actions.UnknownBatch: 404,
    actions.KeyReused: 409,
    actions.NotNow: 409,
    actions.NotAttested: 422,
    actions.HeaderRefused: 422,
    WrongOffset: 409,
    Erased: 410,
    NoRoom: 507,
    NotHeld: 404,
}


def told(found: BatchRow, status: int | None = None) -> HttpResponse:
    """A batch and its receipt; a file refused as a whole is a 422 with the reason."""
    refused = found.state == State.REFUSED
    response = answer(form_of(found), status or (422 if refused else 200))
    response.headers["Location"] = f"/api/v1/batches/{found.id}"
    return response


def form_of(found: BatchRow) -> dict[str, Any]:
    """BatchForm of a batch."""
    shown = asdict(found)
    hidden = ("refusal_zh", "refusal_en", "step_zh", "step_en")
    form = {name: value for name, value in shown.items() if name not in hidden}
    form["step"] = {"zh": found.step_zh, "en": found.step_en}
    form["refusal"] = {"zh": found.refusal_zh, "en": found.refusal_en} if found.refusal_zh else None
    receipt = queries.receipt(found.id)
    form["questions"] = [asdict(question) for question in receipt.questions]
    form["notices"] = [asdict(notice) for notice in receipt.notices]
    form["published"] = receipt.published
    return form


def with_offset(response: HttpResponse, size: int) -> HttpResponse:
    """The answer, with how many bytes of the upload are kept."""
    response.headers["Upload-Offset"] = str(size)
    return response


def refusal(refused: XinshuError) -> HttpResponse:
    """A refusal of ours; its sentence holds both languages and no value of a row."""
    name = type(refused).__name__
    return error(STATUS.get(type(refused), 422), name.upper(), str(refused), str(refused))
