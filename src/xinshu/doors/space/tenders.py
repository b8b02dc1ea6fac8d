"""Who checked the organisation: tenders in which it bids, its window to answer, and every check that told of it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.bulk.personal import mask as without_persons
from xinshu.doors.portal.wording import Wording
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated, subjects_of
from xinshu.doors.tender_words import bids_told, room_told, steps_told
from xinshu.kit.errors import XinshuError
from xinshu.kit.paging import page_number, pages
from xinshu.register.access.audience import moment_of
from xinshu.register.access.queries import organ, organs
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.subjects.queries import codes_of
from xinshu.uses.measures.queries import check, checks_of, told_of
from xinshu.uses.measures.rooms import TenderRow, bidders_of, steps_of, tender, tenders_with
from xinshu.uses.measures.states import LONGEST_WORDS
from xinshu.uses.measures.tenders import answer_buyer

PAGE_SIZE: Final = 25


@mandated
@require_safe
def tenders(request: HttpRequest) -> HttpResponse:
    """The tenders in which the organisation bids, and the checks that told a measure of it, newest first."""
    leave_line(request, "LOOK_OWN_CHECKS")
    words, day, units = _wording(request), moment_of(request).day, {one.code: one.name for one in organs()}
    page = page_number(request.GET.get("page", ""))
    rows, total = checks_of(subjects_of(request), on_date=day, most=PAGE_SIZE, skip=(page - 1) * PAGE_SIZE)
    told = {
        "rooms": [
            room_told(one, words) | {"unit": units.get(one.organ, one.organ)} for one in tenders_with(_codes(request))
        ],
        "checks": [
            {
                "id": one.id,
                "on": one.on_day,
                "who": _who(one.caller, units),
                "context": words.choice("USE_CONTEXT", one.context),
            }
            | {"purpose": without_persons(one.purpose)[0], "kept_until": one.kept_until}
            for one in rows
        ],
        "pages": pages(page, total, PAGE_SIZE),
    }
    return render(request, "space/tenders.html", told | _page(request))


@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, tender: UUID) -> HttpResponse:
    """One tender: who checks, by which article, what stands, until when it may be answered, and what became of it."""
    found = _own(request, tender)
    leave_line(request, "LOOK_OWN_CHECKS")
    refused = ""
    if request.method == "POST":
        try:
            answer_buyer(
                tender=tender,
                codes=_codes(request),
                words=request.POST.get("words", ""),
                actor=actor_of(request),
                moment=moment_of(request),
            )
        except XinshuError as fault:
            refused = str(fault)
        else:
            return redirect("space:tender", tender=tender)
    day, own = moment_of(request).day, set(_codes(request))
    unit = organ(found.organ)
    bidders = bidders_of(tender)
    parties = {one.party for one in bidders if one.party and one.code in own}
    bidders = [one for one in bidders if one.code in own or one.party in parties]
    said = {
        "room": room_told(found, _wording(request)),
        "unit": found.organ if unit is None else unit.name,
        "bids": bids_told(bidders, catalogue_on(day), division=None if unit is None else unit.division, day=day),
        "own": own,
        "steps": [one for one in steps_told(steps_of(tender)) if one["bidder"] in {"", *own}],
        "longest": LONGEST_WORDS,
        "refused": refused,
        "words": request.POST.get("words", "") if refused else "",
    }
    return render(request, "space/tender.html", said | _page(request), status=422 if refused else 200)


@mandated
@require_safe
def own_lines(request: HttpRequest, check: UUID) -> HttpResponse:
    """What a check told of the organisation: its own lines, to the byte; another's is no different from none."""
    found = _own_check(request, check)
    leave_line(request, "LOOK_OWN_CHECKS")
    told = HttpResponse(
        b"".join(line + b"\n" for line in told_of(found, _codes(request), subjects_of(request))),
        content_type="application/x-ndjson; charset=utf-8",
    )
    told.headers["Content-Disposition"] = f'attachment; filename="check-{found}.ndjson"'
    told.headers["X-Content-Type-Options"] = "nosniff"
    return told


def _own_check(request: HttpRequest, number: UUID) -> UUID:
    day = moment_of(request).day
    if check(number, on_date=day) is None or not told_of(number, _codes(request), subjects_of(request)):
        raise Http404
    return number


def _own(request: HttpRequest, number: UUID) -> TenderRow:
    found, own = tender(number), set(_codes(request))
    if found is None or not any(one.code in own for one in bidders_of(number)):
        raise Http404
    return found


def _codes(request: HttpRequest) -> list[str]:
    """The code of the mandate, and every other that its bodies carry or carried."""
    found = {code for codes in codes_of(subjects_of(request)).values() for code in codes}
    return sorted(found | {acting_for(request).code})


def _who(caller: str, units: Mapping[str, str]) -> str:
    kind, _, name = caller.partition(":")
    return units.get(name, name) if kind == "organ" else name


def _page(request: HttpRequest) -> dict[str, Any]:
    return {"acting": acting_for(request), "username": actor_of(request)}


def _wording(request: HttpRequest) -> Wording:
    return Wording(catalogue_on(moment_of(request).day).catalogue)
