"""Objections of bodies at the desk: by the nearest last day, one of them beside its record, and what one may answer."""

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.desk.standing import actor_of, kind_words, seen_by, unit_at, wording
from xinshu.doors.desk.words import GROUNDS as WITHDRAWALS
from xinshu.doors.objection_words import ANSWERS, APPEAL_ANSWERS, OUTCOMES, case_told, history_told
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.queries import CaseRow, cases_before
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.intake.states import WithdrawalReason
from xinshu.proceedings.objections.bodies import answer_whose, undo_whose
from xinshu.proceedings.objections.contests import answer, answer_appeal
from xinshu.proceedings.objections.queries import known_case, operates, reviews_for
from xinshu.proceedings.objections.remarks import review_over
from xinshu.proceedings.objections.states import (
    COURSES,
    LONGEST_SAID,
    NOT_US,
    OBJECTION,
    REVIEW,
    Answer,
    AppealAnswer,
    NoSuchCase,
    NotPossible,
    NotTheirOffice,
    ReviewOutcome,
)
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.records.own import about_record, whole_form
from xinshu.register.subjects.queries import described

LATELY: Final = 50


@staff
@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """What waits for one's units, the nearest last day first; the appeals of an operator; what was closed."""
    _looked(request, "LOOK_OBJECTIONS", "")
    seen, day = seen_by(request), moment_of(request).day
    waiting, _ = cases_before(seen, courses=list(COURSES))
    every, _ = cases_before(seen, courses=list(COURSES), open_only=False)
    page = {
        "appeals": [_listed(request, one) for one in waiting if one.state == "APPEALED"],
        "waiting": [_listed(request, one) for one in waiting if one.state != "APPEALED"],
        "closed": [_listed(request, one) for one in every if one.closed_on is not None][:LATELY],
        "late": sum(one.overdue_on(day) for one in waiting),
    }
    return render(request, "desk/objections.html", page)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, case: UUID) -> HttpResponse:
    """One case beside its record, with its clock and history; whoever may answers. Another unit's is no case."""
    try:
        found = known_case(case)
    except NoSuchCase:
        raise Http404 from None
    seen = seen_by(request)
    if seen is not None and found.organ not in seen:
        raise Http404
    _looked(request, "LOOK_OBJECTION", str(case))
    if request.method != "POST":
        return _page(request, found)
    try:
        _answered(request, found)
    except XinshuError as refused:
        return _page(request, found, refused=str(refused), status=422)
    return redirect("desk:objection", case)


def _answered(request: HttpRequest, found: CaseRow) -> None:
    said: dict[str, Any] = {
        "case": found.id,
        "words": request.POST.get("words", ""),
        "actor": actor_of(request),
        "moment": moment_of(request),
    }
    chosen = request.POST.get("answer", "")
    if found.course == OBJECTION.name and chosen in set(Answer):
        reason, articles = request.POST.get("reason", ""), request.POST.get("articles", "")
        given = WithdrawalReason(reason) if reason in set(WithdrawalReason) else None
        answer(answer=Answer(chosen), articles=articles, reason=given, **said)
    elif found.course == OBJECTION.name and chosen in set(AppealAnswer):
        answer_appeal(answer=AppealAnswer(chosen), **said)
    elif found.course == NOT_US.name and chosen in {"SAME", "NOT_SAME"}:
        answer_whose(same=chosen == "SAME", **said)
    elif found.course == NOT_US.name and chosen == "UNDO":
        undo_whose(**said)
    elif found.course == REVIEW.name and chosen in set(ReviewOutcome):
        if not reviews_for(actor_of(request), found.organ, on_date=moment_of(request).day):
            raise NotTheirOffice("只有该机关的复核人可以办理。Only a reviewer of that unit does this.")
        review_over(outcome=ReviewOutcome(chosen), side=Side.ORGAN, **said)
    else:
        raise NotPossible("请选择答复。Choose an answer.")


def _page(request: HttpRequest, found: CaseRow, *, refused: str = "", status: int = 200) -> HttpResponse:
    day, mine = moment_of(request).day, _may_answer(request, found)
    whole = None
    if found.record_ref is not None:
        whole = whole_form(subject=found.subject, record_ref=found.record_ref)
    page = {
        "case": _listed(request, found),
        "history": history_told(found),
        "whole": whole and wording(request).record(whole),
        "choices": mine,
        "chosen": request.POST.get("answer", ""),
        "words": request.POST.get("words", ""),
        "articles": request.POST.get("articles", ""),
        "reasons": [(reason, words) for reason, words in WITHDRAWALS.items()],
        "asks_articles": any(value in set(Answer) for value, _ in mine),
        "remedies": wording(request).remedies(),
        "longest": LONGEST_SAID,
        "refused": refused,
        "day": day,
    }
    return render(request, "desk/objection.html", page, status=status)


def _may_answer(request: HttpRequest, found: CaseRow) -> list[tuple[str, tuple[str, str]]]:
    """What this user may answer to the case now, with its words."""
    day, who = moment_of(request).day, actor_of(request)
    unit, operator = reviews_for(who, found.organ, on_date=day), operates(who, on_date=day)
    by_unit: dict[tuple[str, str], list[tuple[str, tuple[str, str]]]] = {
        (OBJECTION.name, "LODGED"): [(str(one), words) for one, words in ANSWERS.items()],
        (OBJECTION.name, "SENT_BACK"): [(str(one), words) for one, words in ANSWERS.items()],
        (NOT_US.name, "ASKED"): [
            ("SAME", ("属于该单位，恢复显示", "it is that body's; shown again")),
            ("NOT_SAME", ("不属于该单位，这里终止", "it is not; the record ends here")),
        ],
        (REVIEW.name, "UNDER_REVIEW"): [(str(one), words) for one, words in OUTCOMES.items()],
        (REVIEW.name, "STAYED"): [(str(one), words) for one, words in OUTCOMES.items()],
    }
    mine = list(by_unit.get((found.course, found.state), [])) if unit else []
    if operator and found.state == "APPEALED":
        mine += [(str(one), words) for one, words in APPEAL_ANSWERS.items()]
    if (unit or operator) and found.course == NOT_US.name and found.state in {"SAME", "NOT_SAME"}:
        mine.append(("UNDO", ("撤销这一核对结果", "undo this answer")))
    return mine


def _listed(request: HttpRequest, found: CaseRow) -> dict[str, Any]:
    day = moment_of(request).day
    about = None if found.record_ref is None else about_record([found.subject], found.record_ref, on_date=day)
    bodies = described([found.subject])
    return case_told(found, day=day) | {
        "code": bodies[0].code if bodies else "",
        "kind_words": kind_words(request, about.kind) if about is not None else ("", ""),
        "number": about.document_number if about is not None else "",
        "corrected": about is not None and about.version > found.form.get("version", about.version),
    }


def _looked(request: HttpRequest, act: str, matter: str) -> None:
    """A line that names the unit of whoever looks: the body reads it (G21)."""
    note(
        actor=actor_of(request),
        act=act,
        matter=matter,
        purpose="异议",
        organ=unit_at(request),
        moment=moment_of(request),
    )
