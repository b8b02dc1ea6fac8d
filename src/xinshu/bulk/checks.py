"""Checks a whole file against the catalogue: good records typed, bad ones with all their reasons, nothing lost."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import polars as pl

from xinshu.bulk.amounts import RowQuestion, amounts_in_yuan, questions
from xinshu.bulk.completeness import filled_and_fillable
from xinshu.bulk.documents import SEPARATOR, content, document_key, documents
from xinshu.bulk.files import Table
from xinshu.bulk.headers import NOTHING, accepted_headers
from xinshu.bulk.layout import Layout
from xinshu.bulk.listings import listing_findings
from xinshu.bulk.other_codes import codes_out_of_place
from xinshu.bulk.protected import minors
from xinshu.bulk.reasons import Finding, RowFault, RowReason, as_filled, by_article, sentences
from xinshu.bulk.rules import RowRule, row_rules
from xinshu.bulk.subjects import NATURAL_PERSON, is_of_type, with_subjects
from xinshu.bulk.texts import read_texts
from xinshu.bulk.values import read_values
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, FieldType, Kind

__all__ = ["Checked", "ReturnedRow", "RowFault", "RowQuestion", "RowReason", "check_table"]

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

    `good`: the columns of `documents.ORDER`, prose masked. `outside`: records of natural persons, set aside; nothing of
    them is kept. `repeated`: records that say again what an earlier one of the file says. `dropped_personal`: cells of
    PERSONAL fields that were filled, in whatever record; none is in `good`. `masked`: cells of `good` in which
    something personal was masked. `filled` of `fillable` cells: see `completeness`. `questions`: asked about records of
    `good`.
    """

    received: int
    good: pl.DataFrame
    returned: tuple[ReturnedRow, ...]
    outside: int
    repeated: int
    dropped_personal: int
    masked: int
    filled: int
    fillable: int
    questions: tuple[RowQuestion, ...]


def check_table(
    table: Table,
    *,
    kind_name: str,
    kind: Kind,
    catalogue: Catalogue,
    division: str,
    on_date: date,
    mapping: Mapping[str, str] = NOTHING,
) -> Checked:
    """Check the records of a file of one kind, sent on a day by an organ of a division (six digits, GB/T 2260).

    `mapping`: what the organ said of headers of its own, header -> field, or "" to leave the column out. Raises
    HeadersRefused when the columns do not fit the kind, or one holds protected matter (G17). A kind that is not in
    force on that day, or not meant for that division, returns every record (guard-rail G1).
    """
    match = accepted_headers(table.frame.columns, kind, mapping=mapping, protected=catalogue.protected.values())
    layout = Layout(kind_name=kind_name, kind=kind, catalogue=catalogue, headers=match.fields)
    table = _with_joined(table, layout, match.joined)
    read, findings = read_texts(with_subjects(read_values(table, layout), layout), layout)
    of_person = is_of_type(layout, NATURAL_PERSON)
    inside = read.filter(~of_person)
    under_age = _returned_minors(table, read.filter(of_person), layout, on_date=on_date)
    findings += [*codes_out_of_place(inside, layout), *amounts_in_yuan(inside, layout), *_damaged(table, layout)]
    findings += listing_findings(inside, layout, division=division, on_date=on_date)
    rules = tuple(row_rules(layout, division=division, on_date=on_date))
    # Of a record that could not be read nothing more is told: that its fields are missing is no news.
    is_read = ~pl.col("index").is_in([index for index, where in table.damage.items() if not where])
    broken = inside.select(
        (rule.broken.fill_null(value=False) & is_read).alias(str(place)) for place, rule in enumerate(rules)
    )
    found = pl.Series([finding.index for finding in findings], dtype=pl.UInt32).unique()
    judged = _against_the_batch(
        inside.with_columns(
            content(inside, layout),
            document_key(layout).alias("document"),
            broken.select(pl.any_horizontal(pl.all())).to_series().alias("faulty")
            | inside["index"].is_in(found.implode()).alias("faulty"),
        ).with_columns(pl.concat_str("document", "subject_code", separator=SEPARATOR).alias("key"))
    )
    good = judged.filter(~pl.any_horizontal("faulty", "conflicting", "repeated"))
    filled, fillable = filled_and_fillable(good, layout)
    returned = (*_returned(judged, broken, rules, findings, layout), *under_age)
    return Checked(
        received=read.height,
        good=documents(good, layout),
        returned=tuple(sorted(returned, key=lambda row: row.index)),
        outside=read.height - inside.height - len(under_age),
        repeated=len(judged.filter("repeated")),
        dropped_personal=_personal_cells(table, layout),
        masked=int(good["masked"].sum()),
        filled=filled,
        fillable=fillable,
        questions=questions(good, layout),
    )


def _with_joined(table: Table, layout: Layout, joined: Mapping[str, tuple[str, ...]]) -> Table:
    """The table with the cells of several columns for one field of choices put together under the first's header."""
    merged = [
        pl.concat_str([layout.headers[name], *others], separator=";", ignore_nulls=True)
        .replace("", None)
        .alias(layout.headers[name])
        for name, others in joined.items()
    ]
    return replace(table, frame=table.frame.with_columns(merged)) if merged else table


def _damaged(table: Table, layout: Layout) -> Iterator[Finding]:
    """Records in which the reader met bytes that are no text; they are told by the document's number."""
    for index, where in table.damage.items():
        fault = RowFault.BROKEN_BYTES if where else RowFault.NOT_A_RECORD
        yield Finding(index=index, field=_number_field(layout), fault=fault, details={"where": where})


def _number_field(layout: Layout) -> str:
    return layout.field(FieldRole.DOCUMENT_NUMBER) or next(iter(layout.kind.fields))


def _returned_minors(table: Table, persons: pl.DataFrame, layout: Layout, *, on_date: date) -> tuple[ReturnedRow, ...]:
    """Natural persons under age: no records of ours, but their senders are told (G16)."""
    found = {finding.index: finding for finding in minors(table.frame, persons, layout, on_date=on_date)}
    return tuple(
        ReturnedRow(index=at, row=table.rows[at], reasons=(_reason(finding, table.rows[at], layout),))
        for at, finding in found.items()
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
    judged: pl.DataFrame,
    broken: pl.DataFrame,
    rules: Sequence[RowRule],
    findings: Iterable[Finding],
    layout: Layout,
) -> tuple[ReturnedRow, ...]:
    rows = judged["row"]
    reasons: defaultdict[int, list[RowReason]] = defaultdict(list)
    for place, rule in enumerate(rules):
        for at, reason in _broken(judged, broken[str(place)].arg_true(), rule, layout):
            reasons[at].append(reason)
    for at, reason in _found(judged, findings, layout):
        reasons[at].append(reason)
    for at, reason in _conflicts(judged, layout):
        reasons[at].append(reason)
    indices = judged["index"]
    return tuple(
        ReturnedRow(index=indices[at], row=rows[at], reasons=tuple(found)) for at, found in sorted(reasons.items())
    )


def _found(judged: pl.DataFrame, findings: Iterable[Finding], layout: Layout) -> Iterator[tuple[int, RowReason]]:
    """The findings in records of organisations, each with the record's place among them."""
    several = list(findings)
    wanted = pl.Series([finding.index for finding in several], dtype=pl.UInt32).unique()
    places = judged.select("index", "row").with_row_index("at").filter(pl.col("index").is_in(wanted.implode()))
    known = {index: (at, row) for at, index, row in places.iter_rows()}
    for finding in several:
        if finding.index in known:
            at, row = known[finding.index]
            yield at, _reason(finding, row, layout)


def _broken(judged: pl.DataFrame, where: pl.Series, rule: RowRule, layout: Layout) -> Iterator[tuple[int, RowReason]]:
    """The records that break a rule: its sentence, the form in which the cell is filled, and the article."""
    name, header = rule.field, layout.header(rule.field)
    law = by_article(rule.fault, layout.catalogue)
    plain = f"{name}:text" in judged.columns and not layout.kind.fields[name].free_text
    cells = judged[f"{name}:text"].gather(where) if plain else [None] * len(where)
    for at, row, cell in zip(where, judged["row"].gather(where), cells, strict=True):
        zh, en = ("".join(parts) for parts in zip((rule.zh, rule.en), as_filled(cell), law, strict=True))
        yield at, RowReason(row=row, field=name, header=header, code=rule.fault, zh=zh, en=en)


def _reason(finding: Finding, row: int, layout: Layout) -> RowReason:
    header, name_en = layout.header(finding.field), layout.kind.fields[finding.field].name_en
    said = sentences(finding.fault, header=header, name_en=name_en, **finding.details)
    zh, en = ("".join(parts) for parts in zip(said, by_article(finding.fault, layout.catalogue), strict=True))
    return RowReason(row=row, field=finding.field, header=header, code=finding.fault, zh=zh, en=en)


def _conflicts(judged: pl.DataFrame, layout: Layout) -> Iterator[tuple[int, RowReason]]:
    name = _number_field(layout)
    header, name_en = layout.header(name), layout.kind.fields[name].name_en
    found = judged.select("key", "row", "conflicting").with_row_index("at").filter("conflicting")
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    law = by_article(RowFault.TWO_CONTENTS, layout.catalogue)
    for key, row in found.select("key", "row").iter_rows():
        rows_of[key].append(row)
    for at, key, row in found.select("at", "key", "row").iter_rows():
        others = [str(other) for other in rows_of[key][: ROWS_NAMED + 1] if other != row]
        shown = ", ".join(others[:ROWS_NAMED]) + (" …" if len(rows_of[key]) > ROWS_NAMED + 1 else "")
        said = sentences(RowFault.TWO_CONTENTS, header=header, name_en=name_en, others=shown)
        zh, en = ("".join(parts) for parts in zip(said, law, strict=True))
        yield at, RowReason(row=row, field=name, header=header, code=RowFault.TWO_CONTENTS, zh=zh, en=en)


def _personal_cells(table: Table, layout: Layout) -> int:
    return sum(table.frame[layout.headers[name]].count() for name in layout.present(FieldType.PERSONAL))
