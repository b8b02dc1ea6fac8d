"""Fixtures strategy: the database is real PostgreSQL; pull in the smallest data that has what you need (factories).

Without DATABASE_URL the embedded server of the data folder runs for as long as the session does.
"""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from django.apps import apps
from django.conf import settings
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connections
from django.db.models.signals import post_migrate
from django.test import override_settings
from hypothesis import settings as trying

from tools.apart import WORKER
from xinshu.kit import postgres
from xinshu.kit.clock import now

trying.register_profile("house", deadline=None)
trying.load_profile("house")
"""No example fails for its time: how fast the house is, the bench tells (docs/benchmarks.md)."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--look-again`: new pictures of the pages (tests/doors/test_looks.py); `--kills-seed`: which kills (tests/faults)."""
    parser.addoption(
        "--look-again", action="store_true", help="keep new pictures of the pages, which you have looked at"
    )
    parser.addoption(
        "--kills-seed",
        type=int,
        default=int(f"{now().day:%Y%m%d}"),
        help="draws the points at which tests/faults kills; the day, unless it is given",
    )


def pytest_report_header(config: pytest.Config) -> str:
    """By which the same kills are drawn again."""
    return f"kills drawn by: --kills-seed {config.getoption('--kills-seed')}"


@pytest.fixture(autouse=True)
def _log_and_ledger_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Each test has its own published log and ledger of endings: those of another one would be another history."""
    own = tmp_path_factory.getbasetemp() / "own" / uuid4().hex
    with override_settings(PUBLOG_FOLDER=own / "publog", ENDINGS_FOLDER=own / "endings"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_hashing() -> Iterator[None]:
    """Made-up passwords are not worth the cost of real ones, which is a fifth of a second for each."""
    with override_settings(PASSWORD_HASHERS=["tests.quick_hashing.QuickArgon2"]):
        yield


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Django's own permissions and types of content, which nothing here asks for, are not made anew after each test."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
    post_migrate.connect(_empty_the_queue, sender=apps.get_app_config("procrastinate"), weak=False)


def _empty_the_queue(using: str, **said: object) -> None:
    """After a test that committed: the queue's tables are not Django's, which empties its own alone."""
    if "plan" not in said:  # emptied, not migrated
        with connections[using].cursor() as cursor:
            cursor.execute("TRUNCATE procrastinate_jobs, procrastinate_workers CASCADE")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(request: pytest.FixtureRequest) -> Iterator[None]:
    """Have the embedded server running before the test database is made."""
    if not settings.EMBEDDED_DATABASE:
        # One server for all who test side by side: a database each.
        request.getfixturevalue("django_db_modify_db_settings_parallel_suffix")
        yield
        return
    with postgres.running(settings.DATA_FOLDER):
        if WORKER is not None:
            _in_a_hurry()
        yield
        connections.close_all()


def _in_a_hurry() -> None:
    """A server that is the tests' own and holds nothing that must outlive a power cut: emptying its tables is quick.

    Trials of crashes have servers of their own, with production's settings.
    """
    with psycopg.connect(**postgres.connection_parameters(settings.DATA_FOLDER), autocommit=True) as database:
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            database.execute(f"ALTER SYSTEM SET {name} = off")
        database.execute("SELECT pg_reload_conf()")
