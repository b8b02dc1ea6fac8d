"""Checks a whole file against the catalogue: good records typed, bad ones with all their reasons, nothing lost."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import polars as pl

from xinshu.bulk.documents import SEPARATOR, content, document_key, documents
from xinshu.bulk.files import Table
from xinshu.bulk.headers import accepted_headers
from xinshu.bulk.layout import Layout
from xinshu.bulk.reasons import RowFault, RowReason, sentences
from xinshu.bulk.rules import RowRule, row_rules
from xinshu.bulk.subjects import NATURAL_PERSON, is_of_type, with_subjects
from xinshu.bulk.values import read_values
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType, Kind

__all__ = ["Checked", "ReturnedRow", "RowFault", "RowReason", "check_table"]

ROWS_NAMED: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class ReturnedRow:
    """A record that goes back: its place in the table, the row number the clerk sees, and every reason."""

    index: int
    row: int
    reasons: tuple[RowReason, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of each record of a file: received = len(good) + len(returned) + outside + repeated, always.

    `good`: the columns of `documents.ORDER`. `outside`: records of natural persons, set aside; nothing of them is kept.
    `repeated`: records that say again what an earlier one of the file says. `dropped_personal`: cells of PERSONAL
    fields that were filled, in whatever record; none is in `good`.
    """

    received: int
    good: pl.DataFrame
    returned: tuple[ReturnedRow, ...]
    outside: int
    repeated: int
    dropped_personal: int


def check_table(
    table: Table, *, kind_name: str, kind: Kind, catalogue: Catalogue, division: str, on_date: date
) -> Checked:
    """Check the records of a file of one kind, sent on a day by an organ of a division (six digits, GB/T 2260).

    Raises HeadersRefused when the columns do not fit the kind. A kind that is not in force on that day, or not meant
    for that division, returns every record (guard-rail G1).
    """
    layout = Layout(
        kind_name=kind_name, kind=kind, catalogue=catalogue, headers=accepted_headers(table.frame.columns, kind)
    )
    frame = with_subjects(read_values(table, layout), layout)
    inside = frame.filter(~is_of_type(layout, NATURAL_PERSON))
    rules = tuple(row_rules(layout, division=division, on_date=on_date))
    broken = inside.select(rule.broken.fill_null(value=False).alias(str(place)) for place, rule in enumerate(rules))
    judged = _against_the_batch(
        inside.with_columns(
            content(inside, layout),
            document_key(layout).alias("document"),
            broken.select(pl.any_horizontal(pl.all()).alias("faulty")).to_series(),
        ).with_columns(pl.concat_str("document", "subject_code", separator=SEPARATOR).alias("key"))
    )
    good = judged.filter(~pl.any_horizontal("faulty", "conflicting", "repeated"))
    return Checked(
        received=frame.height,
        good=documents(good, layout),
        returned=_returned(judged, broken, rules, layout),
        outside=frame.height - inside.height,
        repeated=len(judged.filter("repeated")),
        dropped_personal=_personal_cells(table, layout),
    )


def _against_the_batch(judged: pl.DataFrame) -> pl.DataFrame:
    """Adds `conflicting` (another record is the same document and says something else) and `repeated` (an earlier
    record without a fault says the very same). A record whose identity cannot be told never equals another (G24).
    """
    same_document = pl.col("key").is_not_null() & pl.col("key").is_duplicated()
    where = judged.select(same_document.arg_true()).to_series()
    contents = pl.struct("content", "faulty").n_unique().over("key")
    earlier = pl.int_range(pl.len()).over("key") > 0
    marks = judged[where].select(
        (contents > 1).alias("conflicting"), ((contents == 1) & earlier & ~pl.col("faulty")).alias("repeated")
    )
    nothing = pl.repeat(value=False, n=judged.height, eager=True)
    return judged.with_columns(nothing.scatter(where, marks[name]).alias(name) for name in marks.columns)


def _returned(
    judged: pl.DataFrame, broken: pl.DataFrame, rules: Sequence[RowRule], layout: Layout
) -> tuple[ReturnedRow, ...]:
    rows = judged["row"]
    reasons: defaultdict[int, list[RowReason]] = defaultdict(list)
    for place, rule in enumerate(rules):
        header = layout.header(rule.field)
        for at in broken[str(place)].arg_true():
            reasons[at].append(
                RowReason(row=rows[at], field=rule.field, header=header, code=rule.fault, zh=rule.zh, en=rule.en)
            )
    for at, reason in _conflicts(judged, layout):
        reasons[at].append(reason)
    indices = judged["index"]
    return tuple(
        ReturnedRow(index=indices[at], row=rows[at], reasons=tuple(found)) for at, found in sorted(reasons.items())
    )


def _conflicts(judged: pl.DataFrame, layout: Layout) -> Iterator[tuple[int, RowReason]]:
    name = layout.field(FieldRole.DOCUMENT_NUMBER) or ""
    header, name_en = layout.header(name), layout.kind.fields[name].name_en
    found = judged.select("key", "row", "conflicting").with_row_index("at").filter("conflicting")
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for key, row in found.select("key", "row").iter_rows():
        rows_of[key].append(row)
    for at, key, row in found.select("at", "key", "row").iter_rows():
        others = [str(other) for other in rows_of[key][: ROWS_NAMED + 1] if other != row]
        shown = ", ".join(others[:ROWS_NAMED]) + (" …" if len(rows_of[key]) > ROWS_NAMED + 1 else "")
        zh, en = sentences(RowFault.TWO_CONTENTS, header=header, name_en=name_en, others=shown)
        yield at, RowReason(row=row, field=name, header=header, code=RowFault.TWO_CONTENTS, zh=zh, en=en)


def _personal_cells(table: Table, layout: Layout) -> int:
    return sum(len(table.frame[layout.headers[name]].drop_nulls()) for name in layout.present(FieldType.PERSONAL))
