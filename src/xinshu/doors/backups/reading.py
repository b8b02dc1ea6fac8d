"""Puts a backup back, all or nothing; before anything of it is shown, what ended since ends again (docs/adr/0013)."""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

import orjson
from django.conf import settings
from django.db import DatabaseError, connection

from xinshu.doors.backups import databases, sealing, store_files
from xinshu.doors.backups.writing import DATABASE, POINT, Told
from xinshu.doors.tables import bring_up
from xinshu.kit.durable import make, room
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.kit.postgres_dumps import restoring
from xinshu.law.terms import Effect
from xinshu.parties.mandates.actions import revoke_every
from xinshu.parties.mandates.visits import end_every_visit
from xinshu.proceedings import endings
from xinshu.proceedings.intake.actions import sweep
from xinshu.proceedings.intake.queries import batches_in_states, being_filed
from xinshu.proceedings.retention.actions import erase_again
from xinshu.register.access.actions import revoke_every_token
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.erasures.queries import KEY
from xinshu.register.publog import signing as log
from xinshu.register.publog.after_restore import take_up_published
from xinshu.register.records.actions import Change, number_filings
from xinshu.register.records.entries import every_reference, turn_the_day
from xinshu.register.records.withholding import Again, Ending, Point, end_again, hold_back_all_but, numbering, point_at

ACTOR: Final = "restore"


class NotEmpty(XinshuError):
    """There is something in the store already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What a restore did: of which backup, what it ended again and held back, which tokens and mandates it revoked."""

    manifest: dict[str, Any]
    again: Again
    tokens: int
    mandates: int
    ledger_lost: bool


def verify(source: Path, *, identity: sealing.Key | None, passphrase: str, told: Told) -> dict[str, Any]:
    """Read a backup to its end and compare every digest; its manifest. Raises NoKey, NotWhole."""
    with source.open("rb") as file:
        for _, content in sealing.unseal(file, identity=identity, passphrase=passphrase):
            told(len(content))
    manifest: dict[str, Any] = orjson.loads(content)
    return manifest


def is_empty() -> bool:
    """Whether the store holds nothing yet; a database without our tables does not."""
    try:
        found = numbering()
        return not found.last and not found.waiting and not batches_in_states()
    except DatabaseError:
        connection.close()
        return True


def bring_ledger_up() -> bool:
    """Write into the ledger what the present database still tells; False when it is not of that history, or is gone."""
    try:
        endings.catch_up()
    except (endings.Diverged, DatabaseError):
        connection.close()
        return False
    return True


def restore(
    source: Path,
    *,
    identity: sealing.Key | None,
    passphrase: str,
    replace: bool,
    ledger_lost: bool,
    moment: Moment,
    told: Told,
) -> Restored:
    """Put a backup in the place of the present store. Raises NotEmpty, Gap, InUse, MayNot, NoKey, NotWhole, NoRoom.

    Everything is done to a new database; it gets its name when all is well, and until then nothing has changed.
    """
    if not replace and not is_empty():
        raise NotEmpty(
            "库中已有内容；确要替换请用 --replace。The store is not empty: say --replace to have it replaced."
        )
    bring_ledger_up()
    databases.must_be_free()
    make(settings.DATA_FOLDER)
    with (
        source.open("rb") as file,
        tempfile.TemporaryDirectory(prefix=".restoring-", dir=settings.DATA_FOLDER) as staged,
        databases.fresh() as name,
    ):
        members = sealing.unseal(file, identity=identity, passphrase=passphrase)
        since, manifest = _taken_in(members, Path(staged), name, ledger_lost=ledger_lost, told=told)
        with databases.using(name):
            done = _brought_up(since, manifest, Path(staged), ledger_lost=ledger_lost, moment=moment)
        databases.take_its_place(name)
        with endings.alone() as ledger:
            endings.note_restored(ledger, Point(*manifest["point"]))
        store_files.put_in_place(Path(staged))
    endings.catch_up()
    sweep(moment=moment)
    return done


def _taken_in(
    members: Iterator[sealing.Member], staged: Path, name: str, *, ledger_lost: bool, told: Told
) -> tuple[list[Ending], dict[str, Any]]:
    """Into the new database and a folder of ours; what has ended since the backup is known before anything else is."""
    first, content = next(members)
    if first != POINT:
        raise sealing.NotWhole("这不是信枢的备份。This is no backup of Xinshu.")
    since = _since(Point(*orjson.loads(content)["point"]), ledger_lost=ledger_lost)
    manifest: dict[str, Any] = {}
    with ExitStack() as until_complete:
        database: IO[bytes] | None = until_complete.enter_context(restoring(databases.address(name), databases.major()))
        for member, content in members:
            told(len(content))
            if member == sealing.MANIFEST:
                manifest = orjson.loads(content)
            elif member.startswith(f"{DATABASE}/"):
                assert database is not None
                database.write(content)
            else:
                with room():
                    store_files.keep_piece(staged, member, content)
    return since, manifest


def _since(point: Point, *, ledger_lost: bool) -> list[Ending]:
    try:
        return endings.endings_after(point)
    except endings.Gap:
        if not ledger_lost:
            raise
        return endings.withdrawals_known()


def _brought_up(
    since: list[Ending], manifest: dict[str, Any], staged: Path, *, ledger_lost: bool, moment: Moment
) -> Restored:
    """In the new database, which nobody else knows: the tables of this version, and what has ended since."""
    bring_up()
    point = Point(*manifest["point"])
    if point_at(point.number) != point:
        raise sealing.NotWhole("备份与其清单不符。The backup is not what its manifest says.")
    for name in (log.NAME, KEY):
        # On a new machine they would be made anew: another log's key, and one by which nothing erased is known.
        store_files.have_secret(staged, name)
    take_up_published(moment=moment)
    number_filings(moment=moment)
    erased = _erased(ledger_lost=ledger_lost)
    over = [Ending(0, reference, Change.WITHDRAWN, 0, moment.day, None, None) for _, reference in erased]
    again = end_again(endings=[*since, *over], actor=ACTOR, moment=moment)
    if ledger_lost:
        kinds = catalogue_on(moment.day).catalogue.kinds.items()
        harmless = [name for name, kind in kinds if kind.effect is not Effect.ADVERSE]
        more = hold_back_all_but(kinds=harmless, actor=ACTOR, moment=moment)
        again = Again(again.withdrawn, again.held + more.held)
    turn_the_day(moment=moment)
    number_filings(moment=moment)
    erase_again(erased, moment=moment, actor=ACTOR)
    tokens = revoke_every_token(actor=ACTOR, moment=moment)
    mandates = revoke_every(actor=ACTOR, moment=moment)
    end_every_visit(moment=moment)
    store_files.without_batches(staged, being_filed())
    return Restored(manifest=manifest, again=again, tokens=tokens, mandates=mandates, ledger_lost=ledger_lost)


def _erased(*, ledger_lost: bool) -> list[tuple[int, str]]:
    """The records of the backup that are known to be erased. Without the key nobody knows them: raises Gap."""
    try:
        return endings.erased_among(every_reference())
    except endings.Gap:
        if not ledger_lost:
            raise
        return []
