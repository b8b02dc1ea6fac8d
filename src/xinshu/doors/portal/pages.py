"""The public pages: the subject page, a record's page, and the answers for what is not there or fails."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.wording import Wording
from xinshu.kit.identifiers import SENTENCES, check_code
from xinshu.kit.paging import LAST_PUBLIC_PAGE, page_number, pages
from xinshu.register.access.answers import error
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.disclosure.api import NOT_FOUND
from xinshu.uses.disclosure.queries import PAGE_SIZE, Body, public_name, record_page, subject_page


@public
@require_safe
def subject(request: HttpRequest, code: str) -> HttpResponse:
    """What is shown for a code today. Nothing shown is one page, whether the code is known or not."""
    checked = check_code(code)
    if not checked.valid:
        context = {"faults": [SENTENCES[reason] for reason in checked.reasons], "wording": _wording(request)}
        return render(request, "portal/not-a-code.html", context, status=400)
    if checked.code != code:
        return redirect("portal:subject", code=checked.code)
    wording = _wording(request)
    kind = request.GET.get("kind") or None
    if kind is not None and kind not in wording.catalogue.kinds:
        raise Http404
    page = page_number(request.GET.get("page", ""), last=LAST_PUBLIC_PAGE)
    bodies = subject_page(code, on_date=moment_of(request).day, kind=kind, page=page)
    context = {
        "code": code,
        "warnings": [SENTENCES[warning] for warning in checked.warnings],
        "bodies": [_body_context(body, wording, page) for body in bodies],
        "kind": kind,
        "query": urlencode({"kind": kind}) + "&" if kind else "",
        "wording": wording,
        "day": moment_of(request).day,
    }
    return render(request, "portal/subject.html", context)


def _body_context(body: Body, wording: Wording, page: int) -> dict[str, Any]:
    return {
        "body": body,
        "records": [wording.record(form) for form in body.records],
        "kinds": wording.counts(body.counts),
        "shown": sum(body.counts.values()),
        "pages": pages(page, body.total, PAGE_SIZE),
    }


@public
@require_safe
def record(request: HttpRequest, code: str, record_ref: UUID) -> HttpResponse:
    """One record while it is shown; one that has ended and one that never was are the same 404."""
    checked = check_code(code)
    found = record_page(code, record_ref, on_date=moment_of(request).day) if checked.valid else None
    if found is None:
        raise Http404
    row, form = found
    wording = _wording(request)
    context = {
        "code": code,
        "name": public_name(row),
        "record": wording.record(form),
        "address": request.build_absolute_uri(request.path),
        "wording": wording,
    }
    return render(request, "portal/record.html", context)


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


def _wording(request: HttpRequest) -> Wording:
    return Wording(catalogue_on(moment_of(request).day).catalogue)
