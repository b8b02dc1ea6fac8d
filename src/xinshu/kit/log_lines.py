"""Lines of the log: of an error its class and the places it came through, never its text, which may quote a row.

An error whose class says `without_values = True` has a text of ours that quotes nothing, and is told with it.
"""

import logging
from collections.abc import Iterator
from traceback import extract_tb, format_list
from types import TracebackType

ErrorInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class WithoutValues(logging.Formatter):
    """Formats as logging does, but for the text of an exception and of those that led to it."""

    def formatException(self, ei: ErrorInfo) -> str:  # noqa: N802 logging's own name
        """Where the error came from, and what it was."""
        return "" if ei[1] is None else "\n".join(_told(ei[1]))


def _told(error: BaseException) -> Iterator[str]:
    earlier = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if earlier is not None:
        yield from _told(earlier)
        yield "then:"
    yield "".join(format_list(extract_tb(error.__traceback__))).rstrip()
    said = f": {error}" if getattr(error, "without_values", False) else ""
    yield f"{type(error).__module__}.{type(error).__qualname__}{said}"
