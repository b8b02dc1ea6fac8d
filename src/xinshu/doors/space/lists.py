"""Listings in the own space: what is planned, the last day to be heard, the papers, and the defence; free of charge."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.desk.list_documents import paper_answer
from xinshu.doors.listing_words import exits_told, measures_told, steps_told, told
from xinshu.doors.portal.wording import Wording
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated, subjects_of
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.turns import Side, open_events
from xinshu.proceedings.lists.actions import ask_removal, defend
from xinshu.proceedings.lists.queries import ListingCase, listing_case, told_to
from xinshu.proceedings.lists.states import LISTING, LONGEST_WORDS, NotListable
from xinshu.register.access.audience import moment_of
from xinshu.register.catalogues.queries import catalogue_on

STEPS = {"defend": (defend, "defence"), "ask_removal": (ask_removal, "removal")}


@mandated
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """Every listing of which the organisation was told, newest first."""
    leave_line(request, "LOOK_OWN_LISTINGS")
    words, day = _wording(request), moment_of(request).day
    found = told_to(subjects_of(request), words.catalogue)
    page = {"cases": [told(case, words, day) for case in found]}
    return render(request, "space/lists.html", _page(request) | page)


@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, case: UUID) -> HttpResponse:
    """One listing: why, by which article, until when one may be heard, what follows, how the list is left."""
    found = own_listing(request, case)
    leave_line(request, "LOOK_OWN_LISTINGS")
    if request.method != "POST":
        return case_page(request, found)
    act, field = STEPS.get(request.POST.get("step", ""), (None, ""))
    who: dict[str, Any] = {"subjects": subjects_of(request), "side": Side.SUBJECT, "actor": actor_of(request)}
    try:
        if act is not None:
            act(case=case, words=request.POST.get(field, ""), moment=moment_of(request), **who)
    except XinshuError as refused:
        return case_page(request, own_listing(request, case), refused)
    return redirect("space:listing", case=case)


@mandated
@require_safe
def paper(request: HttpRequest, case: UUID, place: int) -> HttpResponse:
    """A paper of the listing, as the unit served it."""
    found = own_listing(request, case)
    leave_line(request, "OPEN_OWN_DOCUMENT")
    return paper_answer(found, place)


def own_listing(request: HttpRequest, case: UUID) -> ListingCase:
    """The case, if the organisation was told of it; another's is no different from none. Raises Http404."""
    found = listing_case(case, _wording(request).catalogue)
    if found is None or found.row.subject not in subjects_of(request) or found.happened("notice") is None:
        raise Http404
    return found


def case_page(request: HttpRequest, found: ListingCase, refused: XinshuError | None = None) -> HttpResponse:
    """The page of a case, with what was refused, and why."""
    words, day = _wording(request), moment_of(request).day
    wrong = refused if isinstance(refused, NotListable) else None
    page = {
        "case": told(found, words, day),
        "steps": steps_told(found, words, day),
        "may": open_events(LISTING, found.row.state, Side.SUBJECT),
        "measures": measures_told(found.list, words),
        "exits": [] if found.rule is None else exits_told(found.rule, words),
        "form": {"defence": request.POST.get("defence", ""), "removal": request.POST.get("removal", "")},
        "faults": wrong.faults if wrong else {},
        "refused": "" if refused is None else str(refused),
        "longest": LONGEST_WORDS,
    }
    return render(request, "space/listing.html", _page(request) | page, status=200 if refused is None else 422)


def _page(request: HttpRequest) -> dict[str, Any]:
    return {"acting": acting_for(request), "username": actor_of(request)}


def _wording(request: HttpRequest) -> Wording:
    return Wording(catalogue_on(moment_of(request).day).catalogue)
