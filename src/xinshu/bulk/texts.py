"""Reads texts for what may not stand in them: masks what is personal in prose, and finds what returns a row."""

from collections.abc import Iterator
from typing import Final

import polars as pl

from xinshu.bulk.layout import Layout
from xinshu.bulk.personal import IN_OTHER_TEXT, IN_PROSE, NAMES, Shape, mask, number_in
from xinshu.bulk.protected import any_pattern, protected_in
from xinshu.bulk.reasons import Finding, RowFault
from xinshu.law.entries import FieldRole, FieldRule, FieldType

# Line breaks may stand in a text; tabs, other controls, marks without width that hide or turn text, and the mark of
# a character lost in an earlier conversion may not.
CONTROLS: Final = (
    r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f-\x9f\x{200b}\x{202a}-\x{202e}\x{2060}\x{2066}-\x{2069}\x{feff}\x{fffd}]"
)
NUMBERED: Final = frozenset(
    {FieldRole.DOCUMENT_NUMBER, FieldRole.ITEM, FieldRole.SEVERITY_ROW, FieldRole.SUBJECT_OTHER_CODE}
)
READ: Final = (FieldType.TEXT,)


def read_texts(frame: pl.DataFrame, layout: Layout) -> tuple[pl.DataFrame, list[Finding]]:
    """The frame of `values.read_values` with prose masked, and every finding in its texts.

    Adds for each text `name:control` (a character that may not stand in a text), and `masked`: in how many cells of
    the record something was masked (UInt8). One pass over every text finds the few that deserve a closer look.
    """
    fields = layout.present(*READ)
    protected = any_pattern(layout.catalogue)
    odd = frame.select(
        pl.col(f"{name}:text").str.contains(_anything_odd(rule, protected)).alias(name) for name, rule in fields.items()
    )
    findings: list[Finding] = []
    columns: list[pl.Series] = []
    masked = pl.repeat(0, frame.height, dtype=pl.UInt8, eager=True)
    for name, rule in fields.items():
        where = odd[name].arg_true()
        cells = frame[f"{name}:text"].gather(where)
        nothing = pl.repeat(value=False, n=frame.height, eager=True)
        columns.append(nothing.scatter(where, cells.str.contains(CONTROLS)).alias(f"{name}:control"))
        findings += protected_in(name, cells, where, layout.catalogue)
        if not rule.free_text:
            findings += _personal_in(name, rule, cells, where)
        elif len(where):
            values, changed = _masked(frame[name], where)
            columns.append(values)
            masked = masked.scatter(changed, masked.gather(changed) + 1)
    return frame.with_columns(*columns, masked.alias("masked")), findings


def _anything_odd(rule: FieldRule, protected: str | None) -> str:
    return "|".join((CONTROLS, IN_PROSE if rule.free_text else IN_OTHER_TEXT, *([protected] if protected else [])))


def _masked(values: pl.Series, where: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The prose of a field with marks in the place of what is personal, and the places of the cells that changed."""
    changed: dict[int, str] = {}
    for place, cell in zip(where, values.gather(where), strict=True):
        shown, shapes = mask(cell)
        if shapes:
            changed[place] = shown
    places = pl.Series(list(changed), dtype=pl.UInt32)
    return values.clone().scatter(places, list(changed.values())), places


def _personal_in(name: str, rule: FieldRule, cells: pl.Series, where: pl.Series) -> Iterator[Finding]:
    numbers = rule.role in NUMBERED or "编号" in rule.name_zh or rule.name_zh.endswith("号")
    for index, cell in zip(where, cells, strict=True):
        shape = number_in(cell, numbers_belong_here=numbers)
        if shape is None:
            continue
        if rule.role is FieldRole.SUBJECT_OTHER_CODE and shape is Shape.IDENTITY_NUMBER:
            yield Finding(index=index, field=name, fault=RowFault.PERSON_IN_CODE)
        else:
            zh, en = NAMES[shape]
            details = {"shape_zh": zh, "shape_en": en}
            yield Finding(index=index, field=name, fault=RowFault.PERSONAL_DATA, details=details)
