"""The public pages: home with search, the subject page, a record's page."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.wording import Wording
from xinshu.kit.identifiers import SENTENCES, CodeCheck, check_code, normalise
from xinshu.kit.paging import LAST_PUBLIC_PAGE, page_number, pages
from xinshu.register.access.answers import error
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.disclosure.api import NOT_FOUND
from xinshu.uses.disclosure.queries import (
    PAGE_SIZE,
    Body,
    long_enough,
    public_name,
    record_page,
    search,
    subject_page,
)

LONGEST_QUERY = 100


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The home page; with `?q=` the answer to a search."""
    text = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    if not text:
        return render(request, "portal/home.html", {"wording": _wording(request)})
    checked = check_code(text)
    if checked.valid:
        return redirect("portal:subject", code=checked.code)
    return _found(request, text, checked)


def _found(request: HttpRequest, text: str, checked: CodeCheck) -> HttpResponse:
    """The hits of a name search, or why there can be none."""
    meant_as_code = _looks_like_code(text)
    page = page_number(request.GET.get("page", ""), last=LAST_PUBLIC_PAGE)
    hits = None
    if not meant_as_code and long_enough(text):
        hits = search(text, on_date=moment_of(request).day, page=page)
    wording = _wording(request)
    context = {
        "text": "" if meant_as_code and checked.code.startswith("*") else text,
        "hits": hits,
        "found": [(hit, wording.counts(hit.counts)) for hit in hits.hits] if hits else [],
        "pages": pages(page, hits.total if hits else 0, PAGE_SIZE),
        "query": urlencode({"q": text}) + "&",
        "faults": [SENTENCES[reason] for reason in checked.reasons] if meant_as_code else [],
        "too_short": not meant_as_code and not long_enough(text),
        "wording": wording,
    }
    return render(request, "portal/search.html", context)


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


def _looks_like_code(text: str) -> bool:
    """Letters and digits only, and at least nine of them: meant as a code rather than a name."""
    plain = normalise(text)
    return len(plain) >= 9 and plain.isascii() and plain.isalnum() and any(sign.isdigit() for sign in plain)


def _wording(request: HttpRequest) -> Wording:
    return Wording(catalogue_on(moment_of(request).day).catalogue)
