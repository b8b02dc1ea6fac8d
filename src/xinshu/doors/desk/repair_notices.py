"""Two documents together (两书同达): an organ has the repair notice of its records, to serve with its decision."""

from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.desk.repair_notice import is_adverse, notice_pdf
from xinshu.doors.desk.standing import actor_of, kind_words, organs_of, own_batch, unit_at, wording
from xinshu.kit.identifiers import normalise
from xinshu.kit.paging import page_number, pages
from xinshu.law.terms import Effect
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.records.own import about_record, filed_in, own_records, past_of
from xinshu.register.subjects.queries import described, named_by

PAGE_SIZE: Final = 50
MOST_LINES: Final = 200


@staff
@require_safe
def find(request: HttpRequest) -> HttpResponse:
    """By code and document number, among the records of one's organs, shown already or not."""
    code, number = normalise(request.GET.get("code", "")), request.GET.get("number", "").strip()
    found = _found(request, code, number) if code and number else []
    page = {
        "code": code,
        "number": number,
        "searched": bool(code and number),
        "found": [{**one, "kind_words": kind_words(request, one["kind"]), "code": code} for one in found],
        "may_file": bool(organs_of(request)),
    }
    return render(request, "desk/repair-notices.html", page)


@staff
@require_safe
@own_batch
def of_batch(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """The adverse records that a batch of one's organ brought, a page at a time, each with its notice."""
    kind = wording(request).catalogue.kinds.get(found.kind)
    page = page_number(request.GET.get("page", ""))
    rows: list[dict[str, Any]] = []
    total = 0
    if kind is not None and kind.effect is Effect.ADVERSE:
        rows, total = filed_in(batch=found.id, most=PAGE_SIZE, skip=(page - 1) * PAGE_SIZE)
    codes = {body.subject: body.code for body in described({one["subject"] for one in rows})}
    told: dict[str, Any] = {
        "batch": found,
        "found": [
            {**one, "kind_words": kind_words(request, one["kind"]), "code": codes[one["subject"]]} for one in rows
        ],
        "pages": pages(page, total, PAGE_SIZE),
        "may_file": bool(organs_of(request)),
    }
    return render(request, "desk/batch-notices.html", told)


@staff
@require_safe
def pdf(request: HttpRequest, code: str, record: UUID) -> HttpResponse:
    """The paper, for whoever files for the organ that decided or filed it; another's is no different from none."""
    day, words = moment_of(request).day, wording(request)
    bodies = [body.subject for body in named_by(normalise(code))]
    found = about_record(bodies, record, on_date=day) if bodies else None
    mine = [organ.code for organ in organs_of(request)]
    acting = next((one for one in mine if found is not None and one in {found.organ_code, *found.organs}), None)
    if found is None or acting is None or not is_adverse(found, words):
        raise Http404
    # The number stays out of the trail, which outlives the record (adr/0024).
    note(
        actor=actor_of(request),
        act="MAKE_REPAIR_NOTICE",
        matter=normalise(code),
        purpose="修复告知",
        organ=acting,
        moment=moment_of(request),
    )
    lines, _ = past_of(bodies, most=MOST_LINES, record_ref=record)
    return as_paper(notice_pdf(found, words, lines=lines, day=day, site=settings.SITE))


def as_paper(content: bytes) -> HttpResponse:
    """The paper as a file; its name says nothing of the record."""
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="repair-notice.pdf"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _found(request: HttpRequest, code: str, number: str) -> list[dict[str, Any]]:
    note(
        actor=actor_of(request),
        act="LOOK_OWN_RECORDS",
        matter=code,
        purpose="修复告知",
        organ=unit_at(request),
        moment=moment_of(request),
    )
    bodies = [body.subject for body in named_by(code)]
    kinds = wording(request).catalogue.kinds
    return [
        record
        for organ in organs_of(request)
        for record in own_records(organ=organ.code, subjects=bodies, document_number=number)
        if record["kind"] in kinds and kinds[record["kind"]].effect is Effect.ADVERSE
    ]
