"""政策评估 for everyone: reports on drafts that were laid open or adopted, and the form by which anyone comments."""

from functools import lru_cache
from typing import Any, Final

import orjson
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.bulk.personal import mask
from xinshu.doors.desk.policy_pdf import policy_pdf
from xinshu.doors.policies.telling import NOT_TOLD, changes, findings, outcomes
from xinshu.doors.portal.small_forms import small
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.actions import CommentRefused, say
from xinshu.register.catalogues.queries import AssessmentRow, assessment, assessments, comments, report_of
from xinshu.register.catalogues.states import LONGEST_COMMENT, CommentState, Speaker

SHOWN: Final = frozenset({CommentState.SHOWN})


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Every draft that was laid open for comments or adopted, the newest first."""
    day = moment_of(request).day
    rows = [(row, report_of(row.hash)["draft"], row.open_on(day)) for row in assessments(public_only=True)]
    return render(request, "portal/policies.html", {"rows": rows})


@public
@small
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, report: str) -> HttpResponse:
    """One report with what was said of the draft; posted, a comment is taken in and waits to be read."""
    row = _public(report)
    moment = moment_of(request)
    page: dict[str, Any] = {
        **told(row),
        "open": row.open_on(moment.day),
        "comments": comments(row.hash, states=SHOWN),
        "longest": LONGEST_COMMENT,
        "thanks": "thanks" in request.GET,
    }
    if request.method != "POST":
        return render(request, "portal/policy.html", page)
    words = request.POST.get("words", "")
    try:
        say(row.hash, words=mask(words)[0], speaker=Speaker.ANYONE, moment=moment)
    except CommentRefused as refused:
        return render(request, "portal/policy.html", page | {"refused": str(refused), "words": words}, status=422)
    return redirect(reverse("portal:policy", args=[row.hash]) + "?thanks#comments")


@public
@require_safe
def report_json(request: HttpRequest, report: str) -> HttpResponse:  # noqa: ARG001
    """The report as it is kept: the SHA-256 of these bytes is its number."""
    row = _public(report)
    content = orjson.dumps(report_of(row.hash), option=orjson.OPT_SORT_KEYS)
    return _file(content, "application/json", "assessment.json")


@public
@require_safe
def report_pdf(request: HttpRequest, report: str) -> HttpResponse:  # noqa: ARG001
    """The report on paper."""
    return _file(paper_of(_public(report).hash), "application/pdf", "assessment.pdf")


def told(row: AssessmentRow) -> dict[str, Any]:
    """A report in words, for the page of everyone and that of the desk."""
    report = report_of(row.hash)
    return {
        "row": row,
        "report": report,
        "changes": changes(report),
        "findings": findings(report),
        "outcomes": outcomes(report),
        "not_told": NOT_TOLD,
    }


@lru_cache(maxsize=8)
def paper_of(report_hash: str) -> bytes:
    """The report on paper; it never changes, so that it need not be set twice."""
    return policy_pdf(report_of(report_hash), report_hash)


def _public(report: str) -> AssessmentRow:
    """The assessment, if everyone may read it; any other is no different from none."""
    found = assessment(report)
    if found is None or not found.is_public:
        raise Http404
    return found


def _file(content: bytes, kind: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=kind)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
