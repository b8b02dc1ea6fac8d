"""Repairs decided elsewhere that fit several records, or none surely: a person of the operator says which was meant."""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.desk.standing import actor_of, kind_words, posts, seen_by, unit_at
from xinshu.doors.portal.wording import Words
from xinshu.kit.errors import XinshuError
from xinshu.kit.paging import page_number, pages
from xinshu.proceedings.cases.queries import CaseRow, case, cases_before, history
from xinshu.proceedings.repair.inbound import ELSEWHERE, candidates_of, dismiss_doubtful, match_doubtful
from xinshu.proceedings.repair.states import LONGEST_WORDS
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import organ
from xinshu.register.access.roles import Role

PAGE_SIZE: Final = 25
WAITS: Final = "DOUBTFUL"
NONE_MEANT: Final = "none"

STATES: Final[dict[str, Words]] = {
    "DOUBTFUL": ("待人工核对", "waits for a person"),
    "APPLIED": ("已核对，该信息已终止", "matched; the record has ended"),
    "DISMISSED": ("已核对，不是这里的信息", "none was meant"),
}
EVENTS: Final[dict[str, Words]] = {
    "apply": ("收到并执行", "received and applied"),
    "doubt": ("收到，不能确定所指", "received, in doubt"),
    "match": ("核对：所指如下", "matched"),
    "dismiss": ("核对：都不是", "none was meant"),
}


@staff
@require_safe
def doubtful(request: HttpRequest) -> HttpResponse:
    """What waits, the oldest first, a page at a time; a unit sees its own decisions, the operator every one."""
    _looked(request, "")
    page = page_number(request.GET.get("page", ""))
    found, total = cases_before(
        seen_by(request),
        courses=[ELSEWHERE.name],
        states=[WAITS],
        most=PAGE_SIZE,
        skip=(page - 1) * PAGE_SIZE,
    )
    told = {"cases": [_told(one) for one in found], "pages": pages(page, total, PAGE_SIZE), "may": _operates(request)}
    return render(request, "desk/elsewhere.html", told)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, case: UUID) -> HttpResponse:
    """One decision beside the records that it may mean; the operator settles it, with a reason."""
    found = _visible(request, case)
    _looked(request, str(case))
    if request.method != "POST":
        return _page(request, found)
    if not _operates(request):
        raise PermissionDenied("由运行管理人员核对。The operator settles it.")
    try:
        _settled(request, case)
    except XinshuError as refused:
        return _page(request, _visible(request, case), refused=str(refused), status=422)
    return redirect("desk:elsewhere-one", case=case)


def _settled(request: HttpRequest, number: UUID) -> None:
    said: dict[str, Any] = {
        "case_id": number,
        "words": request.POST.get("words", ""),
        "actor": actor_of(request),
        "moment": moment_of(request),
    }
    chosen = request.POST.get("record", "")
    if chosen == NONE_MEANT:
        dismiss_doubtful(**said)
        return
    offered = {str(record["record_ref"]): record["record_ref"] for record in candidates_of(number)}
    if chosen not in offered:
        raise NotChosen("请选择所指的信息，或者选择都不是。Choose the record that was meant, or none.")
    match_doubtful(record_ref=offered[chosen], **said)


class NotChosen(XinshuError):
    """Neither a record that may be meant was chosen, nor none of them."""


def _page(request: HttpRequest, found: CaseRow, *, refused: str = "", status: int = 200) -> HttpResponse:
    waits = found.state == WAITS
    lines = history(found.id)
    sender = str(lines[0].said.get("sender", ""))
    page = {
        "case": _told(found),
        "sender": [_name(sender), sender],
        "form": found.form,
        "unit": _name(found.form["record_organ"]),
        "history": [
            {"on_day": line.on_day, "words": EVENTS[line.event], "said": line.said.get("words", "")} for line in lines
        ],
        "records": [
            {**record, "kind_words": kind_words(request, record["kind"])}
            for record in (candidates_of(found.id) if waits else [])
        ],
        "waits": waits,
        "may": waits and _operates(request),
        "chosen": request.POST.get("record", ""),
        "words": request.POST.get("words", ""),
        "longest": LONGEST_WORDS,
        "refused": refused,
    }
    return render(request, "desk/elsewhere-one.html", page, status=status)


def _visible(request: HttpRequest, number: UUID) -> CaseRow:
    """The case, if one may see it; another unit's is no different from none. Raises Http404."""
    found, seen = case(number), seen_by(request)
    if found is None or found.course != ELSEWHERE.name or not (seen is None or found.organ in seen):
        raise Http404
    return found


def _told(found: CaseRow) -> dict[str, Any]:
    return {
        "id": found.id,
        "decider": [_name(found.organ), found.organ],
        "number": found.form["case_number"],
        "decided_on": found.form["decided_on"],
        "code": found.form["subject_code"],
        "document": found.form["document_number"],
        "opened_on": found.opened_on,
        "state_words": STATES[found.state],
    }


def _name(code: str) -> str:
    held = organ(code)
    return "" if held is None else held.name


def _operates(request: HttpRequest) -> bool:
    return any(post.role is Role.OPERATOR for post in posts(request))


def _looked(request: HttpRequest, matter: str) -> None:
    note(
        actor=actor_of(request),
        act="LOOK_ELSEWHERE",
        matter=matter,
        purpose="修复",
        organ=unit_at(request),
        moment=moment_of(request),
    )
