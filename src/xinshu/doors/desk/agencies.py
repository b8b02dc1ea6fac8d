"""Agencies at the desk: who copies what is shown, what audits found, and each matter with its decision by a person."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xinshu.doors.desk.standing import actor_of, posts, seen_by
from xinshu.kit.errors import XinshuError
from xinshu.regimes.agencies import queries
from xinshu.regimes.agencies.actions import audit, decide, end_agency, register_agency
from xinshu.regimes.agencies.copies import LARGEST, RULES, NoSample
from xinshu.regimes.agencies.queries import AgencyRow, MatterRow
from xinshu.regimes.agencies.states import COURSE, LONGEST_WORDS, Cause, Event, MatterState, Source, Who
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.roles import Role

Page = Callable[..., HttpResponse]
ASKED: Final = ("name", "contact", "code", "feed", "site", "recipient")
SHOWN: Final = 200
"""Findings that a page lists; the rest is counted."""


def of_the_platform(view: Page) -> Page:
    """A page for those who hold a post of the whole platform; each look leaves a line, and operators alone act."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if seen_by(request) is not None:
            raise PermissionDenied("这些页面只供平台的工作人员使用。These pages are for the platform's own staff.")
        if request.method == "POST" and not _operates(request):
            raise PermissionDenied("由运行管理人员办理。An operator of the platform acts here.")
        moment = moment_of(request)
        note(actor=actor_of(request), act="LOOK_AGENCIES", matter="", purpose="机构核查", organ="", moment=moment)
        return view(request, *args, **kwargs)

    return guarded


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@of_the_platform
def agencies(request: HttpRequest) -> HttpResponse:
    """Every agency with its last audit, every open matter by its due day; an operator registers one."""
    page: dict[str, Any] = {"said": {name: request.POST.get(name, "").strip() for name in ASKED}}
    status = 200
    if request.method == "POST":
        try:
            register_agency(**page["said"], actor=actor_of(request), moment=moment_of(request))
            return redirect("desk:agencies")
        except XinshuError as refused:
            page["refused"], status = str(refused), 422
    page |= {
        "may_act": _operates(request),
        "agencies": [_listed(row) for row in queries.agencies()],
        "matters": [_matter(row) for row in queries.matters(on_date=moment_of(request).day)],
        "closed": [_matter(row) for row in queries.matters(on_date=moment_of(request).day, closed=True)],
        "few": queries.FEW,
    }
    return render(request, "desk/agencies.html", page, status=status)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@of_the_platform
def agency(request: HttpRequest, agency: int) -> HttpResponse:
    """One agency: its last audit with the findings, its matters; an operator compares a sample, or ends it."""
    found = next((row for row in queries.agencies() if row.id == agency), None)
    if found is None:
        raise Http404
    refused, status = "", 200
    if request.method == "POST":
        try:
            if request.POST.get("act") == "end":
                end_agency(name=found.name, actor=actor_of(request), moment=moment_of(request))
                return redirect("desk:agencies")
            audit(
                name=found.name,
                content=_sample(request),
                source=Source.SAMPLE,
                actor=actor_of(request),
                moment=moment_of(request),
            )
            return redirect("desk:agency", agency)
        except XinshuError as fault:
            refused, status = str(fault), 422
    last, findings = queries.last_audit(found.id), queries.findings(found.id)
    matters = queries.matters(on_date=moment_of(request).day, agency_id=found.id)
    page = {
        "agency": found._asdict(),
        "audit": last and last._asdict() | {"clean": last.clean},
        "faults": [(row, field, *RULES[rule]) for row, field, rule in (last.faults if last else ())],
        "findings": [row._asdict() for row in findings[:SHOWN]],
        "left": max(0, len(findings) - SHOWN),
        "matters": [_matter(row) for row in matters],
        "may_act": _operates(request),
        "refused": refused,
    }
    return render(request, "desk/agency.html", page, status=status)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@of_the_platform
def matter(request: HttpRequest, matter: UUID) -> HttpResponse:
    """One matter with its history; an operator decides, with reasons."""
    found = queries.matter(matter, on_date=moment_of(request).day)
    if found is None:
        raise Http404
    refused, status = "", 200
    if request.method == "POST":
        try:
            decide(
                matter=matter,
                event=_event(request.POST.get("event", "")),
                reason=request.POST.get("reason", ""),
                actor=actor_of(request),
                moment=moment_of(request),
            )
            return redirect("desk:matter", matter)
        except XinshuError as fault:
            refused, status = str(fault), 422
    page = {
        "matter": _matter(found),
        "events": _decisions(found) if _operates(request) else [],
        "reason": request.POST.get("reason", ""),
        "longest": LONGEST_WORDS,
        "refused": refused,
    }
    return render(request, "desk/matter.html", page, status=status)


def _operates(request: HttpRequest) -> bool:
    return any(post.role is Role.OPERATOR for post in posts(request))


def _decisions(found: MatterRow) -> list[str]:
    """What a person may decide in the matter's state, by the course."""
    lines = (line for line in COURSE if found.cause in line.causes and found.state in line.states)
    return [line.event.value for line in lines if line.who is Who.STAFF]


def _event(text: str) -> Event:
    """What is no decision is none: the course says so."""
    return Event(text) if text in set(Event) else Event.NOTICED


def _sample(request: HttpRequest) -> bytes:
    sent = request.FILES.get("file")
    if not isinstance(sent, UploadedFile) or (sent.size or 0) > LARGEST:
        raise NoSample("请选择样本文件，至多64MiB。Choose the file of a sample, of 64 MiB at most.")
    return bytes(sent.read())


def _listed(row: AgencyRow) -> dict[str, Any]:
    last = queries.last_audit(row.id)
    return row._asdict() | {"audit": last and last._asdict() | {"clean": last.clean}}


def _matter(row: MatterRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "agency": row.agency,
        "cause": row.cause.value,
        "state": row.state.value,
        "opened_on": row.opened_on,
        "due_on": row.due_on,
        "closed_on": row.closed_on,
        "copies": row.count,
        "through": row.through,
        "address": row.address,
        "late": row.late and row.state is not MatterState.LISTED,
        "reported": row.cause is Cause.REPORTED,
        "steps": [step._asdict() for step in row.steps],
    }
