"""“My name appears here”, “is this not your company?”: said without signing in, withheld at once, told by a receipt."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.portal.wording import Wording
from xinshu.kit.identifiers import check_code
from xinshu.law.terms import ClaimCause
from xinshu.proceedings.objections.actions import ClaimRefused, lodge
from xinshu.proceedings.objections.queries import receipt
from xinshu.proceedings.objections.states import DAYS_KEPT, DUE_WORKDAYS, LONGEST_WORDS
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.withholding import NotShown
from xinshu.uses.disclosure.queries import public_name, record_page


@public
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest, code: str, record_ref: UUID) -> HttpResponse:
    """The two claims on one record, explained; posted, one is lodged. What is not shown is the same 404 as ever."""
    moment = moment_of(request)
    found = record_page(code, record_ref, on_date=moment.day) if check_code(code).valid else None
    if found is None:
        raise Http404
    row, form = found
    said = request.POST if request.method == "POST" else request.GET
    page: dict[str, Any] = {
        "code": code,
        "name": public_name(row),
        "record": Wording(catalogue_on(moment.day).catalogue).record(form),
        "cause": said.get("cause", ""),
        "words": said.get("words", "") if request.method == "POST" else "",
        "longest": LONGEST_WORDS,
        "workdays": DUE_WORKDAYS,
        "days_kept": DAYS_KEPT,
    }
    if request.method != "POST":
        return render(request, "portal/claim.html", page)
    if page["cause"] not in set(ClaimCause):
        return render(request, "portal/claim.html", page | {"unchosen": True}, status=422)
    try:
        lodged = lodge(
            subject=row.subject,
            record_ref=record_ref,
            cause=ClaimCause(page["cause"]),
            words=page["words"],
            moment=moment,
        )
    except NotShown:
        raise Http404 from None
    except ClaimRefused as refused:
        return render(request, "portal/claim.html", page | {"refused": str(refused)}, status=422)
    return redirect("portal:claim-receipt", lodged)


@public
@require_safe
def claim_receipt(request: HttpRequest, claim: UUID) -> HttpResponse:
    """Where a claim stands, to whoever holds its number; never a word of the record."""
    found = receipt(claim, on_date=moment_of(request).day)
    if found is None:
        raise Http404
    return render(request, "portal/claim-receipt.html", {"claim": found, "days_kept": DAYS_KEPT})
