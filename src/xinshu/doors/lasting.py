"""Answers about nobody: caches may keep them until midnight, and search engines may find them (docs/adr/0015)."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

from xinshu.doors.api.envelope import validated
from xinshu.kit.moment import LEGAL_ZONE, Moment
from xinshu.register.access.audience import moment_of
from xinshu.register.catalogues.queries import EditionRow, catalogue_on
from xinshu.register.publog.tiles import published_size

LONGEST: Final = 3600
"""Seconds: what is corrected is nowhere older than an hour."""

Page = Callable[..., HttpResponse]


def kept_until_midnight(response: HttpResponse, edition: EditionRow, day: date, moment: Moment) -> HttpResponse:
    """An answer that caches may keep, and by what they are to know it: edition, day, and size of the public log."""
    midnight = datetime.combine(moment.day + timedelta(1), time(), LEGAL_ZONE)
    seconds = min(LONGEST, max(0, int((midnight - moment.instant).total_seconds())))
    response.headers["Cache-Control"] = f"public, max-age={seconds}"
    response.headers["Xinshu-State"] = f"edition={edition.hash}, day={day}, log={published_size()}"
    return response


def lasting(page: Page) -> Page:
    """A page about nobody, in both languages at once: a cache, a validator and a search engine are welcome to it."""

    @wraps(page)
    def kept(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = page(request, *args, **kwargs)
        if response.status_code != 200:
            return response
        moment = moment_of(request)
        kept_until_midnight(response, catalogue_on(moment.day), moment.day, moment)
        response.headers["Content-Language"] = "zh-Hans, en"
        response.headers["X-Robots-Tag"] = "all"
        validated(request, response)
        return response

    return kept
