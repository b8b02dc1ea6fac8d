"""The shapes in which disclosure answers machines. A record's own is `law.public_form`, told once more here.

What a kind has among its `fields` is said by the catalogue; doors/api/document.py writes it into the OpenAPI document.
"""

from uuid import UUID

from ninja import Field, Schema

from xinshu.law.terms import Mark, Severity, SubjectKind
from xinshu.register.access.answers import Bilingual

DAY = "date"


class OrganForm(Schema):
    """The deciding organ."""

    code: str
    name: str


class BasisForm(Schema):
    """The instrument (identifier in the catalogue) and article under which the record is shown."""

    id: str | None
    article: str | None


class MarkForm(Bilingual):
    """What stands beside a record: a review, a stay, an objection; or why a part of it is withheld."""

    code: Mark


class RecordForm(Schema):
    """The public form of a record. `shown_until` is the last shown day (null: open).

    `mark` (the gravest; `other_marks` the rest) stands where an objection, a review or a stay is told, and where a part
    is withheld; `statement` is the body's own. Where a part is withheld, `fields` may lack what the kind has, and where
    the mark is BODY_CLAIMED or BODY_DOUBTED, `document_number` is empty and `severity` null.
    """

    ref: UUID
    kind: str
    severity: Severity | None
    document_number: str
    organ: OrganForm
    decided_on: str | None = Field(json_schema_extra={"format": DAY})
    shown_from: str = Field(json_schema_extra={"format": DAY})
    shown_until: str | None = Field(json_schema_extra={"format": DAY})
    repair_from: str | None = Field(json_schema_extra={"format": DAY})
    regime: str | None
    basis: BasisForm
    why: Bilingual
    fields: dict[str, str | list[str]]
    mark: MarkForm | None = None
    other_marks: list[MarkForm] | None = None
    statement: str | None = None


class BodyForm(Schema):
    """A body of which something is shown; `name` is null where it is withheld (individual businesses)."""

    code: str
    name: str | None
    kind: SubjectKind
    records: list[RecordForm]


class SubjectAnswer(Schema):
    """What is publicly shown for a code on a day. `bodies` is empty when nothing is, known or not."""

    code: str
    day: str = Field(json_schema_extra={"format": DAY})
    bodies: list[BodyForm]


class ShownRecord(Schema):
    """A record on a page of a list: `body` is the present code of the body that it is about."""

    body: str
    record: RecordForm


class RecordsAnswer(Schema):
    """One page of what is shown for a code, newest first. `next`: the cursor of the next page, null on the last."""

    code: str
    day: str = Field(json_schema_extra={"format": DAY})
    records: list[ShownRecord]
    next: str | None


class KindCount(Schema):
    """How many records of a kind are shown."""

    kind: str
    count: int


class HitForm(Schema):
    """A body of which something is shown and whose present or former name holds the text."""

    code: str
    name: str
    kind: SubjectKind
    counts: list[KindCount]


class HitsAnswer(Schema):
    """One page of a search. `more`: the search stopped at its limit, and a longer name would find better."""

    day: str = Field(json_schema_extra={"format": DAY})
    page: int
    last_page: int
    total: int
    more: bool
    hits: list[HitForm]
