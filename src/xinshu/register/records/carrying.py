"""Carries the records that stand into an edition that is adopted to follow, in the transaction that adopts it.

Display is only ever shortened by it, and repair opened earlier (adr/0042); what is filed after that is derived by both
editions at once. A record that was repaired is carried too: should its repair be revoked, no more is left of its term.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final
from uuid import uuid4

import polars as pl
from django.db import connection, transaction

from xinshu.bulk.carrying import DAYS, STANDING, carried
from xinshu.bulk.copying import as_uuid
from xinshu.bulk.derivation import masked_text
from xinshu.kit.moment import Moment
from xinshu.law.assessment import shifted_kinds
from xinshu.law.catalogue import Catalogue
from xinshu.register.access.queries import departments_of
from xinshu.register.catalogues.queries import EditionRow
from xinshu.register.records.entries import enter_changes
from xinshu.register.records.statements import ACCEPTING, FILE, MASK_AGAIN, copy_into
from xinshu.register.subjects.queries import described

CHUNK: Final = 20_000

READ: Final = """
SELECT r.subject_id, r.record_ref::text, v.content, coalesce(r.public_form, r.ended_form), r.severity, r.organ_code,
       r.decided_on, r.recorded_on, p.public_from, p.public_until, p.repair_from, l.regime, l.reasons
  FROM {rows} JOIN records_recordversion v ON v.subject_id = r.subject_id AND v.record_ref = r.record_ref
   AND v.version = r.version
 CROSS JOIN LATERAL (SELECT j.regime, j.reasons FROM records_journalline j
         WHERE j.subject_id = r.subject_id AND j.record_ref = r.record_ref
           AND j.change IN ('ACCEPTED', 'CORRECTED', 'CARRIED_OVER')
         ORDER BY j.filing_id DESC, j.place DESC LIMIT 1) l
 CROSS JOIN LATERAL (SELECT j.public_from, j.public_until, j.repair_from FROM records_journalline j
         WHERE j.subject_id = r.subject_id AND j.record_ref = r.record_ref AND j.public_from IS NOT NULL
         ORDER BY j.filing_id DESC, j.place DESC LIMIT 1) p
 WHERE r.kind = %(kind)s AND (r.public_from IS NOT NULL OR r.ended_form IS NOT NULL)
   AND (p.public_until IS NULL OR p.public_until > %(begins)s)
"""
"""What was last derived, as it stands in the journal: of a repaired record its row says no period any more."""

ALL: Final = READ.format(rows="records_record r")
THESE: Final = READ.format(
    rows="unnest(%(subjects)s::bigint[], %(references)s::uuid[]) t (subject_id, record_ref)"
    " JOIN records_record r USING (subject_id, record_ref)"
)
HOLD: Final = """
SELECT FROM records_record r
  JOIN unnest(%(subjects)s::bigint[], %(references)s::uuid[]) t (subject_id, record_ref) USING (subject_id, record_ref)
 ORDER BY r.subject_id, r.record_ref FOR NO KEY UPDATE OF r
"""
LINES: Final = """
INSERT INTO records_journalline (filing_id, place, subject_id, record_ref, change, version, on_day, at, actor,
                                 organ_code, public_from, public_until, repair_from, severity, regime, reasons, edition)
SELECT %(filing)s, row_number() OVER (ORDER BY c.subject_id, c.record_ref) - 1, c.subject_id, c.record_ref,
       'CARRIED_OVER', r.version, %(day)s, %(at)s, %(actor)s, '', c.public_from, c.public_until, c.repair_from,
       r.severity, c.regime, c.reasons, %(edition)s
  FROM carried c JOIN records_record r USING (subject_id, record_ref)
"""
CARRY: Final = """
WITH done AS (
    UPDATE records_record r SET filing_id = %(filing)s,
           public_from = CASE WHEN r.ended IS NULL THEN c.public_from END,
           public_until = CASE WHEN r.ended IS NULL THEN c.public_until END,
           repair_from = CASE WHEN r.ended IS NULL THEN c.repair_from END,
           public_form = CASE WHEN r.ended IS NULL THEN c.public_form END,
           ended_form = CASE WHEN r.ended IS NOT NULL THEN c.public_form END,
           masked_form = CASE WHEN r.ended IS NULL AND r.masked_for IS NOT NULL AND c.public_form IS NOT NULL
                              THEN '' END
      FROM carried c WHERE r.subject_id = c.subject_id AND r.record_ref = c.record_ref
 RETURNING r.subject_id, r.record_ref, r.masked_for, CASE WHEN r.masked_form IS NOT NULL THEN r.public_form END AS form,
           r.statement
) SELECT subject_id, record_ref, masked_for, form, statement FROM done WHERE form IS NOT NULL
"""
"""Answers with the masked records among them, whose masked form is to be made again."""

TOLD: Final = ("regime", "reasons")
COLUMNS: Final = (
    *("subject_id bigint", "record_ref uuid", "public_form text"),
    *(f"{name} date" for name in DAYS),
    *(f"{name} text" for name in TOLD),
)

Told = Callable[[int], None]
"""Told how many records were compared so far."""


@transaction.atomic
def carry_over(
    *, old: EditionRow, new: EditionRow, actor: str, moment: Moment, told: Told = lambda _compared: None
) -> int:
    """Carry every record that stands under `old` into `new`, which follows it; how many changed.

    In the transaction that adopts `new`. Whoever files records of a kind whose terms change waits until it commits, and
    then knows of it. Done again, it finds nothing to do. Unnumbered until `number_filings`.
    """
    kinds = sorted(shifted_kinds(old.catalogue, new.catalogue))
    with connection.cursor() as cursor:
        for kind in kinds:
            cursor.execute(ACCEPTING, [f"accept {kind}"])
    return sum(_of_kind(kind, old.catalogue, new, actor, moment, told) for kind in kinds)


def _of_kind(kind: str, old: Catalogue, new: EditionRow, actor: str, moment: Moment, told: Told) -> int:
    said: dict[str, Any] = {"kind": kind, "old": old, "new": new.catalogue, "begins": new.in_force_from}
    found = [carried(part, **said, forms=False).select("subject", "record_ref") for part in _standing(said, told)]
    places = pl.concat(found) if found else pl.DataFrame()
    if places.is_empty():
        return 0
    where = {"day": moment.day, "at": moment.instant, "actor": actor, "edition": bytes.fromhex(new.hash)}
    with connection.cursor() as cursor:
        # All are held before the first is written, in one order, and only then read for good: whoever repairs or masks
        # one of them waits, or is waited for, and never each for the other.
        cursor.execute(HOLD, _named(places))
        cursor.execute(f"CREATE TEMPORARY TABLE carried ({', '.join(COLUMNS)}) ON COMMIT DROP")
        for some in places.iter_slices(CHUNK):
            cursor.execute(THESE, {"kind": kind, "begins": new.in_force_from, **_named(some)})
            copy_into("carried", _as_carried(carried(_frame(cursor.fetchall()), **said, forms=True)))
        cursor.execute("SELECT count(*) FROM carried")
        count = int(cursor.fetchone()[0])
        if count:
            cursor.execute(FILE, (uuid4(), 0, kind, "", actor, moment.day, moment.instant, count, True))
            _write(where | {"filing": cursor.fetchone()[0]}, new.catalogue)
        cursor.execute("DROP TABLE carried")
    return count


def _write(where: dict[str, Any], catalogue: Catalogue) -> None:
    """The journal lines, the records, their masked forms, and what the public log is told of them."""
    with connection.cursor() as cursor:
        cursor.execute(LINES, where)
        cursor.execute(CARRY, where)
        for subject, record_ref, marks, form, statement in cursor.fetchall():
            cursor.execute(MASK_AGAIN, [masked_text(form, marks, catalogue, statement), subject, record_ref])
        cursor.execute("SELECT subject_id, record_ref::text FROM carried")
        rows = cursor.fetchall()
    for start in range(0, len(rows), CHUNK):
        enter_changes(*zip(*rows[start : start + CHUNK], strict=True), day=where["day"], filing=where["filing"])


def _standing(said: dict[str, Any], told: Told) -> Iterator[pl.DataFrame]:
    """What stands of a kind, in parts (STANDING)."""
    count = 0
    with connection.connection.cursor(name="standing") as cursor:
        cursor.execute(ALL, {"kind": said["kind"], "begins": said["begins"]})
        while rows := cursor.fetchmany(CHUNK):
            count += len(rows)
            yield _frame(rows)
            told(count)


def _frame(rows: Sequence[Sequence[Any]]) -> pl.DataFrame:
    kinds = {body.subject: str(body.kind) for body in described({row[0] for row in rows})}
    departments = departments_of({row[5] for row in rows})
    return pl.DataFrame(
        [(*row[:5], departments.get(row[5]), *row[6:], kinds[row[0]]) for row in rows],
        schema=STANDING,
        orient="row",
    )


def _named(places: pl.DataFrame) -> dict[str, list[Any]]:
    return {"subjects": places["subject"].to_list(), "references": places["record_ref"].to_list()}


def _as_carried(found: pl.DataFrame) -> pl.DataFrame:
    return found.select(pl.col("subject").alias("subject_id"), as_uuid("record_ref"), "public_form", *DAYS, *TOLD)
