"""Every record about the organisation, shown or not: for itself, with who supplied it and why it ended."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from xinshu.doors.desk.repair_notice import is_adverse, notice_pdf
from xinshu.doors.desk.repair_notices import as_paper
from xinshu.doors.portal.wording import Wording
from xinshu.doors.space.record_words import changed, fields, in_brief, stands
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated, subjects_of
from xinshu.kit.paging import page_number, pages
from xinshu.register.access.audience import moment_of
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import about, about_record, past_of

PAGE_SIZE: Final = 20
MOST_CHANGES: Final = 200
"""Of one record, on its page; the command line tells all (`xinshu past`)."""

WAYS: Final[tuple[tuple[str, str, str], ...]] = (
    ("repair-asked", "申请修复，或者预约修复", "Ask for repair, or lodge it ahead"),
    ("repair-notice", "下载信用修复告知书（PDF）", "Take the repair notice (PDF)"),
    ("speak", "提出异议、声明或其他意见", "Object, answer, or say that it is not you"),
)
"""What can be done about a record: the name of its address, as far as it stands; all free of charge."""


@mandated
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every record about the organisation, the newest first; `?kind=` leaves one kind."""
    leave_line(request, "LOOK_OWN_RECORDS")
    day, words = moment_of(request).day, _wording(request)
    kinds = words.catalogue.kinds
    kind = request.GET.get("kind") or None
    if kind is not None and kind not in kinds:
        raise Http404
    page = page_number(request.GET.get("page", ""))
    rows, total = about(subjects_of(request), on_date=day, kind=kind, most=PAGE_SIZE, skip=(page - 1) * PAGE_SIZE)
    told = {
        "rows": [in_brief(row, words, day) for row in rows],
        "pages": pages(page, total, PAGE_SIZE),
        "kind": kind,
        "kinds": [(name, one.name_zh, one.name_en) for name, one in kinds.items()],
        "query": f"kind={kind}&" if kind else "",
    }
    return render(request, "space/home.html", told | _standing(request))


@mandated
@require_safe
def record(request: HttpRequest, record_ref: UUID) -> HttpResponse:
    """All of one record, whether it is shown or not; another's is no different from none."""
    day, words, subjects = moment_of(request).day, _wording(request), subjects_of(request)
    row = about_record(subjects, record_ref, on_date=day)
    if row is None:
        raise Http404
    leave_line(request, "LOOK_OWN_RECORD")
    lines, changes = past_of(subjects, most=MOST_CHANGES, record_ref=record_ref)
    told = {
        "one": in_brief(row, words, day),
        "standing": stands(row, words, day, lines),
        "fields": fields(row, words),
        "changes": [changed(line, words) for line in lines],
        "changes_left": max(0, changes - MOST_CHANGES),
        "ways": _ways(record_ref, adverse=is_adverse(row, words)),
    }
    return render(request, "space/record.html", told | _standing(request))


@mandated
@require_safe
def repair_notice(request: HttpRequest, record: UUID) -> HttpResponse:
    """The repair notice of one record, the same paper as its organ serves; of another's record there is none."""
    day, words, subjects = moment_of(request).day, _wording(request), subjects_of(request)
    row = about_record(subjects, record, on_date=day)
    if row is None or not is_adverse(row, words):
        raise Http404
    leave_line(request, "TAKE_REPAIR_NOTICE")
    lines, _ = past_of(subjects, most=MOST_CHANGES, record_ref=record)
    return as_paper(notice_pdf(row, words, lines=lines, day=day, site=settings.SITE))


def _ways(record_ref: UUID, *, adverse: bool) -> list[tuple[str, str, str]]:
    ways = [one for one in WAYS if adverse or one[0] != "repair-notice"]
    return [(reverse(f"space:{name}", args=[record_ref]), zh, en) for name, zh, en in ways]


def _standing(request: HttpRequest) -> dict[str, Any]:
    return {"acting": acting_for(request), "username": actor_of(request)}


def _wording(request: HttpRequest) -> Wording:
    return Wording(catalogue_on(moment_of(request).day).catalogue)
