"""Fixtures strategy: the database is real PostgreSQL; pull in the smallest data that has what you need (factories).

Without DATABASE_URL the embedded server of the data folder runs for as long as the session does.
"""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connections

from xinshu.kit import postgres


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> Iterator[None]:
    """Have the embedded server running before the test database is made."""
    if not settings.EMBEDDED_DATABASE:
        yield
        return
    with postgres.running(settings.DATA_FOLDER):
        yield
        connections.close_all()
