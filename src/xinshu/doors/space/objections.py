"""What an organisation says to its own records: objection, not us, statement, review, declined honours."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinshu.doors.objection_words import APPEALS, GROUNDS, OUTCOMES, case_told, history_told
from xinshu.doors.portal.wording import Wording
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated, subjects_of
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.queries import CaseRow, cases_of, of_record
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.objections.bodies import not_us, take_back_not_us
from xinshu.proceedings.objections.contests import AnsweredAlready, appeal, object_to, take_back
from xinshu.proceedings.objections.queries import known_case
from xinshu.proceedings.objections.remarks import (
    accept_kind_again,
    decline_kind,
    may_be_declined,
    review_over,
    say,
    tell_review,
)
from xinshu.proceedings.objections.states import (
    COURSES,
    LONGEST_SAID,
    NOT_US,
    OBJECTION,
    REVIEW,
    AppealAbout,
    Ground,
    NoSuchCase,
    NotPossible,
    ReviewOutcome,
)
from xinshu.register.access.audience import moment_of
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import AboutRow, about_record
from xinshu.register.subjects.decisions import declined_by

Act = Callable[[HttpRequest, AboutRow], UUID | None]


@mandated
@require_safe
def objections(request: HttpRequest) -> HttpResponse:
    """Every case of the organisation, the newest first, with its last day."""
    leave_line(request, "LOOK_OWN_OBJECTIONS")
    found, _ = cases_of(subjects_of(request), courses=list(COURSES))
    day = moment_of(request).day
    return render(
        request, "space/objections.html", _person(request) | {"cases": [case_told(o, day=day) for o in found]}
    )


@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def speak(request: HttpRequest, record_ref: UUID) -> HttpResponse:
    """All that can be said of one record: one page, one form for each way; what is done leads to its case."""
    about = about_record(subjects_of(request), record_ref, on_date=moment_of(request).day)
    if about is None:
        raise Http404
    leave_line(request, "LOOK_OWN_RECORD" if request.method != "POST" else "SPEAK_OF_OWN_RECORD")
    if request.method != "POST":
        return _spoken(request, about)
    try:
        made = WAYS.get(request.POST.get("way", ""), _nothing)(request, about)
    except AnsweredAlready as answered:
        return _spoken(request, about, refused=str(answered), answered=answered.case, status=422)
    except XinshuError as refused:
        return _spoken(request, about, refused=str(refused), status=422)
    return redirect("space:speak", record_ref) if made is None else redirect("space:objection", made)


@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest, case: UUID) -> HttpResponse:
    """One case with its clock and history, and what can be done in it now. Another's case is no case."""
    found = _own(request, case)
    leave_line(request, "LOOK_OWN_OBJECTION" if request.method != "POST" else "ACT_IN_OBJECTION")
    if request.method != "POST":
        return _shown(request, found)
    try:
        _acted(request, found)
    except XinshuError as refused:
        return _shown(request, found, refused=str(refused), status=422)
    return redirect("space:objection", case)


@mandated
@require_POST
def honours(request: HttpRequest) -> HttpResponse:
    """Accept again the records of a kind that were declined."""
    leave_line(request, "ACCEPT_HONOURS_AGAIN")
    for subject in subjects_of(request):
        kind = request.POST.get("kind", "")[:40]
        accept_kind_again(subject=subject, kind=kind, actor=actor_of(request), moment=moment_of(request))
    return redirect("space:objections")


def _acted(request: HttpRequest, found: CaseRow) -> None:
    who: dict[str, Any] = {"case": found.id, "side": Side.SUBJECT} | _who(request)
    act, words = request.POST.get("act", ""), request.POST.get("words", "")
    if act == "appeal" and found.course == OBJECTION.name and request.POST.get("about") in set(AppealAbout):
        appeal(subject=found.subject, about=AppealAbout(request.POST["about"]), words=words, **who)
    elif act == "take-back" and found.course == OBJECTION.name:
        take_back(subject=found.subject, **who)
    elif act == "take-back" and found.course == NOT_US.name:
        take_back_not_us(subject=found.subject, **who)
    elif act == "over" and found.course == REVIEW.name and request.POST.get("outcome") in set(ReviewOutcome):
        review_over(outcome=ReviewOutcome(request.POST["outcome"]), words=words, **who)
    else:
        raise NotPossible("请选择要办的事项。Choose what to do.")


def _object(request: HttpRequest, about: AboutRow) -> UUID:
    if request.POST.get("ground") not in set(Ground):
        raise NotPossible("请选择异议事项。Choose what you object to.")
    return object_to(
        ground=Ground(request.POST["ground"]),
        words=request.POST.get("words", ""),
        proof=request.POST.get("proof", ""),
        changed_on=_day(request.POST.get("changed_on", "")),
        side=Side.SUBJECT,
        **_record(about),
        **_who(request),
    )


def _not_us(request: HttpRequest, about: AboutRow) -> UUID:
    words = request.POST.get("words", "")
    return not_us(words=words, side=Side.SUBJECT, **_record(about), **_who(request))


def _say(request: HttpRequest, about: AboutRow) -> None:
    say(words=request.POST.get("words", ""), **_record(about), **_who(request))


def _review(request: HttpRequest, about: AboutRow) -> UUID:
    return tell_review(
        body=request.POST.get("body", ""),
        number=request.POST.get("number", ""),
        stayed=request.POST.get("stayed") == "yes",
        side=Side.SUBJECT,
        **_record(about),
        **_who(request),
    )


def _decline(request: HttpRequest, about: AboutRow) -> None:
    decline_kind(subject=about.subject, kind=about.kind, side=Side.SUBJECT, **_who(request))


def _nothing(_request: HttpRequest, _about: AboutRow) -> None:
    raise NotPossible("请选择要办的事项。Choose what to do.")


WAYS: dict[str, Act] = {
    "objection": _object,
    "not-us": _not_us,
    "statement": _say,
    "review": _review,
    "decline": _decline,
}


def _spoken(request: HttpRequest, about: AboutRow, *, status: int = 200, **more: Any) -> HttpResponse:
    day = moment_of(request).day
    catalogue = catalogue_on(day).catalogue
    kind = catalogue.kinds.get(about.kind)
    said = request.POST
    page = {
        "about": about,
        "kind_words": (about.kind, "") if kind is None else (kind.name_zh, kind.name_en),
        "grounds": [(str(ground), words) for ground, words in GROUNDS.items()],
        "way": said.get("way", ""),
        "ground": said.get("ground", ""),
        "words": said.get("words", ""),
        "proof": said.get("proof", ""),
        "body": said.get("body", ""),
        "number": said.get("number", ""),
        "statement": about.statement or "",
        "cases": [case_told(one, day=day) for one in of_record(about.record_ref, courses=list(COURSES))],
        "may_decline": about.ended is None and may_be_declined(about.kind, day),
        "declined": about.kind in declined_by(about.subject),
        "longest": LONGEST_SAID,
    }
    return render(request, "space/speak.html", _person(request) | page | more, status=status)


def _shown(request: HttpRequest, found: CaseRow, *, refused: str = "", status: int = 200) -> HttpResponse:
    day = moment_of(request).day
    page = {
        "case": case_told(found, day=day),
        "history": history_told(found),
        "may_take_back": found.state in {"LODGED", "SENT_BACK", "APPEALED", "ASKED"},
        "may_appeal": found.state == "CONFIRMED" and (found.due_on is None or day <= found.due_on),
        "may_end": found.course == REVIEW.name and found.closed_on is None,
        "appeals": [(str(one), words) for one, words in APPEALS.items()],
        "outcomes": [(str(one), words) for one, words in OUTCOMES.items()],
        "remedies": Wording(catalogue_on(day).catalogue).remedies(),
        "words": request.POST.get("words", ""),
        "longest": LONGEST_SAID,
        "refused": refused,
    }
    return render(request, "space/objection.html", _person(request) | page, status=status)


def _own(request: HttpRequest, case: UUID) -> CaseRow:
    try:
        found = known_case(case)
    except NoSuchCase:
        raise Http404 from None
    if found.subject not in subjects_of(request):
        raise Http404
    return found


def _person(request: HttpRequest) -> dict[str, Any]:
    return {"acting": acting_for(request), "username": actor_of(request)}


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "moment": moment_of(request)}


def _record(about: AboutRow) -> dict[str, Any]:
    return {"subject": about.subject, "record_ref": about.record_ref}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
