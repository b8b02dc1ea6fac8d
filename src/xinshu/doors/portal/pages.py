"""What is answered where nothing is, where one may not go, and where something fails."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from xinshu.doors.api.disclosure import NOT_FOUND
from xinshu.register.access.answers import error
from xinshu.register.access.audience import public


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """The one answer for every address at which nothing is: a page, or below /api/ its JSON."""
    if request.path.startswith("/api/"):
        return error(404, "NOT_FOUND", *NOT_FOUND)
    return render(request, "portal/404.html", {}, status=404)


@public
def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The page for what one may not do; it says why."""
    return render(request, "portal/403.html", {"why": str(exception or "")}, status=403)


@public
def forged(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001
    """The page for a form that did not come from this site, or came too late."""
    why = "表单已过期，请返回上一页刷新后重试。The form has expired; go back, reload the page and try again."
    return render(request, "portal/403.html", {"why": why}, status=403)


@public
def broken(request: HttpRequest) -> HttpResponse:
    """The page for a fault of ours; it asks nothing of the database."""
    return render(request, "portal/500.html", {}, status=500)


@public
def unavailable(request: HttpRequest, why: str, status: int = 503) -> HttpResponse:
    """The page for a database or a disk that fails for a while; it asks nothing of either."""
    return render(request, "portal/503.html", {"why": why}, status=status)
