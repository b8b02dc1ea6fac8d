"""Whether a paper of a listing is genuine, for whoever holds it: kind, number, organ and day, and no word of whom."""

import hmac
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.listing_words import papers_of
from xinshu.proceedings.lists.queries import listing_case
from xinshu.register.access.audience import moment_of, public
from xinshu.register.access.queries import organ
from xinshu.register.catalogues.queries import catalogue_on


@public
@require_safe
def paper(request: HttpRequest, case: UUID, code: str) -> HttpResponse:
    """The paper that the code stands for; a wrong code, another's and none are one and the same 404."""
    found = listing_case(case, catalogue_on(moment_of(request).day).catalogue)
    papers = [] if found is None else papers_of(found)
    one = next((one for one in papers if hmac.compare_digest(one["code"].encode(), code.upper().encode())), None)
    if found is None or one is None:
        raise Http404
    unit = organ(found.row.organ)
    page = {"paper": one, "unit": found.row.organ if unit is None else unit.name}
    return render(request, "portal/paper.html", page)
