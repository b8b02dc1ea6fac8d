"""One wrong record taken back: found by code and number or by its link, seen as the public sees it, confirmed, gone."""

import re
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.desk.standing import actor_of, kind_words, organs_of, unit_at, wording
from xinshu.doors.desk.words import GROUNDS
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import normalise
from xinshu.proceedings.intake import actions
from xinshu.proceedings.intake.states import WithdrawalReason
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.records.own import own_records
from xinshu.register.subjects.queries import named_by
from xinshu.uses.disclosure.queries import record_page

LINK: Final = re.compile(r"/subjects/([0-9A-Z]{9,40})/records/([0-9a-f-]{36})(?![0-9a-f-])")
LONGEST_WORDS: Final = 500


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest) -> HttpResponse:
    """Find one's own record, say why, confirm, and take it back at once."""
    asked = request.POST if request.method == "POST" else request.GET
    code = normalise(asked.get("code", ""))
    number, link = (asked.get(name, "").strip() for name in ("number", "link"))
    found = _by_link(request, link) if link else _by_number(request, code, number)
    if found and link:
        code, number = found[0]["code"], found[0]["document_number"]
    page: dict[str, Any] = {
        "code": code,
        "number": number,
        "link": link,
        "searched": bool(link or (code and number)),
        "found": found,
        "grounds": [(str(name), said) for name, said in GROUNDS.items()],
        "reason": asked.get("reason", ""),
        "words": asked.get("words", "")[:LONGEST_WORDS],
        "may_file": bool(organs_of(request)),
    }
    if code or link:
        # The number stays out of the trail, which outlives the record (adr/0024).
        note(
            actor=actor_of(request),
            act="LOOK_OWN_RECORDS",
            matter=code,
            purpose="撤回",
            organ=unit_at(request),
            moment=moment_of(request),
        )
    if request.method != "POST":
        return render(request, "desk/withdraw.html", page)
    return _taken_back(request, page)


def _taken_back(request: HttpRequest, page: dict[str, Any]) -> HttpResponse:
    chosen = [record for record in page["found"] if str(record["record_ref"]) == request.POST.get("record")]
    faults = _faults(request, bool(chosen))
    if faults:
        return render(request, "desk/withdraw.html", page | {"faults": faults}, status=422)
    try:
        actions.withdraw(
            organ_code=chosen[0]["organ"],
            subject_code=chosen[0]["code"],
            record_ref=chosen[0]["record_ref"],
            reason=WithdrawalReason(request.POST["reason"]),
            words=page["words"],
            actor=actor_of(request),
            moment=moment_of(request),
        )
    except XinshuError as said:
        return render(request, "desk/withdraw.html", page | {"refused": str(said)}, status=422)
    return redirect(f"{reverse('desk:withdrawn')}?record={chosen[0]['record_ref']}")


def _faults(request: HttpRequest, chosen: bool) -> list[tuple[str, str, str]]:
    """What is missing before a record can be taken back: where to go on the page, and what to do."""
    told = []
    if not chosen:
        told.append(("r1", "请选择要撤回的信息。", "Choose the record."))
    if request.POST.get("reason") not in set(WithdrawalReason):
        told.append(("reason", "请选择理由。", "Choose the reason."))
    if request.POST.get("confirmed") != "yes":
        told.append(("confirmed", "请确认撤回后不能恢复。", "Confirm that it cannot be restored."))
    return told


@staff
@require_safe
def withdrawn(request: HttpRequest) -> HttpResponse:
    """It is done; the reference is what one keeps on file."""
    text = request.GET.get("record", "")
    return render(request, "desk/withdrawn.html", {"record": text if _is_reference(text) else ""})


def _is_reference(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def _by_number(request: HttpRequest, code: str, number: str) -> list[dict[str, Any]]:
    return _own(request, code, document_number=number) if code and number else []


def _own(request: HttpRequest, code: str, **which: Any) -> list[dict[str, Any]]:
    bodies = [body.subject for body in named_by(code)]
    return [
        _told(request, record | {"organ": organ.code, "organ_name": organ.name, "code": code})
        for organ in organs_of(request)
        for record in own_records(organ=organ.code, subjects=bodies, **which)
    ]


def _by_link(request: HttpRequest, link: str) -> list[dict[str, Any]]:
    """The record at a public address, while it is shown; a link of ours, or the path of one."""
    place = LINK.search(link)
    if place is None or not _is_reference(place[2]):
        return []
    if record_page(place[1], UUID(place[2]), on_date=moment_of(request).day) is None:
        return []
    return _own(request, place[1], record_ref=UUID(place[2]))


def _told(request: HttpRequest, record: dict[str, Any]) -> dict[str, Any]:
    """With its kind's name, and how the public sees it today, if it does."""
    shown = record_page(record["code"], record["record_ref"], on_date=moment_of(request).day)
    return record | {
        "kind_words": kind_words(request, record["kind"]),
        "shown": None if shown is None else wording(request).record(shown[1]),
    }
