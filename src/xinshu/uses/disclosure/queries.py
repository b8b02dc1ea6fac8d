"""What an outsider learns: not a code, nothing is publicly shown for it, or what is shown; never a fourth answer.

An unknown code and a known one with nothing public go the same way through the same statements.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson

from xinshu.bulk.canonical import canonical
from xinshu.law.terms import SubjectKind
from xinshu.register.publog.queries import proof_of, standing
from xinshu.register.records.queries import (
    shown_counts,
    shown_entry,
    shown_json,
    shown_newest,
    shown_onward,
    shown_page,
    shown_record,
)
from xinshu.register.subjects.queries import SubjectRow, named_by
from xinshu.tlog.proof import Proof

PAGE_SIZE = 20
Place = tuple[date | None, UUID]
"""Where a reader of records stopped: the last one's day of decision and reference."""

NEWEST_OF_A_KIND = 5
"""So many of each kind stand on the first page of a body; the others are a page away."""

NOBODY = SubjectRow(subject=-1, kind=SubjectKind.OTHER_ORGANISATION, code="", name="")
"""Stands for the body of an unknown code, so that it costs what a known one costs."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body of which something is shown: code, name (None = withheld), kind, some of its public forms, and how many
    there are of each kind."""

    code: str
    name: str | None
    kind: SubjectKind
    records: tuple[dict[str, Any], ...]
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class Proven:
    """A record that is shown, the number of its entry in the public log, and the proof; None while that is not made.

    The proof's extra is what its leaf is made of: event, reference, salt, and the content (register.publog.leaf).
    """

    row: SubjectRow
    form: dict[str, Any]
    number: int | None
    proof: Proof | None


def subject_answer(code: str, *, on_date: date) -> bytes:
    """The subject answer as JSON bytes: `{code, day, bodies: [{code, name, kind, records: [public form, ...]}]}`."""
    bodies = []
    for row in named_by(code) or (NOBODY,):
        records = shown_json(subject=row.subject, on_date=on_date)
        if records != "[]":
            head = orjson.dumps({"code": row.code, "name": public_name(row), "kind": row.kind})
            bodies.append(head[:-1] + b',"records":' + records.encode() + b"}")
    head = orjson.dumps({"code": code, "day": on_date.isoformat()})
    return head[:-1] + b',"bodies":[' + b",".join(bodies) + b"]}"


def subject_page(code: str, *, on_date: date, as_of: date | None = None) -> tuple[Body, ...]:
    """Each body of the code of which something is shown, with the newest records of each kind.

    `as_of`: only what was shown on that earlier day already, and still is.
    """
    rows = named_by(code) or (NOBODY,)
    counts = shown_counts(subjects=[row.subject for row in rows], on_date=on_date, as_of=as_of)
    return tuple(
        _body(
            row,
            counts[row.subject],
            shown_newest(subject=row.subject, on_date=on_date, as_of=as_of, most=NEWEST_OF_A_KIND),
        )
        for row in rows
        if row.subject in counts
    )


def kind_page(
    code: str, *, kind: str, page: int, on_date: date, as_of: date | None = None
) -> tuple[tuple[Body, int], ...]:
    """Each body of the code of which something is shown, a page of its records of one kind, and how many those are."""
    rows = named_by(code) or (NOBODY,)
    counts = shown_counts(subjects=[row.subject for row in rows], on_date=on_date, as_of=as_of)
    found = []
    for row in rows:
        if row.subject in counts:
            records, total = shown_page(
                subject=row.subject,
                on_date=on_date,
                as_of=as_of,
                kind=kind,
                most=PAGE_SIZE,
                skip=(page - 1) * PAGE_SIZE,
            )
            found.append((_body(row, counts[row.subject], records), total))
    return tuple(found)


def records_onward(
    code: str, *, on_date: date, most: int, kind: str | None = None, after: Place | None = None
) -> tuple[list[tuple[str, bytes]], Place | None]:
    """At most `most` records of the code beyond a place, newest first: each with the present code of its body, as JSON.

    The second value is the place to go on from, None when nothing more is shown.
    """
    bodies = {row.subject: row.code for row in named_by(code) or (NOBODY,)}
    rows = shown_onward(subjects=bodies, on_date=on_date, most=most + 1, kind=kind, after=after)
    told = rows[:most]
    place = (told[-1].decided_on, told[-1].record_ref) if len(rows) > most else None
    return [(bodies[row.subject], row.form) for row in told], place


def record_page(code: str, record_ref: UUID, *, on_date: date) -> tuple[SubjectRow, dict[str, Any]] | None:
    """A record of the body that the code names, while it is shown; an ended one and one that never was are None."""
    for row in named_by(code) or (NOBODY,):
        form = shown_record(subject=row.subject, record_ref=record_ref, on_date=on_date)
        if form is not None:
            return row, form
    return None


def record_proof(code: str, record_ref: UUID, *, on_date: date) -> Proven | None:
    """What proves a record that is shown; None where `record_page` answers None."""
    for row in named_by(code) or (NOBODY,):
        found = shown_entry(subject=row.subject, record_ref=record_ref, on_date=on_date)
        if found is not None:
            form, at = found
            entry = None if at is None else standing(*at)
            if entry is None or entry.number is None or entry.salt is None:
                return Proven(row, form, None, None)
            content = {"record": form, "subject": entry.subject_code}
            extra = canonical(
                {
                    "content": content,
                    "event": entry.event.name,
                    "reference": str(entry.reference),
                    "salt": entry.salt.hex(),
                }
            )
            proof = proof_of(entry.number)
            return Proven(row, form, entry.number, None if proof is None else replace(proof, extra=extra))
    return None


def public_name(row: SubjectRow) -> str | None:
    """The name as everyone may see it: an individual business is told by its code only (Decision 5)."""
    return None if row.kind is SubjectKind.INDIVIDUAL_BUSINESS else row.name


def _body(row: SubjectRow, counts: dict[str, int], records: list[dict[str, Any]]) -> Body:
    return Body(row.code, public_name(row), row.kind, tuple(records), counts)
