"""Finds the bodies that documents mean, by code only (G24), and opens those mentioned for the first time."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Final

import polars as pl
from django.db import connection, transaction

from xinshu.bulk.copying import copy_into
from xinshu.kit.fresh_tables import FreshTables
from xinshu.kit.moment import Moment
from xinshu.law.terms import SubjectKind
from xinshu.register.subjects.names import folded, keys_of
from xinshu.register.subjects.queries import KNOWN_COLUMNS, known_bodies


@dataclass(frozen=True, slots=True)
class Mention:
    """A body as a document mentions it: its code (with scheme), name and kind."""

    code: str
    scheme: str
    name: str
    kind: SubjectKind


MENTIONED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "code": pl.String,
    "scheme": pl.String,
    "name": pl.String,
    "kind": pl.String,
}
OPENED: Final = {"subject_code": pl.String, "subject_id": pl.Int64}
NUMBERS: Final = "SELECT nextval(pg_get_serial_sequence('subjects_subject', 'id')) FROM generate_series(1, %s)"


STILL: Final = "SELECT id FROM subjects_subject WHERE id = ANY(%s) ORDER BY id FOR UPDATE SKIP LOCKED"
FORGET: Final = (
    "DELETE FROM subjects_subjectname WHERE subject_id = ANY(%s)",
    "DELETE FROM subjects_subjectcode WHERE subject_id = ANY(%s)",
    "DELETE FROM subjects_subjectdetail WHERE subject_id = ANY(%s)",
    "DELETE FROM subjects_subject WHERE id = ANY(%s)",
)


class Unmatched(StrEnum):
    """Why no body is taken for the one that a document means: a name that differs is held, never stored silently."""

    SEVERAL_BODIES = "SEVERAL_BODIES"
    NAME_DIFFERS = "NAME_DIFFERS"
    TWO_NAMES = "TWO_NAMES"


def lock_openings() -> None:
    """Let no other transaction open bodies until this one ends: look codes up only after this, then open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('open subjects', 0))")


def hold_still(subjects: Iterable[int]) -> list[int]:
    """Those of these bodies that nobody is filing for just now; until the transaction ends nobody can."""
    with connection.cursor() as cursor:
        cursor.execute(STILL, [sorted(set(subjects))])
        return [row[0] for row in cursor.fetchall()]


def forget(subjects: Sequence[int]) -> None:
    """Erase bodies of which nothing is recorded any more: codes, names with the keys of their search, details."""
    with connection.cursor() as cursor:
        for statement in FORGET:
            cursor.execute(statement, [list(subjects)])


def open_shells(mentions: Sequence[Mention], *, moment: Moment) -> dict[str, int]:
    """Open a shell for each mention and return its reference by code.

    The caller has found the codes unknown under `lock_openings`, so no other can open them meanwhile.
    """
    rows = [(mention.code, mention.scheme, mention.name, mention.kind) for mention in mentions]
    opened = _opened(pl.DataFrame(rows, schema=MENTIONED, orient="row"), moment=moment)
    return dict(opened.iter_rows())


@transaction.atomic
def _opened(mentioned: pl.DataFrame, *, moment: Moment) -> pl.DataFrame:
    """The new bodies: `subject_code`, `subject_id`."""
    if mentioned.is_empty():
        return pl.DataFrame(schema=OPENED)
    at = pl.lit(moment.instant.astimezone(UTC)).cast(pl.Datetime("us", "UTC")).alias("recorded_at")
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(NUMBERS, [len(mentioned)])
        numbers = pl.Series("subject_id", [row[0] for row in cursor.fetchall()], pl.Int64)
        frame = _searched(mentioned).with_columns(numbers, at)
        shells = frame.select(pl.col("subject_id").alias("id"), "kind", pl.lit(value=True).alias("is_shell"), at)
        copy_into(cursor.cursor, "subjects_subject", shells)
        copy_into(cursor.cursor, "subjects_subjectcode", frame.select("subject_id", "scheme", "code", "recorded_at"))
        names = ("subject_id", "name", "searchable", "folded", "bigrams", "recorded_at")
        copy_into(cursor.cursor, "subjects_subjectname", frame.select(*names))
    return frame.select(pl.col("code").alias("subject_code"), "subject_id")


def _searched(mentioned: pl.DataFrame) -> pl.DataFrame:
    """With how each name is searched: not at all, where it is mostly a person's (Decision 5)."""
    searchable = pl.col("kind") != str(SubjectKind.INDIVIDUAL_BUSINESS)
    text = pl.when("searchable").then("folded").otherwise(pl.lit(""))
    frame = mentioned.with_columns(searchable.alias("searchable"), folded(mentioned["name"])).with_columns(text)
    return frame.with_columns(keys_of(frame["folded"]))


def build_names_anew(tables: FreshTables) -> None:
    """For a first load, under `lock_openings`: where no name is known yet, their search index is built at the end."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE subjects_subjectname IN SHARE MODE")
        cursor.execute("SELECT EXISTS (SELECT FROM subjects_subjectname)")
        if not cursor.fetchone()[0]:
            tables.begin(["subjects_subjectname"], at_once={"subjects_subjectname_pkey"})


class Acquainted:
    """The bodies met so far by one that holds `lock_openings` all along: nobody is asked for them again."""

    def __init__(self) -> None:
        self._met = pl.DataFrame(schema=KNOWN_COLUMNS)

    def known(self, codes: pl.Series) -> pl.DataFrame:
        """`known_bodies`, of which only those are asked for that were never met."""
        met = self._met.join(codes.to_frame(), on="subject_code", how="semi")
        found = known_bodies(codes.filter(~codes.is_in(met["subject_code"].implode())))
        self.meet(found)
        return pl.concat([met, found])

    def meet(self, bodies: pl.DataFrame) -> None:
        """Remember these (KNOWN_COLUMNS)."""
        self._met = pl.concat([self._met, bodies])


@transaction.atomic
def match_bodies(
    documents: pl.DataFrame, *, moment: Moment, acquainted: Acquainted | None = None
) -> tuple[pl.DataFrame, dict[int, Unmatched]]:
    """Documents with the column `subject`, opening a shell for each new code; and why the others are held back.

    `documents` has `index`, `subject_code`, `subject_scheme`, `subject_name` and `subject_kind`; and what
    `with_folded_names` adds, if that was done ahead.
    """
    reasons: dict[int, Unmatched] = {}
    if "folded" not in documents.columns:
        documents = with_folded_names(documents)
    several_names = pl.col("folded").n_unique().over("subject_code") > 1
    codes = documents["subject_code"].unique()
    documents = _beside_the_known(documents, _known(codes) if acquainted is None else acquainted.known(codes))
    documents = _hold(documents, pl.col("bodies") > 1, Unmatched.SEVERAL_BODIES, reasons)
    documents = _hold(documents, ~pl.col("same_name"), Unmatched.NAME_DIFFERS, reasons)
    documents = _hold(documents, several_names & pl.col("bodies").is_null(), Unmatched.TWO_NAMES, reasons)
    mentioned = _mentioned(documents.filter(pl.col("bodies").is_null()))
    opened = _opened(mentioned, moment=moment)
    if acquainted is not None:
        named = mentioned.select(pl.col("code").alias("subject_code"), "name")
        acquainted.meet(opened.join(named, on="subject_code").select(*KNOWN_COLUMNS))
    documents = documents.join(opened, on="subject_code", how="left", maintain_order="left")
    subject = pl.col("body").fill_null(pl.col("subject_id")).alias("subject")
    return documents.with_columns(subject).drop("folded", "bodies", "body", "subject_id", "same_name"), reasons


def _known(codes: pl.Series) -> pl.DataFrame:
    """What is known of these codes; those that are new are asked for again when no other can open them meanwhile."""
    found = known_bodies(codes)
    new = codes.filter(~codes.is_in(found["subject_code"].implode()))
    if new.is_empty():
        return found
    lock_openings()
    return pl.concat([found, known_bodies(new)])


def _beside_the_known(documents: pl.DataFrame, found: pl.DataFrame) -> pl.DataFrame:
    """With `bodies` (how many the code names, null: none), `body` (the first), and `same_name`: whether the document's
    name is a present one; a body that is not known yet has none to differ from."""
    bodies = found.group_by("subject_code").agg(
        pl.col("subject_id").n_unique().alias("bodies"), pl.col("subject_id").min().alias("body")
    )
    named = found.drop_nulls("name")
    names = named.select("subject_code", folded(named["name"])).unique().with_columns(same_name=pl.lit(value=True))
    beside = documents.join(bodies, on="subject_code", how="left", maintain_order="left").join(
        names, on=["subject_code", "folded"], how="left", maintain_order="left"
    )
    is_named = pl.col("subject_code").is_in(names["subject_code"].implode())
    return beside.with_columns(pl.col("same_name").fill_null(~is_named))


def with_folded_names(documents: pl.DataFrame) -> pl.DataFrame:
    """Documents with their names as they are compared (`folded`); asks no table, so it can be done ahead."""
    return documents.with_columns(folded(documents["subject_name"]))


def _hold(documents: pl.DataFrame, which: pl.Expr, why: Unmatched, reasons: dict[int, Unmatched]) -> pl.DataFrame:
    """Set aside the documents for which the condition holds, with their reason."""
    marked = documents.with_columns(which.fill_null(value=False).alias("held"))
    for index in marked.filter("held")["index"]:
        reasons[index] = why
    return marked.filter(~pl.col("held")).drop("held")


def _mentioned(documents: pl.DataFrame) -> pl.DataFrame:
    """Each body once, as its first document names it."""
    first = documents.unique("subject_code", keep="first", maintain_order=True)
    return first.select(pl.col(f"subject_{name}").cast(kind).alias(name) for name, kind in MENTIONED.items())
