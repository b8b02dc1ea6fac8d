"""Settles one part of a batch in one transaction: finds the bodies, stores what is sound, returns the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
import polars as pl

from xinshu.bulk.files import ReturnedPart
from xinshu.bulk.survey import REASONS, ROW, Part, Rulebook, Survey, clash_reason, document_keys, told
from xinshu.bulk.values import as_date
from xinshu.kit.moment import Moment
from xinshu.kit.workdays import NotYetComputable, add_working_days
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType, Kind
from xinshu.law.public_form import sentence
from xinshu.proceedings.intake.states import Fate, Question
from xinshu.register.access.queries import OrganRow, departments_of
from xinshu.register.records.actions import Change, Filing, Held, Outcome, accept_batch
from xinshu.register.subjects.actions import Unmatched, match_bodies

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


class Told(NamedTuple):
    """Why a sound document is held back: a code, and the sentence in both languages."""

    code: str
    zh: str
    en: str


NOT_OURS = Told(
    "NOT_OURS",
    "处罚/许可机关代码或数据来源单位代码应为报送机关自身代码；请由作出决定或提供数据的机关报送。",
    "Neither the deciding organ nor the source is the sender; the organ that decided or keeps the data files the row.",
)
UNMATCHED: Final = {
    Unmatched.SEVERAL_BODIES: Told(
        Unmatched.SEVERAL_BODIES,
        "该代码对应多个主体，不能确定是哪一个；请附可区分的代码或联系运营机构。",
        "This code names several bodies, and none is guessed; give a code that tells them apart, or ask the operator.",
    ),
    Unmatched.NAME_DIFFERS: Told(
        Unmatched.NAME_DIFFERS,
        "行政相对人名称与该代码已登记的名称不一致；请核对名称和代码，确已更名的请联系运营机构。",
        "The name differs from the one held for this code; compare both, and ask the operator if the body was renamed.",
    ),
    Unmatched.TWO_NAMES: Told(
        Unmatched.TWO_NAMES,
        "同一批次中该代码出现了不同名称；请核对后统一。",
        "This batch gives two names for one code; compare them and send one.",
    ),
}
HELD: Final = {
    Held.TWICE_FOR_ONE_BODY: Told(
        Held.TWICE_FOR_ONE_BODY,
        "同一主体的同一决定以两个代码报送；请只保留一行。",
        "One decision came twice for one body, under two of its codes; keep one row.",
    ),
    Held.DECIDED_AFTER_ARRIVAL: Told(
        Held.DECIDED_AFTER_ARRIVAL,
        "更正后的决定日期晚于该信息首次报送之日；请核对日期，另一决定请用其自身文号报送。",
        "The corrected day of decision lies after the day on which this record first came in; check it; file another"
        " decision under its own number.",
    ),
    Held.WOULD_LENGTHEN: Told(
        Held.WOULD_LENGTHEN,
        "该更正会延长公示或使已停止公示的信息重新公示；须附依据、由第二人复核并告知主体后另行办理。",
        "The correction would show the record longer, or again; that needs a citation, a second person and a notice.",
    ),
    Held.WOULD_RAISE_CLASS: Told(
        Held.WOULD_RAISE_CLASS,
        "该更正会提高失信严重程度；须附依据、由第二人复核并告知主体后另行办理。",
        "The correction would raise the class; that needs a citation, a second person and a notice to the subject.",
    ),
    Held.HAS_ENDED: Told(
        Held.HAS_ENDED,
        "该信息已被撤回，不因再次报送而恢复；另一决定请用其自身文号报送。",
        "This record was withdrawn and no sending brings it back; file another decision under its own number.",
    ),
}

WHERE: Final = {
    NOT_OURS.code: FieldRole.ORGAN_CODE,
    str(Unmatched.SEVERAL_BODIES): FieldRole.SUBJECT_CODE,
    str(Unmatched.NAME_DIFFERS): FieldRole.SUBJECT_NAME,
    str(Unmatched.TWO_NAMES): FieldRole.SUBJECT_NAME,
    str(Held.DECIDED_AFTER_ARRIVAL): FieldRole.DECIDED_ON,
    str(Held.WOULD_LENGTHEN): FieldRole.DECIDED_ON,
    str(Held.WOULD_RAISE_CLASS): FieldRole.SEVERITY,
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


def settle(work: Work, found: Survey, number: int) -> Settled:
    """Store a part of the survey; the caller's transaction holds all of it, and nothing is kept elsewhere."""
    part = found.parts[number]
    good = found.spool.get(part.good)
    documents, foreign = _our_own(work, _without_clashes(good, found))
    documents, unmatched = match_bodies(documents, moment=work.moment)
    outcome = _accept(work, documents, number)
    reasons = dict.fromkeys(foreign, NOT_OURS)
    reasons |= {index: UNMATCHED[why] for index, why in unmatched.items()}
    reasons |= {index: HELD[why] for index, why in outcome.held.items()}
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


def _held(work: Work, part: Part, good: pl.DataFrame, reasons: Mapping[int, Told]) -> pl.DataFrame:
    """The documents held back by the register, with their reasons as they are kept."""
    fields = {rule.role: name for name, rule in work.rules.fields.items() if rule.role is not None}
    rows = dict(good.filter(pl.col("index").is_in(list(reasons))).select("index", "row").iter_rows())
    kept = []
    for index, why in reasons.items():
        name = fields.get(WHERE.get(why.code, FieldRole.DOCUMENT_NUMBER), "")
        header = part.headers.get(name, name)
        kept.append((index, rows[index], told((name, header, why.code, why.zh, why.en))))
    return pl.DataFrame(kept, schema=REASONS, orient="row")


def _accept(work: Work, documents: pl.DataFrame, number: int) -> Outcome:
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
    )
    return accept_batch(filing=filing, documents=documents.with_columns(department.alias("department")))


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

    def cell(role: FieldRole) -> pl.Expr:
        return pl.col(roles[role]).cast(pl.String) if role in roles else pl.lit(None, pl.String)

    told = cells.select(
        back["index"],
        cell(FieldRole.DOCUMENT_NUMBER).alias("document_number"),
        cell(FieldRole.SUBJECT_NAME).alias("subject_name"),
        as_date(cell(FieldRole.DECIDED_ON)).alias("decided_on"),
    )
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
