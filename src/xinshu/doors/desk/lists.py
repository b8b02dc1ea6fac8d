"""Listings at the desk: which are open; one with its steps, what is missing by which article, and each step's form."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.case_documents import attached, shelf, takes_document
from xinshu.doors.desk.standing import actor_of, organs_of, posts, seen_by, unit_at, wording
from xinshu.doors.listing_words import (
    SERVICES,
    exits_told,
    measures_told,
    missing_told,
    reasons_told,
    steps_told,
    told,
)
from xinshu.kit.errors import XinshuError
from xinshu.law.listing import demanded
from xinshu.law.terms import ListExit
from xinshu.proceedings.cases.documents import DocumentRow, documents_of
from xinshu.proceedings.cases.files import LARGEST, DocumentRefused
from xinshu.proceedings.cases.turns import Side, open_events
from xinshu.proceedings.lists import actions, deciding, queries, revoking
from xinshu.proceedings.lists.entering import ground_of
from xinshu.proceedings.lists.queries import ANYBODY, ListingCase
from xinshu.proceedings.lists.states import (
    LISTING,
    LONGEST_NUMBER,
    LONGEST_WORDS,
    SHORTEST_NOTE,
    ListingState,
    NotListable,
    NotTheirListing,
)
from xinshu.proceedings.lists.steps import unit_case
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.roles import Role
from xinshu.register.subjects.queries import described

SERVED: Final = frozenset({"serve_notice", "serve_decision"})
SERVABLE: Final = (ListingState.NOTICED, ListingState.DECIDED)
ENTERED: Final = ("number", "words", "how", "served_on", "months", "where", "way", "defence")


@staff
@require_safe
def lists(request: HttpRequest) -> HttpResponse:
    """The listings of one's units that are open, the nearest last day first, and below them those that are over."""
    looked(request, "LOOK_LISTINGS", "")
    seen, catalogue = seen_by(request), wording(request).catalogue
    page = {
        "open": [_told(request, one) for one in queries.listings_open(seen, catalogue)],
        "over": [_told(request, one) for one in queries.listings_over(seen, catalogue)],
        "may_propose": bool(organs_of(request)),
    }
    return render(request, "desk/lists.html", page)


@takes_document
@staff
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, case: UUID) -> HttpResponse:
    """One listing: its steps with their articles, its papers, and the forms for what may be done now."""
    found = visible_listing(request, case)
    looked(request, "LOOK_LISTING", str(case))
    if request.method != "POST":
        return case_page(request, found)
    try:
        _step(request, case)
    except NotTheirListing as refused:
        raise PermissionDenied(str(refused)) from refused
    except XinshuError as refused:
        return case_page(request, visible_listing(request, case), refused)
    return redirect("desk:listing", case=case)


def visible_listing(request: HttpRequest, case: UUID) -> ListingCase:
    """The case, if it is one's unit's or one sees every unit's; another's is no different from none. Raises Http404."""
    found, seen = queries.listing_case(case, wording(request).catalogue), seen_by(request)
    if found is None or not (seen is None or found.row.organ in seen):
        raise Http404
    return found


def seen_documents(request: HttpRequest, found: ListingCase) -> tuple[DocumentRow, ...]:
    """The proofs of service, for the unit's own people."""
    ours = queries.holds(actor_of(request), found.row.organ, ANYBODY, on_date=moment_of(request).day)
    return documents_of(found.row.id) if ours else ()


def case_page(request: HttpRequest, found: ListingCase, refused: XinshuError | None = None) -> HttpResponse:
    """The page of a case, with what was refused, and why."""
    words, day = wording(request), moment_of(request).day
    wrong = refused if isinstance(refused, NotListable) else None
    roles = {post.role for post in posts(request) if post.organ is not None and post.organ.code == found.row.organ}
    page = {
        "case": _told(request, found),
        "steps": steps_told(found, words, day),
        "revised": _revised(found) if found.revised else None,
        "may": _may(found, roles),
        "measures": measures_told(found.list, words),
        "exits": [] if found.rule is None else exits_told(found.rule, words),
        "services": [(str(one), said) for one, said in SERVICES.items()],
        "ways": _ways(found, request),
        "exposure": _exposure(found),
        **shelf(seen_documents(request, found), found.row, door="desk", side=Side.ORGAN, fills=False, of="listing"),
        "form": {name: request.POST.get(name, "") for name in ENTERED},
        "step": request.POST.get("step", ""),
        "faults": wrong.faults if wrong else {},
        "refused": "" if refused is None else str(refused),
        "why": reasons_told(wrong.reasons, words) if wrong else [],
        "missing": missing_told(wrong.missing, words) if wrong else [],
        "longest": {"words": LONGEST_WORDS, "number": LONGEST_NUMBER, "note": SHORTEST_NOTE},
        "largest_mib": LARGEST >> 20,
    }
    return render(request, "desk/listing.html", page, status=200 if refused is None else 422)


ROLES: Final[dict[str, frozenset[Role]]] = {
    "notice": queries.REVIEWERS,
    "serve_notice": ANYBODY,
    "defend": queries.PROPOSERS,
    "answer": queries.PROPOSERS,
    "revise": queries.PROPOSERS,
    "review": queries.REVIEWERS,
    "approve": queries.APPROVERS,
    "decide": queries.SIGNERS,
    "serve_decision": ANYBODY,
    "enter": ANYBODY,
    "drop": ANYBODY,
    "propose_exposure": queries.PROPOSERS,
    "confirm_exposure": queries.SIGNERS,
    "propose_removal": queries.PROPOSERS,
    "send_back_removal": queries.SIGNERS,
    "confirm_removal": queries.SIGNERS,
}


def _may(found: ListingCase, roles: set[Role]) -> frozenset[str]:
    """What a form is shown for: what the course allows now, to somebody with such a post."""
    events = open_events(LISTING, found.row.state, Side.ORGAN) | open_events(LISTING, found.row.state, Side.COUNTER)
    may = {event for event in events if event in ROLES and ROLES[event] & roles}
    if not found.unanswered:
        may.discard("answer")
    asked = set() if found.rule is None else set(demanded(found.rule))
    may -= {event for event, step in queries.STEP_OF.items() if step not in asked}
    if not _exposure(found):
        may.discard("confirm_exposure")
    else:
        may.discard("propose_exposure")
    return frozenset(may)


def _revised(found: ListingCase) -> dict[str, Any]:
    """What the proposal says now, where the body was told otherwise: the unit's own paper."""
    form, ground = found.row.form, None if found.rule is None else ground_of(found.rule, found.row.form["ground"])
    told_of = (form["ground"], "") if ground is None else (ground.name_zh, ground.name_en)
    return {"ground": told_of, **{name: form[name] for name in ("facts", "penalty", "reasons", "months")}}


def _exposure(found: ListingCase) -> str:
    """The note of a publicity that waits to be decided."""
    last = found.happened("propose_exposure", "confirm_exposure")
    return "" if last is None or last.event != "propose_exposure" else str(last.said["words"])


def _ways(found: ListingCase, request: HttpRequest) -> list[tuple[str, tuple[str, str]]]:
    """The ways off the list that its rule has, but for a term that is over, which needs nobody."""
    if found.rule is None:
        return []
    words = wording(request)
    ways = [one.exit for one in found.rule.exits if one.exit is not ListExit.TERM_OVER]
    return [(str(way), words.choice("LIST_EXIT", way)) for way in ways]


def _step(request: HttpRequest, case: UUID) -> None:
    """The step that was asked for; what one may not do, its action refuses."""
    said = {name: request.POST.get(name, "") for name in ENTERED}
    asked, words = request.POST.get("step", ""), said["words"]
    who: dict[str, Any] = {"case": case, "actor": actor_of(request), "moment": moment_of(request)}
    if asked in SERVED:
        _with_proof(request, who)
    service: dict[str, Any] = {"how": said["how"], "served_on": said["served_on"]}
    counter: dict[str, Any] = {"subjects": None, "side": Side.COUNTER}
    steps: dict[str, Callable[[], object]] = {
        "notice": lambda: actions.notice(number=said["number"], **who),
        "serve_notice": lambda: actions.serve_notice(**service, **who),
        "defend": lambda: actions.defend(words=said["defence"], **counter, **who),
        "answer": lambda: deciding.answer(words=words, **who),
        "review": lambda: deciding.review(words=words, **who),
        "approve": lambda: deciding.approve(words=words, **who),
        "decide": lambda: deciding.decide(number=said["number"], months=said["months"], **who),
        "serve_decision": lambda: deciding.serve_decision(**service, **who),
        "enter": lambda: deciding.enter_listing(**who),
        "drop": lambda: actions.drop(words=words, **who),
        "propose_exposure": lambda: deciding.propose_exposure(
            number=said["number"], where=said["where"], words=words, **who
        ),
        "confirm_exposure": lambda: deciding.confirm_exposure(words=words, **who),
        "propose_removal": lambda: revoking.propose_removal(number=said["number"], way=said["way"], words=words, **who),
        "send_back_removal": lambda: revoking.send_back_removal(words=words, **who),
        "confirm_removal": lambda: revoking.confirm_removal(**who),
    }
    if asked in steps:
        steps[asked]()


def _with_proof(request: HttpRequest, who: dict[str, Any]) -> None:
    """Attach the proof of a service, if one was chosen. Raises NotListable with the fault of the field."""
    unit_case(who["case"], who["actor"], ANYBODY, who["moment"])
    if "document" not in request.FILES:
        return
    try:
        attached(request, states=SERVABLE, side=Side.ORGAN, **who)
    except DocumentRefused as refused:
        raise NotListable(str(refused), {"document": str(refused)}) from refused


def _told(request: HttpRequest, found: ListingCase) -> dict[str, Any]:
    (body,) = described([found.row.subject])
    return told(found, wording(request), moment_of(request).day) | {"code": body.code}


def looked(request: HttpRequest, act: str, matter: str) -> None:
    """Whoever looks leaves a line."""
    unit, moment = unit_at(request), moment_of(request)
    note(actor=actor_of(request), act=act, matter=matter, purpose="列入名单", organ=unit, moment=moment)
