"""Middleware: every request gets its number, is timed and counted by the name of its route, and may leave a line.

Neither the address, nor a query, a code or who asked is in any of it. A number is answered where one was given: two
answers about nothing must be the same bytes, headers included.
"""

import logging
from collections.abc import Callable
from random import Random
from time import perf_counter
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from xinshu.doors.metrics import count_answer
from xinshu.kit.log_lines import IN_HAND

HEADER: Final = "X-Request-ID"
NOWHERE: Final = "none"
"""The route of an address at which nothing is."""

NUMBERS: Final = Random()  # noqa: S311 a number tells lines apart and is no secret
"""Seeded from the system once a process: asking the system for each request cost a fifteenth of an answer."""

access = logging.getLogger("xinshu.access")


class Passage:
    """Middleware around everything that asks or answers."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer one request, and account for it."""
        began, given = perf_counter(), _given(request)
        before = IN_HAND.set({"request": given or _number()})
        try:
            response = self.get_response(request)
            seconds, route = perf_counter() - began, route_of(request)
            count_answer(route, response.status_code, seconds)
            told = {"route": route, "status": response.status_code, "milliseconds": round(seconds * 1000)}
            access.info("%s %s %s ms", route, response.status_code, told["milliseconds"], extra=told)
        finally:
            IN_HAND.reset(before)
        if given:
            response.headers[HEADER] = given
        return response

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """From here on the lines of this request say which route it is on."""
        IN_HAND.set({**IN_HAND.get(), "route": route_of(request)})


def _number() -> str:
    return str(UUID(int=NUMBERS.getrandbits(128), version=4))


def route_of(request: HttpRequest) -> str:
    """The name of the route that answers, never its address."""
    found = request.resolver_match
    return NOWHERE if found is None else found.view_name or NOWHERE


def _given(request: HttpRequest) -> str | None:
    """The number that a proxy gave the request; it must look like a UUID, so that nothing else gets into the log."""
    said = request.headers.get(HEADER, "")
    try:
        return said if str(UUID(said)) == said.lower() else None
    except ValueError:
        return None
