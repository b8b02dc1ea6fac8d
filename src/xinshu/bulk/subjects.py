"""Whom each record is about: the code by which the subject is known, and the kind of body that the code stands for."""

from typing import Final

import polars as pl

from xinshu.bulk.codes import check_codes
from xinshu.bulk.layout import Layout, note, text, value
from xinshu.kit.identifiers import Scheme
from xinshu.law.entries import FieldRole
from xinshu.law.subject_kinds import KINDS_BY_PREFIX
from xinshu.law.terms import SubjectKind

# Choices of the vocabulary SUBJECT_TYPE.
NATURAL_PERSON: Final = "NATURAL_PERSON"
INDIVIDUAL_BUSINESS: Final = "INDIVIDUAL_BUSINESS"

SUBSTITUTES: Final = (Scheme.REGISTRATION_NUMBER.value, Scheme.ORGANISATION_CODE.value)
NOTHING: Final = pl.lit(None, pl.String)


def is_of_type(layout: Layout, subject_type: str) -> pl.Expr:
    """Whether the record says that its subject is of this type; false when it does not say."""
    name = layout.field(FieldRole.SUBJECT_TYPE)
    return pl.lit(value=False) if name is None else value(name).eq_missing(pl.lit(subject_type))


def may_be_known_otherwise(layout: Layout) -> pl.Expr:
    """Whether another code may stand in for the unified social credit code: an individual business that has none."""
    return is_of_type(layout, INDIVIDUAL_BUSINESS) & text(layout.field(FieldRole.SUBJECT_CODE) or "").is_null()


def with_subjects(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Adds `subject_code`, `subject_scheme` and `subject_kind` (String), null where no subject can be told."""
    name = layout.field(FieldRole.SUBJECT_CODE) or ""
    if name not in layout.headers:
        code = NOTHING
    else:
        code = pl.when(note(name, "valid") & (note(name, "scheme") == Scheme.USCC.value)).then(value(name))
    prefix = code.str.slice(0, 2)
    kind = prefix.replace_strict(
        {start: kind.value for start, kind in KINDS_BY_PREFIX.items()},
        default=pl.when(prefix.is_not_null()).then(pl.lit(SubjectKind.OTHER_ORGANISATION.value)),
        return_dtype=pl.String,
    )
    scheme = pl.when(code.is_not_null()).then(pl.lit(Scheme.USCC.value))
    frame = frame.with_columns(code.alias("subject_code"), scheme.alias("subject_scheme"), kind.alias("subject_kind"))
    return _with_substitutes(frame, layout)


def _with_substitutes(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Individual businesses without a unified social credit code, by the first other code that is valid."""
    where = frame.select(may_be_known_otherwise(layout).arg_true()).to_series()
    if where.is_empty():
        return frame
    found = frame[where].select("subject_code", "subject_scheme")
    for name in layout.other_codes():
        answers = check_codes(frame[f"{name}:text"].gather(where))
        fits = answers["valid"] & answers["scheme"].cast(pl.String).is_in(SUBSTITUTES).fill_null(value=False)
        offered = answers.select(
            pl.when(fits).then("code").alias("code"),
            pl.when(fits).then(pl.col("scheme").cast(pl.String)).alias("scheme"),
        )
        found = found.with_columns(
            pl.col("subject_code").fill_null(offered["code"]), pl.col("subject_scheme").fill_null(offered["scheme"])
        )
    kinds = found.select(
        pl.when(pl.col("subject_code").is_not_null()).then(pl.lit(SubjectKind.INDIVIDUAL_BUSINESS.value))
    )
    return frame.with_columns(
        frame["subject_code"].scatter(where, found["subject_code"]),
        frame["subject_scheme"].scatter(where, found["subject_scheme"]),
        frame["subject_kind"].scatter(where, kinds.to_series()),
    )
