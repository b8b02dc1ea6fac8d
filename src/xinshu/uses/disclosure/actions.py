"""Counts what is shown, and what measures rest on it, as it may be told; and looks up who delivered what."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from types import MappingProxyType
from typing import Final

import polars as pl
from django.db import connection, transaction

from xinshu.bulk.assessment import Assessing, Impact, whole_subjects
from xinshu.bulk.shown_rows import BANDS, ShownRows
from xinshu.bulk.small_cells import Cell, Number, Part, Range, published
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import SubjectKind
from xinshu.register.access.queries import organs
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.queries import deliveries, log_state, shown_stream, shown_tally
from xinshu.register.subjects.queries import described
from xinshu.uses.disclosure.models import Delivery, ShownCount, ShownNumber
from xinshu.uses.disclosure.statistics import (
    INDUSTRY,
    MEASURE,
    UNKNOWN,
    industry_field,
    months_until,
    prefecture,
    public_kinds,
)

AT_ONCE: Final = 5_000
"""Rows of a table that are written together."""

BODIES: Final = {"subject": pl.Int64, "subject_kind": pl.String, "code": pl.String}

ALONE: Final = "LOCK TABLE disclosure_showncount IN EXCLUSIVE MODE"


@transaction.atomic
def count_shown(*, moment: Moment) -> None:
    """Count all that is shown on the moment's day, in place of any count before; nothing of an older day is kept."""
    catalogue = catalogue_on(moment.day).catalogue
    with connection.cursor() as cursor:
        cursor.execute(ALONE)
    number = log_state().number
    cells = _cells(catalogue, moment.day)
    told = published(cells, _rows(cells, catalogue, moment.day)).told
    ShownNumber.objects.all().delete()
    ShownCount.objects.all().delete()
    count = ShownCount.objects.create(day=moment.day, log_number=number, counted_at=moment.instant)
    rows = (
        ShownNumber(count=count, kind=of.kind, division=of.division, part=of.part, value=of.value, number=rounded)
        for of, rounded in told.items()
    )
    ShownNumber.objects.bulk_create(rows, batch_size=AT_ONCE)
    _look_up_deliveries()


@transaction.atomic
def count_measures(*, moment: Moment) -> None:
    """Count for the day that is counted how many bodies have a ground of each measure that is shown.

    It is the register run beside rules without any measure: what every body would gain by those in force.
    """
    count = ShownCount.objects.filter(day=moment.day).first()
    if count is None:
        return
    rules = catalogue_on(moment.day).catalogue
    found = Assessing(replace(rules, measures=MappingProxyType({})), rules, on_date=moment.day)
    for part in whole_subjects(shown_rows(rules, rules, on_date=moment.day)):
        found.take(part)
    cells = {cell: bodies for cell, bodies in found.cells().items() if cell.kind.startswith(f"{Impact.GAINS} ")}
    rows = Range(
        kinds=tuple(sorted(f"{Impact.GAINS} {name}" for name in rules.measures)),
        divisions=tuple(sorted({*(f"{code}0000" for code in rules.divisions), *found.provinces, UNKNOWN})),
        months=tuple(f"{kind}/{band}" for kind, band in product(SubjectKind, (*BANDS, UNKNOWN))),
        industries=tuple(sorted({*found.industries, UNKNOWN})),
    )
    told = published(cells, rows).told
    ShownNumber.objects.filter(count=count, part=MEASURE).delete()
    numbers = {name: told.get(Number(f"{Impact.GAINS} {name}", "", Part.TOTAL, "")) for name in rules.measures}
    ShownNumber.objects.bulk_create(
        ShownNumber(count=count, kind=name, division="", part=MEASURE, value="", number=number)
        for name, number in numbers.items()
        if number is not None
    )


def shown_rows(old: Catalogue, new: Catalogue, *, on_date: date) -> Iterator[pl.DataFrame]:
    """All that is shown on that day, in the columns that an assessment reads, by subject."""
    reader = ShownRows(old, new, departments={organ.code: organ.department for organ in organs()})
    for batch in shown_stream(on_date=on_date):
        part = pl.DataFrame(batch)
        rows = [(body.subject, str(body.kind), body.code) for body in described(part["subject"].unique())]
        yield reader.read(part, pl.DataFrame(rows, schema=BODIES, orient="row"))


def _look_up_deliveries() -> None:
    Delivery.objects.all().delete()
    rows = (Delivery(kind=kind, organ_code=organ_code, last_on=last_on) for kind, organ_code, last_on in deliveries())
    Delivery.objects.bulk_create(rows, batch_size=AT_ONCE)


def _cells(catalogue: Catalogue, day: date) -> Counter[Cell]:
    """What is shown, by all that is counted; organs are told by the prefecture in which they are."""
    registration, field = industry_field(catalogue)
    divisions = {organ.code: prefecture(organ.division) for organ in organs()}
    cells: Counter[Cell] = Counter()
    for tally in shown_tally(on_date=day, first=months_until(day)[0], registration=registration, field=field):
        division = divisions.get(tally.organ_code, UNKNOWN)
        cells[Cell(tally.kind, division, tally.month, tally.industry or UNKNOWN)] += tally.count
    return cells


def _rows(cells: Counter[Cell], catalogue: Catalogue, day: date) -> Range:
    """Every value that a table has a row for, and whatever else occurs."""
    divisions = {prefecture(organ.division) for organ in organs()}
    industries = set(catalogue.vocabularies[INDUSTRY].choices) if INDUSTRY in catalogue.vocabularies else set()
    return Range(
        kinds=tuple(sorted({*public_kinds(catalogue), *(cell.kind for cell in cells)})),
        divisions=tuple(sorted({UNKNOWN, *divisions, *(cell.division for cell in cells)})),
        months=tuple(f"{month:%Y-%m}" for month in months_until(day)),
        industries=tuple(sorted({UNKNOWN, *industries, *(cell.industry for cell in cells)})),
    )
