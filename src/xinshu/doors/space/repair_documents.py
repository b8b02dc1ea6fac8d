"""Documents of a repair in the organisation's own space: attached, given out to it alone, taken back while a draft."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from xinshu.doors.case_documents import as_attachment, attached, one_of, takes_document
from xinshu.doors.repair_steps import FILLED
from xinshu.doors.space.repairs import case_page, own_repair
from xinshu.doors.space.standing import actor_of, leave_line, mandated
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.documents import documents_of, remove
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.repair.states import RepairState
from xinshu.register.access.audience import moment_of


@takes_document
@mandated
@require_POST
def attach_one(request: HttpRequest, case: UUID) -> HttpResponse:
    """Attach a document while the form is filled; what is no document is refused with the way out."""
    found, moment = own_repair(request, case), moment_of(request)
    try:
        attached(request, case=case, states=FILLED, side=Side.SUBJECT, actor=actor_of(request), moment=moment)
    except XinshuError as refused:
        return case_page(request, found, refused=str(refused), status=422)
    return redirect("space:repair", case=case)


@mandated
@require_safe
def document(request: HttpRequest, case: UUID, document: UUID) -> HttpResponse:
    """One document, to be saved."""
    own_repair(request, case)
    found = one_of(documents_of(case), document)
    leave_line(request, "OPEN_OWN_DOCUMENT")
    return as_attachment(found)


@mandated
@require_POST
def remove_one(request: HttpRequest, case: UUID, document: UUID) -> HttpResponse:
    """Take a document back that one attached, while it is a draft."""
    found, moment = own_repair(request, case), moment_of(request)
    one_of(documents_of(case), document)
    draft = (RepairState.DRAFT,)
    try:
        remove(case=case, document=document, states=draft, side=Side.SUBJECT, actor=actor_of(request), moment=moment)
    except XinshuError as refused:
        return case_page(request, found, refused=str(refused), status=422)
    return redirect("space:repair", case=case)
