"""Who is late with what it copied, for everyone; and at an address of its own, what one agency is to mend."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.portal.small_forms import small
from xinshu.kit.errors import XinshuError
from xinshu.regimes.agencies.actions import reply
from xinshu.regimes.agencies.copies import RULES
from xinshu.regimes.agencies.queries import Box, box, late_list
from xinshu.regimes.agencies.states import LONGEST_WORDS
from xinshu.register.access.answers import answer
from xinshu.register.access.audience import moment_of, public


@public
@require_safe
def late(request: HttpRequest) -> HttpResponse:
    """The public late list: agencies, for what and since when; never a body that a copy is about."""
    return render(request, "portal/agencies-late.html", {"late": [row._asdict() for row in late_list()]})


@public
@small
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def notices(request: HttpRequest, box: UUID) -> HttpResponse:
    """What an agency is to mend, until when, and its reply; for whoever knows the address, which is the agency."""
    found = _found(request, box)
    page = {"box": box, "longest": LONGEST_WORDS, **_told(found)}
    if request.method != "POST":
        return render(request, "portal/agency-notices.html", page)
    words = request.POST.get("words", "")
    try:
        matter = UUID(request.POST.get("matter", ""))
        reply(box=box, matter=matter, words=words, moment=moment_of(request))
    except ValueError:
        raise Http404 from None
    except XinshuError as refused:
        page |= {"refused": str(refused), "replying": str(matter), "words": words}
        return render(request, "portal/agency-notices.html", page, status=422)
    return redirect("portal:agency-notices", box)


@public
@require_safe
def notices_json(request: HttpRequest, box: UUID) -> HttpResponse:
    """The same for the agency's own systems."""
    return answer(_told(_found(request, box)))


def _found(request: HttpRequest, address: UUID) -> Box:
    found = box(address, on_date=moment_of(request).day)
    if found is None:
        raise Http404
    return found


def _fault(row: int, field: str, rule: str) -> dict[str, Any]:
    """A row that could not be read, and the way out."""
    zh, en = RULES[rule]
    return {"row": row, "field": field, "rule": rule, "message": {"zh": zh, "en": en}}


def _told(found: Box) -> dict[str, Any]:
    """References, ways in which copies differ, and days; nothing of what a record says."""
    audit = found.audit
    return {
        "agency": found.agency.name,
        "audit": None
        if audit is None
        else {
            "on_day": audit.on_day,
            "source": audit.source,
            "rows": audit.rows,
            "same": audit.same,
            "failure": audit.failure,
            "faulty": audit.faulty,
            "faults": [_fault(*fault) for fault in audit.faults],
        },
        "findings": [
            {"ref": str(row.record_ref), "found": row.found, "fields": list(row.fields)} for row in found.findings
        ],
        "matters": [
            {
                "id": str(row.id),
                "cause": row.cause,
                "state": row.state,
                "opened_on": row.opened_on,
                "due_on": row.due_on,
                "copies": row.count,
                "through": row.through,
                "address": row.address,
                "slip": {"salt": row.salt, "mark": row.mark} if row.mark else None,
                "steps": [{"event": step.event, "on_day": step.on_day, "words": step.words} for step in row.steps],
            }
            for row in found.matters
        ],
    }
