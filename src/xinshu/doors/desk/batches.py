"""A clerk's batches: upload, look at the dry run, mend, attest and file, undo, and take one wrong record back."""

from collections.abc import Callable
from dataclasses import asdict
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import normalise
from xinshu.proceedings.intake import actions, queries, tasks
from xinshu.proceedings.intake.queries import BatchRow, ReturnedRow
from xinshu.proceedings.intake.states import Door, State, Step, WithdrawalReason
from xinshu.register.access.actions import note
from xinshu.register.access.answers import answer
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import OrganRow, posts_of
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import own_records
from xinshu.register.subjects.queries import named_by

AT_ONCE: Final = 5 << 20
"""Files up to this many bytes are worked on while the clerk waits; a job does the rest."""

PAGE: Final = 50
FILERS: Final = frozenset({Role.CLERK, Role.REVIEWER})
STATEMENTS: Final = ("secrecy", "trade", "privacy")

Page = Callable[..., HttpResponseBase]


def _own(view: Page) -> Page:
    """A page of one batch of one's own organ; another's is no different from none. Each look leaves a line."""

    @wraps(view)
    def guarded(request: HttpRequest, batch: UUID, *args: Any) -> HttpResponseBase:
        found = queries.batch(batch)
        organs = {organ.code for organ in _organs(request, frozenset(Role))}
        everywhere = any(post.organ is None for post in _posts(request))
        if found is None or not (everywhere or found.organ_code in organs):
            raise Http404
        act = "LOOK_BATCH" if request.method == "GET" else "WORK_ON_BATCH"
        note(
            actor=_actor(request),
            act=act,
            matter=str(batch),
            purpose="归集",
            organ=found.organ_code,
            moment=moment_of(request),
        )
        return view(request, found, *args)

    return guarded


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose organ, kind and file; the file is checked, nothing of it is filed yet."""
    organs = _organs(request, FILERS)
    kinds = catalogue_on(moment_of(request).day).catalogue.kinds
    page: dict[str, Any] = {
        "organs": [asdict(organ) for organ in organs],
        "kinds": [(name, kind.name_zh, kind.name_en) for name, kind in kinds.items()],
        "chosen": request.POST.get("kind", "ADMIN_PENALTY"),
    }
    if request.method != "POST":
        return render(request, "desk/upload.html", page)
    try:
        batch = _take(request, organs)
    except XinshuError as refused:
        return render(request, "desk/upload.html", page | {"refused": str(refused)}, status=422)
    return redirect("desk:batch", batch)


def _take(request: HttpRequest, organs: tuple[OrganRow, ...]) -> UUID:
    organ, file = request.POST.get("organ", ""), request.FILES.get("file")
    if organ not in {one.code for one in organs}:
        raise PermissionDenied("您不是该机关的经办人员。You do not file for this organ.")
    if not isinstance(file, UploadedFile):
        raise NoFile("请选择要报送的文件。Choose the file to send.")
    opened = actions.open_batch(
        organ_code=organ,
        kind=request.POST.get("kind", ""),
        file_name=file.name or "batch",
        door=Door.DESK,
        actor=_actor(request),
        moment=moment_of(request),
    )
    size = actions.add_content(batch=opened.id, offset=0, chunks=file.chunks())
    _check(request, opened.id, size)
    return opened.id


class NoFile(XinshuError):
    """Nothing was chosen."""


def _check(request: HttpRequest, batch: UUID, size: int) -> None:
    if size > AT_ONCE:
        tasks.check_later(batch=batch, actor=_actor(request))
    else:
        actions.check(batch=batch, actor=_actor(request), moment=moment_of(request), progress=_untold)


@staff
@require_safe
@_own
def batch_page(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """Where a batch stands: its progress, its dry run, or its receipt."""
    fate = request.GET.get("fate") or None
    number = max(int(request.GET["page"]), 1) if request.GET.get("page", "").isdecimal() else 1
    day = moment_of(request).day
    rows, total = queries.previews(found.id, on_date=day, fate=fate, most=PAGE, skip=PAGE * (number - 1))
    receipt = queries.receipt(found.id)
    page = {
        "batch": asdict(found),
        "may_file": _may_file(request, found),
        "rows": [asdict(row) for row in rows],
        "total": total,
        "page": number,
        "more": total > PAGE * number,
        "fate": fate or "",
        "fates": ("ACCEPTED", "CORRECTED", "UNCHANGED", "RETURNED"),
        "questions": [asdict(question) for question in receipt.questions],
        "notices": [asdict(notice) for notice in receipt.notices],
        "asks_headers": found.state == State.REFUSED and queries.header_questions(found.id) is not None,
        "working": found.state == State.FILING or (found.state == State.UPLOADING and found.file_size > AT_ONCE),
        "kind": catalogue_on(day).catalogue.kinds[found.kind].name_zh,
    }
    return render(request, "desk/batch.html", page)


@staff
@require_POST
@_own
def file(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """File what was checked, once all three reviews are attested."""
    _must_file(request, found)
    if not all(request.POST.get(name) == "yes" for name in STATEMENTS):
        return _said(request, found, "报送前须逐项确认三项审查。All three reviews must be attested before filing.")
    try:
        if found.file_size > AT_ONCE:
            tasks.file_later(batch=found.id, actor=_actor(request))
        else:
            actions.file(
                batch=found.id, actor=_actor(request), moment=moment_of(request), attested=True, progress=_untold
            )
    except XinshuError as refused:
        return _said(request, found, str(refused))
    return redirect("desk:batch", found.id)


@staff
@require_POST
@_own
def discard(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """Undo a batch that is not filed."""
    _must_file(request, found)
    try:
        actions.discard(batch=found.id, actor=_actor(request), moment=moment_of(request))
    except XinshuError as refused:
        return _said(request, found, str(refused))
    return redirect("desk:batch", found.id)


@staff
@require_safe
@_own
def returned_file(_request: HttpRequest, found: BatchRow) -> HttpResponse:
    """The rows that go back, in the form in which they came."""
    back = queries.returned_file(found.id)
    if back is None:
        raise Http404
    response = HttpResponse(back[1], content_type="application/octet-stream")
    response.headers["Content-Disposition"] = f'attachment; filename="returned.{back[0].rsplit(".", 1)[-1]}"'
    return response


@staff
@require_safe
@_own
def receipt_json(_request: HttpRequest, found: BatchRow) -> HttpResponse:
    """The receipt for a machine."""
    return answer(asdict(queries.receipt(found.id)))


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@_own
def mend(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """Edit returned rows in the page; saving makes a batch of them alone, and its dry run."""
    back = queries.returned(found.id)
    if back is None:
        raise Http404
    rows = back.rows[:PAGE]
    if request.method == "POST":
        _must_file(request, found)
        edits = {row.index: _edits(request, row) for row in rows}
        made = actions.mended(batch=found.id, edits=edits, actor=_actor(request), moment=moment_of(request))
        actions.check(batch=made.id, actor=_actor(request), moment=moment_of(request), progress=_untold)
        return redirect("desk:batch", made.id)
    page = {"batch": asdict(found), "rows": [_fields(row) for row in rows], "left": len(back.rows) - len(rows)}
    return render(request, "desk/mend.html", page)


def _edits(request: HttpRequest, row: ReturnedRow) -> dict[str, str]:
    names = {f"{row.index}-{place}": header for place, header in enumerate(row.cells)}
    return {header: request.POST[name] for name, header in names.items() if name in request.POST}


def _fields(row: ReturnedRow) -> dict[str, Any]:
    """A returned row as a form: each field with its reasons, the faulty ones first."""
    reasons: dict[str, list[dict[str, str]]] = {}
    for _, header, _, zh, en in row.reasons:
        reasons.setdefault(header, []).append({"zh": zh, "en": en})
    fields = [
        {"name": f"{row.index}-{place}", "header": header, "text": text, "reasons": reasons.pop(header, [])}
        for place, (header, text) in enumerate(row.cells.items())
    ]
    beside = [why for left in reasons.values() for why in left]
    return {
        "row": row.row,
        "sheet": row.sheet,
        "faulty": [field for field in fields if field["reasons"]],
        "others": [field for field in fields if not field["reasons"]],
        "beside": beside,
    }


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@_own
def headers(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """Say what unknown headers stand for; nothing is chosen beforehand, and it is remembered."""
    asked = queries.header_questions(found.id)
    if asked is None:
        raise Http404
    page = {
        "batch": asdict(found),
        "asked": [(f"h{place}", header) for place, header in enumerate(asked.unknown)],
        "candidates": [(name, zh, en) for name, (zh, en) in asked.candidates.items()],
    }
    if request.method != "POST":
        return render(request, "desk/headers.html", page)
    _must_file(request, found)
    said = {header: request.POST.get(name, "?") for name, header in page["asked"]}
    chosen = {header: "" if field == "-" else field for header, field in said.items() if field != "?"}
    try:
        actions.remember_headers(
            organ_code=found.organ_code,
            kind=found.kind,
            mapping=chosen,
            actor=_actor(request),
            moment=moment_of(request),
        )
        _check(request, found.id, found.file_size)
    except XinshuError as refused:
        return render(request, "desk/headers.html", page | {"refused": str(refused)}, status=422)
    return redirect("desk:batch", found.id)


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Find one's own record by code and number, say why, and take it back at once."""
    organs = _organs(request, FILERS)
    asked = request.POST if request.method == "POST" else request.GET
    code, number = normalise(asked.get("code", "")), asked.get("number", "").strip()
    bodies = [body.subject for body in named_by(code)] if code else []
    found = [
        record | {"organ": organ.code}
        for organ in organs
        for record in own_records(organ=organ.code, subjects=bodies, document_number=number)
    ]
    page: dict[str, Any] = {"code": code, "number": number, "found": found, "reasons": list(WithdrawalReason)}
    if request.method != "POST" or "record" not in asked:
        return render(request, "desk/withdraw.html", page)
    chosen = [record for record in found if str(record["record_ref"]) == asked["record"]]
    if not chosen or asked.get("reason") not in set(WithdrawalReason):
        return render(request, "desk/withdraw.html", page | {"refused": True}, status=422)
    actions.withdraw(
        organ_code=chosen[0]["organ"],
        subject_code=code,
        record_ref=chosen[0]["record_ref"],
        reason=WithdrawalReason(asked["reason"]),
        words=asked.get("words", ""),
        actor=_actor(request),
        moment=moment_of(request),
    )
    return render(request, "desk/withdrawn.html", {"code": code, "number": number})


def _said(request: HttpRequest, found: BatchRow, sentence: str) -> HttpResponse:
    return render(request, "desk/said.html", {"batch": asdict(found), "sentence": sentence}, status=422)


def _posts(request: HttpRequest) -> Any:
    return posts_of(_actor(request), on_date=moment_of(request).day)


def _organs(request: HttpRequest, roles: frozenset[Role]) -> tuple[OrganRow, ...]:
    """The organs for which one holds one of these roles today."""
    held = {post.organ.code: post.organ for post in _posts(request) if post.organ is not None and post.role in roles}
    return tuple(held.values())


def _may_file(request: HttpRequest, found: BatchRow) -> bool:
    return found.organ_code in {organ.code for organ in _organs(request, FILERS)}


def _must_file(request: HttpRequest, found: BatchRow) -> None:
    if not _may_file(request, found):
        raise PermissionDenied("您不是该机关的经办人员。You do not file for this organ.")


def _actor(request: HttpRequest) -> str:
    return str(request.user.get_username())


def _untold(_step: Step) -> None:
    """Within one request nobody watches."""
