"""Documents over the web: what is too large is refused before it is read, and what is given out does nothing."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from tests import factories
from xinshu.doors.case_documents import as_attachment, attached, takes_document
from xinshu.doors.desk.upload_handler import Nameless
from xinshu.proceedings import vault
from xinshu.proceedings.cases import documents
from xinshu.proceedings.cases.files import LARGEST, DocumentRefused
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.cases.turns import Side


class Unending:
    """A body of two gigabytes, made as it is read; it remembers how much of it was."""

    def __init__(self) -> None:
        self.begun, self.drawn = False, 0

    def read(self, size: int = 1 << 16) -> bytes:
        """More of it."""
        self.drawn += size
        if self.begun:
            return bytes(size)
        self.begun = True
        head = b'--x\r\nContent-Disposition: form-data; name="document"; filename="a.pdf"\r\n\r\n'
        return head + bytes(max(0, size - len(head)))


@takes_document
def view(request: HttpRequest) -> HttpResponse:
    """A route that attaches the file of its form."""
    case, moment = request.META["case"], factories.noon(factories.TODAY)
    try:
        number = attached(request, case=case, side=Side.SUBJECT, actor="someone", moment=moment)
    except DocumentRefused as refused:
        return HttpResponse(str(refused), status=422)
    return as_attachment(documents.document_of(case, number))


@pytest.fixture
def case(db: None, settings: Any, tmp_path: Path) -> Any:
    settings.DATA_FOLDER = tmp_path
    made = Case(id=uuid4(), course="REPAIR", subject_id=7, organ_code="", state="DRAFT", opened_on=factories.TODAY)
    made.opened_at = factories.noon(factories.TODAY).instant
    made.save()
    return made.id


def huge(case: Any, declared: int) -> tuple[HttpRequest, Unending]:
    body = Unending()
    request = RequestFactory().post("/", data=b"", content_type="multipart/form-data; boundary=x")
    request.META |= {"CONTENT_LENGTH": str(declared), "case": case}
    request._stream = body  # type: ignore[attr-defined]
    return request, body


def test_two_gigabytes_are_refused_before_a_byte_is_read(case: Any) -> None:
    request, body = huge(case, 2 << 30)
    answer = view(request)
    assert (answer.status_code, "10 MiB" in answer.content.decode()) == (413, True)
    assert body.drawn == 0
    assert not (vault.folder() / "documents").exists()


def test_the_limit_holds_while_it_is_read_whatever_was_said_before(case: Any) -> None:
    handler = Nameless(limit=LARGEST)
    handler.new_file("document", "a.pdf", "application/pdf", None)
    for _ in range(LARGEST >> 20):
        handler.receive_data_chunk(bytes(1 << 20), 0)
    with pytest.raises(RequestDataTooBig):
        handler.receive_data_chunk(b"x", 0)
    assert handler.file.closed
    assert [path.name for path in vault.folder().iterdir() if path.is_file()] == []


def test_it_is_given_out_as_a_download_that_does_nothing(case: Any) -> None:
    content = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
    body = (
        '--x\r\nContent-Disposition: form-data; name="document"; filename="../../凭证.html"\r\n\r\n'.encode()
        + content
        + b"\r\n--x--\r\n"
    )
    request = RequestFactory().post("/", data=body, content_type="multipart/form-data; boundary=x", case=case)
    answer = view(request)
    request.close()
    assert answer.content == content
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"].startswith("attachment; ")
    assert ".." not in answer.headers["Content-Disposition"]
    assert answer.headers["Content-Security-Policy"].startswith("sandbox")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_without_a_file_it_says_so(case: Any) -> None:
    request = RequestFactory().post("/", data={}, case=case)
    assert view(request).status_code == 422
