"""Sows a country: writes its files and takes each in through intake itself, at noon of the day on which it arrives."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import groupby
from pathlib import Path
from typing import Final, NamedTuple

from django.db import transaction
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from xinshu.doors.cli.country.files import write
from xinshu.doors.cli.country.ledgers import reconcile_months
from xinshu.doors.cli.country.making import Country, country
from xinshu.doors.cli.country.organs import ORGANS
from xinshu.doors.cli.country.penalties import KIND as PENALTY
from xinshu.doors.cli.country.registrations import KIND as REGISTRATION
from xinshu.doors.cli.store import FOUNDING_DAY
from xinshu.kit.moment import LEGAL_ZONE, Moment
from xinshu.kit.period import ONE_DAY
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import SubjectKind
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.states import Door, Receipt
from xinshu.register.access.actions import register_organs
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.queries import shown_stream
from xinshu.register.subjects.queries import SubjectRow, described
from xinshu.uses.disclosure.actions import count_measures, count_shown
from xinshu.uses.monitoring.actions import count_months, raise_alarms

ACTOR: Final = "seed"
COUNTS: Final = (
    *("received", "accepted", "unchanged", "corrected", "returned", "outside"),
    "dropped_personal",
)
SEVERAL: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Examples:
    """Codes worth a look: of a body with several shown penalties, of one of which a record is gone tomorrow, of one of
    which nothing is public."""

    penalties: str | None
    ending: str | None
    nothing: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sown:
    """What was sown: bodies, files, the sums of all receipts by the names of COUNTS, and what is shown on the day.

    `registrations` rows came on top of the records that were asked for; the sums hold them too.
    """

    subjects: int
    registrations: int
    batches: int
    counts: dict[str, int]
    shown: int
    examples: Examples


def sow(*, moment: Moment, subjects: int, records: int, seed: int, folder: Path) -> Sown:
    """Make the country up, write its files into the folder and take them in, all of them or none.

    Nothing arrives later than the moment. The same seed on the same day gives the same files, byte for byte.
    """
    catalogue = catalogue_on(moment.day).catalogue
    made = country(
        subjects=subjects, records=records, seed=seed, first=FOUNDING_DAY, day=moment.day, catalogue=catalogue
    )
    with transaction.atomic():
        register_organs([organ.row for organ in ORGANS], actor=ACTOR, moment=moment)
        receipts = list(_taken_in(made, folder, catalogue))
    reconcile_months(actor=ACTOR, moment=moment)
    count_months(moment=moment)
    raise_alarms(moment=moment)
    count_shown(moment=moment)
    count_measures(moment=moment)
    shown, examples = _looked_at(made, moment.day)
    return Sown(
        subjects=len(made.bodies),
        registrations=sum(len(rows) for filing, rows in made.files if filing.kind == REGISTRATION),
        batches=len(receipts),
        counts={name: sum(getattr(receipt, name) for receipt in receipts) for name in COUNTS}
        | {"questions": sum(len(receipt.questions) for receipt in receipts)},
        shown=shown,
        examples=examples,
    )


def _taken_in(made: Country, folder: Path, catalogue: Catalogue) -> Iterator[Receipt]:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("归集 taking in", total=len(made.files))
        for filing, rows in made.files:
            kind = catalogue.kinds[filing.kind]
            bar.update(task, description=f"归集 taking in {filing.arrives_on} {kind.name_zh}")
            path = write(filing, rows, kind, folder)
            yield receive(
                path=path,
                organ_code=filing.sender.code,
                kind=filing.kind,
                door=Door.CLI,
                actor=ACTOR,
                moment=_noon(filing.arrives_on),
                progress=lambda _step: None,
            )
            bar.advance(task)


def _noon(day: date) -> Moment:
    return Moment.of(datetime.combine(day, time(12), LEGAL_ZONE))


class _Shown(NamedTuple):
    """What is shown of one body."""

    subject: int
    records: int
    penalties: int
    is_ending: bool


def _looked_at(made: Country, day: date) -> tuple[int, Examples]:
    """How many records are shown on the day, by the gate; and examples among the bodies of this country."""
    shown = list(_shown(day))
    own = {body.known_by for body in made.bodies}
    rows = {row.subject: row for row in described([one.subject for one in shown]) if row.code in own}
    public = {row.code for row in rows.values()}
    return sum(one.records for one in shown), Examples(
        penalties=_first(rows[one.subject] for one in shown if one.subject in rows and one.penalties >= SEVERAL),
        ending=_first(rows[one.subject] for one in shown if one.subject in rows and one.is_ending),
        nothing=next((body.code for body in made.bodies if body.code and body.code not in public), None),
    )


def _shown(day: date) -> Iterator[_Shown]:
    columns = ("subject", "kind", "public_until")
    rows = (
        row
        for batch in shown_stream(on_date=day)
        for row in zip(*(batch.column(name).to_pylist() for name in columns), strict=True)
    )
    for subject, found in groupby(rows, key=lambda row: row[0]):
        records = list(found)
        penalties = sum(kind == PENALTY for _, kind, _ in records)
        yield _Shown(subject, len(records), penalties, any(until == day + ONE_DAY for _, _, until in records))


def _first(rows: Iterable[SubjectRow]) -> str | None:
    """The first body whose name is public; an individual business is told by its code only."""
    return next((row.code for row in rows if row.kind is not SubjectKind.INDIVIDUAL_BUSINESS), None)
