"""Counts what is shown, as it may be told, and looks up who delivered what."""

from collections import Counter
from datetime import date
from typing import Final

from django.db import connection, transaction

from xinshu.bulk.small_cells import Cell, Range, published
from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.register.access.queries import organs
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.queries import deliveries, log_state, shown_tally
from xinshu.uses.disclosure.models import Delivery, ShownCount, ShownNumber
from xinshu.uses.disclosure.statistics import (
    INDUSTRY,
    UNKNOWN,
    industry_field,
    months_until,
    prefecture,
    public_kinds,
)

AT_ONCE: Final = 5_000
"""Rows of a table that are written together."""

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
