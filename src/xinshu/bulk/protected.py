"""Matter that no record may hold: columns that refuse a file, texts and ages that refuse a row (G16, G17, G23)."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final

import polars as pl

from xinshu.bulk.layout import Layout, value
from xinshu.bulk.reasons import Finding, RowFault
from xinshu.kit.identifier_schemes import has_identity_form, has_old_identity_form
from xinshu.kit.identifiers import normalise
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType, Protected

OF_AGE: Final = 18
_IDENTITY_NUMBERS: Final = re.compile(r"\d{17}[\dX]|\d{15}")


def any_pattern(catalogue: Catalogue) -> str | None:
    """One regular expression for all protected matter; None when the catalogue names none."""
    return "|".join(f"(?:{one})" for matter in catalogue.protected.values() for one in matter.patterns) or None


def protected_in(name: str, cells: pl.Series, indices: pl.Series, catalogue: Catalogue) -> Iterator[Finding]:
    """Each matter that is told in texts of the field `name`; `indices` are the texts' places in the table."""
    for matter in catalogue.protected.values():
        if not matter.patterns:
            continue
        found = cells.str.contains("|".join(f"(?:{one})" for one in matter.patterns)).fill_null(value=False)
        for index in indices.filter(found):
            yield Finding(index=index, field=name, fault=RowFault.PROTECTED_MATTER, details=told(matter, catalogue))


def told(matter: Protected, catalogue: Catalogue) -> Mapping[str, str]:
    """What a sentence says of protected matter: its name, the article, and the way out."""
    basis = catalogue.instruments[matter.basis]
    article = matter.article
    return {
        "matter_zh": matter.name_zh,
        "matter_en": matter.name_en,
        "law_zh": f"《{basis.title}》" + (f"第{article}条" if article else ""),
        "law_en": (f"article {article} of the " if article else "the ") + basis.title_en,
        "way_zh": matter.zh,
        "way_en": matter.en,
    }


def minors(frame: pl.DataFrame, persons: pl.DataFrame, layout: Layout, *, on_date: date) -> Iterator[Finding]:
    """Natural persons who, by their identity number, were under 18 on the day of decision, or on `on_date` without one.

    `persons`: records of natural persons (`index`, and the day of decision); `frame`: the file's own cells. No number
    leaves this function.
    """
    decided = layout.field(FieldRole.DECIDED_ON)
    days = persons.select("index", (pl.lit(on_date) if decided is None else value(decided)).alias("day"))
    for name in layout.present(FieldType.PERSONAL):
        cells = frame[layout.headers[name]]
        for index, day in days.iter_rows():
            if cells[index] is not None and _under_age(cells[index], day or on_date):
                yield Finding(index=index, field=name, fault=RowFault.MINOR)


def _under_age(cell: str, day: date) -> bool:
    return any(_age(born, day) < OF_AGE for born in _births(_IDENTITY_NUMBERS.findall(normalise(cell))))


def _births(numbers: Iterable[str]) -> Iterator[date]:
    for number in numbers:
        if has_identity_form(number):
            yield date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
        elif has_old_identity_form(number):
            yield date.fromisoformat(f"19{number[6:8]}-{number[8:10]}-{number[10:12]}")


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))
