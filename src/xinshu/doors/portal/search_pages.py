"""The home page with its search, and what is offered while one types."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from xinshu.doors.portal.wording import Wording
from xinshu.kit.identifiers import SENTENCES, CodeCheck, check_code
from xinshu.kit.paging import LAST_PUBLIC_PAGE, page_number, pages
from xinshu.register.access.answers import answer
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.disclosure.queries import PAGE_SIZE, subject_page
from xinshu.uses.disclosure.search import (
    Hit,
    Hits,
    long_enough,
    looks_like_code,
    search,
    suggestions,
    too_general,
)

LONGEST_QUERY = 100
WHOLE_CODE = 18


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The home page; with `?q=` the answer to a search. A whole code leads to the subject page."""
    text = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    if not text:
        return render(request, "portal/home.html", {"wording": _wording(request)})
    checked = check_code(text)
    page = page_number(request.GET.get("page", ""), last=LAST_PUBLIC_PAGE)
    hits = _hits(request, text, checked, page)
    if checked.valid and not (hits and hits.total):
        return redirect("portal:subject", code=checked.code)
    return _found(request, text, checked, hits, page)


@public
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """`{suggestions: [{name, former, code, place, kind, address}]}`, words as [Chinese, English]; at most eight.

    What nobody has heard of and what is not shown are the same empty list.
    """
    text = request.GET.get("q", "").strip()[:LONGEST_QUERY]
    hits = suggestions(text, on_date=moment_of(request).day) if _may_be_searched(text, check_code(text)) else ()
    wording = _wording(request)
    return answer({"suggestions": [_suggestion(hit, wording) for hit in hits if hit.code]})


def _hits(request: HttpRequest, text: str, checked: CodeCheck, page: int) -> Hits | None:
    """The hits; None where no search is made: of too little, of a number of a person, of a code that is whole.

    A short code of former times may be the beginning of a longer one; it is its own where something is shown for it.
    """
    day = moment_of(request).day
    if checked.valid and (len(checked.code) == WHOLE_CODE or subject_page(checked.code, on_date=day)):
        return None
    return search(text, on_date=day, page=page) if _may_be_searched(text, checked) else None


def _may_be_searched(text: str, checked: CodeCheck) -> bool:
    return long_enough(text) and not (looks_like_code(text) and checked.code.startswith("*"))


def _found(request: HttpRequest, text: str, checked: CodeCheck, hits: Hits | None, page: int) -> HttpResponse:
    """The hits, or why there are none."""
    meant_as_code = looks_like_code(text)
    found = hits is not None and hits.total > 0
    wording = _wording(request)
    context = {
        "text": "" if meant_as_code and checked.code.startswith("*") else text,
        "hits": hits,
        "found": [(hit, wording.counts(hit.counts)) for hit in hits.hits] if hits else [],
        "pages": pages(page, hits.total if hits else 0, PAGE_SIZE),
        "query": urlencode({"q": text}) + "&",
        "faults": [SENTENCES[reason] for reason in checked.reasons] if meant_as_code and not found else [],
        "too_short": not long_enough(text),
        "too_general": None if found else _why_too_general(text, request, wording),
        "wording": wording,
    }
    return render(request, "portal/search.html", context)


def _why_too_general(text: str, request: HttpRequest, wording: Wording) -> list[tuple[str, str]]:
    """The catalogue's reasons, where the text is made of general words alone; else none."""
    if not too_general(text, on_date=moment_of(request).day):
        return []
    return list(dict.fromkeys((entry.zh, entry.en) for entry in wording.catalogue.general.values()))


def _suggestion(hit: Hit, wording: Wording) -> dict[str, Any]:
    return {
        "name": hit.name,
        "former": hit.former,
        "code": hit.code,
        "place": [f"登记地区 {hit.division}", f"registered in {hit.division}"] if hit.division else None,
        "kind": wording.choice("SUBJECT_KIND", hit.kind),
        "address": reverse("portal:subject", kwargs={"code": hit.code}),
    }


def _wording(request: HttpRequest) -> Wording:
    return Wording(catalogue_on(moment_of(request).day).catalogue)
