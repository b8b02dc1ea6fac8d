"""Documents of shields at the desk: the court's order for the officers who check it, and what a clerk attached."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from xinshu.doors.case_documents import as_attachment, one_of
from xinshu.doors.desk.shields import case_page, seen_documents, visible_shield
from xinshu.doors.desk.standing import actor_of, unit_at
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.cases.documents import remove
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.shield.states import ShieldState
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff


@staff
@require_safe
def document(request: HttpRequest, case: UUID, document: UUID) -> HttpResponse:
    """One document, to be saved, for those who decide or who helped; each look leaves its line."""
    one = one_of(seen_documents(request, visible_shield(request, case)), document)
    said = {"act": "DOCUMENT_OPEN", "matter": f"{case} {document}", "purpose": "临时屏蔽", "organ": unit_at(request)}
    note(actor=actor_of(request), **said, moment=moment_of(request))
    return as_attachment(one)


@staff
@require_POST
def remove_one(request: HttpRequest, case: UUID, document: UUID) -> HttpResponse:
    """Take back what was attached at the counter, while it is a draft."""
    found, moment = visible_shield(request, case), moment_of(request)
    one_of(seen_documents(request, found), document)
    draft = (ShieldState.DRAFT,)
    try:
        remove(case=case, document=document, states=draft, side=Side.COUNTER, actor=actor_of(request), moment=moment)
    except XinshuError as refused:
        return case_page(request, found, refused)
    return redirect("desk:shield", case=case)
