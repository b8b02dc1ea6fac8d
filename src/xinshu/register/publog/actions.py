"""Writes to the log: entries of a business transaction, their numbers, and their place in the signed tree.

The life of an entry: it is written unnumbered by the transaction that shows or ends a record; the sequencer gives it
its number, endings first; the one writer puts it into the tree, and signs. After a crash anywhere the published log is
a prefix of what is numbered, and the next call goes on from it.
"""

import logging
import os
import random
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db import DatabaseError, connection, transaction

from xinshu.bulk.canonical import in_order
from xinshu.bulk.copying import as_uuid, copy_into
from xinshu.kit.durable import FULL, NoRoom
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.register.publog import tiles
from xinshu.register.publog.growing import grow, taken_up
from xinshu.register.publog.leaf import SALT, Event, commitments, ended, shown
from xinshu.register.publog.queries import Cause, Stand, leaves_from, stand
from xinshu.register.publog.signing import NoKey, check, no_key, signer
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import BadNote, BadSignature, Sign, Signature, VerifierKey, opened, parse, sign, signed
from xinshu.tlog.tile import Growth

LOG = logging.getLogger(__name__)
OPEN: Final = "INSERT INTO publog_lot (filing_id, entries, ends) VALUES (%s, %s, %s) RETURNING id"
RULES: Final = """
INSERT INTO publog_entry (lot_id, place, event, reference, commitment) VALUES (%s, 0, %s, %s, %s)
"""
NUMBER: Final = """
WITH waiting AS (
    SELECT id, entries, sum(entries) OVER (ORDER BY ends DESC, id) - entries AS before
      FROM publog_lot WHERE first_number IS NULL AND (filing_id IS NULL OR filing_id = ANY(%(filings)s))
), last AS (SELECT coalesce(max(first_number + entries), 0) AS number FROM publog_lot
             WHERE first_number = (SELECT max(first_number) FROM publog_lot))
UPDATE publog_lot l SET first_number = last.number + w.before, numbered_at = %(at)s
  FROM waiting w, last WHERE l.id = w.id
"""
OF: Final = """
SELECT e.lot_id, e.place, e.reference, e.subject_code FROM publog_entry e
  JOIN unnest(%s::bigint[], %s::bigint[]) t (lot_id, place) USING (lot_id, place)
"""
ENTRY: Final = {
    "event": pl.Int16,
    "content": pl.Binary,
    "subject_id": pl.Int64,
    "record_ref": pl.String,
    "subject_code": pl.String,
    "of_lot": pl.Int64,
    "of_place": pl.Int64,
}
"""What `enter` takes; null in `of_lot` and `of_place` where an entry takes the place of none."""

ERASE: Final = """
WITH gone AS (
    UPDATE publog_entry e SET salt = NULL, subject_id = NULL, record_ref = NULL, subject_code = NULL, of_lot = NULL,
           of_place = NULL
      FROM unnest(%(subjects)s::bigint[], %(references)s::uuid[]) t (subject_id, record_ref)
     WHERE e.subject_id = t.subject_id AND e.record_ref = t.record_ref RETURNING e.lot_id, e.place
), placed AS (SELECT g.lot_id, l.first_number + g.place AS number FROM gone g JOIN publog_lot l ON l.id = g.lot_id
), lots AS (UPDATE publog_lot SET filing_id = NULL, numbered_at = NULL WHERE id IN (SELECT lot_id FROM gone)
), floor AS (UPDATE publog_state
                SET erased_through = greatest(erased_through, (SELECT max(number) + 1 FROM placed)))
SELECT count(*), count(*) FILTER (WHERE number IS NULL) FROM placed
"""
"""Salt, owner and links of every entry of these records, all at once; of their lots the filing and the time."""

ERASE_NOBODYS: Final = """
WITH gone AS (
    UPDATE publog_entry e SET salt = NULL, of_lot = NULL, of_place = NULL FROM publog_lot l
     WHERE l.id = e.lot_id AND e.subject_id IS NULL AND e.salt IS NOT NULL AND l.numbered_at < %s
 RETURNING l.first_number + e.place AS number
), floor AS (UPDATE publog_state SET erased_through = greatest(erased_through, (SELECT max(number) + 1 FROM gone)))
SELECT count(*) FROM gone
"""
"""The endings of what a restore found published, and of which nobody knows whose it was."""

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
WRITER: Final = "write the log"
REPLACE: Final = """
INSERT INTO publog_state AS s (id, size, root, checkpoint, signed_at) VALUES (1, %s, %s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET size = excluded.size, root = excluded.root, checkpoint = excluded.checkpoint,
                                   signed_at = excluded.signed_at WHERE s.size = %s
"""

TROUBLED: Final = """
INSERT INTO publog_trouble AS t (id, cause, since, tried_at) VALUES (1, %s, %s, %s)
    ON CONFLICT (id) DO UPDATE SET cause = excluded.cause, tried_at = excluded.tried_at,
                                   since = CASE t.cause WHEN excluded.cause THEN t.since ELSE excluded.since END
"""
RELIEF: Final = "DELETE FROM publog_trouble"
FORGET: Final = "DELETE FROM publog_witness WHERE key <> ALL(%s)"
ASKED: Final = """
INSERT INTO publog_witness AS w (key, size, cosigned_at, asked_at, failure) VALUES (%s, %s, %s, %s, %s)
    ON CONFLICT (key) DO UPDATE SET size = greatest(w.size, excluded.size), asked_at = excluded.asked_at,
        cosigned_at = coalesce(excluded.cosigned_at, w.cosigned_at), failure = excluded.failure
"""


def enter(entries: pl.DataFrame, *, filing: int | None, ends: bool) -> int:
    """Write entries (ENTRY, at least one) as a lot without a number; its id. Entry `n` is the frame's row `n`.

    `filing` is what the lot is numbered with, None: at the next numbering; `ends`: nothing of it adds
    anything. In the caller's transaction.
    """
    count = len(entries)
    chance = os.urandom(SALT * 2 * count)
    salts, references = chance[: SALT * count], chance[SALT * count :]
    committed = commitments(salts, entries["content"])
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [filing, count, ends])
        lot = int(cursor.fetchone()[0])
        copy_into(
            cursor.cursor,
            "publog_entry",
            entries.select(
                pl.lit(lot, pl.Int64).alias("lot_id"),
                pl.int_range(count, dtype=pl.Int64).alias("place"),
                pl.col("event").cast(pl.Int16),
                pl.Series("reference", _cut(references), pl.Binary),
                pl.Series("commitment", committed, pl.Binary),
                pl.Series("salt", _cut(salts), pl.Binary),
                *("subject_id", as_uuid("record_ref"), "subject_code", "of_lot", "of_place"),
            ),
        )
    return lot


def enter_shown(documents: pl.DataFrame, *, filing: int) -> int:
    """Write documents as SHOWN, in their order; columns `subject`, `record_ref`, `subject_code`, `public_form`."""
    said = documents.select("public_form", "subject_code").iter_rows()
    entries = documents.select(
        pl.lit(int(Event.SHOWN), pl.Int16).alias("event"),
        pl.Series("content", [shown(form, code) for form, code in said], pl.Binary),
        pl.col("subject").alias("subject_id"),
        "record_ref",
        "subject_code",
        *(pl.lit(None, pl.Int64).alias(name) for name in ("of_lot", "of_place")),
    )
    return enter(entries, filing=filing, ends=False)


class Stands(NamedTuple):
    """A record as it stands: whose it is, the entry that shows it, and its public form where it is shown now."""

    subject: int
    record_ref: str
    lot: int | None
    place: int | None
    form: str | None


def follow(
    records: Sequence[Stands], *, filing: int | None, codes: Mapping[str, str]
) -> list[tuple[int, str, int | None, int | None]]:
    """Write what became of records: SHOWN where the log showed nothing, CHANGED, or ENDED where nothing is shown now.

    `codes`, by reference: the body's code, for what the log did not show. Returns for each record of which an entry was
    written its subject, its reference, and the lot and place of the entry that shows it now, None where it has ended.
    """
    shown_before = [row for row in records if row.lot is not None]
    with connection.cursor() as cursor:
        cursor.execute(OF, [[row.lot for row in shown_before], [row.place for row in shown_before]])
        of = {(lot, place): (reference, code) for lot, place, reference, code in cursor.fetchall()}
    endings, others = [], []
    for row in records:
        reference, code = of.get((row.lot, row.place), (None, codes.get(row.record_ref)))
        whose = (row.subject, row.record_ref, code, row.lot, row.place)
        if row.form is not None:
            event = Event.SHOWN if reference is None else Event.CHANGED
            others.append((int(event), shown(in_order(row.form), code or ""), *whose))
        elif reference is not None:
            endings.append((int(Event.ENDED), ended(reference), *whose))
    # In no order that tells which belongs to which: what changed or ended together is one crowd, whatever order it
    # was shown in.
    for crowd in (endings, others):
        random.SystemRandom().shuffle(crowd)
    written: list[tuple[int, str, int | None, int | None]] = []
    for ends, rows in ((True, endings), (False, others)):
        if rows:
            frame = pl.DataFrame(rows, schema=ENTRY, orient="row")
            lot = enter(frame, filing=filing, ends=ends)
            found = zip(frame["subject_id"], frame["record_ref"], strict=True)
            written += [
                (subject, ref, None if ends else lot, None if ends else place)
                for place, (subject, ref) in enumerate(found)
            ]
    return written


def enter_rules(edition: bytes) -> int:
    """Write that an edition was adopted, by its hash, which is public; the id of the lot."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [None, 1, False])
        lot = int(cursor.fetchone()[0])
        cursor.execute(RULES, [lot, int(Event.RULES), UUID(bytes=os.urandom(16)), edition])
    return lot


class NotNumbered(XinshuError):
    """An entry of a record has no number yet, so that the record cannot be erased."""


@transaction.atomic
def erase(*, subjects: Sequence[int], references: Sequence[str]) -> int:
    """Erase salt, owner and links of every entry of these records; how many entries. Raises NotNumbered.

    Reference and commitment stay for ever, and every proof stays valid.
    """
    with connection.cursor() as cursor:
        cursor.execute(ERASE, {"subjects": list(subjects), "references": list(references)})
        count, unnumbered = cursor.fetchone()
    if unnumbered:
        raise NotNumbered(
            "信息在公开日志中的条目尚未编号，暂不能删除；请稍后再试。"
            " An entry of the public log is not numbered yet, and nothing was erased; try again in a minute."
        )
    return int(count)


def erase_nobodys(*, before: datetime) -> int:
    """Erase salt and links of old entries that a restore made for what nobody knows any more; how many."""
    with connection.cursor() as cursor:
        cursor.execute(ERASE_NOBODYS, [before])
        return int(cursor.fetchone()[0])


def _cut(octets: bytes) -> list[bytes]:
    return [octets[at : at + SALT] for at in range(0, len(octets), SALT)]


@transaction.atomic
def number(filings: Sequence[int], *, moment: Moment) -> None:
    """Give the lots of these filings, and all that were written without one, their dense numbers, endings first."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, ["number entries"])
        cursor.execute(NUMBER, {"filings": list(filings), "at": moment.instant})


def integrate(*, moment: Moment) -> Stand:
    """Put what is numbered into the tree and sign it; safe to call at any time, by anyone, again.

    Danger: never within a caller's transaction; what is published could not be rolled back with it.

    One writer at a time, by a lock of the database; the state is replaced only where it is still what the tree grew
    from. Files are on the disk before they are signed. Raises Forked when what is published says another thing, NoKey,
    NoRoom, OSError; the cause is kept (`queries.stopped`) until it succeeds again.
    """
    try:
        after = _integrated(moment)
    except (XinshuError, OSError) as error:
        _keep_cause(_cause(error), moment)
        raise
    with connection.cursor() as cursor:
        cursor.execute(RELIEF)
    return after


def _integrated(moment: Moment) -> Stand:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [WRITER])
        before = stand()
        key, private = _signer(before)
        growth = taken_up(before)
        grow(growth, leaves_from(before.size))
        after = before
        if growth.size > before.size or not before.checkpoint:
            after = _signed(growth, moment, key, private)
            cursor.execute(REPLACE, [*after, before.size])
            if cursor.rowcount != 1:
                raise tiles.forked("the state")
    if tiles.checkpoint() != after.checkpoint:
        _publish(str(key))
        tiles.tidy(before.size, after.size)
    return after


@transaction.atomic
def _publish(key: str) -> None:
    """Publish what is signed by now, under the writer's lock: whoever is slower never puts an earlier one back."""
    with connection.cursor() as cursor:
        cursor.execute(LOCK, [WRITER])
    tiles.publish(stand().checkpoint, key)


def _signer(before: Stand) -> tuple[VerifierKey, Sign]:
    """The key by which the log was signed so far. Raises NoKey for another one: that would be another log."""
    key, private = signer(settings.SECRETS_FOLDER, settings.PUBLOG_ORIGIN, begun=bool(before.checkpoint))
    if before.checkpoint:
        try:
            opened(parse(before.checkpoint), [key], check)
        except (BadNote, BadSignature) as error:
            raise no_key("another key or origin signed so far") from error
    return key, private


def _cause(error: XinshuError | OSError) -> Cause:
    if isinstance(error, NoKey):
        return Cause.KEY
    if isinstance(error, tiles.Forked):
        return Cause.FORKED
    full = isinstance(error, NoRoom) or (isinstance(error, OSError) and error.errno in FULL)
    return Cause.FULL if full else Cause.FILES


def _keep_cause(cause: Cause, moment: Moment) -> None:
    """A database that takes nothing either must not hide the cause: then it stands in the log of the process."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(TROUBLED, [cause, moment.instant, moment.instant])
    except DatabaseError:
        LOG.error("the public log cannot be signed: %s", cause)


def add_cosignatures(found: Sequence[Signature], *, of: str) -> bool:
    """Put witnesses' cosignatures, which the caller has verified, behind the checkpoint `of` (its text); publish it.

    False: the log has gone on meanwhile, and they are not needed. A key that cosigned it before is passed over.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [WRITER])
        before = stand()
        if not before.checkpoint or (told := parse(before.checkpoint)).text != of:
            return False
        has = {(each.name, each.key_id) for each in told.signatures}
        fresh = [each for each in found if (each.name, each.key_id) not in has]
        if fresh:
            note = str(signed(told.text, [*told.signatures, *fresh]))
            cursor.execute(REPLACE, [before.size, before.root, note, before.signed_at, before.size])
    if fresh:
        _publish(tiles.key() or "")
    return True


def forget_witnesses(*, keep: Sequence[str]) -> None:
    """Forget how those answered that are no witnesses of this log any more; `keep`: the public keys of all that are."""
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [list(keep)])


def note_witness(key: str, *, size: int | None, failure: str, moment: Moment) -> None:
    """How a witness answered: the size that it cosigned, or None and what failed, in a word."""
    at = None if size is None else moment.instant
    with connection.cursor() as cursor:
        cursor.execute(ASKED, [key, size or 0, at, moment.instant, failure])


def _signed(growth: Growth, moment: Moment, key: VerifierKey, private: Sign) -> Stand:
    told = Checkpoint(key.name, growth.size, growth.root())
    note = signed(told.text, [sign(told.text, key, private)])
    return Stand(told.size, told.root, str(note), moment.instant)
