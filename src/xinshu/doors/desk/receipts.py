"""The receipt of a batch: what became of every row, as a page, as JSON and as PDF; no cell of a returned row."""

from collections import Counter
from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.desk.receipt_pdf import receipt_pdf
from xinshu.doors.desk.standing import in_words, own_batch
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.proceedings.intake import own, queries
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.register.access.answers import answer
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.catalogues.queries import catalogue_on

COUNTS = (
    ("received", "收到", "Received"),
    ("accepted", "收录", "Accepted"),
    ("corrected", "更正", "Corrected"),
    ("unchanged", "未变", "Unchanged"),
    ("returned", "退回", "Returned"),
    ("outside", "不收录（自然人）", "Outside (natural persons)"),
)
SAID = (
    *("file_name", "organ_code", "organ_name", "kind", "digest"),
    *("received_at", "actor", "attested_by", "filed_at"),
)
FURTHER = (
    ("late", "收录中迟报", "Accepted late"),
    ("masked", "正文中隐去的个人信息", "Personal data masked in prose"),
    ("dropped_personal", "剔除的证件信息", "Cells of identity documents dropped"),
    ("questions", "待答的问题", "Questions"),
)


@staff
@require_safe
@own_batch
def page(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """To be read, and printed."""
    return render(request, "desk/receipt.html", _told(request, found))


@staff
@require_safe
@own_batch
def as_json(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """For a machine: the receipt, and beside it what the paper says."""
    told = _told(request, found)
    batch = {name: told["batch"][name] for name in SAID}
    reasons = [dict(zip(("header", "code", "rows", "zh", "en"), one, strict=True)) for one in told["reasons"]]
    more = {"edition": told["edition"], "reasons": reasons}
    return answer(asdict(queries.receipt(found.id)) | batch | more)


@staff
@require_safe
@own_batch
def as_pdf(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """For the file: PDF/A-2a and PDF/UA-1, the same bytes whenever it is asked for."""
    response = HttpResponse(receipt_pdf(_told(request, found)), content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="receipt-{found.id}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _told(request: HttpRequest, found: BatchRow) -> dict[str, Any]:
    """Everything that a receipt says; the page and the paper say the same."""
    receipt = queries.receipt(found.id)
    edition = catalogue_on(found.on_day if found.filed_at is None else found.filed_at.astimezone(LEGAL_ZONE).date())
    reasons, left_out = _reasons(found)
    return {
        "batch": in_words(request, found),
        "counts": [(zh, en, getattr(found, name)) for name, zh, en in COUNTS],
        "further": [(zh, en, getattr(found, name)) for name, zh, en in FURTHER],
        "questions": [asdict(question) for question in receipt.questions],
        "questions_left_out": found.questions - len(receipt.questions),
        "notices": [asdict(notice) for notice in receipt.notices],
        "refusal": None if receipt.refusal is None else asdict(receipt.refusal),
        "reasons": reasons,
        "reasons_erased": left_out,
        "edition": edition.hash,
        "edition_from": edition.in_force_from,
        "received_at": found.received_at.astimezone(LEGAL_ZONE),
        "filed_at": None if found.filed_at is None else found.filed_at.astimezone(LEGAL_ZONE),
        "day": moment_of(request).day,
    }


def _reasons(found: BatchRow) -> tuple[list[tuple[str, str, int, str, str]], bool]:
    """Of the returned rows: field, rule, how many rows, and what the first is told; and whether they are erased."""
    back = own.returned(found.id) if found.returned else None
    if back is None:
        return [], found.returned > 0
    counted = Counter((header, code) for row in back.rows for _, header, code, _, _ in row.reasons)
    first: dict[tuple[str, str], tuple[str, str]] = {}
    for row in back.rows:
        for _, header, code, zh, en in row.reasons:
            first.setdefault((header, code), (zh, en))
    return [(*key, rows, *first[key]) for key, rows in counted.most_common()], False
