"""The rooms of tenders at the desk 招标核查: a buyer checks its bidders, hears them, and excludes by its own act."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.desk.evidence_pdf import evidence_pdf
from xinshu.doors.desk.standing import actor_of, may_file_for, must_file_for, organs_of, seen_by, unit_at, wording
from xinshu.doors.tender_words import bids_told, evidence_told, member_and_key, room_told, steps_told
from xinshu.kit.errors import XinshuError
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import OrganRow, organ
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.measures import tenders as rooms
from xinshu.uses.measures.queries import answer_of, check
from xinshu.uses.measures.rooms import TenderRefused, TenderRow, bidders_of, steps_of, tender, tenders_of
from xinshu.uses.measures.states import LONGEST_NAME, LONGEST_TEXT, LONGEST_WORDS
from xinshu.uses.measures.tenders import Procedure, begin_tender, purposes

FIELDS: Final = ("organ", "reference", "title", "power", "opens_on", "ends_on", "codes")


@staff
@require_safe
def tenders(request: HttpRequest) -> HttpResponse:
    """The rooms of one's units, open ones first; from here a new one is opened."""
    _looked(request, "LOOK_TENDERS", "")
    words = wording(request)
    found = [room_told(one, words) for one in tenders_of(seen_by(request))]
    return render(request, "desk/tenders.html", {"rooms": found, "may_begin": bool(organs_of(request))})


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: HttpRequest) -> HttpResponse:
    """A buyer says which tender, by which article, and pastes the codes of its bidders."""
    own = organs_of(request)
    if not own:
        raise PermissionDenied("招标核查由采购单位的经办人员办理。Clerks of the buying unit open a room.")
    words, moment = wording(request), moment_of(request)
    said = {name: request.POST.get(name, "").strip() for name in FIELDS}
    page: dict[str, Any] = {
        "said": said,
        "organs": own,
        "powers": [
            (name, (power.name_zh, power.name_en)) for name, power in purposes(words.catalogue, moment.day).items()
        ],
        "longest": {"reference": LONGEST_NAME, "title": LONGEST_TEXT},
        "refused": "",
    }
    if request.method == "POST":
        must_file_for(request, said["organ"])
        try:
            made = begin_tender(
                procedure=_procedure(said),
                text=said["codes"],
                organ=_unit(said["organ"]),
                actor=actor_of(request),
                moment=moment,
            )
        except XinshuError as refused:
            return render(request, "desk/tender-new.html", page | {"refused": str(refused)}, status=422)
        return redirect("desk:tender", tender=made)
    return render(request, "desk/tender-new.html", page)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def room(request: HttpRequest, tender: UUID) -> HttpResponse:
    """One room: every bidder with what stands today, its window and its answer; the buyer's steps; what happened."""
    found = _visible(request, tender)
    _looked(request, "LOOK_TENDER", str(tender))
    if request.method != "POST":
        return _page(request, found)
    must_file_for(request, found.organ)
    try:
        _step(request, found)
    except XinshuError as refused:
        return _page(request, _visible(request, tender), str(refused))
    return redirect("desk:tender", tender=tender)


@staff
@require_safe
def evidence(request: HttpRequest, tender: UUID) -> HttpResponse:
    """What was frozen at bid opening, as a paper with its digest; the same answer gives the same bytes."""
    found = _visible(request, tender)
    kept = None if found.evidence is None else check(found.evidence, on_date=moment_of(request).day)
    if kept is None:
        raise Http404
    _looked(request, "LOOK_TENDER", str(tender))
    told = evidence_told(answer_of(kept.id))
    content = evidence_pdf(
        room_told(found, wording(request)),
        _unit(found.organ),
        told,
        parties={one.code: one.party for one in bidders_of(found.id)},
        digest=kept.digest,
        at=kept.at,
    )
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="tender-evidence.pdf"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _page(request: HttpRequest, found: TenderRow, refused: str = "") -> HttpResponse:
    words, day = wording(request), moment_of(request).day
    unit = _unit(found.organ)
    page = {
        "room": room_told(found, words),
        "unit": unit,
        "bids": bids_told(bidders_of(found.id), catalogue_on(day), division=unit.division, day=day),
        "steps": steps_told(steps_of(found.id)),
        "may": may_file_for(request, found.organ) and found.closed_on is None,
        "opens_today": day >= found.opens_on,
        "longest": {"words": LONGEST_WORDS, "text": LONGEST_TEXT},
        "refused": refused,
        "words": request.POST.get("words", "") if refused else "",
        "joint_text": request.POST.get("joint_text", "") if refused else "",
        "meant": request.POST.get("code", "") if refused else "",
    }
    return render(request, "desk/tender.html", page, status=422 if refused else 200)


def _step(request: HttpRequest, found: TenderRow) -> None:
    said, moment = request.POST, moment_of(request)
    who: dict[str, Any] = {
        "tender": found.id,
        "organ": _unit(found.organ),
        "actor": actor_of(request),
        "moment": moment,
    }
    code, key = member_and_key(said.get("key", ""))
    steps: dict[str, Callable[[], object]] = {
        "look": lambda: rooms.look_anew(**who),
        "open": lambda: rooms.open_bids(**who),
        "close": lambda: rooms.close_tender(**who),
        "exclude": lambda: rooms.exclude(
            code=code, key=key, words=said.get("words", ""), joint_text=said.get("joint_text", ""), **who
        ),
    }
    if said.get("step", "") not in steps:
        raise rooms.TenderNotNow("没有这一步。There is no such step.")
    steps[said["step"]]()


def _procedure(said: dict[str, str]) -> Procedure:
    return Procedure(
        reference=said["reference"],
        title=said["title"],
        power=said["power"],
        opens_on=_day(said["opens_on"]),
        ends_on=_day(said["ends_on"]),
    )


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise TenderRefused("日期应写作YYYY-MM-DD。Write days as YYYY-MM-DD.") from None


def _visible(request: HttpRequest, number: UUID) -> TenderRow:
    """The room, if it is of a unit that one may see; another's is no different from none. Raises Http404."""
    found, seen = tender(number), seen_by(request)
    if found is None or not (seen is None or found.organ in seen):
        raise Http404
    return found


def _unit(code: str) -> OrganRow:
    return organ(code) or OrganRow(code, code, "", "")


def _looked(request: HttpRequest, act: str, matter: str) -> None:
    unit, moment = unit_at(request), moment_of(request)
    note(actor=actor_of(request), act=act, matter=matter, purpose="招标核查", organ=unit, moment=moment)
