"""What is shown of a body: its page, kind by kind, the pages of one kind, and the page of one record."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.timeline import timeline
from xinshu.doors.portal.wording import RecordWords, Wording
from xinshu.kit.identifiers import SENTENCES, check_code
from xinshu.kit.paging import LAST_PUBLIC_PAGE, page_number, pages
from xinshu.law.terms import Effect
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.disclosure.queries import PAGE_SIZE, Body, kind_page, public_name, record_page, subject_page

EARLIEST: Final = date(2000, 1, 1)
"""Nobody asks for what was shown before; the oldest rule of display here is younger."""


@public
@require_safe
def subject(request: HttpRequest, code: str) -> HttpResponse:
    """What is shown for a code today. Nothing shown is one page, whether the code is known or not.

    `?kind=` pages through one kind; `?as_of=` leaves what was shown on that earlier day already, and still is.
    """
    checked = check_code(code)
    wording = _wording(request)
    if not checked.valid:
        context = {"faults": [SENTENCES[reason] for reason in checked.reasons], "wording": wording}
        return render(request, "portal/not-a-code.html", context, status=400)
    if checked.code != code:
        return redirect("portal:subject", code=checked.code)
    kind = request.GET.get("kind") or None
    if kind is not None and kind not in wording.catalogue.kinds:
        raise Http404
    as_of, unread = _as_of(request)
    asked = {"kind": kind, "as_of": as_of and as_of.isoformat()}
    context = {
        "code": code,
        "warnings": [SENTENCES[warning] for warning in checked.warnings],
        "bodies": _bodies(request, code, kind, as_of, wording),
        "kind": kind,
        "as_of": as_of,
        "no_day": unread,
        "query": "".join(urlencode({name: said}) + "&" for name, said in asked.items() if said),
        "wording": wording,
        "day": moment_of(request).day,
    }
    return render(request, "portal/subject.html", context)


@public
@require_safe
def record(request: HttpRequest, code: str, record_ref: UUID) -> HttpResponse:
    """One record while it is shown; one that has ended and one that never was are the same 404."""
    checked = check_code(code)
    found = record_page(code, record_ref, on_date=moment_of(request).day) if checked.valid else None
    if found is None:
        raise Http404
    row, form = found
    wording = _wording(request)
    words = wording.record(form)
    context = {
        "code": code,
        "name": public_name(row),
        "record": words,
        "events": timeline([words], day=moment_of(request).day),
        "address": request.build_absolute_uri(request.path),
        "wording": wording,
    }
    return render(request, "portal/record.html", context)


def _bodies(
    request: HttpRequest, code: str, kind: str | None, as_of: date | None, wording: Wording
) -> list[dict[str, Any]]:
    """What the template shows of each body of the code."""
    day = moment_of(request).day
    if kind is None:
        return [_told(body, wording, day, list(body.counts)) for body in subject_page(code, on_date=day, as_of=as_of)]
    page = page_number(request.GET.get("page", ""), last=LAST_PUBLIC_PAGE)
    found = kind_page(code, kind=kind, page=page, on_date=day, as_of=as_of)
    return [_told(body, wording, day, [kind]) | {"pages": pages(page, total, PAGE_SIZE)} for body, total in found]


def _told(body: Body, wording: Wording, day: date, listed: Collection[str]) -> dict[str, Any]:
    """A body with its records of the kinds to be listed, their days in order, and how many records speak for or
    against it in all."""
    records = [wording.record(form) for form in body.records]
    counts = wording.counts(body.counts)
    return {
        "body": body,
        "kinds": counts,
        "shown": sum(body.counts.values()),
        "effects": [(effect, sum(count for _, kind, count in counts if kind.effect is effect)) for effect in Effect],
        "groups": [
            (name, kind, body.counts.get(name, 0), _of_kind(records, name))
            for name, kind in wording.catalogue.kinds.items()
            if name in listed
        ],
        "events": timeline(records, day=day),
    }


def _of_kind(records: Sequence[RecordWords], name: str) -> list[RecordWords]:
    return [record for record in records if record.form["kind"] == name]


def _as_of(request: HttpRequest) -> tuple[date | None, bool]:
    """The earlier day that is asked about, if it is one; and whether something else was asked that is no such day."""
    asked = request.GET.get("as_of", "").strip()
    today = moment_of(request).day
    try:
        day = date.fromisoformat(asked)
    except ValueError:
        return None, bool(asked)
    return (day, False) if EARLIEST <= day <= today else (None, True)


def _wording(request: HttpRequest) -> Wording:
    return Wording(catalogue_on(moment_of(request).day).catalogue)
