"""Makes the store ready for a command: the embedded server runs while it is used, tables and catalogue are there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import date
from pathlib import Path

import click
from django.conf import settings
from django.db import connection

from xinshu.doors.metrics import TOKEN
from xinshu.doors.tables import bring_up
from xinshu.kit import postgres
from xinshu.kit.durable import keep_first
from xinshu.kit.moment import Moment
from xinshu.proceedings.endings import number_and_note
from xinshu.register.catalogues.actions import adopt, enter_editions
from xinshu.register.catalogues.files import canonical, edition_hash, read_pages
from xinshu.register.catalogues.queries import NoCatalogue, catalogue_on
from xinshu.register.records.entries import turn_the_day

FOUNDING_DAY = date(2019, 7, 1)
"""The founding edition holds the rules since the first regime that it knows."""


@contextmanager
def store(moment: Moment, *, setting_up: bool = False) -> Iterator[None]:
    """The database, ready for use; the embedded one is set up on the way and stops with its last user.

    One of the operator's own (DATABASE_URL) is set up by `xinshu setup` and `xinshu run` only.
    """
    server = postgres.running(settings.DATA_FOLDER) if settings.EMBEDDED_DATABASE else nullcontext()
    with server:
        try:
            if setting_up or settings.EMBEDDED_DATABASE:
                _set_up(moment)
            if setting_up:
                _tell_if_files_differ(moment)
                enter_editions()
                turn_the_day(moment=moment)
                number_and_note(moment=moment)
                _make_metrics_token()
            yield
        finally:
            connection.close()


def _set_up(moment: Moment) -> None:
    """Bring the tables up to date, and adopt the founding edition of the catalogue where none is in force."""
    bring_up()
    try:
        catalogue_on(moment.day)
    except NoCatalogue:
        adopt(settings.CATALOGUE_FOLDER, in_force_from=FOUNDING_DAY, actor="setup", moment=moment)
        number_and_note(moment=moment)


def _make_metrics_token() -> None:
    """The token for `/metrics`, made once; where the folder of secrets is the operator's own to fill, it is not."""
    if os.access(_nearest(settings.SECRETS_FOLDER), os.W_OK):
        keep_first(settings.SECRETS_FOLDER / TOKEN, secrets.token_urlsafe(32).encode("ascii"))


def _nearest(folder: Path) -> Path:
    """The folder, or the first above it that exists."""
    return next(place for place in (folder, *folder.parents) if place.exists())


def _tell_if_files_differ(moment: Moment) -> None:
    """An edition is followed, never edited: say so to whoever edits the files and wonders why nothing changes."""
    in_force = catalogue_on(moment.day).hash
    pages, _ = read_pages(settings.CATALOGUE_FOLDER)
    if edition_hash(canonical(pages)).hex() != in_force:
        click.echo(
            f"提示：目录文件与已采纳的版本 {in_force[:12]} 不同，仍以已采纳的版本为准。"
            " Note: the catalogue's files differ from the adopted edition, which stays in force.",
            err=True,
        )
