"""What headers of an organ's files stand for: asked where a file has unknown ones, remembered, listed, forgotten."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xinshu.doors.desk.standing import (
    actor_of,
    in_words,
    kind_words,
    may_file_for,
    must_file_for,
    own_batch,
    seen_by,
    wording,
)
from xinshu.doors.desk.uploads import check
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.intake import actions, own
from xinshu.proceedings.intake.own import HeaderQuestions, MappingRow
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import organ

NOT_SAID = "?"
LEFT_OUT = "-"


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@own_batch
def unknown(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """Say what unknown headers stand for; nothing is chosen beforehand, and it is remembered."""
    asked = own.header_questions(found.id)
    if asked is None:
        raise Http404
    if request.method != "POST":
        return render(request, "desk/headers.html", _page(request, found, asked))
    must_file_for(request, found.organ_code)
    said = {header: request.POST.get(name, NOT_SAID) for name, header in _named(asked)}
    chosen = {header: "" if field == LEFT_OUT else field for header, field in said.items() if field != NOT_SAID}
    try:
        actions.remember_headers(
            organ_code=found.organ_code,
            kind=found.kind,
            mapping=chosen,
            actor=actor_of(request),
            moment=moment_of(request),
        )
        check(request, found.id, found.file_size)
    except XinshuError as refused:
        return render(request, "desk/headers.html", _page(request, found, asked, str(refused)), status=422)
    return redirect("desk:batch", found.id)


def _named(asked: HeaderQuestions) -> list[tuple[str, str]]:
    return [(f"h{place}", header) for place, header in enumerate(asked.unknown)]


def _page(request: HttpRequest, found: BatchRow, asked: HeaderQuestions, refused: str = "") -> dict[str, Any]:
    return {
        "batch": in_words(request, found),
        "may_file": may_file_for(request, found.organ_code),
        "asked": [(name, header, request.POST.get(name, NOT_SAID)) for name, header in _named(asked)],
        "candidates": [(name, zh, en) for name, (zh, en) in asked.candidates.items()],
        "refused": refused,
    }


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def remembered(request: HttpRequest) -> HttpResponse:
    """What was said of headers so far, and a way to forget one of them."""
    seen = seen_by(request)
    if request.method == "POST":
        return _forgotten(request)
    note(
        actor=actor_of(request),
        act="LOOK_HEADERS",
        matter="",
        purpose="归集",
        organ="",
        moment=moment_of(request),
    )
    rows = [_row(request, row) for row in own.header_mappings(seen)]
    return render(request, "desk/remembered.html", {"rows": rows})


def _row(request: HttpRequest, row: MappingRow) -> dict[str, Any]:
    kind = wording(request).catalogue.kinds.get(row.kind)
    rule = None if kind is None else kind.fields.get(row.field)
    held = organ(row.organ_code)
    return {
        **row._asdict(),
        "organ_name": row.organ_code if held is None else held.name,
        "kind_words": kind_words(request, row.kind),
        "field_words": ("不导入此列", "left out") if not row.field else _rule_words(rule, row.field),
        "may_forget": may_file_for(request, row.organ_code),
    }


def _rule_words(rule: Any, field: str) -> tuple[str, str]:
    return (field, "") if rule is None else (rule.name_zh, rule.name_en)


def _forgotten(request: HttpRequest) -> HttpResponse:
    organ_code, kind, header = (request.POST.get(name, "") for name in ("organ", "kind", "header"))
    must_file_for(request, organ_code)
    if kind not in wording(request).catalogue.kinds or not header:
        raise Http404
    actions.remember_headers(
        organ_code=organ_code,
        kind=kind,
        mapping={header: None},
        actor=actor_of(request),
        moment=moment_of(request),
    )
    return redirect("desk:remembered")
