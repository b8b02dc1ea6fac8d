"""What every request gets at the door: its moment, read once, and headers that keep the reader safe.

Answers are not stored by any cache, since what is shown ends at midnight; only static files are.
"""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from xinshu.doors.metrics import count_failure
from xinshu.doors.portal.pages import unavailable
from xinshu.kit.clock import now
from xinshu.kit.durable import NoRoom
from xinshu.register.access.answers import UNAVAILABLE

logger = logging.getLogger(__name__)

CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)


class Threshold:
    """Middleware: sets `request.moment`, and the headers of every answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request."""
        request.moment = now()  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault("Content-Security-Policy", CONTENT_POLICY)
        response.headers.setdefault("X-Robots-Tag", "noindex, noarchive")
        response.headers.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        return response

    def process_exception(self, request: HttpRequest, failure: Exception) -> HttpResponse | None:
        """A database or a disk that fails under a page is told in a sentence; the API tells its own."""
        if isinstance(failure, NoRoom):
            return unavailable(request, str(failure), status=507)
        if isinstance(failure, OperationalError | InterfaceError):
            count_failure("pages")
            logger.error("the database failed: %s", type(failure).__name__)
            return unavailable(request, "".join(UNAVAILABLE), status=503)
        return None
