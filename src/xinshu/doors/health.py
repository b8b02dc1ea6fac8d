"""`/healthz`: the process lives. `/readyz`: it can serve. For balancers and containers; neither tells of any record."""

import os
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache
from typing import Final

from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.proceedings import vault
from xinshu.register.access.answers import answer
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.queries import stopped

FAILED: Final = "failed"


@public
@require_safe
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """The process answers; it asks nothing of anything."""
    return answer({"alive": True})


@public
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Whether all that an answer needs is there: 200, or 503 with the checks that fail.

    `warnings`, only where there are any: what a person has to see to while reading goes on.
    """
    moment = moment_of(request)
    failing = [name for name, works in checks(moment.day) if not _holds(works)]
    said = {name: FAILED if name in failing else "ok" for name, _ in checks(moment.day)}
    warnings = {} if failing else _warnings(moment)
    told = {"ready": not failing, "checks": said} | ({"warnings": warnings} if warnings else {})
    return answer(told, status=503 if failing else 200)


def _warnings(moment: Moment) -> dict[str, str]:
    """By name, in a word: `log`, why no checkpoint can be signed, so that nothing new is published."""
    try:
        found = stopped(moment)
    except Error:
        connection.close()
        return {}
    return {} if found is None else {"log": found.cause}


def checks(day: date) -> Iterator[tuple[str, Callable[[], bool]]]:
    """Each check by its name; it says False, or raises an error of the database, of ours or of the disk."""
    yield "database", _database_answers
    yield "migrations", _migrations_applied
    yield "catalogue", lambda: bool(catalogue_on(day))
    yield "vault", lambda: os.access(vault.folder(), os.W_OK)


def _holds(works: Callable[[], bool]) -> bool:
    try:
        return works()
    except Error:
        connection.close()  # the next look makes a new one
        return False
    except (XinshuError, OSError):
        return False


def _database_answers() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


def _migrations_applied() -> bool:
    return _migrations_of_this_version() <= MigrationRecorder(connection).applied_migrations().keys()


@cache
def _migrations_of_this_version() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None).graph.leaf_nodes())
