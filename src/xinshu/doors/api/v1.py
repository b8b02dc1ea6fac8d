"""Version 1 of the API: mounts the routers and turns what goes wrong into the one error shape."""

import logging
from typing import Final

import orjson
from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI, Router
from ninja.errors import HttpError, ValidationError
from ninja.parser import Parser

from xinshu.doors.api.acknowledgements import router as acknowledgements
from xinshu.doors.api.bulk import router as bulk
from xinshu.doors.api.case_statistics import router as case_statistics
from xinshu.doors.api.catalogue import router as catalogue
from xinshu.doors.api.checks import router as checks
from xinshu.doors.api.disclosure import router as disclosure
from xinshu.doors.api.document import openapi
from xinshu.doors.api.faults import FAULTS
from xinshu.doors.api.intake import router as intake
from xinshu.doors.api.log import router as log
from xinshu.doors.api.repair_decisions import router as repair_decisions
from xinshu.doors.api.statistics import router as statistics
from xinshu.doors.metrics import count_failure
from xinshu.regimes.agencies.api import router as agencies
from xinshu.register.access.answers import UNAVAILABLE, error
from xinshu.register.access.audience import public
from xinshu.register.access.roles import RouteAudience
from xinshu.register.catalogues.queries import NoCatalogue
from xinshu.uses.monitoring.api import router as monitoring
from xinshu.uses.sharing.api import router as feed
from xinshu.uses.sharing.api import subscription

logger = logging.getLogger(__name__)

READABLE = frozenset({"", "application/json", "application/x-www-form-urlencoded", "text/plain"})
"""Content types under which a body is read as JSON: its own, and what simple clients say when nobody tells them."""


class NotReadable(ValueError):
    """The body is of a type that the route does not read."""


class StrictParser(Parser):
    """Reads a body as JSON: UTF-8, and no character that no text may hold."""

    def parse_body(self, request: HttpRequest) -> dict[str, object]:
        """The body's content. Raises ValueError (NotReadable for a wrong type), RequestDataTooBig."""
        if request.content_type not in READABLE:
            raise NotReadable(request.content_type)
        content: dict[str, object] = orjson.loads(request.body)
        if _holds_nothing_unwritable(content):
            return content
        raise ValueError("a text holds U+0000")


api = NinjaAPI(
    title="信枢 Xinshu API",
    version="1",
    description=(
        "公共信用信息公示接口。What is publicly shown about an organisation, for exactly as long as the law allows.\n\n"
        "公开接口无须注册，任何来源可读；机关接口须带令牌。每个错误都是同一形状，名称见`/codes/API_ERROR`。\n\n"
        "Public routes need no registration and may be read from any origin; organs' routes need a token. Every error"
        " has one shape, its names are in `/codes/API_ERROR`. GET may be asked as HEAD.\n\n"
        "示例 Example: `curl http://127.0.0.1:8000/api/v1/subjects/919999990000002110`"
    ),
    docs_url=None,
    openapi_url=None,
    parser=StrictParser(),
)


def mounted(router: Router) -> Router:
    """The router, with HEAD wherever everyone may GET."""
    for view in router.path_operations.values():
        for operation in view.operations:
            if operation.methods == ["GET"] and getattr(operation.view_func, "audience", "") is RouteAudience.PUBLIC:
                operation.methods = ["GET", "HEAD"]
    return router


FOR_EVERYONE: Final = (disclosure, catalogue, statistics, case_statistics, log, feed)
FOR_RECIPIENTS: Final = (bulk, subscription, acknowledgements)
ROUTERS: Final = tuple(
    map(mounted, (*FOR_EVERYONE, *FOR_RECIPIENTS, checks, monitoring, agencies, intake, repair_decisions))
)
for mounting in ROUTERS:
    api.add_router("", mounting)


@api.api_operation(["GET", "HEAD"], "/openapi.json", url_name="openapi-json", include_in_schema=False)
@public
def openapi_json(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document of the day."""
    return openapi(api, ROUTERS, request)


@api.exception_handler(Exception)
def own_fault(_request: HttpRequest, failure: Exception) -> HttpResponse:
    """A fault of ours: logged for the operator, told without detail."""
    logger.error("the API met an unexpected fault", exc_info=failure)
    return _refuse("OUR_FAULT")


@api.exception_handler(OperationalError)
@api.exception_handler(InterfaceError)
def no_database(_request: HttpRequest, failure: Exception) -> HttpResponse:
    """The database is away or full; nothing half is kept, so the same call may be made again (its text may quote)."""
    count_failure("api")
    logger.error("the database failed: %s", type(failure).__name__)
    response = error(503, "UNAVAILABLE", *UNAVAILABLE)
    response.headers["Retry-After"] = "30"
    return response


@api.exception_handler(ValidationError)
def refuse_invalid(_request: HttpRequest, failure: ValidationError) -> HttpResponse:
    """A parameter that cannot be read: told by its place, never by its value."""
    places = [".".join(str(part) for part in item["loc"]) for item in failure.errors]
    return error(422, "INVALID_PARAMETER", "请求参数有误。", "A parameter of the request cannot be read.", places)


@api.exception_handler(HttpError)
def refuse_body(_request: HttpRequest, failure: HttpError) -> HttpResponse:
    """A body that is no JSON, or not said to be any."""
    return _refuse("UNSUPPORTED_MEDIA_TYPE" if isinstance(failure.__cause__, NotReadable) else "NOT_JSON")


@api.exception_handler(RequestDataTooBig)
def refuse_large(_request: HttpRequest, _failure: RequestDataTooBig) -> HttpResponse:
    """A body of JSON beyond what is read into memory at once."""
    return _refuse("TOO_LARGE")


@api.exception_handler(NoCatalogue)
def no_catalogue(_request: HttpRequest, _failure: NoCatalogue) -> HttpResponse:
    """No edition was in force on that day."""
    return _refuse("NO_CATALOGUE")


def _refuse(name: str) -> HttpResponse:
    fault = FAULTS[name]
    return error(fault.status, name, fault.zh, fault.en)


def _holds_nothing_unwritable(content: object) -> bool:
    """Whether no text in it, key or value, has the one character that PostgreSQL's texts cannot hold."""
    if isinstance(content, str):
        return "\x00" not in content
    if isinstance(content, dict):
        return all(map(_holds_nothing_unwritable, (*content, *content.values())))
    return not isinstance(content, list) or all(map(_holds_nothing_unwritable, content))
