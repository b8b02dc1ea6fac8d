"""政策评估 at the desk: an officer of the platform assesses a draft, lays it open, and reads what is said of it."""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.desk.standing import actor_of, posts
from xinshu.doors.policies.proposals import DraftRefused, NothingProposed, proposed
from xinshu.doors.policies.running import assess
from xinshu.doors.portal.policy_pages import paper_of, told
from xinshu.law.case_terms import CaseTerm, case_due
from xinshu.law.terms import CountedFrom
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.actions import CommentRefused, decide_comment, open_consultation
from xinshu.register.catalogues.queries import AssessmentRow, assessment, assessments, catalogue_on, comments
from xinshu.register.catalogues.states import CommentState
from xinshu.register.records.queries import shown_as_many

LARGEST: Final = 1 << 20
MOST: Final = 200_000
"""Records up to which an assessment is made while its reader waits; a larger register is assessed by the command."""

PURPOSE: Final = "政策评估"
EVERY: Final = frozenset(CommentState)


class _Refused(Exception):
    """What an officer asked cannot be done, in words."""


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def policies(request: HttpRequest) -> HttpResponse:
    """Every assessment, and the form by which a draft is assessed; a refused draft comes back with each article."""
    _look(request)
    page: dict[str, Any] = {"rows": assessments(public_only=False), "may_act": _may_act(request)}
    if request.method != "POST":
        return render(request, "desk/policies.html", page)
    _must_act(request)
    try:
        name, content = _sent(request)
        report = _assessed(request, name, content)
    except DraftRefused as refused:
        return render(request, "desk/policies.html", page | {"refusals": refused.refusals}, status=422)
    except (_Refused, NothingProposed) as refused:
        return render(request, "desk/policies.html", page | {"refused": str(refused)}, status=422)
    return redirect("desk:policy", report)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, report: str) -> HttpResponse:
    """One report with every comment; posted: lay it open, or decide on a comment."""
    _look(request)
    row = _found(report)
    if request.method == "POST":
        _must_act(request)
        try:
            _step(request, row)
        except CommentRefused as refused:
            return render(request, "desk/policy.html", _page(request, row) | {"refused": str(refused)}, status=422)
        return redirect("desk:policy", report)
    return render(request, "desk/policy.html", _page(request, row))


@staff
@require_safe
def policy_paper(request: HttpRequest, report: str) -> HttpResponse:
    """The report on paper, before it is laid open too."""
    _look(request)
    answer = HttpResponse(paper_of(_found(report).hash), content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="assessment.pdf"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _page(request: HttpRequest, row: AssessmentRow) -> dict[str, Any]:
    return {
        **told(row),
        "may_act": _may_act(request),
        "open": row.open_on(moment_of(request).day),
        "comments": comments(row.hash, states=EVERY),
    }


def _step(request: HttpRequest, row: AssessmentRow) -> None:
    moment, actor, step = moment_of(request), actor_of(request), request.POST.get("step", "")
    if step == "open":
        rules, days = catalogue_on(moment.day).catalogue, {CountedFrom.NOTICE: moment.day}
        last_on = case_due(CaseTerm.POLICY_CONSULTATION, days, rules, on_date=moment.day)
        open_consultation(row.hash, last_on=last_on, actor=actor, moment=moment)
        _line(request, "OPEN_CONSULTATION", row.hash)
    elif step in {"show", "withhold"}:
        decide_comment(
            _comment(request, row),
            shown=step == "show",
            ground=request.POST.get("ground", ""),
            actor=actor,
            moment=moment,
        )
        _line(request, "DECIDE_COMMENT", row.hash)


def _comment(request: HttpRequest, row: AssessmentRow) -> UUID:
    """The comment that is meant, of this draft and no other."""
    said = request.POST.get("comment", "")
    found = next((one.id for one in comments(row.hash, states=EVERY) if str(one.id) == said), None)
    if found is None:
        raise CommentRefused("没有这条意见。There is no such comment.")
    return found


def _sent(request: HttpRequest) -> tuple[str, bytes]:
    file = request.FILES.get("draft")
    if file is None:
        raise _Refused("请选择草案文件（YAML）。Choose the draft's file (YAML).")
    if file.size is None or file.size > LARGEST:
        raise _Refused("草案文件不得超过1 MB。A draft has at most 1 MB.")
    return file.name or "draft.yaml", file.read()


def _assessed(request: HttpRequest, name: str, content: bytes) -> str:
    moment = moment_of(request)
    found = proposed(content, name)
    kinds = list(found.against.catalogue.kinds)
    if shown_as_many(kinds=kinds, on_date=moment.day, most=MOST + 1) > MOST:
        raise _Refused(
            f"草案合法。正在公示的信息超过{MOST:,}条，请用命令评估。The draft is lawful. More than {MOST:,} records are"
            " shown: assess it with the command xinshu policy assess."
        )
    report = assess(found, actor=actor_of(request), moment=moment)
    _line(request, "ASSESS_POLICY", report)
    return report


def _found(report: str) -> AssessmentRow:
    found = assessment(report)
    if found is None:
        raise Http404
    return found


def _look(request: HttpRequest) -> None:
    """Only who holds a post of the whole platform comes in."""
    if not any(post.organ is None for post in posts(request)):
        raise PermissionDenied("政策评估由平台运行机构办理。Assessments are the platform's own.")
    _line(request, "LOOK_POLICIES", "")


def _may_act(request: HttpRequest) -> bool:
    return any(post.organ is None and post.role is Role.OPERATOR for post in posts(request))


def _must_act(request: HttpRequest) -> None:
    if not _may_act(request):
        raise PermissionDenied("只有平台的运行管理人员可以评估。Only an operator of the platform assesses.")


def _line(request: HttpRequest, act: str, matter: str) -> None:
    note(actor=actor_of(request), act=act, matter=matter, purpose=PURPOSE, organ="", moment=moment_of(request))
