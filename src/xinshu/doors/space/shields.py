"""The shield of a court-approved plan in the own space: asked for once for all records, followed, free of charge."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinshu.doors.case_documents import as_attachment, one_of, shelf, takes_document
from xinshu.doors.portal.wording import Wording
from xinshu.doors.shield_steps import carried_out, form_of
from xinshu.doors.shield_words import preview, reasons_told, records_told, told
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated, subjects_of
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.documents import documents_of, remove
from xinshu.proceedings.cases.turns import Side, open_events
from xinshu.proceedings.shield.actions import begin
from xinshu.proceedings.shield.queries import ShieldCase, open_shield_of, shield_case, shields_of
from xinshu.proceedings.shield.states import FILLED, SHIELD, NotShieldable, ShieldState
from xinshu.register.access.audience import moment_of
from xinshu.register.catalogues.queries import catalogue_on

UNDECIDED = frozenset({"DRAFT", "LODGED", "RETURNED", "PROPOSED"})
"""States in which it is told what the order would shield; after them, what it does."""


@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def shields(request: HttpRequest) -> HttpResponse:
    """Every shield of the organisation, newest first; from here one is asked for."""
    leave_line(request, "LOOK_OWN_SHIELDS")
    words, moment, refused = _wording(request), moment_of(request), ""
    if request.method == "POST":
        try:
            made = begin(subjects=subjects_of(request), side=Side.SUBJECT, actor=actor_of(request), moment=moment)
        except XinshuError as fault:
            refused = str(fault)
        else:
            return redirect("space:shield", case=made)
    page = {
        "cases": [told(case, words, moment.day) for case in shields_of(subjects_of(request))],
        "may_begin": open_shield_of(subjects_of(request)) is None,
        "refused": refused,
    }
    return render(request, "space/shields.html", _page(request) | page, status=422 if refused else 200)


@takes_document
@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def shield(request: HttpRequest, case: UUID) -> HttpResponse:
    """One shield: the form while it is a draft, the records, the deadline, performance, a reply, the history."""
    found = own_shield(request, case)
    leave_line(request, "LOOK_OWN_SHIELDS")
    if request.method != "POST":
        return case_page(request, found)
    try:
        carried_out(
            request,
            case,
            subjects=subjects_of(request),
            side=Side.SUBJECT,
            actor=actor_of(request),
            moment=moment_of(request),
        )
    except XinshuError as refused:
        return case_page(request, own_shield(request, case), refused)
    return redirect("space:shield", case=case)


@mandated
@require_safe
def document(request: HttpRequest, case: UUID, document: UUID) -> HttpResponse:
    """One document, to be saved."""
    own_shield(request, case)
    found = one_of(documents_of(case), document)
    leave_line(request, "OPEN_OWN_DOCUMENT")
    return as_attachment(found)


@mandated
@require_POST
def remove_one(request: HttpRequest, case: UUID, document: UUID) -> HttpResponse:
    """Take a document back that one attached, while it is a draft."""
    found, moment = own_shield(request, case), moment_of(request)
    one_of(documents_of(case), document)
    draft = (ShieldState.DRAFT,)
    try:
        remove(case=case, document=document, states=draft, side=Side.SUBJECT, actor=actor_of(request), moment=moment)
    except XinshuError as refused:
        return case_page(request, found, refused)
    return redirect("space:shield", case=case)


def own_shield(request: HttpRequest, case: UUID) -> ShieldCase:
    """The case, if it is the organisation's; another's is no different from none. Raises Http404."""
    found = shield_case(case)
    if found is None or found.row.subject not in subjects_of(request):
        raise Http404
    return found


def case_page(request: HttpRequest, found: ShieldCase, refused: XinshuError | None = None) -> HttpResponse:
    """The page of a case, with what was refused, and why."""
    words, day = _wording(request), moment_of(request).day
    wrong = refused if isinstance(refused, NotShieldable) else None
    page = {
        "case": told(found, words, day),
        "may": open_events(SHIELD, found.row.state, Side.SUBJECT),
        "may_fill": found.row.state in FILLED,
        "preview": preview(found, words, day) if found.row.state in UNDECIDED else [],
        "records": records_told(found, words, day),
        **shelf(documents_of(found.row.id), found.row, door="space", side=Side.SUBJECT, fills=True, of="shield"),
        **form_of(request, found.row.form, wrong.faults if wrong else {}),
        "refused": "" if refused is None else str(refused),
        "why": reasons_told(wrong.reasons, words) if wrong else [],
    }
    return render(request, "space/shield.html", _page(request) | page, status=200 if refused is None else 422)


def _page(request: HttpRequest) -> dict[str, Any]:
    return {"acting": acting_for(request), "username": actor_of(request)}


def _wording(request: HttpRequest) -> Wording:
    return Wording(catalogue_on(moment_of(request).day).catalogue)
