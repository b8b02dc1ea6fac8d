"""Documents of cases over the web: one to a sending, never more than allowed, given out as what does nothing."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.http import content_disposition_header

from xinshu.doors.desk.upload_handler import FRAME, Nameless, declared
from xinshu.doors.portal.pages import unavailable
from xinshu.doors.repair_steps import FILLED
from xinshu.doors.repair_words import SIDES
from xinshu.proceedings.cases.documents import DocumentRow, attach, opened
from xinshu.proceedings.cases.files import LARGEST, DocumentRefused
from xinshu.proceedings.cases.queries import CaseRow
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.repair.states import RepairState

Page = Callable[..., HttpResponseBase]
TOO_LARGE: Final = (
    f"文件过大，未保存：一次只附一份材料，每份不超过 {LARGEST >> 20} MiB；请压缩、拆分或降低扫描分辨率后再附上。"
    f" The file is too large and was not kept: attach one at a time, of at most {LARGEST >> 20} MiB; split it or scan"
    " it more coarsely."
)
NOTHING_RUNS: Final = "sandbox; default-src 'none'"


def takes_document(view: Page) -> Page:
    """For a route whose form has a file: what is larger is refused before it is read. The outermost decorator."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        limit = min(LARGEST + FRAME, settings.UPLOAD_LIMIT + FRAME)
        if declared(request) > limit:
            return unavailable(request, TOO_LARGE, status=413)
        handler = Nameless(request, limit)
        request.upload_handlers = [handler]
        try:
            return view(request, *args, **kwargs)
        finally:
            handler.upload_complete()  # the parser does not say so where it cannot read the form

    return guarded


def attached(request: HttpRequest, *, field: str = "document", **to: Any) -> Any:
    """Attach the file of a form to a case (`case`, `side`, `actor`, `moment`); its number. Raises DocumentRefused."""
    file = request.FILES.get(field)
    if not isinstance(file, UploadedFile):
        raise DocumentRefused("请选择要附上的材料。Choose the document to attach.")
    return attach(name=file.name or "", chunks=file.chunks(), **to)


def as_attachment(found: DocumentRow) -> HttpResponse:
    """The answer with a document: to be saved, never opened in the page, as what it was found to be."""
    answer = HttpResponse(opened(found.id), content_type=found.content_type)
    answer.headers["Content-Disposition"] = content_disposition_header(True, found.name) or "attachment"
    answer.headers["Content-Security-Policy"] = NOTHING_RUNS
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def one_of(documents: Sequence[DocumentRow], document: UUID) -> DocumentRow:
    """That one of the documents that may be seen. Raises Http404, alike for any other."""
    found = next((one for one in documents if one.id == document), None)
    if found is None:
        raise Http404
    return found


def shelf(
    documents: Sequence[DocumentRow], case: CaseRow, *, door: str, side: Side, fills: bool, of: str = "repair"
) -> dict[str, Any]:
    """The documents of a case for a template, with their addresses at a door (`space`, `desk`); `of` names its routes.

    `fills`: whether whoever looks fills the form, for that side: attaches while it is filled, and takes its own back
    while it is a draft. The form of a shield has its document in itself.
    """
    draft = fills and case.state == RepairState.DRAFT
    told = []
    for one in documents:
        which = {"case": case.id, "document": one.id}
        remove = reverse(f"{door}:{of}-document-remove", kwargs=which) if draft and one.side == side else ""
        told.append(
            {
                "name": one.name,
                "size": one.size,
                "on_day": one.at,
                "side": SIDES[one.side],
                "address": reverse(f"{door}:{of}-document", kwargs=which),
                "remove": remove,
            }
        )
    fills_now = of == "repair" and fills and case.state in FILLED
    attach_to = reverse(f"{door}:repair-documents", args=[case.id]) if fills_now else ""
    return {"documents": told, "attach_to": attach_to, "largest_mib": LARGEST >> 20}
