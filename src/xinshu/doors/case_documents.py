"""Documents of cases over the web: one to a sending, never more than allowed, given out as what does nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header

from xinshu.doors.desk.upload_handler import FRAME, Nameless, declared
from xinshu.proceedings.cases.documents import DocumentRow, attach, opened
from xinshu.proceedings.cases.files import LARGEST, DocumentRefused

Page = Callable[..., HttpResponseBase]
NOTHING_RUNS: Final = "sandbox; default-src 'none'"


def takes_document(view: Page) -> Page:
    """For a route whose form has a file: what is larger is refused before it is read. The outermost decorator."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        limit = min(LARGEST + FRAME, settings.UPLOAD_LIMIT + FRAME)
        if declared(request) > limit:
            return render(request, "portal/document_too_large.html", {"limit_mib": LARGEST >> 20}, status=413)
        request.upload_handlers = [Nameless(request, limit)]
        return view(request, *args, **kwargs)

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
