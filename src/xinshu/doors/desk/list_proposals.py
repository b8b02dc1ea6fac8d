"""A listing is proposed at the desk: an organ, one of its lists, a body by its code, the matter; and it is changed."""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xinshu.doors.desk.lists import looked, visible_listing
from xinshu.doors.desk.standing import actor_of, organs_of, wording
from xinshu.doors.listing_words import reasons_told
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import CodeFault, check_code
from xinshu.law.list_rules import ListRule
from xinshu.proceedings.cases.turns import Side, open_events
from xinshu.proceedings.lists import queries
from xinshu.proceedings.lists.actions import propose
from xinshu.proceedings.lists.actions import revise as change
from xinshu.proceedings.lists.queries import ListingCase, lists_for
from xinshu.proceedings.lists.states import LISTING, LONGEST_WORDS, NotListable, NotTheirListing
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import OrganRow
from xinshu.register.subjects.queries import described

FIELDS: Final = ("code", "ground", "facts", "penalty", "reasons", "months", "not_exempt")


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Choose the list, then fill in the form; every fault stands at its field, and nothing that was entered is lost."""
    asked = request.POST if request.method == "POST" else request.GET
    organs = {organ.code: organ for organ in organs_of(request)}
    unit, name = organs.get(asked.get("organ", "")), asked.get("list", "")
    if request.method != "POST":
        return _page(request, organs, unit, name)
    if unit is None:
        raise PermissionDenied("您不是该机关的经办或者复核人员。You do not file for this organ.")
    form = {field: request.POST.get(field, "") for field in FIELDS}
    who = {"actor": actor_of(request), "moment": moment_of(request)}
    try:
        made = propose(organ=unit.code, name=name, code=form["code"], form=form, **who)  # type: ignore[arg-type]
    except NotTheirListing as refused:
        raise PermissionDenied(str(refused)) from refused
    except XinshuError as refused:
        return _page(request, organs, unit, name, refused)
    return redirect("desk:listing", case=made)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def revise(request: HttpRequest, case: UUID) -> HttpResponse:
    """Change what was proposed, in the same form; the page says what that means once the body has been told."""
    found = visible_listing(request, case)
    looked(request, "LOOK_LISTING", str(case))
    if not queries.holds(actor_of(request), found.row.organ, queries.PROPOSERS, on_date=moment_of(request).day):
        raise PermissionDenied(
            "修改由列入机关的经办或者复核人员办理。Clerks and reviewers of the listing organ change it."
        )
    if request.method != "POST" and "revise" not in open_events(LISTING, found.row.state, Side.ORGAN):
        return redirect("desk:listing", case=case)
    if request.method != "POST":
        return _revision_page(request, found)
    form = {field: request.POST.get(field, "") for field in FIELDS}
    try:
        change(case=case, form=form, actor=actor_of(request), moment=moment_of(request))
    except NotTheirListing as refused:
        raise PermissionDenied(str(refused)) from refused
    except XinshuError as refused:
        return _revision_page(request, found, refused)
    return redirect("desk:listing", case=case)


def _revision_page(request: HttpRequest, found: ListingCase, refused: XinshuError | None = None) -> HttpResponse:
    if found.rule is None:
        raise Http404
    kept = {field: found.row.form.get(field) or "" for field in FIELDS} | {"not_exempt": ""}
    said = {field: request.POST.get(field, "") for field in FIELDS} if refused else kept
    (body,) = described([found.row.subject])
    page = {
        "case": {"id": found.row.id, "code": body.code},
        "told": found.happened("notice") is not None,
        "chosen": _in_words(found.list, found.rule),
        "form": said,
        **_refusal(request, refused),
    }
    return render(request, "desk/list-revise.html", page, status=200 if refused is None else 422)


def _refusal(request: HttpRequest, refused: XinshuError | None) -> dict[str, Any]:
    """What was refused, and why, for both forms."""
    wrong = refused if isinstance(refused, NotListable) else None
    return {
        "faults": wrong.faults if wrong else {},
        "refused": "" if refused is None else str(refused),
        "why": reasons_told(wrong.reasons, wording(request)) if wrong else [],
        "longest": LONGEST_WORDS,
    }


def _page(
    request: HttpRequest,
    organs: dict[str, OrganRow],
    unit: OrganRow | None,
    name: str,
    refused: XinshuError | None = None,
) -> HttpResponse:
    page: dict[str, Any] = {
        "choices": [_choice(request, organ) for organ in organs.values()],
        "unit": None if unit is None else {"code": unit.code, "name": unit.name},
        "chosen": _chosen(request, unit, name),
        "form": {field: request.POST.get(field, "") for field in FIELDS} | {"code": _shown_code(request)},
        **_refusal(request, refused),
    }
    return render(request, "desk/list-new.html", page, status=200 if refused is None else 422)


def _shown_code(request: HttpRequest) -> str:
    """The code as it was entered; a person's number is not shown again."""
    said = request.POST.get("code", "")
    return "" if CodeFault.IDENTITY_NUMBER in check_code(said).reasons else said


def _choice(request: HttpRequest, organ: OrganRow) -> dict[str, Any]:
    found = lists_for(organ, wording(request).catalogue, on_date=moment_of(request).day)
    lists = [{"name": name, "words": (rule.name_zh, rule.name_en)} for name, rule in found.items()]
    return {"code": organ.code, "name": organ.name, "lists": lists}


def _chosen(request: HttpRequest, unit: OrganRow | None, name: str) -> dict[str, Any] | None:
    """The list that was chosen, in words; None: one is still to be chosen."""
    if unit is None:
        return None
    rule = lists_for(unit, wording(request).catalogue, on_date=moment_of(request).day).get(name)
    return None if rule is None else _in_words(name, rule)


def _in_words(name: str, rule: ListRule) -> dict[str, Any]:
    return {
        "name": name,
        "words": (rule.name_zh, rule.name_en),
        "plain": (rule.plain_zh, rule.plain_en),
        "exempt": (rule.exempt_zh, rule.exempt_en) if rule.exempt_zh else None,
        "grounds": [{"row": one.row, "words": (one.name_zh, one.name_en)} for one in rule.grounds],
        "months": rule.term.months,
    }
