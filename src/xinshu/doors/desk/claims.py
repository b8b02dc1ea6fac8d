"""Claims on records at the desk: which wait and until when, one of them beside its record, and the decision."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.desk.standing import actor_of, kind_words, organs_of, posts, seen_by, wording
from xinshu.kit.errors import XinshuError
from xinshu.law.terms import ClaimCause
from xinshu.proceedings.objections import queries
from xinshu.proceedings.objections.actions import decide
from xinshu.proceedings.objections.queries import ClaimRow
from xinshu.proceedings.objections.states import LONGEST_WORDS, ClaimState
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.records.own import whole_form
from xinshu.register.records.queries import shown_record
from xinshu.register.subjects.queries import described


@staff
@require_safe
def claims(request: HttpRequest) -> HttpResponse:
    """The claims on records of one's organs, the nearest due day first, and those decided lately."""
    _looked(request, "LOOK_CLAIMS", "")
    seen = seen_by(request)
    page = {
        "waiting": [_told(request, found) for found in queries.open_claims(seen)],
        "decided": [_told(request, found) for found in queries.decided_claims(seen)],
        "few": queries.FEW,
    }
    return render(request, "desk/claims.html", page)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, claim: UUID) -> HttpResponse:
    """One claim beside the whole record; its reviewer decides."""
    found = queries.claim(claim, organs=seen_by(request))
    if found is None:
        raise Http404
    _looked(request, "LOOK_CLAIM", str(claim))
    if request.method != "POST":
        return _page(request, found)
    try:
        decide(
            claim=claim,
            verdict=_verdict(request.POST.get("verdict", "")),
            reason=request.POST.get("reason", ""),
            actor=actor_of(request),
            moment=moment_of(request),
        )
    except XinshuError as refused:
        return _page(request, found, refused=str(refused), status=422)
    told = _told(request, found)
    if request.POST["verdict"] == ClaimState.UPHELD and found.cause is ClaimCause.BODY and told["withdraw"]:
        return redirect(told["withdraw"])
    return redirect("desk:claims")


def _page(request: HttpRequest, found: ClaimRow, *, refused: str = "", status: int = 200) -> HttpResponse:
    whole = whole_form(subject=found.subject, record_ref=found.record_ref)
    shown = shown_record(subject=found.subject, record_ref=found.record_ref, on_date=moment_of(request).day)
    page = {
        "claim": _told(request, found),
        "whole": whole and wording(request).record(whole),
        "shown": shown and wording(request).record(shown),
        "may_decide": found.state is ClaimState.OPEN and queries.decides_for(posts(request), found.organs) is not None,
        "verdict": request.POST.get("verdict", ""),
        "reason": request.POST.get("reason", ""),
        "longest": LONGEST_WORDS,
        "refused": refused,
    }
    return render(request, "desk/claim.html", page, status=status)


def _told(request: HttpRequest, found: ClaimRow) -> dict[str, Any]:
    """A claim for a template; `withdraw`: where one takes the record back, if one files for an organ of it."""
    (body,) = described([found.subject])
    link = reverse("portal:record", args=[body.code, found.record_ref])
    mine = {organ.code for organ in organs_of(request)} & set(found.organs)
    day = moment_of(request).day
    return {
        "id": found.id,
        "code": body.code,
        "kind_words": kind_words(request, found.kind),
        "cause": found.cause,
        "words": found.words,
        "masks": found.masks,
        "state": found.state,
        "received_on": found.received_on,
        "due_on": found.due_on,
        "late": found.due_on is not None and found.due_on < day,
        "today": found.due_on == day,
        "decided_on": found.decided_on,
        "decided_by": found.decided_by,
        "reason": found.reason,
        "withdraw": f"{reverse('desk:withdraw')}?{urlencode({'link': link})}" if mine else "",
    }


def _verdict(text: str) -> ClaimState:
    """What is no verdict is none: the action says so."""
    return ClaimState(text) if text in set(ClaimState) else ClaimState.OPEN


def _looked(request: HttpRequest, act: str, matter: str) -> None:
    note(actor=actor_of(request), act=act, matter=matter, purpose="异议", organ="", moment=moment_of(request))
