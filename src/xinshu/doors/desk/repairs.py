"""Repair at the desk: which wait and until when, one case with its steps, a counter, what lists are asked."""

from collections.abc import Callable
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.case_documents import shelf
from xinshu.doors.desk.standing import actor_of, posts, seen_by, unit_at, wording
from xinshu.doors.listing_words import question_told, reasons_told
from xinshu.doors.repair_steps import FILLED, asked_for, carried_out
from xinshu.doors.repair_words import findings, told
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import normalise
from xinshu.proceedings.cases.documents import DocumentRow, documents_of
from xinshu.proceedings.cases.queries import CaseRow, cases_before
from xinshu.proceedings.cases.turns import Side, open_events
from xinshu.proceedings.lists.revoking import ways_by_repair
from xinshu.proceedings.lists.states import LONGEST_NUMBER, ListingState, NotListable
from xinshu.proceedings.repair import actions, deciding, queries, revoking
from xinshu.proceedings.repair.actions import NotRepairable, NotTheirs
from xinshu.proceedings.repair.deciding import Refusal
from xinshu.proceedings.repair.inbound import ELSEWHERE
from xinshu.proceedings.repair.queries import RepairCase
from xinshu.proceedings.repair.states import LONGEST_WORDS, REPAIR, RepairState
from xinshu.proceedings.shield.deciding import follow_body
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import organ
from xinshu.register.access.roles import Role
from xinshu.register.records.own import AboutRow, about
from xinshu.register.subjects.queries import described, named_by

ANSWERED: Final = ("words", "way", "number")
"""What a unit says of its list, beside whether it is left."""

OWN: Final = frozenset({RepairState.DRAFT, RepairState.PRELODGED})
"""What the applicant has not lodged is seen at the desk by whoever may help with it alone."""


@staff
@require_safe
def repairs(request: HttpRequest) -> HttpResponse:
    """The applications before one's units, the overdue first, then the nearest last day; lists asked."""
    _looked(request, "LOOK_REPAIRS", "")
    day, seen = moment_of(request).day, seen_by(request)
    catalogue = wording(request).catalogue
    waiting, many = queries.repairs_before(seen, catalogue, open_only=True, on_date=day)
    page = {
        "waiting": [_told(request, case) for case in waiting],
        "many": many,
        "late": sum(case.late_on(day) for case in waiting),
        "asked": queries.asked_of_lists(seen),
        "may_help": _helper(request),
        "doubtful": cases_before(seen, courses=[ELSEWHERE.name], states=["DOUBTFUL"], most=1)[1],
    }
    return render(request, "desk/repairs.html", page)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def repair(request: HttpRequest, case: UUID) -> HttpResponse:
    """One application with both clocks and its history; its unit goes on with it, or a clerk helps at the counter."""
    found = visible_repair(request, case)
    _looked(request, "LOOK_REPAIR", str(case))
    if request.method != "POST":
        return case_page(request, found)
    try:
        _step(request, case)
    except NotTheirs as refused:
        raise PermissionDenied(str(refused)) from refused
    except XinshuError as refused:
        verdict = refused.verdict if isinstance(refused, NotRepairable) else None
        why = findings(verdict, wording(request))
        return case_page(request, visible_repair(request, case), refused=str(refused), why=why, status=422)
    return redirect("desk:repair", case=case)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def counter(request: HttpRequest) -> HttpResponse:
    """A clerk helps a subject that stands before them: find its record, and fill the same form."""
    if not _helper(request):
        raise PermissionDenied("窗口代填由经办人员和运行管理人员办理。Clerks and operators help at the counter.")
    asked = request.POST if request.method == "POST" else request.GET
    code, number = normalise(asked.get("code", "")), asked.get("number", "").strip()
    bodies = [body.subject for body in named_by(code)] if code else []
    if code:
        _looked(request, "LOOK_OWN_RECORDS", code)
    found = [row for row in _records(request, bodies) if row.document_number == number]
    page = {"code": code, "number": number, "searched": bool(code and number), "found": found}
    chosen = [row for row in found if str(row.record_ref) == request.POST.get("record")]
    if request.method == "POST" and chosen:
        try:
            made = actions.begin(
                subjects=bodies,
                record_ref=chosen[0].record_ref,
                side=Side.COUNTER,
                actor=actor_of(request),
                moment=moment_of(request),
            )
        except XinshuError as refused:
            return render(request, "desk/repair-counter.html", page | {"refused": str(refused)}, status=422)
        return redirect("desk:repair", case=made)
    return render(request, "desk/repair-counter.html", page)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def listing(request: HttpRequest, case: UUID) -> HttpResponse:
    """A record that an entry of a list cites was repaired: its unit says whether the list is left."""
    seen = seen_by(request)
    found = next((row for row in queries.asked_of_lists(seen, open_only=False) if row.id == case), None)
    if found is None:
        raise Http404
    _looked(request, "LOOK_REPAIR", str(case))
    if request.method != "POST":
        return _question_page(request, found)
    asked = {name: request.POST.get(name, "") for name in ANSWERED}
    leaves = request.POST.get("leaves") == "yes"
    try:
        deciding.answer_for_list(case=case, leaves=leaves, **asked, actor=actor_of(request), moment=moment_of(request))
    except NotTheirs as refused:
        raise PermissionDenied(str(refused)) from refused
    except XinshuError as refused:
        return _question_page(request, found, refused)
    return redirect("desk:repair-listing", case=case)


def _question_page(request: HttpRequest, found: CaseRow, refused: XinshuError | None = None) -> HttpResponse:
    """What a list is asked, the ways off it where a case here made the entry, the answer, and where it goes on."""
    words, day = wording(request), moment_of(request).day
    asked = queries.list_asked(found, words.catalogue)
    wrong = refused if isinstance(refused, NotListable) else None
    ways = () if asked.listing is None else ways_by_repair(asked.listing, on_date=day)
    page = {
        "asked": question_told(asked),
        "here": asked.listing is not None and asked.listing.row.state == ListingState.LISTED,
        "ways": [(str(way), words.choice("LIST_EXIT", way), opens) for way, opens in ways],
        "form": {name: request.POST.get(name, "") for name in (*ANSWERED, "leaves")},
        "step": "answer" if refused else "",
        "faults": wrong.faults if wrong else {},
        "refused": "" if refused is None else str(refused),
        "why": reasons_told(wrong.reasons, words) if wrong else [],
        "longest": {"words": LONGEST_WORDS, "number": LONGEST_NUMBER},
    }
    return render(request, "desk/repair-listing.html", page, status=200 if refused is None else 422)


def _step(request: HttpRequest, case: UUID) -> None:
    """The step that was asked for; what the unit may not do, its action refuses."""
    said, actor, moment = request.POST, actor_of(request), moment_of(request)
    step, words = said.get("step", ""), said.get("words", "")
    who: dict[str, Any] = {"case": case, "actor": actor, "moment": moment}
    refusal = Refusal(words=words, articles=tuple(_articles(said.getlist("article"))))
    steps: dict[str, Callable[[], object]] = {
        "accept": lambda: deciding.accept(**who),
        "return": lambda: deciding.give_back(missing=words, **who),
        "extend": lambda: deciding.extend(reason=words, **who),
        "grant": lambda: deciding.grant(**who),
        "refuse": lambda: deciding.refuse(refusal=refusal, **who),
        "propose_grant": lambda: deciding.propose(refusal=None, **who),
        "propose_refusal": lambda: deciding.propose(refusal=refusal, **who),
        "confirm": lambda: deciding.confirm(**who),
        "send_back": lambda: deciding.send_back(words=words, **who),
        "notice_revocation": lambda: revoking.notice_revocation(words=words, **who),
        "drop_revocation": lambda: revoking.drop_revocation(words=words, **who),
        "revoke": lambda: _revoked(words, who),
        "relayed": lambda: actions.note_national_case(number=words, **who),
    }
    if step in steps:
        steps[step]()
    else:
        carried_out(case, said.dict(), subjects=None, side=Side.COUNTER, actor=actor, moment=moment)


def _revoked(words: str, who: dict[str, Any]) -> None:
    """What a revocation would show again, and the shield of a plan covers, is shown to nobody."""
    with transaction.atomic():
        done = revoking.revoke(words=words, **who)
        follow_body(subject=done.subject, moment=who["moment"])


def _articles(values: list[str]) -> list[tuple[str, str]]:
    """Chosen as `BASIS:ARTICLE`, from what the law found or from the order itself."""
    return [(basis, article) for basis, _, article in (value.partition(":") for value in values) if basis and article]


def case_page(
    request: HttpRequest, found: RepairCase, *, refused: str = "", why: Any = (), status: int = 200
) -> HttpResponse:
    """The page of a case, with what was refused and why."""
    actor, moment, words = actor_of(request), moment_of(request), wording(request)
    helps = queries.may_help(actor, found.row.organ, on_date=moment.day)
    unit = queries.unit_of(actor, found.row.organ, on_date=moment.day)
    reviews = queries.unit_of(actor, found.row.organ, deciding.REVIEWERS, on_date=moment.day)
    page = {
        "case": _told(request, found),
        "unit": organ(found.row.organ),
        **(asked_for(found, words, moment) if helps or unit else {}),
        "helps": helps,
        "may": open_events(REPAIR, found.row.state, Side.ORGAN) if unit else frozenset(),
        "reviews": reviews,
        "articles": _citable(found, request),
        "lists": [question_told(one) for one in queries.lists_asked(found.row, words.catalogue)],
        "said": request.POST.get("words", ""),
        **shelf(seen_documents(request, found), found.row, door="desk", side=Side.COUNTER, fills=helps),
        "longest": LONGEST_WORDS,
        "refused": refused,
        "why": why,
    }
    return render(request, "desk/repair.html", page, status=status)


def _citable(found: RepairCase, request: HttpRequest) -> list[tuple[str, str, str]]:
    """Articles that the law's findings rest on: value, and in words."""
    if found.about is None:
        return []
    words, day = wording(request), moment_of(request).day
    verdict = queries.eligibility(found.about, words.catalogue, form=found.row.form, on_date=day)
    cited = {(why.basis, why.article) for one in verdict.findings for why in one.reasons if why.basis and why.article}
    titles = {name: entry.title for name, entry in words.catalogue.instruments.items()}
    return [(f"{basis}:{article}", titles[str(basis)], str(article)) for basis, article in sorted(cited, key=str)]


def _told(request: HttpRequest, case: RepairCase) -> dict[str, Any]:
    bodies = described([case.row.subject])
    return told(case, wording(request), moment_of(request).day) | {"code": bodies[0].code if bodies else ""}


def visible_repair(request: HttpRequest, case: UUID) -> RepairCase:
    """The case, if one may see it; another's is no different from none. Raises Http404."""
    day, seen = moment_of(request).day, seen_by(request)
    found = queries.repair_case(case, wording(request).catalogue, on_date=day)
    if found is None or not (seen is None or found.row.organ in seen):
        raise Http404
    if found.row.state in OWN and not queries.may_help(actor_of(request), found.row.organ, on_date=day):
        raise Http404
    return found


def seen_documents(request: HttpRequest, found: RepairCase) -> tuple[DocumentRow, ...]:
    """What its unit sees once it is lodged; at a counter only what was attached there; an auditor sees none."""
    held, day, unit = documents_of(found.row.id), moment_of(request).day, found.row.organ
    if found.row.state not in OWN and queries.unit_of(actor_of(request), unit, on_date=day):
        return held
    helps = found.row.state in {*OWN, *FILLED} and queries.may_help(actor_of(request), unit, on_date=day)
    return tuple(one for one in held if helps and one.side == Side.COUNTER)


def _helper(request: HttpRequest) -> bool:
    return any(post.role in {Role.CLERK, Role.OPERATOR} for post in posts(request))


def _records(request: HttpRequest, bodies: list[int]) -> list[AboutRow]:
    day, actor = moment_of(request).day, actor_of(request)
    rows = about(bodies, on_date=day, most=1000)[0] if bodies else []
    return [row for row in rows if queries.may_help(actor, row.organ_code, on_date=day)]


def _looked(request: HttpRequest, act: str, matter: str) -> None:
    note(
        actor=actor_of(request),
        act=act,
        matter=matter,
        purpose="修复",
        organ=unit_at(request),
        moment=moment_of(request),
    )
