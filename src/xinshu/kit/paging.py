"""Pages of a long list: which one is asked for, and where the reader is."""

from typing import Final

LAST_PAGE: Final = 100_000
"""No list is paged further: whoever wants all of it takes the download."""

LAST_PUBLIC_PAGE: Final = 10_000
"""Nor is any list that an outsider may page."""


def page_number(asked: str, *, last: int = LAST_PAGE) -> int:
    """The page that is asked for; 1 when it makes no sense, or lies beyond the last that may be asked for."""
    return int(asked) if asked.isascii() and asked.isdigit() and 0 < int(asked) <= last else 1


def pages(page: int, total: int, size: int) -> dict[str, int | None]:
    """Where the reader is: this page, the last one, how many entries there are, and the neighbours."""
    last = max(1, -(-total // size))
    return {
        "this": page,
        "last": last,
        "total": total,
        "before": page - 1 if page > 1 else None,
        "after": page + 1 if page < last else None,
    }
