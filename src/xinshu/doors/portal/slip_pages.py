"""The clean-up slip for everyone: it is checked, it reports where a copy stands, and it tells what became of that."""

from typing import Any
from uuid import UUID

import orjson
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.portal.small_forms import small
from xinshu.kit.errors import XinshuError
from xinshu.regimes.agencies.clearing import LONGEST_ADDRESS, report_copy, verified
from xinshu.regimes.agencies.queries import slip as slip_row
from xinshu.regimes.agencies.slips import SlipText, read_slip
from xinshu.regimes.agencies.states import DAYS_KEPT
from xinshu.register.access.audience import moment_of, public
from xinshu.register.publog import tiles


@public
@small
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def slips(request: HttpRequest) -> HttpResponse:
    """Check a slip, with one's own copy beside it if one likes; then report with it where a copy stands."""
    page: dict[str, Any] = {"key": tiles.key(), "longest": LONGEST_ADDRESS, "days_kept": DAYS_KEPT}
    if request.method != "POST":
        return render(request, "portal/slips.html", page)
    page |= {name: request.POST.get(name, "").strip() for name in ("slip", "reference", "code", "address")}
    try:
        parts = read_slip(_given(request))
        found = verified(parts)
        page |= {"checked": _checked(request, found, page), "slip": orjson.dumps(parts).decode()}
        if request.POST.get("act") == "report":
            report_copy(parts=parts, address=page["address"], moment=moment_of(request))
            return redirect("portal:slip", found.number)
    except XinshuError as refused:
        return render(request, "portal/slips.html", page | {"refused": str(refused)}, status=422)
    return render(request, "portal/slips.html", page)


@public
@require_safe
def slip(request: HttpRequest, slip: UUID) -> HttpResponse:
    """What became of the copies that a slip reported, to whoever holds its number; never a word of the record."""
    found = slip_row(slip, on_date=moment_of(request).day)
    if found is None:
        raise Http404
    page = {
        "number": found.number,
        "issued_on": found.issued_on,
        "shown_again": found.shown_again,
        "reported": [row._asdict() for row in found.reported],
        "days_kept": DAYS_KEPT,
    }
    return render(request, "portal/slip.html", page)


def _given(request: HttpRequest) -> bytes | str:
    """The file of a slip as it was sent, or else its text."""
    sent = request.FILES.get("file")
    if isinstance(sent, UploadedFile):
        return bytes(sent.read())
    return request.POST.get("slip", "")


def _checked(request: HttpRequest, found: SlipText, page: dict[str, Any]) -> dict[str, Any]:
    """What a slip that holds says, and whether it is about the copy of whoever asks (None: they named none)."""
    held = slip_row(found.number, on_date=moment_of(request).day)
    matches = None
    if page["reference"] or page["code"]:
        try:
            matches = found.is_about(UUID(page["reference"]), page["code"])
        except ValueError:
            matches = False
    return {
        "number": found.number,
        "issued_on": found.issued_on,
        "entry": found.entry,
        "matches": matches,
        "shown_again": held is not None and held.shown_again,
    }
