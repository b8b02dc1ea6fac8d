"""One batch at the desk: its dry run row by row, attesting and filing it, undoing it, and what goes back."""

from dataclasses import asdict
from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinshu.doors.desk.citations import citable, waits_for_another
from xinshu.doors.desk.standing import (
    actor_of,
    in_words,
    may_file_for,
    must_file_for,
    own_batch,
    wording,
)
from xinshu.doors.desk.uploads import AT_ONCE, check, untold
from xinshu.doors.desk.words import FATES, REVIEWS
from xinshu.doors.portal.wording import Wording
from xinshu.kit.errors import XinshuError
from xinshu.kit.paging import page_number, pages
from xinshu.proceedings.intake import actions, own, queries, tasks
from xinshu.proceedings.intake.own import PreviewRow
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.proceedings.intake.states import Fate, State
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff

PAGE: Final = 25
UNDOABLE: Final = frozenset({State.UPLOADING, State.CHECKED, State.REFUSED})


@staff
@require_safe
@own_batch
def batch_page(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """Where a batch stands: its progress, its dry run, or what became of it."""
    return render(request, "desk/batch.html", _page(request, found))


def _page(request: HttpRequest, found: BatchRow, refused: str = "") -> dict[str, Any]:
    receipt = queries.receipt(found.id)
    may_file = may_file_for(request, found.organ_code)
    return {
        "batch": in_words(request, found),
        "refused": refused,
        "may_file": may_file,
        "file_is_here": queries.content_size(found.id) > 0,
        "reviews": list(REVIEWS.items()),
        "undoable": may_file and found.state in UNDOABLE and not found.working,
        "mendable": found.returned > 0 and found.erased_at is None and found.state in {State.CHECKED, State.FILED},
        "citable": may_file and citable(found),
        "waits_for_another": waits_for_another(request, found),
        "followed_by": [in_words(request, one) for one in queries.mended_from(found.id)],
        "questions": [asdict(question) for question in receipt.questions],
        "questions_left_out": found.questions - len(receipt.questions),
        "notices": [asdict(notice) for notice in receipt.notices],
        "asks_headers": found.state == State.REFUSED and own.header_questions(found.id) is not None,
        **_rows(request, found),
    }


def _rows(request: HttpRequest, found: BatchRow) -> dict[str, Any]:
    """A page of the dry run, of one fate if asked for."""
    asked = request.GET.get("fate", "")
    fate = asked if asked in FATES else None
    page = page_number(request.GET.get("page", ""))
    day = moment_of(request).day
    rows, counts = own.previews(found.id, on_date=day, fate=fate, most=PAGE, skip=PAGE * (page - 1))
    total = sum(counts.values()) if fate is None else counts.get(fate, 0)
    words = wording(request)
    return {
        "rows": [_row(row, words) for row in rows],
        "kept": sum(counts.values()),
        "fate": fate,
        "fates": [(name, said, counts.get(name, 0)) for name, said in FATES.items()],
        "pages": pages(page, total, PAGE),
        "query": f"fate={fate}&" if fate else "",
    }


def _row(row: PreviewRow, words: Wording) -> dict[str, Any]:
    return {
        "row": row.row,
        "fate": row.fate,
        "fate_words": FATES[Fate(row.fate)],
        "document_number": row.document_number or "",
        "subject_name": row.subject_name or "",
        "record": None if row.public is None else words.record(row.public),
        "due_on": row.due_on,
        "days_left": row.days_left,
        "reasons": [{"header": header, "zh": zh, "en": en} for _, header, _, zh, en in row.reasons],
    }


@staff
@require_POST
@own_batch
def file(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """File what was checked, once all three reviews are attested; one that was cut off goes on."""
    must_file_for(request, found.organ_code)
    if not all(request.POST.get(name) == "yes" for name in REVIEWS):
        return _refused(request, found, "报送前须逐项确认三项审查。All three reviews must be attested before filing.")
    if waits_for_another(request, found):
        return _refused(
            request,
            found,
            "附依据的更正由提出人以外的复核人员报送。"
            " A correction with a citation is filed by a reviewer who did not cite it.",
        )
    actor, moment = actor_of(request), moment_of(request)
    note(actor=actor, act="ATTEST", matter=str(found.id), purpose="归集", organ=found.organ_code, moment=moment)
    try:
        if found.file_size > AT_ONCE:
            tasks.file_later(batch=found.id, actor=actor)
        else:
            actions.file(batch=found.id, actor=actor, moment=moment, attested=True, progress=untold)
    except XinshuError as said:
        return _refused(request, found, str(said))
    return redirect("desk:batch", found.id)


def _refused(request: HttpRequest, found: BatchRow, sentence: str) -> HttpResponse:
    """The batch as it stands now, and above it why nothing was done."""
    present = queries.batch(found.id) or found
    return render(request, "desk/batch.html", _page(request, present, sentence), status=422)


@staff
@require_POST
@own_batch
def again(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """The dry run once more: after a break, or when what it said was of another day."""
    must_file_for(request, found.organ_code)
    try:
        check(request, found.id, found.file_size)
    except XinshuError as said:
        return _refused(request, found, str(said))
    return redirect("desk:batch", found.id)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@own_batch
def discard(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """Undo a batch that is not filed, once that is confirmed."""
    if request.method != "POST":
        return render(request, "desk/discard.html", {"batch": in_words(request, found), "undoable": _undoable(found)})
    must_file_for(request, found.organ_code)
    try:
        actions.discard(batch=found.id, actor=actor_of(request), moment=moment_of(request))
    except XinshuError as said:
        return _refused(request, found, str(said))
    return redirect("desk:batch", found.id)


def _undoable(found: BatchRow) -> bool:
    return found.state in UNDOABLE


@staff
@require_safe
@own_batch
def returned_file(_request: HttpRequest, found: BatchRow) -> HttpResponse:
    """The rows that go back, in the form in which they came."""
    back = own.returned_file(found.id)
    if back is None:
        raise Http404
    response = HttpResponse(back[1], content_type="application/octet-stream")
    # Never the sender's own file name: nothing that somebody typed stands in a header.
    response.headers["Content-Disposition"] = f'attachment; filename="returned.{back[0].rsplit(".", 1)[-1]}"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
