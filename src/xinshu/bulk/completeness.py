"""How complete the records of a file are: which cells could be filled, and which of them are."""

import polars as pl

from xinshu.bulk.layout import Layout, text, value
from xinshu.law.entries import FieldRole, FieldRule, FieldType


def filled_and_fillable(good: pl.DataFrame, layout: Layout) -> tuple[int, int]:
    """Over the records that are stored: the cells that are filled, and the cells that could be.

    The denominator: for every such record, each field of the kind that is shown to the public, whether the file has a
    column for it or not; save fields that are mandatory for certain types of subject, or with certain penalties, only:
    these count in the records that they are mandatory for, and in no others. Personal fields never count.
    """
    counted = {name: rule for name, rule in layout.kind.fields.items() if _counts(rule)}
    if good.is_empty() or not counted:
        return 0, 0
    applies = {name: _applies(layout, rule) for name, rule in counted.items()}
    found = good.select(
        pl.sum_horizontal(
            [pl.len() if asked is None else asked.fill_null(value=False).sum() for asked in applies.values()]
        ).alias("fillable"),
        pl.sum_horizontal(
            [
                text(name).count() if asked is None else (text(name).is_not_null() & asked).fill_null(value=False).sum()
                for name, asked in applies.items()
            ]
        ).alias("filled"),
    )
    return int(found["filled"][0]), int(found["fillable"][0])


def _counts(rule: FieldRule) -> bool:
    return rule.public and rule.type is not FieldType.PERSONAL


def _applies(layout: Layout, rule: FieldRule) -> pl.Expr | None:
    """In which records a field counts; None for all."""
    subject_type, penalties = layout.field(FieldRole.SUBJECT_TYPE), layout.field(FieldRole.PENALTIES)
    asked = []
    if rule.mandatory_for and subject_type:
        asked.append(value(subject_type).is_in(sorted(rule.mandatory_for)))
    if rule.mandatory_if_penalty and penalties:
        asked += [value(penalties).list.contains(kind.value) for kind in rule.mandatory_if_penalty]
    return pl.any_horizontal(asked) if asked else None
