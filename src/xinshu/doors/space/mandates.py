"""Proving control of an organisation, choosing for which one to act, who else may, and where one is signed in."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinshu.doors.space.licence_provider import offered
from xinshu.doors.space.standing import MANDATE, acting_for, actor_of, leave_line, mandated, proved, visit_of
from xinshu.doors.space.telling import tell_given, tell_revoked
from xinshu.doors.space.words import PROOFS
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code
from xinshu.parties.mandates.actions import MandateRefused, confirm_post_code, request_post_code, revoke
from xinshu.parties.mandates.queries import (
    MandateRow,
    history_of_code,
    letters_of_user,
    licences_of,
    mandates_of_user,
    recovery_codes_left,
    visits_of,
)
from xinshu.parties.mandates.visits import end_visit
from xinshu.register.access.audience import moment_of


@proved
@require_safe
def prove(request: HttpRequest) -> HttpResponse:
    """The ways to prove that one may act for an organisation, and the letters under way."""
    return render(request, "space/prove.html", _ways(request))


@proved
@require_POST
def letter(request: HttpRequest) -> HttpResponse:
    """Ask for a letter; the answer tells nothing about whether the code is known here."""
    code = check_code(request.POST.get("code", "")).code
    try:
        request_post_code(username=actor_of(request), code=code, moment=moment_of(request))
    except XinshuError as refused:
        page = _ways(request) | {"code": request.POST.get("code", ""), "fault": str(refused)}
        return render(request, "space/prove.html", page, status=422)
    return redirect("space:prove")


@proved
@require_POST
def said_code(request: HttpRequest) -> HttpResponse:
    """The code from the letter; right, the mandate holds from now on."""
    code = check_code(request.POST.get("code", "")).code
    try:
        given = confirm_post_code(
            username=actor_of(request),
            code=code,
            said=request.POST.get("said", "")[:40],
            tell=tell_given,
            moment=moment_of(request),
        )
    except XinshuError as refused:
        return render(request, "space/prove.html", _ways(request) | {"said_fault": str(refused)}, status=422)
    request.session[MANDATE] = str(given)
    return redirect("space:home")


@proved
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """For which organisation to act; one that the user holds no mandate for today is no different from none."""
    held = mandates_of_user(actor_of(request), on_date=moment_of(request).day)
    if request.method == "POST":
        chosen = request.POST.get("mandate", "")
        if chosen not in {str(one.id) for one in held}:
            raise Http404
        request.session[MANDATE] = chosen
        return redirect("space:home")
    return render(request, "space/choose.html", {"mandates": [_told(one) for one in held], **_person(request)})


@mandated
@require_safe
def mandates(request: HttpRequest) -> HttpResponse:
    """Everyone who may or might act for the organisation, since when, how it was proved."""
    leave_line(request, "LOOK_MANDATES")
    return render(request, "space/mandates.html", _page_of_mandates(request))


@mandated
@require_POST
def end(request: HttpRequest, mandate: UUID) -> HttpResponse:
    """Revoke a mandate of the organisation that one acts for; of any other there is none."""
    own = acting_for(request)
    try:
        revoke(mandate=mandate, code=own.code, actor=actor_of(request), tell=tell_revoked, moment=moment_of(request))
    except MandateRefused:
        raise Http404 from None
    if mandate == own.id:
        del request.session[MANDATE]
        return redirect("space:choose")
    return redirect("space:mandates")


@proved
@require_safe
def visits(request: HttpRequest) -> HttpResponse:
    """Where one is signed in, by which licences one may, and what is left of the recovery codes."""
    this, since = visit_of(request), moment_of(request).instant - settings.OWN_IDLE
    rows = visits_of(actor_of(request), since=since)
    page = {
        "visits": [{"row": row, "this": this is not None and row.id == this.id} for row in rows],
        "codes_left": recovery_codes_left(actor_of(request)),
        "licences": licences_of(actor_of(request)),
        "idle": int(settings.OWN_IDLE.total_seconds() // 60),
        **_person(request),
    }
    return render(request, "space/visits.html", page)


@proved
@require_POST
def end_one(request: HttpRequest, visit: UUID) -> HttpResponse:
    """End one of one's own visits; of anyone else's there is none."""
    if not end_visit(visit=visit, username=actor_of(request), moment=moment_of(request)):
        raise Http404
    return redirect("space:visits")


def _ways(request: HttpRequest) -> dict[str, Any]:
    return {
        "letters": letters_of_user(actor_of(request)),
        "days": settings.LETTER_DAYS,
        "licence": offered(),
        **_person(request),
    }


def _person(request: HttpRequest) -> dict[str, Any]:
    return {"username": actor_of(request)}


def _page_of_mandates(request: HttpRequest) -> dict[str, Any]:
    day, own = moment_of(request).day, acting_for(request)
    return {
        "acting": own,
        "mandates": [
            _told(one)
            | {"holds": one.revoked_at is None and one.valid_from <= day < one.valid_until, "own": one.id == own.id}
            for one in history_of_code(own.code)
        ],
        **_person(request),
    }


def _told(one: MandateRow) -> dict[str, Any]:
    return {"row": one, "proof": PROOFS[one.proof]}
