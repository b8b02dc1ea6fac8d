"""Other editions than the shipped one: none yet, or another one before it."""

from datetime import date
from typing import Any, Final

from django.db import connection

from tests import factories
from tests.factories import TODAY, noon
from xinshu.register.catalogues.models import Assessment, Edition

REPORT: Final = bytes(32)
"""The hash of the assessment by which the shipped edition follows another."""


def no_editions() -> None:
    """Every edition is gone, which the database allows nobody but a test that owns it."""
    factories.adopted_catalogue()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE catalogues_edition DISABLE TRIGGER append_only")
        cursor.execute("DELETE FROM catalogues_edition")
        cursor.execute("ALTER TABLE catalogues_edition ENABLE TRIGGER append_only")


def followed_by_the_shipped(first: date) -> None:
    """The shipped edition is in force from that day on, by an assessment against the one that was there."""
    shipped: dict[str, Any] = dict(factories.ADOPTED)
    said = {"name": "", "report": "", "touches": False, "on_day": TODAY, "at": noon(TODAY).instant, "actor": "test"}
    of = {"edition": shipped["hash"], "content": shipped["content"], "against": Edition.objects.get().hash}
    Assessment.objects.create(hash=REPORT, **of, **said)
    Edition.objects.create(**shipped | {"founding": False, "assessment": REPORT, "in_force_from": first})
