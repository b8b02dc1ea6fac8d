"""Makes the country up from a seed: its bodies, and the files of its organs with their rows."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from xinshu.doors.cli.country import licences, listings, penalties
from xinshu.doors.cli.country.bodies import Body, bodies
from xinshu.doors.cli.country.drafts import Draft, any_draft, penalty, person
from xinshu.doors.cli.country.drawing import Draw
from xinshu.doors.cli.country.faults import spoilt
from xinshu.doors.cli.country.organs import CENTRE, MARKET
from xinshu.doors.cli.country.planted import planted
from xinshu.doors.cli.country.registrations import registrations
from xinshu.doors.cli.country.rows import Row
from xinshu.doors.cli.country.schedule import Filing, schedule
from xinshu.doors.cli.country.trades import COMPANIES, Addressed
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole

ANY_COMPANY: Final = Addressed(department=MARKET.department, kinds=COMPANIES)

MARKS: Final = {penalties.KIND: "罚", licences.KIND: "许", listings.LISTING: "异列", listings.HONOUR: "信"}
"""What stands after the organ's short name in a document number: 示市监罚〔2026〕0123号."""

REMOVED, FAULTY, PERSONS = 0.35, 0.04, 0.02
FEWEST_FAULTY, FEWEST_PERSONS = 3, 1


@dataclass(frozen=True, slots=True)
class Country:
    """The bodies that are mentioned, and the files with their rows, in the order in which they arrive."""

    bodies: tuple[Body, ...]
    files: tuple[tuple[Filing, tuple[Row, ...]], ...]


def country(*, subjects: int, records: int, seed: int, first: date, day: date, catalogue: Catalogue) -> Country:
    """The country of that seed as it stands on `day`, with decisions and files from `first` on.

    `records` rows are sound and of organisations; spoilt rows, natural persons, what is sent again, and a registration
    of each enterprise that is mentioned come on top.
    Raises ValueError when the day is so early that no file can have arrived.
    """
    rng = Random(seed)  # noqa: S311 - made-up data want the same draw for the same seed, not secrecy
    every = bodies(rng, subjects)
    filings = schedule(catalogue, first=first, day=day)
    if not filings:
        raise ValueError(f"no file can have arrived before {day}")
    draw = Draw(rng=rng, catalogue=catalogue, bodies=every, filings=filings, first=first, day=day)
    drafts = _sound(draw, records)
    mentioned = {draft.body for draft in drafts}
    drafts += [*_persons(draw, drafts), *_faulty(draw, drafts)]
    _number(drafts, catalogue)
    known = tuple(body for body in every if body in mentioned)
    # A draw of its own: with it or without, every other file of the seed is the same.
    own = Random(f"{seed} registrations")  # noqa: S311
    registered = registrations(own, known, filings, catalogue)
    return Country(known, tuple(_sent_again(draw, _filed(drafts, filings, registered))))


def _sound(draw: Draw, records: int) -> list[Draft]:
    """Planted rows, then each body that none of them is about, then whoever is met often."""
    drafts = list(planted(draw))[:records]
    known = {draft.body for draft in drafts}
    waiting = [body for body in draw.bodies if body not in known][: records - len(drafts)]
    drafts += [any_draft(draw, body) for body in waiting]
    return drafts + [any_draft(draw, draw.frequent_body()) for _ in range(records - len(drafts))]


def _persons(draw: Draw, drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Natural persons' rows, in the files of those who decide about persons."""
    body = draw.body_for(ANY_COMPANY)
    for filing, rows in _sizes(drafts):
        if body is not None and filing.sender in (CENTRE, MARKET) and filing.kind in (penalties.KIND, licences.KIND):
            yield from (person(draw, body, filing) for _ in range(max(FEWEST_PERSONS, int(rows * PERSONS))))


def _faulty(draw: Draw, drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Rows to be spoilt, in the penalty files of careless senders."""
    for filing, rows in _sizes(drafts):
        if filing.sender.careless and filing.kind == penalties.KIND:
            for _ in range(max(FEWEST_FAULTY, int(rows * FAULTY))):
                body = draw.body_for(ANY_COMPANY)
                if body is not None:
                    draft = penalty(draw, body, filing)
                    draft.faulty = True
                    yield draft


def _sizes(drafts: Iterable[Draft]) -> list[tuple[Filing, int]]:
    """Each file and how many rows it has, in the order of arrival."""
    counts = Counter(draft.filing for draft in drafts)
    return sorted(counts.items(), key=lambda item: (item[0].arrives_on, item[0].kind))


def _number(drafts: Sequence[Draft], catalogue: Catalogue) -> None:
    """Number the documents of each organ and year by their days."""
    counts: Counter[tuple[str, str, int]] = Counter()
    honoured: dict[tuple[str, date], set[Body | None]] = defaultdict(set)
    for draft in sorted(drafts, key=lambda draft: draft.decided_on):
        kind, short, year = series = (draft.filing.kind, draft.organ.short, draft.decided_on.year)
        together = honoured[short, draft.decided_on] if kind == listings.HONOUR else set()
        if not together or draft.body in together:  # one document honours many, but none of them twice
            counts[series] += 1
            together.clear()
        together.add(draft.body)
        draft.row[_number_field(catalogue, kind)] = f"{short}{MARKS[kind]}〔{year}〕{counts[series]:04}号"


def _number_field(catalogue: Catalogue, kind: str) -> str:
    return next(name for name, rule in catalogue.kinds[kind].fields.items() if rule.role is FieldRole.DOCUMENT_NUMBER)


def _filed(
    drafts: Iterable[Draft], filings: Iterable[Filing], registered: Mapping[Filing, list[Row]]
) -> list[tuple[Filing, list[Row]]]:
    """The rows of each file by day; the faulty ones are spoilt, now that they have a number. No file is empty."""
    rows: dict[Filing, list[Row]] = defaultdict(list, registered)
    turn = 0
    for draft in sorted(drafts, key=lambda draft: draft.decided_on):
        row = draft.row
        if draft.faulty:
            row = spoilt(row, turn, arrival=draft.filing.arrives_on)
            turn += 1
        rows[draft.filing].append(row)
    return [(filing, rows[filing]) for filing in filings if rows[filing]]


def _sent_again(draw: Draw, files: Iterable[tuple[Filing, list[Row]]]) -> Iterator[tuple[Filing, tuple[Row, ...]]]:
    """The abnormal list is sent whole each time: what was on it before comes again, or with its removal."""
    listed: list[Row] = []
    before: date | None = None
    for filing, rows in files:
        if filing.kind == listings.LISTING:
            whole = [_later(draw, row, before, filing.arrives_on) for row in listed] + rows
            listed = [row for row in whole if "REMOVED_ON" not in row]
            before = filing.arrives_on
            yield filing, tuple(whole)
        else:
            yield filing, tuple(rows)


def _later(draw: Draw, row: Row, before: date | None, arrival: date) -> Row:
    """A listed row as it stands when the next list arrives."""
    if before is None or draw.rng.random() >= REMOVED:
        return row
    gone_on = before + timedelta(days=draw.rng.randint(1, (arrival - before).days))
    return listings.removed(row, on=gone_on, catalogue=draw.catalogue)
