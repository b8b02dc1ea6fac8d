"""Documents of listings at the desk: the proofs of service that were attached, and the papers that the house makes."""

from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xinshu.doors.case_documents import as_attachment, one_of
from xinshu.doors.desk.listing_paper import listing_pdf
from xinshu.doors.desk.lists import seen_documents, visible_listing
from xinshu.doors.desk.standing import actor_of, unit_at
from xinshu.doors.listing_words import PAPERS
from xinshu.doors.portal.wording import Wording
from xinshu.proceedings.lists.queries import ListingCase, listing_case
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.catalogues.queries import catalogue_on


@staff
@require_safe
def document(request: HttpRequest, case: UUID, document: UUID) -> HttpResponse:
    """One proof of service, to be saved; each look leaves its line."""
    one = one_of(seen_documents(request, visible_listing(request, case)), document)
    said = {"act": "DOCUMENT_OPEN", "matter": f"{case} {document}", "purpose": "列入名单", "organ": unit_at(request)}
    note(actor=actor_of(request), **said, moment=moment_of(request))
    return as_attachment(one)


@staff
@require_safe
def paper(request: HttpRequest, case: UUID, place: int) -> HttpResponse:
    """A paper of a listing: the notice, the decision, the removal, the publicity."""
    found = visible_listing(request, case)
    said = {"act": "LOOK_LISTING", "matter": str(case), "purpose": "列入名单", "organ": unit_at(request)}
    note(actor=actor_of(request), **said, moment=moment_of(request))
    return paper_answer(found, place)


def paper_answer(found: ListingCase, place: int) -> HttpResponse:
    """The paper of that step as a file, by the rule and words of its day; its name says nothing. Raises Http404."""
    line = next((one for one in found.history if one.place == place and one.event in PAPERS), None)
    if line is None:
        raise Http404
    catalogue = catalogue_on(line.on_day).catalogue
    then = listing_case(found.row.id, catalogue)
    if then is None:
        raise Http404
    content = listing_pdf(then, line, Wording(catalogue), site=settings.SITE)
    answer = HttpResponse(content, content_type="application/pdf")
    answer.headers["Content-Disposition"] = 'attachment; filename="listing-paper.pdf"'
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
