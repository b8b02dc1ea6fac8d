"""The public API of disclosure: the subject answer, one record, and what a code is."""

from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from xinshu.kit.identifiers import SENTENCES, CodeCheck, check_code
from xinshu.law.terms import Mark
from xinshu.register.access.answers import as_json, error
from xinshu.register.access.audience import moment_of, public
from xinshu.uses.disclosure.queries import record_page, subject_answer

router = Router(tags=["disclosure 公示"])

NOT_FOUND = ("这里没有公示信息。", "Nothing is publicly shown at this address.")


class Bilingual(Schema):
    """One sentence in Chinese and English."""

    zh: str
    en: str


class OrganForm(Schema):
    """The deciding organ."""

    code: str
    name: str


class BasisForm(Schema):
    """The instrument (identifier in the catalogue) and article under which the record is shown."""

    id: str | None
    article: str | None


class MarkForm(Bilingual):
    """Why a part of a record is withheld while someone's claim on it is reviewed, or since a review upheld it."""

    code: Mark


class RecordForm(Schema):
    """The public form of a record. `shown_until` is the last shown day (null: open).

    `mark` stands only where a part is withheld: then `fields` may lack what the kind has, and where the mark is
    BODY_CLAIMED or BODY_DOUBTED, `document_number` is empty and `severity` null.
    """

    ref: UUID
    kind: str
    severity: str | None
    document_number: str
    organ: OrganForm
    decided_on: str | None
    shown_from: str
    shown_until: str | None
    repair_from: str | None
    regime: str | None
    basis: BasisForm
    why: Bilingual
    fields: dict[str, str | list[str]]
    mark: MarkForm | None = None


class BodyForm(Schema):
    """A body of which something is shown; `name` is null where it is withheld (individual businesses)."""

    code: str
    name: str | None
    kind: str
    records: list[RecordForm]


class SubjectAnswer(Schema):
    """What is publicly shown for a code on a day. `bodies` is empty when nothing is, known or not."""

    code: str
    day: str
    bodies: list[BodyForm]


class ErrorForm(Schema):
    """Every error of the API has this shape."""

    error: str
    message: Bilingual
    reasons: list[str]


@router.get(
    "/subjects/{code}",
    response={200: SubjectAnswer, 400: ErrorForm},
    summary="What is publicly shown for a code today",
    operation_id="subject",
)
@public
def subject(request: HttpRequest, code: str) -> HttpResponse:
    """Answer for a unified social credit code (or a legacy code): what is shown today, through the gate."""
    checked = check_code(code)
    if not checked.valid:
        return not_a_code(checked)
    return as_json(subject_answer(checked.code, on_date=moment_of(request).day))


@router.get(
    "/subjects/{code}/records/{record_ref}",
    response={200: RecordForm, 400: ErrorForm, 404: ErrorForm},
    summary="One record, while it is shown",
    operation_id="record",
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
