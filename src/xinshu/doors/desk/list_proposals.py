"""A listing is proposed at the desk: an organ, one of its department's lists, a body by its code, and the matter."""

from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xinshu.doors.desk.standing import actor_of, organs_of, wording
from xinshu.doors.listing_words import reasons_told
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import CodeFault, check_code
from xinshu.proceedings.lists.actions import propose
from xinshu.proceedings.lists.queries import lists_for
from xinshu.proceedings.lists.states import LONGEST_WORDS, NotListable, NotTheirListing
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import OrganRow

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


def _page(
    request: HttpRequest,
    organs: dict[str, OrganRow],
    unit: OrganRow | None,
    name: str,
    refused: XinshuError | None = None,
) -> HttpResponse:
    words = wording(request)
    wrong = refused if isinstance(refused, NotListable) else None
    page: dict[str, Any] = {
        "choices": [_choice(request, organ) for organ in organs.values()],
        "unit": None if unit is None else {"code": unit.code, "name": unit.name},
        "chosen": _chosen(request, unit, name),
        "form": {field: request.POST.get(field, "") for field in FIELDS} | {"code": _shown_code(request)},
        "faults": wrong.faults if wrong else {},
        "refused": "" if refused is None else str(refused),
        "why": reasons_told(wrong.reasons, words) if wrong else [],
        "longest": LONGEST_WORDS,
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
    if rule is None:
        return None
    return {
        "name": name,
        "words": (rule.name_zh, rule.name_en),
        "plain": (rule.plain_zh, rule.plain_en),
        "exempt": (rule.exempt_zh, rule.exempt_en) if rule.exempt_zh else None,
        "grounds": [{"row": one.row, "words": (one.name_zh, one.name_en)} for one in rule.grounds],
        "months": rule.term.months,
    }
