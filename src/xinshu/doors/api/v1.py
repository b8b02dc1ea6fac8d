"""Version 1 of the API: mounts the routers and turns what goes wrong into the one error shape."""

import logging

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import ValidationError

from xinshu.doors.api.intake import router as intake
from xinshu.doors.metrics import count_failure
from xinshu.register.access.answers import UNAVAILABLE, error
from xinshu.register.access.audience import public
from xinshu.uses.disclosure.api import router as disclosure
from xinshu.uses.monitoring.api import router as monitoring

logger = logging.getLogger(__name__)

api = NinjaAPI(
    title="信枢 Xinshu API",
    version="1",
    description=(
        "公共信用信息公示接口。What is publicly shown about an organisation, for exactly as long as the law allows.\n\n"
        "示例 Example: `curl http://127.0.0.1:8000/api/v1/subjects/919999990000002110`"
    ),
    docs_url=None,
    docs_decorator=public,
)
api.add_router("", disclosure)
api.add_router("", intake)
api.add_router("", monitoring)


@api.exception_handler(Exception)
def own_fault(_request: HttpRequest, failure: Exception) -> HttpResponse:
    """A fault of ours: logged for the operator, told without detail."""
    logger.error("the API met an unexpected fault", exc_info=failure)
    return error(
        500, "OUR_FAULT", "系统出错，请稍后再试。", "Something went wrong on our side; please try again later."
    )


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
