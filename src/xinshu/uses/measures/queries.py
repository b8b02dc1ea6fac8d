"""What the records that stand lead to, for a few codes or many; and what was answered, is watched, and stands in rooms.

Everything is read from the gate of the moment, and nothing of it is kept between two questions: a clean answer is never
older than its own day and line of the journal.
"""

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from functools import lru_cache
from itertools import product
from typing import Any, Final, NamedTuple
from uuid import UUID

import orjson
import polars as pl
from django.db.models import Count, Max

from xinshu.bulk.codes import check_codes
from xinshu.bulk.consequences import fields_asked, followed, trait_of
from xinshu.bulk.small_cells import Cell, Part, Range, published
from xinshu.kit.identifiers import Scheme
from xinshu.kit.moment import LEGAL_ZONE, Moment
from xinshu.law.catalogue import NATIONAL
from xinshu.law.measures import (
    Fact,
    fields_looked_at,
    grounds_in,
    kinds_looked_at,
    measures_for,
)
from xinshu.law.terms import Audience, SubjectKind, UseContext
from xinshu.law.verdict import Reason, ReasonCode
from xinshu.proceedings.vault import unsealed
from xinshu.register.access.queries import organs
from xinshu.register.catalogues.queries import EditionRow
from xinshu.register.records.own import still_held
from xinshu.register.records.queries import LogState, deliveries, log_state, shown_facts
from xinshu.register.subjects.queries import bodies_by_code
from xinshu.uses.disclosure.statistics import UNKNOWN, prefecture
from xinshu.uses.measures.models import Alert, Check, MeasureEffect, Watch, WatchedCode
from xinshu.uses.measures.states import EffectKind, Outcome

YEARS: Final = 10
"""Years for which effects are told one by one; earlier ones count in the total."""
FEW: Final = 50
"""Up to so many facts the law is asked of each; beyond, once of each distinct trait."""

KEPT: Final = ("record_ref", "kind", "document_number", "organ_code", "organ_name", "decided_on", "repair_from")


class Asking(NamedTuple):
    """In which context, by which edition, on which day; `division`: of who asks, for measures of one place."""

    context: UseContext
    edition: EditionRow
    day: date
    division: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A measure that rests on a record, or is held; `last_day` None: no day is set. `record`: KEPT, by name."""

    subject: int
    subject_kind: SubjectKind
    measure: str
    ground: str
    measure_class: str | None
    reason: Reason
    ends: Reason
    last_day: date | None
    record: Mapping[str, Any]

    @property
    def held(self) -> bool:
        """Whether it does not apply, since its record is in doubt."""
        return self.reason.code is ReasonCode.MEASURE_HELD

    @property
    def key(self) -> list[str]:
        """By which it is told from every other."""
        return [self.measure, self.ground, str(self.record["record_ref"])]


class Line(NamedTuple):
    """What is said of one code: normalised, or masked where it is none; `reasons`: why it is none."""

    code: str
    outcome: Outcome
    reasons: tuple[str, ...] = ()
    found: tuple[Found, ...] = ()

    @property
    def keys(self) -> list[list[str]]:
        """What stands, to be compared: measure, ground and record of each."""
        return [one.key for one in self.found if not one.held]


class Answered(NamedTuple):
    """The lines in the order of the codes, and where the journal stood before anything was read."""

    state: LogState
    lines: list[Line]


def answered(codes: Sequence[object], asking: Asking) -> Answered:
    """What stands for each of these codes; what is no text is no code."""
    state = log_state()
    told = check_codes(pl.Series("code", [one if isinstance(one, str) else "" for one in codes], pl.String))
    sound = told.filter(pl.col("valid") & (pl.col("scheme") != Scheme.LEI.value))["code"].unique()
    found = _found(sound, asking)
    columns = told.select("code", "valid", pl.col("scheme").cast(pl.String), "reasons").iter_rows()
    return Answered(state, [_line(code, valid, scheme, why, found) for code, valid, scheme, why in columns])


def _line(code: str, valid: bool, scheme: str | None, reasons: Sequence[str], found: dict[str, list[Found]]) -> Line:
    if not valid:
        return Line(code, Outcome.NOT_A_CODE, tuple(reasons))
    if scheme == Scheme.LEI.value:
        return Line(code, Outcome.FOREIGN)
    stands = tuple(found.get(code, ()))
    return Line(code, Outcome.MEASURES if any(not one.held for one in stands) else Outcome.NONE, (), stands)


def looked_at(asking: Asking) -> tuple[str, ...]:
    """The kinds of record that are looked at in that context on that day, in the order of the catalogue; only such as
    everyone may see, until grants exist."""
    asked = kinds_looked_at(_grounds(asking), asking.edition.catalogue)
    kinds = asking.edition.catalogue.kinds
    return tuple(name for name, kind in kinds.items() if name in asked and kind.audience is Audience.PUBLIC)


@lru_cache(maxsize=4)
def delivered(mark: str) -> tuple[tuple[str, str, date], ...]:  # noqa: ARG001 the journal's mark is the key
    """The last delivery of each kind and source, as long as the journal does not go on."""
    return deliveries()


def facts_of(codes: pl.Series, asking: Asking, *others: Asking) -> pl.DataFrame:
    """By columns what stands about the bodies that these codes name: `code`, the columns of TRAIT, `last_day`, and what
    tells a record. A code of two bodies answers for both. `others`: by the same edition, on the same day."""
    askings, catalogue = (asking, *others), asking.edition.catalogue
    kinds = tuple(dict.fromkeys(name for one in askings for name in looked_at(one)))
    bodies = bodies_by_code(codes).unique().sort("code", "subject")
    fields = fields_asked(kinds, tuple(ground for one in askings for ground in _grounds(one)), catalogue)
    facts = shown_facts(bodies["subject"].unique(), kinds=kinds, fields=fields, on_date=asking.day)
    ends = (pl.col("public_until") - pl.duration(days=1)).alias("last_day")
    facts = facts.with_columns(ends).sort("decided_on", "record_ref", descending=[True, False], nulls_last=True)
    return bodies.join(facts, on="subject", how="inner", maintain_order="left_right")


def following(code: str, *, edition: EditionRow, on_date: date) -> dict[UseContext, list[Found]]:
    """For a body itself: whatever follows today, anywhere, from what is shown of it, by context; local measures too.

    One read of the gate. What is in doubt follows nowhere, and stands in each context in which it would.
    """
    catalogue = edition.catalogue
    places = sorted({catalogue.layers[name] for name in catalogue.measures} - {NATIONAL})
    askings = [Asking(context, edition, on_date, place) for context in UseContext for place in (None, *places)]
    facts = facts_of(pl.Series("code", [code]), *askings)
    found: dict[UseContext, dict[tuple[str, ...], Found]] = {}
    for asking in askings:
        for _, one in _one_by_one(facts, asking):
            found.setdefault(asking.context, {}).setdefault((*one.key, one.reason.code), one)
    return {context: list(several.values()) for context, several in found.items()}


def _found(codes: pl.Series, asking: Asking) -> dict[str, list[Found]]:
    facts = facts_of(codes, asking)
    asked = _one_by_one if len(facts) <= FEW else _in_columns
    found: dict[str, list[Found]] = {}
    for code, one in asked(facts, asking):
        found.setdefault(code, []).append(one)
    return found


def _one_by_one(facts: pl.DataFrame, asking: Asking) -> Iterator[tuple[str, Found]]:
    catalogue, said = asking.edition.catalogue, {"on_date": asking.day}
    chosen = sorted(fields_looked_at(_grounds(asking), catalogue))
    for row in facts.iter_rows(named=True):
        trait = trait_of(row["kind"], row["severity"], row["said"], row["marks"], catalogue, chosen)
        fact = Fact(ref=row["record_ref"], trait=trait, decided_on=row["decided_on"], last_day=row["last_day"])
        kind = SubjectKind(row["subject_kind"])
        verdict = measures_for(kind, [fact], asking.context, catalogue, division=asking.division, **said)
        for one in verdict.applied:
            why, ends = one.reasons
            yield row["code"], _told(row, why, ends, one.measure, one.ground, one.measure_class, one.last_day)
        for reason in verdict.reasons:
            if reason.code is ReasonCode.MEASURE_HELD:
                yield row["code"], _told(row, reason, reason)


def _in_columns(facts: pl.DataFrame, asking: Asking) -> Iterator[tuple[str, Found]]:
    rows = followed(facts, asking.context, asking.edition.catalogue, on_date=asking.day, division=asking.division)
    held: set[tuple[str, str, Reason]] = set()
    for row in rows.iter_rows(named=True):
        why = Reason(ReasonCode(row["why"]), row["basis"], row["article"])
        if why.code is not ReasonCode.MEASURE_HELD:
            ends = Reason(ReasonCode(row["end_code"]), row["basis"], row["end_article"])
            more = (row["measure"], row["ground"], row["measure_class"], row["last_day"])
            yield row["code"], _told(row, why, ends, *more)
        elif (once := (row["code"], row["record_ref"], why)) not in held:
            held.add(once)
            yield row["code"], _told(row, why, why)


def _told(
    row: Mapping[str, Any],
    reason: Reason,
    ends: Reason,
    measure: str = "",
    ground: str = "",
    measure_class: str | None = None,
    last_day: date | None = None,
) -> Found:
    """One measure; where its record is in doubt, nothing follows, and no measure is named."""
    return Found(
        subject=row["subject"],
        subject_kind=SubjectKind(row["subject_kind"]),
        measure=measure,
        ground=ground,
        measure_class=None if measure_class is None else str(measure_class),
        reason=reason,
        ends=ends,
        last_day=last_day,
        record={name: row[name] for name in KEPT},
    )


def _grounds(asking: Asking) -> tuple[Any, ...]:
    return grounds_in(asking.context, asking.edition.catalogue, on_date=asking.day, division=asking.division)


# --- what is kept ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CheckRow:
    """An answer that is kept: who asked, in which context, why, when, of how many codes."""

    id: UUID
    caller: str
    organ: str
    context: str
    purpose: str
    on_day: date
    at: datetime
    codes: int
    found: int
    digest: str
    kept_until: date


def check(number: UUID, *, on_date: date) -> CheckRow | None:
    """The check of that number while it is kept; the caller sees to it that it is told to those who may know."""
    found = Check.objects.defer("sealed").filter(id=number, kept_until__gte=on_date).first()
    return None if found is None else _check_row(found)


def answer_of(number: UUID) -> bytes:
    """The bytes that were answered then."""
    return zlib.decompress(unsealed(bytes(Check.objects.values_list("sealed", flat=True).get(id=number))))


def checks_of(subjects: Collection[int], *, on_date: date, most: int, skip: int = 0) -> tuple[list[CheckRow], int]:
    """For a body itself: the checks that told a measure of it, newest first, and how many they are."""
    found = Check.objects.defer("sealed").filter(subjects__overlap=list(subjects), kept_until__gte=on_date)
    rows = found.order_by("-at", "id")[skip : skip + most]
    return [_check_row(row) for row in rows], found.count() if subjects else 0


def told_of(number: UUID, codes: Collection[str], subjects: Collection[int]) -> list[bytes]:
    """For a body itself: its own lines of an answer, as they were, without the line's end; of a line that tells of
    another body too, since its code is or was that one's as well, only what is its own (Decision 3)."""
    begun = tuple(f'{{"code":"{code}",'.encode() for code in codes)
    told = set(Check.objects.values_list("subjects", flat=True).get(id=number)) & set(subjects)
    own = [line for line in answer_of(number).split(b"\n") if line.startswith(begun)]
    return [_own_part(line, told) for line in own if told or not orjson.loads(line).get("bodies")]


def _own_part(line: bytes, subjects: Collection[int]) -> bytes:
    said = orjson.loads(line)
    bodies = said.get("bodies", [])
    if len(bodies) < 2:
        return line
    refs = [{UUID(each["record"]["ref"]) for each in (*one["measures"], *one["held"])} for one in bodies]
    held = {ref for _, ref in still_held(list(product(subjects, set().union(*refs))))}
    own = [one for one, named in zip(bodies, refs, strict=True) if named & held]
    return line if len(own) == len(bodies) else orjson.dumps({**said, "bodies": own})


def _check_row(found: Check) -> CheckRow:
    said = (found.id, found.caller, found.organ_code, found.context, found.purpose, found.on_day, found.at)
    return CheckRow(*said, found.codes, found.found, bytes(found.digest).hex(), found.kept_until)


# --- what is watched ------------------------------------------------------------------------------


class AlertRow(NamedTuple):
    """What changed for a watched code, by its place in the order: what came and what went."""

    number: int
    code: str
    came: list[list[str]]
    went: list[list[str]]
    on_day: date


@dataclass(frozen=True, slots=True)
class WatchRow:
    """A watch: for which procedure, until when (that day included), over or not, of how many codes."""

    id: UUID
    caller: str
    context: str
    reference: str
    ends_on: date
    over: bool
    codes: int


def watch_row(number: UUID, *, on_date: date) -> WatchRow | None:
    """The watch of that number, or None; the caller sees to it that it is told to its watcher alone."""
    one = Watch.objects.filter(id=number).first()
    if one is None:
        return None
    over = one.ended_at is not None or one.ends_on < on_date
    codes = WatchedCode.objects.filter(watch=one).count()
    return WatchRow(one.id, one.caller, one.context, one.reference, one.ends_on, over, codes)


def alerts_of(watch: UUID, *, after: int = 0, most: int = 100) -> list[AlertRow]:
    """The changes of a watch beyond a place, the oldest first."""
    found = Alert.objects.filter(watch_id=watch, id__gt=after).order_by("id")[:most]
    return [AlertRow(one.id, one.code, one.came, one.went, one.on_day) for one in found]


# --- what units reported --------------------------------------------------------------------------


class EffectsTold(NamedTuple):
    """How often units reported that they applied or lifted measures, as it may be told (adr/0014): by measure and
    effect, then by year and by division. What is small, or would let guess what is small, is not in it."""

    times: dict[tuple[str, str], int]
    years: dict[tuple[str, str], dict[str, int]]
    divisions: dict[tuple[str, str], dict[str, int]]


def effects_told(*, measures: Iterable[str], moment: Moment) -> EffectsTold:
    """What was reported until the day began: within a day the numbers stay, so that no single report shows in them."""
    begun = datetime.combine(moment.day, time(), LEGAL_ZONE)
    last = MeasureEffect.objects.filter(at__lt=begun).aggregate(last=Max("id"))["last"]
    held = {organ.code: prefecture(organ.division) for organ in organs()}
    return _effects(tuple(measures), tuple(sorted(held.items())), begun, last)


@lru_cache(maxsize=2)
def _effects(
    measures: tuple[str, ...],
    held: tuple[tuple[str, str], ...],
    begun: datetime,
    last: int | None,  # noqa: ARG001 the last report is the key: reports are never changed
) -> EffectsTold:
    division, years = dict(held), [str(begun.year - ago) for ago in range(YEARS)]
    reported = MeasureEffect.objects.filter(at__lt=begun).values_list(
        "measure", "effect", "organ_code", "done_on__year"
    )
    cells: dict[Cell, int] = {}
    for measure, effect, organ_code, year, times in reported.annotate(times=Count("id")).order_by():
        place = division.get(organ_code, UNKNOWN)
        cell = Cell(f"{measure} {effect}", place, str(year) if str(year) in years else "", "")
        cells[cell] = cells.get(cell, 0) + times
    kinds = {cell.kind for cell in cells} | {f"{name} {effect}" for name in measures for effect in EffectKind}
    places = {cell.division for cell in cells} | set(division.values())
    rows = Range(
        kinds=tuple(sorted(kinds)), divisions=tuple(sorted(places)), months=tuple(sorted(years)), industries=("",)
    )
    told = EffectsTold({}, {}, {})
    for number, times in published(cells, rows).told.items():
        if not number.kind or number.part is Part.INDUSTRY:
            continue
        measure, _, effect = number.kind.partition(" ")
        if number.part is Part.MONTH:
            told.years.setdefault((measure, effect), {})[number.value] = times
        elif number.division:
            told.divisions.setdefault((measure, effect), {})[number.division] = times
        else:
            told.times[measure, effect] = times
    return told
