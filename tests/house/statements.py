"""Every SQL statement that reaches the driver, by whatever way it goes; and whether it reads a record past the gate."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import psycopg
import pytest
from psycopg import sql

from xinshu.register.records.gate import SHOWN
from xinshu.register.records.queries import LOG_STATE

CURSORS = (psycopg.Cursor, psycopg.ClientCursor, psycopg.RawCursor, psycopg.ServerCursor)
VERBS = ("execute", "executemany", "copy", "stream")

TABLE = re.compile(r"\brecords_\w+")
THROUGH_THE_DOOR = re.compile(r"\brecords_record\s+r\b")
INNERMOST = re.compile(r"\([^()]*\)")
GATE = "THE_GATE"


@contextmanager
def heard() -> Iterator[list[str]]:
    """Collects the text of each statement while it lasts: the ORM's, raw ones, named cursors' and COPY."""
    statements: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for cursor in CURSORS:
            for verb in VERBS:
                if verb in vars(cursor):
                    patch.setattr(cursor, verb, _overheard(vars(cursor)[verb], statements))
        yield statements


def past_the_gate(statement: str) -> bool:
    """Whether a statement touches a table of records otherwise than as `records_record r` under the gate's predicate.

    Where the journal stands (LOG_STATE, word for word) is about filings and no record: tested. Each other mention needs its own predicate, and nothing beside it on its level may undo it (OR, NOT).
    """
    if statement == LOG_STATE:
        return False
    beside = statement.replace(SHOWN, GATE)
    mentions = TABLE.findall(beside)
    guarded = len(THROUGH_THE_DOOR.findall(beside)) == len(mentions) == statement.count(SHOWN)
    return bool(mentions) and not (guarded and not _undone(statement))


def _undone(statement: str) -> bool:
    """Whether an OR or a NOT stands on the level of the predicate. What is closed in brackets of its own is no matter."""
    text, longer = statement.replace(SHOWN, GATE), ""
    while text != longer:
        longer = text
        text = INNERMOST.sub(lambda found: found[0] if GATE in found[0] else "", longer)
    return re.search(rf"\bOR\b|\bNOT\s*\(|\bNOT\s+{GATE}", text, re.IGNORECASE) is not None


def _overheard(verb: Callable[..., Any], statements: list[str]) -> Callable[..., Any]:
    @wraps(verb)
    def said(cursor: Any, statement: Any, *values: Any, **options: Any) -> Any:
        statements.append(_text(statement))
        return verb(cursor, statement, *values, **options)

    return said


def _text(statement: Any) -> str:
    if isinstance(statement, sql.Composable):
        return statement.as_string()
    return statement.decode() if isinstance(statement, bytes) else str(statement)
