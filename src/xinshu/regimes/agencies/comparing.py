"""Compares copies with what the gate shows today. What is not copied never counts: nobody must copy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final
from uuid import UUID

import orjson

from xinshu.bulk.canonical import canonical
from xinshu.kit.identifiers import normalise
from xinshu.regimes.agencies.samples import Copy
from xinshu.regimes.agencies.states import Found
from xinshu.register.publog.leaf import commitment
from xinshu.register.publog.queries import Version, versions_of
from xinshu.register.records.queries import ShownEntry, shown_many
from xinshu.register.subjects.queries import known

CHUNK: Final = 2_000
MOST_FIELDS: Final = 40
LONGEST_NAME: Final = 80


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A copy that differs: of which record, how, and in which fields; no value."""

    record_ref: UUID
    found: Found
    fields: tuple[str, ...] = ()


@dataclass(slots=True)
class Compared:
    """How many copies are the same, and those that differ."""

    same: int = 0
    differing: list[FoundRow] = field(default_factory=list)

    def count(self, found: Found) -> int:
        """How many differ in that way."""
        return sum(row.found is found for row in self.differing)


def compared(copies: Sequence[Copy], *, on_date: date) -> Compared:
    """Each copy against the public form that is shown on that day."""
    told = Compared()
    for at in range(0, len(copies), CHUNK):
        chunk = copies[at : at + CHUNK]
        codes = {copy.subject: normalise(copy.subject) for copy in chunk}
        bodies = {code: found.subjects for code, found in known(codes.values()).items()}
        places = {copy.row: [(body, copy.record_ref) for body in bodies.get(codes[copy.subject], ())] for copy in chunk}
        shown = shown_many(references=[place for found in places.values() for place in found], on_date=on_date)
        for copy in chunk:
            entry = next((shown[place] for place in places[copy.row] if place in shown), None)
            row = _compared(copy, entry)
            if row is None:
                told.same += 1
            else:
                told.differing.append(row)
    return told


def _compared(copy: Copy, shown: ShownEntry | None) -> FoundRow | None:
    if shown is None:
        return FoundRow(copy.record_ref, Found.NOT_SHOWN)
    form = orjson.loads(shown.form)
    differing = tuple(_differing(copy, form))
    if not differing:
        return None
    versions = versions_of(*shown.entry) if shown.entry is not None else []
    found = Found.LATE if _was_shown(copy, versions) else Found.ALTERED
    return FoundRow(copy.record_ref, found, tuple(name[:LONGEST_NAME] for name in differing[:MOST_FIELDS]))


def _differing(copy: Copy, form: dict[str, Any]) -> Iterator[str]:
    """The members in which a copy differs. Of parts only those are compared that it has; a part that we do not show
    differs."""
    ours = _flat(form)
    theirs = copy.parts if copy.whole is None else _flat(copy.whole)
    names = theirs if copy.whole is None else {**ours, **theirs}
    for name in names:
        if theirs.get(name) != ours.get(name) and _text(theirs.get(name)) != _text(ours.get(name)):
            yield name


def _flat(form: dict[str, Any]) -> dict[str, Any]:
    """The members of a form, and those of its fields as `fields.NAME`."""
    fields = form.get("fields")
    plain = {name: value for name, value in form.items() if name != "fields"}
    return plain | {f"fields.{name}": value for name, value in (fields if isinstance(fields, dict) else {}).items()}


def _text(value: Any) -> str:
    """A value as a table would hold it: nothing as an empty text, a list with semicolons."""
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return ";".join(value)
    return "" if value is None else value if isinstance(value, str) else orjson.dumps(value).decode()


def _was_shown(copy: Copy, versions: Sequence[Version]) -> bool:
    """Whether a copy is what was shown before. A whole form is proven by the log's own commitments; parts must have
    been taken before the version that is shown now."""
    if copy.whole is None:
        now = versions[0].numbered_at if versions else None
        return now is not None and copy.as_of < now
    content = canonical({"record": copy.whole, "subject": copy.subject})
    return any(one.salt is not None and commitment(one.salt, content) == one.commitment for one in versions[1:])
