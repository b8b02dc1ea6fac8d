"""Finds the bodies that documents mean, by code only (G24), and opens those mentioned for the first time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC
from enum import StrEnum
from typing import Final

import polars as pl
from django.db import connection, transaction

from xinshu.bulk.copying import copy_into
from xinshu.kit.moment import Moment
from xinshu.law.terms import SubjectKind
from xinshu.register.subjects.names import bigrams, fold
from xinshu.register.subjects.queries import Known, known


@dataclass(frozen=True, slots=True)
class Mention:
    """A body as a document mentions it: its code (with scheme), name and kind."""

    code: str
    scheme: str
    name: str
    kind: SubjectKind


MENTIONED: Final[dict[str, pl.DataType | type[pl.DataType]]] = {
    "searchable": pl.Boolean,
    "folded": pl.String,
    "bigrams": pl.List(pl.Int32),
    "code": pl.String,
    "scheme": pl.String,
    "name": pl.String,
    "kind": pl.String,
}
NUMBERS: Final = "SELECT nextval(pg_get_serial_sequence('subjects_subject', 'id')) FROM generate_series(1, %s)"


class Unmatched(StrEnum):
    """Why no body is taken for the one that a document means: a name that differs is held, never stored silently."""

    SEVERAL_BODIES = "SEVERAL_BODIES"
    NAME_DIFFERS = "NAME_DIFFERS"
    TWO_NAMES = "TWO_NAMES"


def lock_openings() -> None:
    """Let no other transaction open bodies until this one ends: look codes up only after this, then open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('open subjects', 0))")


@transaction.atomic
def open_shells(mentions: Sequence[Mention], *, moment: Moment) -> dict[str, int]:
    """Open a shell for each mention and return its reference by code.

    The caller has found the codes unknown under `lock_openings`, so no other can open them meanwhile.
    """
    at = pl.lit(moment.instant.astimezone(UTC)).cast(pl.Datetime("us", "UTC")).alias("recorded_at")
    frame = pl.DataFrame(
        [(*_searched(mention), mention.code, mention.scheme, mention.name, mention.kind) for mention in mentions],
        schema=MENTIONED,
        orient="row",
    )
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.execute(NUMBERS, [len(mentions)])
        numbers = pl.Series("subject_id", [row[0] for row in cursor.fetchall()], pl.Int64)
        frame = frame.with_columns(numbers, at)
        shells = frame.select(pl.col("subject_id").alias("id"), "kind", pl.lit(value=True).alias("is_shell"), at)
        copy_into(cursor.cursor, "subjects_subject", shells)
        copy_into(cursor.cursor, "subjects_subjectcode", frame.select("subject_id", "scheme", "code", "recorded_at"))
        names = ("subject_id", "name", "searchable", "folded", "bigrams", "recorded_at")
        copy_into(cursor.cursor, "subjects_subjectname", frame.select(*names))
    return dict(zip(frame["code"], numbers, strict=True))


def _searched(mention: Mention) -> tuple[bool, str, list[int]]:
    """How a name is searched: not at all, where it is mostly a person's (Decision 5)."""
    searchable = mention.kind is not SubjectKind.INDIVIDUAL_BUSINESS
    folded = fold(mention.name) if searchable else ""
    return searchable, folded, bigrams(folded)


@transaction.atomic
def match_bodies(documents: pl.DataFrame, *, moment: Moment) -> tuple[pl.DataFrame, dict[int, Unmatched]]:
    """Documents with the column `subject`, opening a shell for each new code; and why the others are held back.

    `documents` has `index`, `subject_code`, `subject_scheme`, `subject_name` and `subject_kind`.
    """
    reasons: dict[int, Unmatched] = {}
    documents = documents.with_columns(_folded().alias("folded"))
    several_names = pl.col("folded").n_unique().over("subject_code") > 1
    found = _known(documents["subject_code"].unique().to_list())
    documents = documents.with_columns(
        _by_code(found, lambda entry: len(entry.subjects)).alias("bodies"),
        pl.Series("same_name", _same_names(documents, found), pl.Boolean),
    )
    documents = _hold(documents, pl.col("bodies") > 1, Unmatched.SEVERAL_BODIES, reasons)
    documents = _hold(documents, ~pl.col("same_name"), Unmatched.NAME_DIFFERS, reasons)
    documents = _hold(documents, several_names & pl.col("bodies").is_null(), Unmatched.TWO_NAMES, reasons)
    references = {code: entry.subjects[0] for code, entry in found.items()}
    references |= open_shells(_mentions(documents.filter(pl.col("bodies").is_null())), moment=moment)
    subject = pl.col("subject_code").replace_strict(references, default=None, return_dtype=pl.Int64)
    return documents.with_columns(subject.alias("subject")).drop("folded", "bodies", "same_name"), reasons


def _known(codes: list[str]) -> dict[str, Known]:
    """What is known of these codes; where one is new, asked again when no other can open it meanwhile."""
    found = known(codes)
    if len(found) < len(codes):
        lock_openings()
        found = known(codes)
    return found


def _folded() -> pl.Expr:
    return pl.col("subject_name").map_elements(fold, return_dtype=pl.String)


def _by_code(found: dict[str, Known], value: Callable[[Known], int]) -> pl.Expr:
    values = {code: value(entry) for code, entry in found.items()}
    return pl.col("subject_code").replace_strict(values, default=None, return_dtype=pl.Int64)


def _same_names(documents: pl.DataFrame, found: dict[str, Known]) -> list[bool]:
    """Whether each document's name is a present one of its body; a body not known yet has none to differ from."""
    names = {code: {fold(name) for name in entry.names} for code, entry in found.items()}
    pairs = zip(documents["subject_code"], documents["folded"], strict=True)
    return [code not in names or not names[code] or name in names[code] for code, name in pairs]


def _hold(documents: pl.DataFrame, which: pl.Expr, why: Unmatched, reasons: dict[int, Unmatched]) -> pl.DataFrame:
    """Set aside the documents for which the condition holds, with their reason."""
    marked = documents.with_columns(which.fill_null(value=False).alias("held"))
    for index in marked.filter("held")["index"]:
        reasons[index] = why
    return marked.filter(~pl.col("held")).drop("held")


def _mentions(documents: pl.DataFrame) -> list[Mention]:
    first = documents.unique("subject_code", keep="first", maintain_order=True)
    rows = first.select("subject_code", "subject_scheme", "subject_name", "subject_kind").iter_rows()
    return [Mention(code, scheme, name, SubjectKind(kind)) for code, scheme, name, kind in rows]
