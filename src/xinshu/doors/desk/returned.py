"""Rows that went back, edited in the page: what is typed is kept from page to page, then they alone are tried again."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xinshu.bulk.headers import match_headers
from xinshu.doors.desk.fields import Field, answered, field_of
from xinshu.doors.desk.standing import (
    actor_of,
    in_words,
    may_file_for,
    must_file_for,
    own_batch,
    wording,
)
from xinshu.doors.desk.uploads import check
from xinshu.doors.portal.wording import Words
from xinshu.kit.errors import XinshuError
from xinshu.kit.paging import page_number, pages
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRule, FieldType
from xinshu.proceedings.intake import mending, own
from xinshu.proceedings.intake.own import Edits, ReturnedRow
from xinshu.proceedings.intake.queries import BatchRow, remembered_headers
from xinshu.register.access.audience import moment_of, staff

MOST_ROWS: Final = 20
MOST_FIELDS: Final = 800
"""On one page; a form of more than 1,000 answers is refused."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of returned rows that can be edited: header -> what the catalogue says of its field.

    A column of identity documents is none of them, nor is one that the organ leaves out.
    """

    rules: dict[str, FieldRule]
    catalogue: Catalogue

    @property
    def page(self) -> int:
        """How many rows stand on one page."""
        return max(1, min(MOST_ROWS, MOST_FIELDS // max(1, len(self.rules))))


@staff
@require_http_methods(["GET", "HEAD", "POST"])
@own_batch
def mend(request: HttpRequest, found: BatchRow) -> HttpResponse:
    """Edit returned rows in the page; trying them again makes a batch of them alone, and its dry run."""
    kept = own.returned(found.id, most=0)
    if kept is None or found.kind not in wording(request).catalogue.kinds:
        raise Http404
    columns = _columns(request, found, kept.headers)
    page, last = page_number(request.GET.get("page", "")), max(1, -(-found.returned // columns.page))
    if page > last:
        raise Http404
    back = own.returned(found.id, on_date=moment_of(request).day, most=columns.page, skip=columns.page * (page - 1))
    rows = () if back is None else back.rows
    if request.method != "POST":
        return render(request, "desk/mend.html", _page(request, found, columns, rows))
    must_file_for(request, found.organ_code)
    edits = own.kept_edits(found.id)
    mending.keep_edits(batch=found.id, edits={row.key: _edits(request.POST, row, columns, edits) for row in rows})
    going = request.POST.get("go", "")
    if going == "try":
        try:
            return redirect("desk:batch", _tried(request, found))
        except XinshuError as said:
            return render(request, "desk/mend.html", _page(request, found, columns, rows, str(said)), status=422)
    there = {"next": min(page + 1, last), "before": max(page - 1, 1)}.get(going, page)
    return redirect(f"{reverse('desk:mend', args=[found.id])}?page={there}&kept=1")


def _tried(request: HttpRequest, found: BatchRow) -> UUID:
    """A batch of the returned rows alone, and its dry run."""
    edits = own.kept_edits(found.id)
    made = mending.mended(batch=found.id, edits=edits, actor=actor_of(request), moment=moment_of(request))
    check(request, made.id, made.file_size)
    return made.id


def _columns(request: HttpRequest, found: BatchRow, headers: tuple[str, ...]) -> Columns:
    """By the same reading of headers as the file's, in the file's own order; then the fields it has no column for."""
    catalogue = wording(request).catalogue
    kind = catalogue.kinds[found.kind]
    match = match_headers(headers, kind, mapping=remembered_headers(found.organ_code, found.kind))
    names = {header: name for name, header in match.fields.items()}
    names |= {header: name for name, more in match.joined.items() for header in more}
    rules = {header: kind.fields[names[header]] for header in headers if header in names}
    missing = {rule.name_zh: rule for name, rule in kind.fields.items() if name not in match.fields}
    asked = {header: rule for header, rule in {**missing, **rules}.items() if rule.type is not FieldType.PERSONAL}
    return Columns({header: asked[header] for header in (*headers, *missing) if header in asked}, catalogue)


def _page(
    request: HttpRequest, found: BatchRow, columns: Columns, rows: tuple[ReturnedRow, ...], refused: str = ""
) -> dict[str, Any]:
    edits = own.kept_edits(found.id)
    shown = [_row(row, columns, edits) for row in rows]
    return {
        "batch": in_words(request, found),
        "refused": refused,
        "may_file": may_file_for(request, found.organ_code),
        "rows": shown,
        "summary": [told for row in shown for told in row["summary"]],
        "changed": sum(1 for edit in edits.values() if edit),
        "kept": request.GET.get("kept") == "1",
        "pages": pages(page_number(request.GET.get("page", "")), found.returned, columns.page),
    }


def _row(row: ReturnedRow, columns: Columns, edits: Edits) -> dict[str, Any]:
    """A returned row as a form: the fields with reasons first, then those that hold something, then the rest."""
    reasons: dict[str, list[Words]] = {}
    for _, header, _, zh, en in row.reasons:
        reasons.setdefault(header, []).append((zh, en))
    changed = edits.get(row.key, {})
    fields = [
        field_of(
            rule,
            columns.catalogue,
            name=_name(row, place),
            text=changed.get(header, row.cells.get(header, "")),
            label=(header, rule.name_en),
            reasons=reasons.pop(header, []),
            changed=header in changed,
        )
        for place, (header, rule) in enumerate(columns.rules.items())
    ]
    faulty = [field for field in fields if field.reasons]
    beside = [why for left in reasons.values() for why in left]
    return {
        "row": row.row,
        "sheet": row.sheet,
        "anchor": f"row-{row.index}",
        "due_on": row.due_on,
        "days_left": row.days_left,
        "faulty": faulty,
        "others": [field for field in fields if not field.reasons],
        "beside": beside,
        "changed": bool(changed),
        "summary": [*_summary(row, faulty), *((row.row, f"row-{row.index}", "", why) for why in beside)],
    }


def _summary(row: ReturnedRow, faulty: list[Field]) -> list[tuple[int, str, str, Words]]:
    """What the top of the page says of a row: its number, where to go, the field, and why."""
    return [(row.row, field.anchor, field.label[0], why) for field in faulty for why in field.reasons]


def _edits(form: QueryDict, row: ReturnedRow, columns: Columns, edits: Edits) -> dict[str, str]:
    """What differs now from the cells that were sent."""
    said = {}
    for place, (header, rule) in enumerate(columns.rules.items()):
        sent = row.cells.get(header, "")
        stood = edits.get(row.key, {}).get(header, sent)
        text = answered(form, rule, columns.catalogue, name=_name(row, place), text=stood)
        if text != sent.replace("\r\n", "\n").strip():
            said[header] = text
    return said


def _name(row: ReturnedRow, place: int) -> str:
    return f"r{row.index}-{place}"
