"""Settles one part of a batch in one transaction: finds the bodies, stores what is sound, returns the rest."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson
import polars as pl

from xinshu.bulk.ahead import one_ahead
from xinshu.bulk.files import ReturnedPart
from xinshu.bulk.given_names import shown_cells
from xinshu.bulk.reasons import by_article
from xinshu.bulk.survey import REASONS, ROW, Part, Rulebook, Survey, clash_reason, document_keys, told
from xinshu.bulk.values import as_date
from xinshu.kit.moment import Moment
from xinshu.kit.workdays import NotYetComputable, add_working_days
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType, Kind
from xinshu.law.public_form import sentence
from xinshu.law.terms import Effect
from xinshu.parties.mandates.queries import subjects_with_mandate
from xinshu.parties.notices.actions import Owed, notify_once
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.intake.states import Fate, Question
from xinshu.register.access.queries import OrganRow, departments_of
from xinshu.register.records.actions import Change, Filing, Held, Outcome, accept_batch
from xinshu.register.records.first_load import FirstLoad
from xinshu.register.subjects.actions import Unmatched, match_bodies, with_folded_names
from xinshu.register.subjects.decisions import Refusal, without_refused

FATES = {str(Change.ACCEPTED): str(Fate.ACCEPTED), str(Change.CORRECTED): str(Fate.CORRECTED)}
PREVIEWED: Final = {
    "row": pl.UInt32,
    "fate": pl.String,
    "document_number": pl.String,
    "subject_name": pl.String,
    "decided_on": pl.Date,
    "form": pl.String,
    "due_on": pl.Date,
    "reasons": pl.String,
}
AS_SENT: Final = {
    "index": pl.UInt32,
    "document_number": pl.String,
    "subject_name": pl.String,
    "decided_on": pl.Date,
    "due_on": pl.Date,
}
"""What is told of a row that goes back, beside its reasons."""


NOT_OURS: Final = "NOT_OURS"
"""Neither the deciding organ nor the source is the sender."""

UNSAID: Final = ("该信息不能收录，请联系运营机构。", "This record cannot be taken in; please ask the operator.")
"""What is told where an edition of the catalogue has no words for it."""

NEED_A_CITATION: Final = frozenset({str(Held.WOULD_LENGTHEN), str(Held.WOULD_RAISE_CLASS)})


def needs_citation(codes: Iterable[str]) -> bool:
    """Whether a row went back for these reasons only: that it would raise a class or lengthen a display."""
    found = set(codes)
    return bool(found) and found <= NEED_A_CITATION


WHERE: Final = {
    NOT_OURS: FieldRole.ORGAN_CODE,
    str(Unmatched.SEVERAL_BODIES): FieldRole.SUBJECT_CODE,
    str(Unmatched.NAME_DIFFERS): FieldRole.SUBJECT_NAME,
    str(Unmatched.TWO_NAMES): FieldRole.SUBJECT_NAME,
    str(Refusal.NOT_THAT_BODY): FieldRole.SUBJECT_CODE,
    str(Refusal.DECLINED): FieldRole.SUBJECT_CODE,
    str(Held.DECIDED_AFTER_ARRIVAL): FieldRole.DECIDED_ON,
    str(Held.WOULD_LENGTHEN): FieldRole.DECIDED_ON,
    str(Held.WOULD_RAISE_CLASS): FieldRole.SEVERITY,
    str(Held.LIST_OF_ANOTHER): FieldRole.ORGAN_CODE,
}
"""Beside which field a reason is told; the others stand beside the document number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What every step of one batch needs."""

    id: UUID
    organ: OrganRow
    kind: str
    actor: str
    moment: Moment
    catalogue: Catalogue
    edition: bytes
    mapping: Mapping[str, str]
    citation: str = ""

    @property
    def rules(self) -> Kind:
        """The kind's rules."""
        return self.catalogue.kinds[self.kind]

    @property
    def rulebook(self) -> Rulebook:
        """By what the file is checked."""
        return Rulebook(
            kind_name=self.kind,
            catalogue=self.catalogue,
            division=self.organ.division,
            on_date=self.moment.day,
            mapping=self.mapping,
        )

    def due_on(self, decided_on: date | None) -> date | None:
        """The last day on which a record decided then is filed in time; None without a term or a calendar."""
        term = self.rules.filing_term
        if term is None or decided_on is None or decided_on not in term.period:
            return None
        due = add_working_days(decided_on, term.workdays, self.catalogue.calendar)
        return None if isinstance(due, NotYetComputable) else due

    def by_due_day(self, decided_on: pl.Series) -> pl.Series:
        """`due_on` of each of these days."""
        known = {day: self.due_on(day) for day in decided_on.drop_nulls().unique()}
        return decided_on.replace_strict(known, default=None, return_dtype=pl.Date).alias("due_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What became of one part: its counts, the questions, and what goes back.

    `returned`: null when nothing does. `rows`: the columns of PREVIEWED for every row that is no person's.
    """

    accepted: int
    unchanged: int
    corrected: int
    returned: int
    late: int
    questions: tuple[Question, ...]
    returned_part: ReturnedPart | None
    returned_due_on: date | None
    rows: pl.DataFrame


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """A part as far as it can be worked on without the register: its sound rows, and those that are ours to store."""

    number: int
    good: pl.DataFrame
    documents: pl.DataFrame
    foreign: list[int]


def made_ready(work: Work, found: Survey, first: int) -> AbstractContextManager[Iterator[Ready]]:
    """The parts of a survey from one on, each made ready while the one before is settled."""
    return one_ahead(_made_ready(work, found, number) for number in range(first, len(found.parts)))


def _made_ready(work: Work, found: Survey, number: int) -> Ready:
    good = found.spool.get(found.parts[number].good)
    documents, foreign = _our_own(work, _without_clashes(good, found))
    return Ready(number=number, good=good, documents=with_folded_names(documents), foreign=foreign)


def settle(work: Work, found: Survey, ready: Ready, loading: FirstLoad | None = None) -> Settled:
    """Store a part of the survey; the caller's transaction holds all of it, and nothing is kept elsewhere."""
    part, good = found.parts[ready.number], ready.good
    documents, unmatched = match_bodies(
        ready.documents, moment=work.moment, acquainted=None if loading is None else loading.bodies
    )
    documents, refused = without_refused(documents, kind=work.kind)
    outcome = _accept(work, documents, ready.number, loading)
    reasons = dict.fromkeys(ready.foreign, NOT_OURS)
    reasons |= {index: str(why) for index, why in (*unmatched.items(), *refused.items(), *outcome.held.items())}
    back = pl.concat(
        [found.spool.get(part.returned), _clashes(work, part, good, found), _held(work, part, good, reasons)]
    )
    back = back.sort("index")
    told = _as_sent(work, found, part, back)
    rows = _rows(work, good, outcome, back, told)
    return Settled(
        accepted=outcome.accepted,
        unchanged=outcome.unchanged + part.checked.repeated,
        corrected=outcome.corrected,
        returned=len(back),
        late=_late(work, rows),
        questions=_questions(work, part, good, outcome),
        returned_part=_returned_part(found, part, back, told["due_on"], work),
        returned_due_on=told["due_on"].min(),  # type: ignore[arg-type]
        rows=rows,
    )


def _is_clashing(found: Survey, good: pl.DataFrame) -> pl.Series:
    return pl.Series("clashing", document_keys(good), pl.UInt64).is_in(found.clashing.tolist())


def _without_clashes(good: pl.DataFrame, found: Survey) -> pl.DataFrame:
    return good if not len(found.clashing) else good.filter(~_is_clashing(found, good))


def _clashes(work: Work, part: Part, good: pl.DataFrame, found: Survey) -> pl.DataFrame:
    if not len(found.clashing):
        return pl.DataFrame(schema=REASONS)
    reason = pl.lit(clash_reason(work.rulebook, part.headers)).alias("reasons")
    return good.filter(_is_clashing(found, good)).select("index", "row", reason)


def _our_own(work: Work, good: pl.DataFrame) -> tuple[pl.DataFrame, list[int]]:
    """What the sender decided, or is the source of; and the indices of what is another organ's to file."""
    decided = pl.col("organ_code") == work.organ.code
    sent = (pl.col("source_code") == work.organ.code).fill_null(value=False)
    ours = good.select(decided | sent).to_series()
    return good.filter(ours), good.filter(~ours)["index"].to_list()


def _held(work: Work, part: Part, good: pl.DataFrame, reasons: Mapping[int, str]) -> pl.DataFrame:
    """The documents held back by the register, with their reasons as they are kept."""
    fields = {rule.role: name for name, rule in work.rules.fields.items() if rule.role is not None}
    rows = dict(good.filter(pl.col("index").is_in(list(reasons))).select("index", "row").iter_rows())
    kept = []
    for index, code in reasons.items():
        name = fields.get(WHERE.get(code, FieldRole.DOCUMENT_NUMBER), "")
        header = part.headers.get(name, name)
        zh, en = map("".join, zip(_said(code, work.catalogue), by_article(code, work.catalogue), strict=True))
        kept.append((index, rows[index], told((name, header, code, zh, en))))
    return pl.DataFrame(kept, schema=REASONS, orient="row")


def _said(code: str, catalogue: Catalogue) -> tuple[str, str]:
    rule = catalogue.returns.get(code)
    return (rule.zh, rule.en) if rule is not None and rule.zh else UNSAID


def _accept(work: Work, documents: pl.DataFrame, number: int, loading: FirstLoad | None) -> Outcome:
    departments = departments_of(set(documents["organ_code"]))
    department = pl.col("organ_code").replace_strict(departments, default=None, return_dtype=pl.String)
    filing = Filing(
        batch=work.id,
        part=number,
        kind=work.kind,
        organ=work.organ.code,
        actor=work.actor,
        moment=work.moment,
        edition=work.edition,
        catalogue=work.catalogue,
        citation=work.citation,
    )
    documents = documents.with_columns(department.alias("department"))
    is_told = pl.col("subject").is_in(list(subjects_with_mandate(on_date=work.moment.day)))
    outcome = accept_batch(filing=filing, documents=documents.with_columns(is_told=is_told), loading=loading)
    _tell_beforehand(work, outcome.stored.filter(is_told))
    return outcome


def _tell_beforehand(work: Work, stored: pl.DataFrame) -> None:
    """Have who can be told know of new adverse records before they are shown; in the transaction that stores them."""
    if work.rules.effect is not Effect.ADVERSE:
        return
    new = stored.filter((pl.col("change") == str(Change.ACCEPTED)) & pl.col("public_from").is_not_null())
    found = new.select("subject", "record_ref", "document_number", "public_from").iter_rows()
    owed = (
        Owed(
            subject=subject,
            kind=NoticeKind.RECORD_FIRST_SHOWN,
            once=f"FIRST {record_ref}",
            said={"what": work.rules.name_zh, "number": number or "", "from": first.isoformat()},
            record_ref=UUID(record_ref),
        )
        for subject, record_ref, number, first in found
    )
    notify_once(owed=owed, moment=work.moment)


def _rows(work: Work, good: pl.DataFrame, outcome: Outcome, back: pl.DataFrame, as_sent: pl.DataFrame) -> pl.DataFrame:
    """Every row with its fate: those in the register, those unchanged, those that go back."""
    stored = outcome.stored.select(
        "index",
        pl.col("change").replace_strict(FATES, return_dtype=pl.String).alias("fate"),
        pl.col("public_form").alias("form"),
    )
    said = good.select("index", "row", "document_number", "subject_name", "decided_on").join(
        stored, on="index", how="left"
    )
    returned = back.select("index", "row", "reasons")
    rows = said.join(returned.select("index", "reasons"), on="index", how="left").with_columns(
        pl.when(pl.col("reasons").is_not_null())
        .then(pl.lit(str(Fate.RETURNED)))
        .otherwise(pl.col("fate").fill_null(str(Fate.UNCHANGED)))
        .alias("fate")
    )
    unread = returned.join(said, on="index", how="anti").with_columns(pl.lit(str(Fate.RETURNED)).alias("fate"))
    rows = rows.with_columns(work.by_due_day(rows["decided_on"]).alias("due_on"))
    every = pl.concat([rows, unread.join(as_sent, on="index", how="left")], how="diagonal")
    return every.sort("row", "index").select(*PREVIEWED)


def _late(work: Work, rows: pl.DataFrame) -> int:
    """New records that came after their working days; a correction is late for nothing."""
    return len(rows.filter((pl.col("fate") == str(Fate.ACCEPTED)) & (pl.col("due_on") < work.moment.day)))


def _questions(work: Work, part: Part, good: pl.DataFrame, outcome: Outcome) -> tuple[Question, ...]:
    return (*_class_questions(work, good, outcome), *_row_questions(part, good))


def _class_questions(work: Work, good: pl.DataFrame, outcome: Outcome) -> Iterator[Question]:
    """The rows whose class is in doubt; until the organ answers, the lower class counts (Decision 7)."""
    asked = good.filter(pl.col("index").is_in(list(outcome.questions)))
    for row in asked.select("index", "row", "document_number", "severity").iter_rows(named=True):
        verdict = outcome.questions[row["index"]]
        yield Question(
            row=row["row"],
            document_number=row["document_number"],
            declared=row["severity"],
            settled=verdict.severity,
            **sentence(verdict.reasons[0], work.catalogue, start=None, last_day=None),
        )


def _row_questions(part: Part, good: pl.DataFrame) -> Iterator[Question]:
    """What the checks ask about rows that they let pass."""
    asked = {question.index: question for question in part.checked.questions}
    numbers = good.filter(pl.col("index").is_in(list(asked))).select("index", "document_number")
    for index, number in numbers.iter_rows():
        question = asked[index]
        yield Question(
            row=question.row, document_number=number, declared=None, settled="", zh=question.zh, en=question.en
        )


def _as_sent(work: Work, found: Survey, part: Part, back: pl.DataFrame) -> pl.DataFrame:
    """Of each row that goes back: number, name and day as its own cells have them, and its working-day deadline."""
    if back.is_empty():
        return pl.DataFrame(schema=AS_SENT)
    cells = found.spool.get(part.cells)[back["index"].to_list()]
    roles = {rule.role: part.headers[name] for name, rule in work.rules.fields.items() if name in part.headers}

    def cell(role: FieldRole) -> pl.Series:
        said = cells[roles[role]] if role in roles else pl.repeat(None, len(cells), dtype=pl.String, eager=True)
        return said.cast(pl.String)

    told = pl.DataFrame(
        {
            "index": back["index"],
            "document_number": shown_cells(cell(FieldRole.DOCUMENT_NUMBER)),
            "subject_name": shown_cells(cell(FieldRole.SUBJECT_NAME)),
            "decided_on": cell(FieldRole.DECIDED_ON),
        }
    ).with_columns(as_date(pl.col("decided_on")).alias("decided_on"))
    return told.with_columns(work.by_due_day(told["decided_on"]).alias("due_on"))


def _returned_part(found: Survey, part: Part, back: pl.DataFrame, due_on: pl.Series, work: Work) -> ReturnedPart | None:
    """The rows that go back as they came, cells of identity documents emptied, with their reasons as they are kept."""
    if back.is_empty():
        return None
    cells = found.spool.get(part.cells)[back["index"].to_list()]
    personal = {name for name, rule in work.rules.fields.items() if rule.type is FieldType.PERSONAL}
    emptied = [part.headers[name] for name in personal if name in part.headers]
    frame = cells.drop(ROW).with_columns(pl.lit(None, pl.String).alias(header) for header in emptied)
    told = back.select("row", "reasons").with_columns(due_on)
    kept = [_kept(row, reasons, due) for row, reasons, due in told.iter_rows()]
    form = part.form
    return ReturnedPart(
        frame=frame,
        reasons=kept,
        format=form.format,
        encoding=form.encoding,
        delimiter=form.delimiter,
        sheet=form.sheet,
    )


def _kept(row: int, reasons: str, due_on: date | None) -> str:
    entry: dict[str, Any] = {"row": row, "due_on": due_on, "reasons": orjson.loads(reasons)}
    return orjson.dumps(entry).decode()
