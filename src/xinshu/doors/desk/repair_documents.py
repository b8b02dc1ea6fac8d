"""Documents of a repair at the desk: its unit reads them, and at the counter the signed commitment is attached."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from xinshu.doors.case_documents import as_attachment, attached, one_of, takes_document
from xinshu.doors.desk.repairs import case_page, seen_documents, visible_repair
from xinshu.doors.desk.standing import actor_of, unit_at
from xinshu.doors.repair_steps import FILLED
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.documents import remove
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.repair.queries import RepairCase, may_help
from xinshu.proceedings.repair.states import RepairState
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff


@takes_document
@staff
@require_POST
def attach_one(request: HttpRequest, case: UUID) -> HttpResponse:
    """A clerk at the counter attaches what the subject hands over and signed, while the form is filled."""
    found, moment = _helped(request, case), moment_of(request)
    try:
        attached(request, case=case, states=FILLED, side=Side.COUNTER, actor=actor_of(request), moment=moment)
    except XinshuError as refused:
        return case_page(request, found, refused=str(refused), status=422)
    return redirect("desk:repair", case=case)


@staff
@require_safe
def document(request: HttpRequest, case: UUID, document: UUID) -> HttpResponse:
    """One document, to be saved, for those who decide or who helped; each look leaves its line."""
    found = visible_repair(request, case)
    one = one_of(seen_documents(request, found), document)
    matter, moment = f"{case} {document}", moment_of(request)
    note(
        actor=actor_of(request),
        act="DOCUMENT_OPEN",
        matter=matter,
        purpose="修复",
        organ=unit_at(request),
        moment=moment,
    )
    return as_attachment(one)


@staff
@require_POST
def remove_one(request: HttpRequest, case: UUID, document: UUID) -> HttpResponse:
    """Take back what was attached at the counter, while it is a draft."""
    found, moment = _helped(request, case), moment_of(request)
    one_of(seen_documents(request, found), document)
    draft = (RepairState.DRAFT,)
    try:
        remove(case=case, document=document, states=draft, side=Side.COUNTER, actor=actor_of(request), moment=moment)
    except XinshuError as refused:
        return case_page(request, found, refused=str(refused), status=422)
    return redirect("desk:repair", case=case)


def _helped(request: HttpRequest, case: UUID) -> RepairCase:
    """The case, if one may help with it. Raises Http404, PermissionDenied."""
    found = visible_repair(request, case)
    if not may_help(actor_of(request), found.row.organ, on_date=moment_of(request).day):
        raise PermissionDenied(
            "材料由申请人或者窗口经办人员附上。The applicant attaches documents, or a clerk at the counter."
        )
    return found
