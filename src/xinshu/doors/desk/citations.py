"""Corrections that lengthen a display or raise a class: one person cites, a reviewer of the organ files."""

from typing import Any, Final

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xinshu.doors.desk.standing import actor_of, in_words, may_file_for, must_file_for, own_batch, posts
from xinshu.doors.desk.uploads import check
from xinshu.kit.errors import XinshuError
from xinshu.law.entries import FieldRole
from xinshu.proceedings.intake import mending, own
from xinshu.proceedings.intake.own import ReturnedRow
from xinshu.proceedings.intake.queries import BatchRow
from xinshu.proceedings.intake.settling import needs_citation
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on

LOOKED_THROUGH: Final = 1_000
"""Returned rows that are looked through for such corrections; the file holds the rest."""


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@own_batch
def cite(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """Choose the corrections, name document and article; what comes of it waits for the second person."""
    rows = _citable(found)
    if not rows:
        raise Http404
    page: dict[str, Any] = {
        "batch": in_words(request, found),
        "rows": [_row(row, _number_header(request, found)) for row in rows],
        "chosen": request.POST.getlist("row"),
        "citation": request.POST.get("citation", ""),
        "may_file": may_file_for(request, found.organ_code),
        "shortest": mending.SHORTEST_CITATION,
        "longest": mending.LONGEST_CITATION,
    }
    if request.method != "POST":
        return render(request, "desk/cite.html", page)
    must_file_for(request, found.organ_code)
    chosen = {row.index for row in rows if str(row.index) in page["chosen"]}
    try:
        made = mending.cited(
            batch=found.id, rows=chosen, citation=page["citation"], actor=actor_of(request), moment=moment_of(request)
        )
        check(request, made.id, made.file_size)
    except XinshuError as said:
        return render(request, "desk/cite.html", page | {"refused": str(said)}, status=422)
    return redirect("desk:batch", made.id)


def citable(found: BatchRow) -> bool:
    """Whether some of the returned rows lack nothing but a citation and a second person."""
    return bool(_citable(found))


def waits_for_another(request: HttpRequest, found: BatchRow) -> bool:
    """Whether a batch with a citation is not this person's to file: a reviewer who did not cite files it."""
    if not found.citation:
        return False
    reviews = any(
        post.organ is not None and post.organ.code == found.organ_code and post.role is Role.REVIEWER
        for post in posts(request)
    )
    return actor_of(request) == found.actor or not reviews


def _citable(found: BatchRow) -> list[ReturnedRow]:
    if not found.returned or found.erased_at is not None:
        return []
    back = own.returned(found.id, most=LOOKED_THROUGH)
    return [row for row in (back.rows if back else ()) if needs_citation(code for _, _, code, _, _ in row.reasons)]


def _number_header(request: HttpRequest, found: BatchRow) -> list[str]:
    """By which names a column may hold the document's number."""
    fields = catalogue_on(moment_of(request).day).catalogue.kinds[found.kind].fields
    return [
        spelling
        for name, rule in fields.items()
        if rule.role is FieldRole.DOCUMENT_NUMBER
        for spelling in (name, rule.name_zh, *rule.spellings)
    ]


def _row(row: ReturnedRow, numbers: list[str]) -> dict[str, Any]:
    return {
        "index": str(row.index),
        "row": row.row,
        "sheet": row.sheet,
        "number": next((row.cells[header] for header in numbers if row.cells.get(header)), ""),
        "reasons": [(zh, en) for *_, zh, en in row.reasons],
    }
