"""Opens bodies that a record mentions for the first time, and notes what is learnt of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from xinshu.kit.moment import Moment
from xinshu.law.terms import SubjectKind
from xinshu.register.subjects.models import Subject, SubjectCode, SubjectName
from xinshu.register.subjects.names import bigrams, fold


@dataclass(frozen=True, slots=True)
class Mention:
    """A body as a document mentions it: its code (with scheme), name and kind."""

    code: str
    scheme: str
    name: str
    kind: SubjectKind


def lock_openings() -> None:
    """Let no other transaction open bodies until this one ends: look codes up only after this, then open."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('open subjects', 0))")


@transaction.atomic
def open_shells(mentions: Sequence[Mention], *, moment: Moment) -> dict[str, int]:
    """Open a shell for each mention and return its reference by code.

    The caller has found the codes unknown under `lock_openings`, so no other can open them meanwhile.
    """
    at = moment.instant
    opened = Subject.objects.bulk_create(
        [Subject(kind=mention.kind, is_shell=True, recorded_at=at) for mention in mentions], batch_size=2_000
    )
    references = {mention.code: subject.id for mention, subject in zip(mentions, opened, strict=True)}
    with connection.cursor() as cursor:
        with cursor.cursor.copy(_copy(SubjectCode, "subject_id", "scheme", "code", "recorded_at")) as copy:
            for mention in mentions:
                copy.write_row((references[mention.code], mention.scheme, mention.code, at))
        columns = ("subject_id", "name", "searchable", "folded", "bigrams", "recorded_at")
        with cursor.cursor.copy(_copy(SubjectName, *columns)) as copy:
            for mention in mentions:
                searchable = mention.kind is not SubjectKind.INDIVIDUAL_BUSINESS
                folded = fold(mention.name) if searchable else ""
                copy.write_row((references[mention.code], mention.name, searchable, folded, bigrams(folded), at))
    return references


def _copy(model: type[SubjectCode] | type[SubjectName], *columns: str) -> str:
    return f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN"
