"""Writes to the records: a filing is accepted whole or not at all; a record is withdrawn; filings get their numbers."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid4

import orjson
import polars as pl
from django.db import connection, transaction

from xinshu.bulk.copying import as_uuid, fresh_references
from xinshu.bulk.derivation import Derived, Forms, derive, masked_text
from xinshu.bulk.listings import COLUMNS, with_listing
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import SEVERITY_ORDER
from xinshu.law.verdict import SeverityVerdict
from xinshu.register.catalogues.queries import editions_after
from xinshu.register.erasures.queries import erased
from xinshu.register.publog import actions as publog
from xinshu.register.records.entries import enter_changes, entries_of
from xinshu.register.records.first_load import FirstLoad
from xinshu.register.records.statements import (
    ACCEPTING,
    CHANGED,
    COMPARE,
    CORRECT,
    FILE,
    FILED_COLUMNS,
    HOLD,
    KNOWN,
    MASK_AGAIN,
    NUMBER,
    OWN,
    TYPES,
    WITHDRAW,
    WITHDRAWN_LINE,
    add_sources,
    copy_into,
    into_temporary,
    repaired_before,
)


class Change(StrEnum):
    """What a journal line says happened."""

    ACCEPTED = "ACCEPTED"
    CORRECTED = "CORRECTED"
    WITHDRAWN = "WITHDRAWN"
    MASKED = "MASKED"
    UNMASKED = "UNMASKED"
    HELD_BACK = "HELD_BACK"
    REPAIRED = "REPAIRED"
    DECLINED = "DECLINED"
    REINSTATED = "REINSTATED"
    HIDDEN = "HIDDEN"
    UNHIDDEN = "UNHIDDEN"
    MARKED = "MARKED"
    UNMARKED = "UNMARKED"
    STATED = "STATED"
    CARRIED_OVER = "CARRIED_OVER"


class Held(StrEnum):
    """Why a document that is sound in itself is not taken in."""

    TWICE_FOR_ONE_BODY = "TWICE_FOR_ONE_BODY"
    DECIDED_AFTER_ARRIVAL = "DECIDED_AFTER_ARRIVAL"
    WOULD_LENGTHEN = "WOULD_LENGTHEN"
    WOULD_RAISE_CLASS = "WOULD_RAISE_CLASS"
    HAS_ENDED = "HAS_ENDED"
    DISPLAY_OVER = "DISPLAY_OVER"
    LISTING_STEPS = "LISTING_STEPS"
    LIST_OF_ANOTHER = "LIST_OF_ANOTHER"


class NotHeld(XinshuError):
    """There is no such record of that organ, or it has ended already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """Who files what, when, and by which edition of the catalogue (its hash, 32 bytes).

    A very large batch is declared in parts, counted from 0; each part is one filing. `citation`: by which document and
    article the organ, in the person of two of its staff, lets corrections lengthen a display or raise a class; "" for
    every ordinary filing.
    """

    batch: UUID
    kind: str
    organ: str
    actor: str
    moment: Moment
    edition: bytes
    catalogue: Catalogue
    part: int = 0
    citation: str = ""


STORED: Final = {
    **{"index": pl.UInt32, "subject": pl.Int64},
    **dict.fromkeys(("record_ref", "document_number", "change", "public_form"), pl.String),
    **dict.fromkeys(("public_from", "public_until"), pl.Date),
}


@dataclass(slots=True)
class Outcome:
    """What became of a batch: counts; by `index`, the documents held back and those whose class is in question.

    `stored`: the new and corrected documents with the columns of STORED, as they now stand in the register.
    """

    accepted: int = 0
    unchanged: int = 0
    corrected: int = 0
    held: dict[int, Held] = field(default_factory=dict)
    questions: dict[int, SeverityVerdict] = field(default_factory=dict)
    stored: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=STORED))


@transaction.atomic
def accept_batch(*, filing: Filing, documents: pl.DataFrame, loading: FirstLoad | None = None) -> Outcome:
    """Store a filing's sound documents with their versions and journal lines; all of it, or nothing on any error.

    `documents` is the good frame of `bulk.checks` with `subject` (our reference, of `subject_code`) and `department`.
    Content equal to any past version changes nothing; other content is a correction, which may shorten a display or
    lower a class; the other way only by a citation, and the subject is then owed a notice. What has ended stays ended,
    whatever is cited (Decision 6). Nothing of it is shown before `number_filings`. `loading`: inside a first load, what
    is known without asking the tables.
    """
    outcome = Outcome()
    with connection.cursor() as cursor:
        cursor.execute(ACCEPTING, [f"accept {filing.kind}"])
    later = editions_after(filing.moment.day)
    documents = _one_for_each_body(documents, outcome)
    known = _known(documents, filing) if loading is None else loading.known(documents)
    documents = _compared(documents, known, filing)
    unchanged = documents.filter("is_equal")
    outcome.unchanged = len(unchanged)
    documents = _hold(documents.filter(~pl.col("is_equal")), pl.col("has_ended"), Held.HAS_ENDED, outcome)
    documents = with_listing(documents, kind=filing.kind, catalogue=filing.catalogue, on_date=filing.moment.day)
    documents = _hold(documents, pl.col("lacks_steps"), Held.LISTING_STEPS, outcome)
    documents = _hold(documents, pl.col("not_theirs"), Held.LIST_OF_ANOTHER, outcome)
    derived = derive(documents, kind=filing.kind, catalogue=filing.catalogue, on_date=filing.moment.day, later=later)
    stored = _store(filing, _sorted_out(filing, derived, outcome), derived)
    _owe_notices(filing, stored)
    add_sources(unchanged, batch=filing.batch, at=filing.moment.instant)
    if loading is not None:
        loading.remember(stored)
    _tell(stored, derived, outcome)
    return outcome


@transaction.atomic
def withdraw(
    *, subjects: Sequence[int], record_ref: UUID, organ: str, ground: str, words: str, actor: str, moment: Moment
) -> str:
    """Take a record back at once and for good: the organ that decided it, or that filed it, says why (G25).

    `subjects` are the bodies whose record it may be, `ground` is a word for the journal, `words` the organ's own
    reason. Returns the kind. Raises NotHeld when that organ has no such record, or it has ended. Withdrawals are
    numbered before anything else that waits.
    """
    batch = uuid4()
    with connection.cursor() as cursor:
        cursor.execute(OWN, {"subjects": list(subjects), "record_ref": record_ref, "organ": organ})
        row = cursor.fetchone()
        if row is None:
            raise NotHeld(
                "没有这条可撤回的信息：它不属于本机关，或已经终止。"
                " No such record can be withdrawn: it is not this organ's, or it has ended."
            )
        subject, version, severity, edition, kind = row
        filed = (batch, 0, kind, organ, actor, moment.day, moment.instant, 1, True)
        cursor.execute(FILE, filed)
        number = cursor.fetchone()[0]
        where = {"subject": subject, "record_ref": record_ref, "filing": number, "day": moment.day}
        where["ended"] = Change.WITHDRAWN
        cursor.execute(WITHDRAW, where)
        line = {**where, "version": version, "severity": severity, "edition": edition, "words": words, "organ": organ}
        reasons = orjson.dumps([[ground, None, None]]).decode()
        cursor.execute(WITHDRAWN_LINE, {**line, "at": moment.instant, "actor": actor, "reasons": reasons})
    enter_changes([subject], [str(record_ref)], day=moment.day, filing=number)
    return str(kind)


@transaction.atomic
def number_filings(*, moment: Moment, endings_only: bool = False) -> int:
    """The sequencer: gives every committed filing that waits its dense numbers, withdrawals first; how many it was.

    Short and safe to call at any time, by anyone, again: from here on readers see what those filings changed.
    `endings_only`: whatever shows something new waits on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('number filings', 0))")
        cursor.execute(NUMBER, {"at": moment.instant, "endings_only": endings_only})
        filings = [row[0] for row in cursor.fetchall()]
    publog.number(filings, moment=moment)
    return len(filings)


def _one_for_each_body(documents: pl.DataFrame, outcome: Outcome) -> pl.DataFrame:
    """Two codes of one body may bring one document twice; neither is guessed to be the right one."""
    return _hold(documents, pl.struct("subject", "identity").is_duplicated(), Held.TWICE_FOR_ONE_BODY, outcome)


def _hold(documents: pl.DataFrame, which: pl.Expr, why: Held, outcome: Outcome) -> pl.DataFrame:
    marked = documents.select(which.fill_null(value=False)).to_series()
    outcome.held |= dict.fromkeys(documents.filter(marked)["index"], why)
    return documents.filter(~marked)


def _known(documents: pl.DataFrame, filing: Filing) -> pl.DataFrame:
    """What is held of these documents (KNOWN)."""
    filed = documents.select(pl.col("index").cast(pl.Int64), "subject", "identity", "content_digest")
    into_temporary("filed", FILED_COLUMNS, filed.rename({"subject": "subject_id"}))
    with connection.cursor() as cursor:
        cursor.execute(COMPARE)
        known = pl.DataFrame(cursor.fetchall(), schema=KNOWN, orient="row")
        cursor.execute(HOLD, [known.filter(~pl.col("is_equal"))["index"].to_list()])
        withdrawn = [index for index, has_ended in cursor.fetchall() if has_ended]
        cursor.execute("DROP TABLE filed")
    known = known.with_columns(pl.col("has_ended") | pl.col("index").is_in(withdrawn))
    return pl.concat([known, repaired_before(documents, known, filing.kind, filing.catalogue)])


def _compared(documents: pl.DataFrame, known: pl.DataFrame, filing: Filing) -> pl.DataFrame:
    """Documents beside what is held of each (KNOWN, null where it is new); `recorded_on` is its first day with us."""
    today = pl.lit(filing.moment.day)
    return documents.join(known, on="index", how="left", maintain_order="left").with_columns(
        pl.col("recorded_on").fill_null(today),
        pl.col("known_version").fill_null(0),
        pl.col("is_equal", "was_shown").fill_null(value=False),
        has_ended=pl.col("has_ended").fill_null(value=False) | erased(documents),
    )


def _sorted_out(filing: Filing, derived: Derived, outcome: Outcome) -> pl.DataFrame:
    """The new documents, and the corrections that may be made; the others are held.

    `raises` and `lengthens` mark what is made by the filing's citation only.
    """
    rank = {str(severity): place for place, severity in enumerate(SEVERITY_ORDER)}
    settled, before = (
        pl.col(name).replace_strict(rank, default=None, return_dtype=pl.Int8) for name in ("settled", "known_severity")
    )
    within = (pl.col("public_from") >= pl.col("known_from")) & (
        pl.col("known_until").is_null() | (pl.col("public_until") <= pl.col("known_until")).fill_null(value=False)
    )
    again = pl.col("known_version") > 0
    late = again & (pl.col("decided_on") > pl.col("recorded_on"))
    documents = _hold(derived.documents, late, Held.DECIDED_AFTER_ARRIVAL, outcome).with_columns(
        raises=(again & (settled > before)).fill_null(value=False),
        lengthens=again & pl.col("public_from").is_not_null() & ~within.fill_null(value=False),
    )
    for which, why in _not_allowed(filing):
        documents = _hold(documents, which, why, outcome)
    return documents


def _not_allowed(filing: Filing) -> tuple[tuple[pl.Expr, Held], ...]:
    """What may not be done to the subject's harm: without a citation nothing, with one no second display."""
    raises, lengthens = pl.col("raises"), pl.col("lengthens")
    if not filing.citation:
        return (raises, Held.WOULD_RAISE_CLASS), (lengthens, Held.WOULD_LENGTHEN)
    over = pl.col("known_until") <= filing.moment.day
    hidden = pl.col("known_from").is_null() & pl.col("was_shown")
    return ((lengthens & (over.fill_null(value=False) | hidden), Held.DISPLAY_OVER),)


def _store(filing: Filing, documents: pl.DataFrame, derived: Derived) -> pl.DataFrame:
    """Write new records and corrections with their history; the documents as written, in the order of their lines."""
    if documents.is_empty():
        return documents.with_columns(change=pl.lit(None, pl.String), public_form=pl.lit(None, pl.String))
    is_new = pl.col("known_version") == 0
    fresh = fresh_references(len(documents))
    documents = documents.with_columns(
        pl.when(is_new).then(fresh).otherwise("record_ref").alias("record_ref"),
        pl.when(is_new).then(pl.lit(str(Change.ACCEPTED))).otherwise(pl.lit(str(Change.CORRECTED))).alias("change"),
        (pl.col("known_version") + 1).alias("version"),
        pl.int_range(pl.len(), dtype=pl.Int64).alias("place"),
        pl.lit(_filed(filing, len(documents)), pl.Int64).alias("filing_id"),
        pl.lit(filing.edition, pl.Binary).alias("edition"),
        pl.lit(filing.moment.instant.astimezone(UTC)).cast(pl.Datetime("us", "UTC")).alias("at"),
    )
    forms = Forms(derived, kind=filing.kind)
    with ThreadPoolExecutor(1) as beside:
        # The database is busy with the history for as long as the forms take to render.
        rendered = beside.submit(forms.rendered, documents)
        copy_into("records_recordversion", _as_versions(filing, documents))
        copy_into("records_journalline", _as_lines(filing, documents))
        documents = documents.with_columns(rendered.result())
    new, corrected = documents.filter(is_new), documents.filter(~is_new)
    copy_into(
        "records_record",
        pl.concat(
            [_as_records(filing, new), entries_of(filing.kind, new, catalogue=filing.catalogue, day=filing.moment.day)],
            how="horizontal",
        ),
    )
    _correct(_as_records(filing, corrected), filing.catalogue)
    if len(corrected):
        codes = dict(corrected.select("record_ref", "subject_code").iter_rows())
        touched = corrected["subject"].to_list(), corrected["record_ref"].to_list()
        enter_changes(*touched, day=filing.moment.day, filing=corrected["filing_id"][0], codes=codes)
    return documents


def _filed(filing: Filing, lines: int) -> int:
    moment = filing.moment
    whose = (filing.batch, filing.part, filing.kind, filing.organ, filing.actor)
    with connection.cursor() as cursor:
        cursor.execute(FILE, (*whose, moment.day, moment.instant, lines, False))
        return int(cursor.fetchone()[0])


def _as_records(filing: Filing, documents: pl.DataFrame) -> pl.DataFrame:
    audience = str(filing.catalogue.kinds[filing.kind].audience)
    return documents.select(
        pl.col("subject").alias("subject_id"),
        *(
            as_uuid("record_ref"),
            pl.lit(filing.kind).alias("kind"),
            "identity",
            "organ_code",
            "document_number",
            "decided_on",
        ),
        *(pl.col("settled").alias("severity"), "question", pl.lit(audience).alias("audience")),
        *("public_from", "public_until", "repair_from", "public_form", "edition", "version", "filing_id"),
        *("recorded_on", pl.col("at").alias("recorded_at")),
        *COLUMNS,
        pl.when(pl.col("listed_in").is_not_null()).then("served_on").alias("served_on"),
    )


def _as_versions(filing: Filing, documents: pl.DataFrame) -> pl.DataFrame:
    return documents.select(
        pl.col("subject").alias("subject_id"),
        *(as_uuid("record_ref"), "version", "content_digest", "content", "source_code", "source_name"),
        *(pl.lit(filing.batch.bytes, pl.Binary).alias("batch"), pl.col("at").alias("recorded_at")),
    )


def _as_lines(filing: Filing, documents: pl.DataFrame) -> pl.DataFrame:
    cited = pl.when(pl.col("raises") | pl.col("lengthens")).then(pl.lit(filing.citation)).otherwise(pl.lit(""))
    return documents.select(
        *("filing_id", "place", pl.col("subject").alias("subject_id"), as_uuid("record_ref"), "change", "version"),
        *(pl.lit(filing.moment.day).alias("on_day"), "at", pl.lit(filing.actor).alias("actor")),
        *(pl.lit(filing.organ).alias("organ_code"), "public_from", "public_until", "repair_from"),
        *(pl.col("settled").alias("severity"), "regime", "reasons", "edition"),
        *([cited.alias("words")] if filing.citation else []),
    )


def _owe_notices(filing: Filing, stored: pl.DataFrame) -> None:
    """A notice for every subject to whose harm a record was corrected, in the transaction that corrects it."""
    if stored.is_empty():
        return
    harmed = stored.filter(pl.col("raises") | pl.col("lengthens"))
    copy_into(
        "records_noticedue",
        harmed.select(
            pl.col("subject").alias("subject_id"),
            *(as_uuid("record_ref"), "filing_id", "raises", "lengthens"),
            pl.lit(filing.moment.day).alias("on_day"),
        ),
    )


def _correct(records: pl.DataFrame, catalogue: Catalogue) -> None:
    """Bring records up to date; what was withheld of one is withheld of what it says now."""
    if records.is_empty():
        return
    columns = [f"{name} {kind}" for name, kind in zip(CHANGED, TYPES, strict=True)]
    found = records.select("subject_id", "record_ref", *CHANGED)
    into_temporary("corrected", ["subject_id bigint", "record_ref uuid", *columns], found)
    with connection.cursor() as cursor:
        cursor.execute(CORRECT)
        for subject, record_ref, marks, form, statement in cursor.fetchall():
            cursor.execute(MASK_AGAIN, [masked_text(form, marks, catalogue, statement), subject, record_ref])
        cursor.execute("DROP TABLE corrected")


def _tell(stored: pl.DataFrame, derived: Derived, outcome: Outcome) -> None:
    outcome.corrected = len(stored.filter(pl.col("change") == str(Change.CORRECTED)))
    outcome.accepted = len(stored) - outcome.corrected
    outcome.stored = stored.select(*STORED)
    asked = stored.filter("question").select("index", "verdict")
    outcome.questions = {index: derived.verdicts[verdict] for index, verdict in asked.iter_rows()}
