"""Lines of the log: of an error its class and the places it came through, never its text, which may quote a row.

An error whose class says `without_values = True` has a text of ours that quotes nothing, and is told with it. Of a line
that a library writes only its own words are told, never what it puts into them: an address holds a code, a job a name.
"""

import copy
import json
import logging
import re
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from http import HTTPStatus
from traceback import extract_tb, format_list
from types import MappingProxyType, TracebackType
from typing import Any, Final

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]

OURS: Final = frozenset({"xinshu", "root"})
"""First parts of the names of loggers whose lines we write ourselves."""

QUOTING: Final = frozenset({"django", "procrastinate"})
"""Of those who put values into their lines before the log sees them."""

IN_HAND: ContextVar[Mapping[str, str]] = ContextVar("IN_HAND", default=MappingProxyType({}))
"""What is said of the request in hand on each of its lines: its own number, and the name of its route."""

CODE_LIKE: Final = re.compile(r"(?<![0-9A-Za-z])(?=(?:[A-Za-z]*\d){6})[0-9A-Za-z]{15,}(?![0-9A-Za-z])")
ADDED: Final = ("route", "status", "milliseconds")


class WithoutValues(logging.Formatter):
    """Formats as logging does, but for what may quote a value: a library's arguments, and the text of an exception."""

    def format(self, record: logging.LogRecord) -> str:
        """One line, and below it where an error came from."""
        told = copy.copy(record)
        told.msg, told.args, told.exc_text = CODE_LIKE.sub("…", said(record)), (), None
        return super().format(told)

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 logging's own name
        """Where the error came from, and what it was."""
        return "" if ei[1] is None else "\n".join(_told(ei[1]))


class JsonLines(WithoutValues):
    """One JSON object a record, on one line: for whatever collects the logs of many machines."""

    def format(self, record: logging.LogRecord) -> str:
        """`time` is an instant of UTC, `error` the places an exception came through; some lines have a `request`."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": CODE_LIKE.sub("…", said(record)),
            **IN_HAND.get(),
            **{name: vars(record)[name] for name in ADDED if name in vars(record)},
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False)


def said(record: logging.LogRecord) -> str:
    """The words of a line without anybody's values: ours as they are, a library's without what it filled in."""
    status, job = getattr(record, "status_code", None), getattr(record, "job", None)
    if record.name.partition(".")[0] in OURS:
        return record.getMessage()
    if isinstance(status, int):
        return HTTPStatus(status).phrase
    if isinstance(job, dict):
        return f"{getattr(record, 'action', 'job')} {job.get('task_name', '')}[{job.get('id', '')}]"
    if not record.args and record.name.partition(".")[0] in QUOTING:
        return f"a line of {record.name}, without its text"
    return str(record.msg)


def _told(error: BaseException) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _told(earlier)
        yield "then:"
    yield "".join(format_list(extract_tb(error.__traceback__))).rstrip()
    words = f": {error}" if getattr(error, "without_values", False) else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{words}"
