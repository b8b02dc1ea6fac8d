"""Makes the store ready for a command: the embedded server runs while it is used, tables and catalogue are there."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from xinshu.kit import postgres
from xinshu.kit.moment import Moment
from xinshu.register.catalogues.actions import adopt
from xinshu.register.catalogues.queries import NoCatalogue, catalogue_on

FOUNDING_DAY = date(2019, 7, 1)
"""The founding edition holds the rules since the first regime that it knows."""


@contextmanager
def store(moment: Moment) -> Iterator[None]:
    """The database, ready for use; the embedded one is set up on the way and stops with its last user."""
    if not settings.EMBEDDED_DATABASE:
        yield
        return
    with postgres.running(settings.DATA_FOLDER):
        try:
            set_up(moment)
            yield
        finally:
            connection.close()


def set_up(moment: Moment) -> None:
    """Bring the tables up to date, and adopt the founding edition of the catalogue where none is in force."""
    call_command("migrate", verbosity=0, interactive=False)
    try:
        catalogue_on(moment.day)
    except NoCatalogue:
        adopt(settings.CATALOGUE_FOLDER, in_force_from=FOUNDING_DAY, actor="setup", moment=moment)
