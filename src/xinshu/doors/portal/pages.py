"""The first public page, home with search; and what is answered where nothing is, or where something fails."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.wording import Wording
from xinshu.kit.identifiers import SENTENCES, CodeCheck, check_code, normalise
from xinshu.kit.paging import LAST_PUBLIC_PAGE, page_number, pages
from xinshu.register.access.answers import error
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.disclosure.api import NOT_FOUND
from xinshu.uses.disclosure.queries import PAGE_SIZE, long_enough, search

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
