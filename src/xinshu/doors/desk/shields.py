"""Shields of court-approved plans at the desk: which wait, one with its records and steps, a counter; and for units
the shields over their own records."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.case_documents import shelf, takes_document
from xinshu.doors.desk.standing import actor_of, seen_by, unit_at, wording
from xinshu.doors.shield_steps import carried_out, form_of, with_document
from xinshu.doors.shield_words import citable, preview, reasons_told, records_told, told
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code
from xinshu.parties.mandates.queries import bodies_of
from xinshu.proceedings.cases.documents import DocumentRow, documents_of
from xinshu.proceedings.cases.turns import Side, open_events
from xinshu.proceedings.objections.queries import operates
from xinshu.proceedings.repair.deciding import Refusal
from xinshu.proceedings.shield import deciding, queries, revoking
from xinshu.proceedings.shield.actions import begin
from xinshu.proceedings.shield.queries import ShieldCase
from xinshu.proceedings.shield.states import FILLED, SHIELD, WITHHOLDING, NotShieldable, NotTheirShield, ShieldState
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.subjects.queries import described

UNDECIDED: Final = frozenset({"LODGED", "RETURNED", "PROPOSED"})
RULED: Final = WITHHOLDING[:-1]
"""While a shield is in one of these, the court's ruling that ends the plan may be attached."""


@staff
@require_safe
def shields(request: HttpRequest) -> HttpResponse:
    """What waits for the platform's officers, the nearest last day first; for a unit those over its own records."""
    _looked(request, "LOOK_SHIELDS", "")
    seen = seen_by(request)
    everywhere = seen is None
    page = {
        "everywhere": everywhere,
        "may_help": queries.may_help(actor_of(request), on_date=moment_of(request).day),
        "waiting": [_told(request, one) for one in queries.shields_waiting()] if everywhere else [],
        "performed": [_told(request, one) for one in queries.shields_performed()] if everywhere else [],
        "over": [_told(request, one) for one in queries.shields_over()] if everywhere else [],
        "ours": [] if seen is None else [_told(request, one) for one in queries.shields_over_records_of(seen)],
    }
    return render(request, "desk/shields.html", page)


@takes_document
@staff
@require_http_methods(["GET", "HEAD", "POST"])
def shield(request: HttpRequest, case: UUID) -> HttpResponse:
    """One shield: officers go on with it, whoever helped at the counter fills its form, a unit sees its records."""
    found = visible_shield(request, case)
    _looked(request, "LOOK_SHIELD", str(case))
    if request.method != "POST":
        return case_page(request, found)
    try:
        _step(request, case)
    except NotTheirShield as refused:
        raise PermissionDenied(str(refused)) from refused
    except XinshuError as refused:
        return case_page(request, visible_shield(request, case), refused)
    return redirect("desk:shield", case=case)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """A clerk helps a body, or its administrator, that stands before them: its code, and the same form."""
    if not queries.may_help(actor_of(request), on_date=moment_of(request).day):
        raise PermissionDenied("窗口代填由经办人员和运行管理人员办理。Clerks and operators help at the counter.")
    asked = (request.POST if request.method == "POST" else request.GET).get("code", "")
    code = check_code(asked)
    bodies = bodies_of(code.code) if code.valid else ()
    page: dict[str, Any] = {"code": asked, "searched": bool(asked), "valid": code.valid, "found": bodies[:1]}
    if code.valid:
        _looked(request, "LOOK_OWN_RECORDS", code.code)
    if request.method != "POST":
        return render(request, "desk/shield-counter.html", page)
    try:
        subjects, moment = [body.subject for body in bodies], moment_of(request)
        made = begin(subjects=subjects, side=Side.COUNTER, actor=actor_of(request), moment=moment)
    except XinshuError as refused:
        return render(request, "desk/shield-counter.html", page | {"refused": str(refused)}, status=422)
    if not _may_see(request, queries.shield_case(made)):
        refused_words = "这家单位已有一件正在办理。One is open for this body already."
        return render(request, "desk/shield-counter.html", page | {"refused": refused_words}, status=422)
    return redirect("desk:shield", case=made)


def visible_shield(request: HttpRequest, case: UUID) -> ShieldCase:
    """The case, if one may see it; another's is no different from none. Raises Http404."""
    found = queries.shield_case(case)
    if found is None or not _may_see(request, found):
        raise Http404
    return found


def seen_documents(request: HttpRequest, found: ShieldCase) -> tuple[DocumentRow, ...]:
    """An officer sees them once it is lodged; who helped at the counter what was attached there; nobody else any."""
    held, who = documents_of(found.row.id), actor_of(request)
    if found.row.state != ShieldState.DRAFT and operates(who, on_date=moment_of(request).day):
        return held
    return tuple(one for one in held if queries.helped(who, found.history) and one.side == Side.COUNTER)


def case_page(request: HttpRequest, found: ShieldCase, refused: XinshuError | None = None) -> HttpResponse:
    """The page of a case, with what was refused and why; a unit is shown its own records and no word of the form."""
    words, day, who, seen = wording(request), moment_of(request).day, actor_of(request), seen_by(request)
    helps, officer = queries.helped(who, found.history), operates(who, on_date=day)
    wrong = refused if isinstance(refused, NotShieldable) else None
    inside = helps or seen is None
    case = _told(request, found)
    if not inside:
        case["history"] = [line | {"said": "" if line["by_applicant"] else line["said"]} for line in case["history"]]
    page = {
        "case": case,
        "inside": inside,
        "helps": helps,
        "applicant_may": open_events(SHIELD, found.row.state, Side.COUNTER) if helps else frozenset(),
        "may": open_events(SHIELD, found.row.state, Side.OPERATOR) if officer and not helps else frozenset(),
        "may_fill": helps and found.row.state in FILLED,
        "preview": preview(found, words, day) if inside and found.row.state in {*UNDECIDED, *FILLED} else [],
        "records": records_told(found, words, day, units=None if inside else seen),
        "articles": citable(words, day),
        "cited": request.POST.getlist("article"),
        **shelf(seen_documents(request, found), found.row, door="desk", side=Side.COUNTER, fills=helps, of="shield"),
        **form_of(request, found.row.form if inside else {}, wrong.faults if wrong else {}),
        "ruling_number": request.POST.get("number", ""),
        "refused": "" if refused is None else str(refused),
        "why": reasons_told(wrong.reasons, words) if wrong else [],
    }
    return render(request, "desk/shield.html", page, status=200 if refused is None else 422)


def _step(request: HttpRequest, case: UUID) -> None:
    """The step that was asked for; what an officer may not do, its action refuses."""
    said, actor, moment = request.POST, actor_of(request), moment_of(request)
    step, words = said.get("step", ""), said.get("words", "")
    who: dict[str, Any] = {"case": case, "actor": actor, "moment": moment}
    refusal = Refusal(words=words, articles=tuple(_articles(said.getlist("article"))))
    steps: dict[str, Callable[[], object]] = {
        "return": lambda: deciding.give_back(missing=words, **who),
        "propose_grant": lambda: deciding.propose(refusal=None, **who),
        "propose_refusal": lambda: deciding.propose(refusal=refusal, **who),
        "confirm": lambda: deciding.confirm(**who),
        "send_back": lambda: deciding.send_back(words=words, **who),
        "notice_failure": lambda: _failure_noticed(request, words, who),
        "drop_failure": lambda: revoking.drop_failure(words=words, **who),
        "confirm_failure": lambda: revoking.confirm_failure(**who),
    }
    if step in steps:
        steps[step]()
    else:
        carried_out(request, case, subjects=None, side=Side.COUNTER, actor=actor, moment=moment)


def _failure_noticed(request: HttpRequest, words: str, who: dict[str, Any]) -> None:
    deciding.officers_case(who["case"], who["actor"], who["moment"])
    to = {"states": RULED, "side": Side.OPERATOR, "actor": who["actor"], "moment": who["moment"]}
    with_document(request, who["case"], **to)
    number, ruled_on = request.POST.get("number", ""), request.POST.get("ruled_on", "")
    revoking.notice_failure(number=number, ruled_on=ruled_on, words=words, **who)


def _articles(values: list[str]) -> list[tuple[str, str]]:
    """Chosen as `BASIS:ARTICLE`; an instrument of which no article was read has none."""
    return [(basis, article) for basis, _, article in (value.partition(":") for value in values) if basis]


def _may_see(request: HttpRequest, found: ShieldCase | None) -> bool:
    """Who helped with it; a post of the whole platform once it is lodged; a unit once its records are under it."""
    if found is None:
        return False
    seen = seen_by(request)
    if queries.helped(actor_of(request), found.history):
        return True
    if seen is None:
        return found.happened("lodge") is not None
    return any(one.organ in seen for one in found.records)


def _told(request: HttpRequest, found: ShieldCase) -> dict[str, Any]:
    bodies = described([found.row.subject])
    code = bodies[0].code if bodies else ""
    return told(found, wording(request), moment_of(request).day) | {"code": code}


def _looked(request: HttpRequest, act: str, matter: str) -> None:
    unit, moment = unit_at(request), moment_of(request)
    note(actor=actor_of(request), act=act, matter=matter, purpose="临时屏蔽", organ=unit, moment=moment)
