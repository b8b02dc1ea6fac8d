"""After a restore: the database takes up what was published since its backup, so that the log goes on and never back.

Nobody knows any more whose those entries are. What they showed is over, and each gets its ending; what is shown again
later gets an entry of its own.
"""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db import connection, transaction

from xinshu.bulk.copying import copy_into
from xinshu.kit.moment import Moment
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import ENTRY, LOCK, OPEN, REPLACE, WRITER, enter
from xinshu.register.publog.leaf import Event, Leaf, ended, parse
from xinshu.register.publog.queries import Stand, leaves_from, numbered, stand
from xinshu.register.publog.signing import check, signer
from xinshu.tlog import checkpoint, note
from xinshu.tlog.tile import WIDTH, Growth, Malformed, bundles, edge

NUMBERED: Final = "UPDATE publog_lot SET first_number = %s, numbered_at = %s WHERE id = %s"


@transaction.atomic
def take_up_published(*, moment: Moment) -> int:
    """Take up the entries that were published and are not in the database; how many they are.

    Before anything is numbered, and while nobody else is at work. Raises tiles.Forked where the two do not fit.
    """
    published = tiles.checkpoint()
    if published is None:
        return 0
    with connection.cursor() as cursor:
        for lock in ("number entries", WRITER):
            cursor.execute(LOCK, [lock])
    after = _signed_state(published, moment)
    before, known = stand(), numbered()
    entries = _published(before.size, after.size)
    ours = [entry for chunk in leaves_from(before.size) for entry in chunk]
    if ours[: len(entries)] != entries[: len(ours)]:
        raise tiles.forked("the entries since the backup")
    foreign = entries[len(ours) :]
    if foreign:
        _enter_foreign([parse(entry) for entry in foreign], known, moment)
    if after.size > before.size or tiles.say_the_same(published, before.checkpoint):  # cosigned since
        with connection.cursor() as cursor:
            cursor.execute(REPLACE, [*after, before.size])
    return len(foreign)


def _signed_state(published: str, moment: Moment) -> Stand:
    """What the published checkpoint says, signed by our key and true of the published tiles."""
    key, _ = signer(settings.SECRETS_FOLDER, settings.PUBLOG_ORIGIN, begun=True)
    try:
        opened = note.parse(published)
        note.opened(opened, [key], check)
        told = checkpoint.parse(opened.text)
        growth = Growth(told.size, {tile: tiles.read(tile) for tile in edge(told.size)})
    except (note.BadNote, note.BadSignature, FileNotFoundError, Malformed) as error:
        raise tiles.forked("the checkpoint") from error
    if growth.root() != told.root:
        raise tiles.forked("the edge of the tree")
    return Stand(told.size, told.root, published, moment.instant)


def _published(old: int, new: int) -> list[bytes]:
    """The published entries from `old` to `new`."""
    found = [entry for bundle in bundles(old, new) for entry in tiles.entries(bundle)]
    return found[old % WIDTH :]


def _enter_foreign(leaves: Sequence[Leaf], first: int, moment: Moment) -> None:
    """Entries of which only the leaf is known, under the numbers that they have; and an ending for what they showed."""
    with connection.cursor() as cursor:
        cursor.execute(OPEN, [None, len(leaves), False])
        lot = int(cursor.fetchone()[0])
        columns = {
            "lot_id": [lot] * len(leaves),
            "place": list(range(len(leaves))),
            "event": pl.Series([int(leaf.event) for leaf in leaves], dtype=pl.Int16),
            "reference": [leaf.reference.bytes for leaf in leaves],
            "commitment": [leaf.commitment for leaf in leaves],
        }
        copy_into(cursor.cursor, "publog_entry", pl.DataFrame(columns))
        cursor.execute(NUMBERED, [first, moment.instant, lot])
    over = [(place, leaf.reference) for place, leaf in enumerate(leaves) if leaf.event in (Event.SHOWN, Event.CHANGED)]
    if over:
        enter(pl.DataFrame([_ending(lot, *each) for each in over], schema=ENTRY, orient="row"), filing=None, ends=True)


def _ending(lot: int, place: int, reference: UUID) -> tuple[int, bytes, None, None, None, int, int]:
    return (int(Event.ENDED), ended(reference), None, None, None, lot, place)
