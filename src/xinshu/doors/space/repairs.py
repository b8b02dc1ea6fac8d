"""Repair in the organisation's own space: may it be asked for, one form, lodged today or ahead, both clocks, free."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.case_documents import shelf
from xinshu.doors.listing_words import question_told
from xinshu.doors.portal.wording import Wording
from xinshu.doors.repair_steps import asked_for, carried_out
from xinshu.doors.repair_words import channel, findings, told
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated, subjects_of
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.documents import documents_of
from xinshu.proceedings.cases.turns import Side, open_events
from xinshu.proceedings.repair import queries
from xinshu.proceedings.repair.actions import NotRepairable, begin
from xinshu.proceedings.repair.queries import RepairCase
from xinshu.proceedings.repair.states import LONGEST_WORDS, REPAIR
from xinshu.register.access.audience import moment_of
from xinshu.register.access.queries import organ
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import about_record


@mandated
@require_safe
def repairs(request: HttpRequest) -> HttpResponse:
    """Every application of the organisation, newest first."""
    leave_line(request, "LOOK_OWN_REPAIRS")
    words, day = _wording(request), moment_of(request).day
    found = queries.repairs_of(subjects_of(request), words.catalogue, on_date=day)
    return render(request, "space/repairs.html", _page(request) | {"cases": [told(case, words, day) for case in found]})


@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def asked(request: HttpRequest, record: UUID) -> HttpResponse:
    """May this record be repaired: each condition, its article, the first day; from here a draft is begun."""
    words, moment = _wording(request), moment_of(request)
    found = about_record(subjects_of(request), record, on_date=moment.day)
    if found is None:
        raise Http404
    leave_line(request, "LOOK_OWN_REPAIRS")
    page: dict[str, Any] = _page(request)
    if request.method == "POST":
        try:
            made = begin(
                subjects=subjects_of(request),
                record_ref=record,
                side=Side.SUBJECT,
                actor=actor_of(request),
                moment=moment,
            )
        except XinshuError as refused:
            page["refused"] = str(refused)
        else:
            return redirect("space:repair", case=made)
    whole = {"commitment": True, "duties_done": True}
    verdict = queries.eligibility(found, words.catalogue, form=whole, on_date=moment.day)
    # What nobody has said yet is not told as met: only the day and the way are those of a whole application.
    now = queries.eligibility(found, words.catalogue, form={}, on_date=moment.day)
    kind = words.catalogue.kinds.get(found.kind)
    page |= {
        "record": found,
        "kind_words": (found.kind, "") if kind is None else (kind.name_zh, kind.name_en),
        "verdict": verdict,
        "findings": findings(now, words),
        "channel": channel(found, words, moment.day),
    }
    return render(request, "space/repair-asked.html", page, status=422 if "refused" in page else 200)


@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def repair(request: HttpRequest, case: UUID) -> HttpResponse:
    """One application: the form while it is a draft, both clocks, the history, withdrawing, a reply."""
    leave_line(request, "LOOK_OWN_REPAIRS")
    if request.method != "POST":
        return case_page(request, own_repair(request, case))
    own_repair(request, case)
    try:
        carried_out(
            case,
            request.POST.dict(),
            subjects=subjects_of(request),
            side=Side.SUBJECT,
            actor=actor_of(request),
            moment=moment_of(request),
        )
    except XinshuError as refused:
        verdict = refused.verdict if isinstance(refused, NotRepairable) else None
        why = findings(verdict, _wording(request))
        return case_page(request, own_repair(request, case), refused=str(refused), why=why, status=422)
    return redirect("space:repair", case=case)


def own_repair(request: HttpRequest, case: UUID) -> RepairCase:
    """The case, if it is the organisation's; another's is no different from none. Raises Http404."""
    found = queries.repair_case(case, _wording(request).catalogue, on_date=moment_of(request).day)
    if found is None or found.row.subject not in subjects_of(request):
        raise Http404
    return found


def case_page(
    request: HttpRequest, found: RepairCase, *, refused: str = "", why: Any = (), status: int = 200
) -> HttpResponse:
    """The page of a case, with what was refused and why."""
    words, moment = _wording(request), moment_of(request)
    page = {
        "case": told(found, words, moment.day),
        "unit": organ(found.row.organ),
        **asked_for(found, words, moment),
        "lists": [question_told(one) for one in queries.lists_asked(found.row, words.catalogue)],
        "listings_at": "space:listing",
        "may": open_events(REPAIR, found.row.state, Side.SUBJECT),
        **shelf(documents_of(found.row.id), found.row, door="space", side=Side.SUBJECT, fills=True),
        "longest": LONGEST_WORDS,
        "refused": refused,
        "why": why,
    }
    return render(request, "space/repair.html", _page(request) | page, status=status)


def _page(request: HttpRequest) -> dict[str, Any]:
    return {"acting": acting_for(request), "username": actor_of(request)}


def _wording(request: HttpRequest) -> Wording:
    return Wording(catalogue_on(moment_of(request).day).catalogue)
