"""What the public log is told of records: what is shown for the first time, what changed, what ended."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

import polars as pl
from django.db import connection, transaction

from xinshu.kit.moment import Moment
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import Audience
from xinshu.register.publog.actions import Stands, enter_shown, follow
from xinshu.register.records.gate import FORM
from xinshu.register.subjects.queries import described

OVERNIGHT_MOST: Final = 50_000
"""Records that one transaction of the day's turn takes up."""


TOUCHED = f"""
SELECT r.subject_id, r.record_ref::text, r.entry_lot, r.entry_place,
       CASE WHEN r.audience = 'PUBLIC' AND r.public_from <= %(day)s
                 AND (r.public_until IS NULL OR r.public_until > %(day)s) THEN {FORM} END
  FROM unnest(%(subjects)s::bigint[], %(references)s::uuid[]) WITH ORDINALITY t (subject_id, record_ref, place)
  JOIN records_record r USING (subject_id, record_ref) ORDER BY t.place
"""
ENTERED = """
UPDATE records_record r SET entry_lot = t.lot, entry_place = t.place
  FROM unnest(%(subjects)s::bigint[], %(references)s::uuid[], %(lots)s::bigint[], %(places)s::bigint[])
       t (subject_id, record_ref, lot, place) WHERE r.subject_id = t.subject_id AND r.record_ref = t.record_ref
"""
OVERNIGHT = """
SELECT r.subject_id, r.record_ref::text FROM records_record r
 WHERE (r.entry_lot IS NULL) = (r.audience = 'PUBLIC' AND r.public_from <= %(day)s
                                AND (r.public_until IS NULL OR r.public_until > %(day)s)) LIMIT %(most)s
"""
"""What the log shows and the day does not, or the other way round: ended or begun with the day, by no filing."""


def enter_changes(
    subjects: Sequence[int],
    references: Sequence[str],
    *,
    day: date,
    filing: int | None,
    codes: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Have the public log say what became of these records, as they now stand; in the transaction that changed them.

    `codes`, by reference: those under which documents were filed that the log does not show yet; else the body's own.
    """
    with connection.cursor() as cursor:
        cursor.execute(TOUCHED, {"day": day, "subjects": list(subjects), "references": list(references)})
        stands = [Stands(*row) for row in cursor.fetchall()]
        unknown = {row.subject for row in stands if row.lot is None and row.form and row.record_ref not in codes}
        own = {row.subject: row.code for row in described(unknown)} if unknown else {}
        named = {row.record_ref: own[row.subject] for row in stands if row.subject in own} | dict(codes)
        written = follow(stands, filing=filing, codes=named)
        names = ("subjects", "references", "lots", "places")
        if written:
            cursor.execute(ENTERED, dict(zip(names, map(list, zip(*written, strict=True)), strict=True)))


def turn_the_day(*, moment: Moment) -> int:
    """Have the public log say what ended and what began with the day; how many records. The gate never waits for it."""
    count = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(OVERNIGHT, {"day": moment.day, "most": OVERNIGHT_MOST})
            rows = cursor.fetchall()
            if not rows:
                return count
            enter_changes(*zip(*rows, strict=True), day=moment.day, filing=None)
            count += len(rows)


def entries_of(kind: str, documents: pl.DataFrame, *, catalogue: Catalogue, day: date) -> pl.DataFrame:
    """The entries of the public log that show new documents, as columns of their records; null: not shown today."""
    now = (pl.col("public_from") <= day) & (pl.col("public_until").is_null() | (pl.col("public_until") > day))
    is_public = catalogue.kinds[kind].audience is Audience.PUBLIC
    shown = documents.select(now.fill_null(value=False) & is_public).to_series()
    showing = documents.filter(shown)
    lot = enter_shown(showing, filing=int(showing["filing_id"][0])) if len(showing) else None
    place = pl.when(shown).then(shown.cum_sum().cast(pl.Int64) - 1)
    return documents.select(pl.when(shown).then(pl.lit(lot, pl.Int64)).alias("entry_lot"), place.alias("entry_place"))
