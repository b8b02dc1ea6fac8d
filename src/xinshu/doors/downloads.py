"""A file of open data as an answer: whole, a range of it, or nothing when the reader has it already."""

import re
from collections.abc import Iterator
from typing import IO, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse

from xinshu.bulk.open_files import CONTENT_TYPES
from xinshu.register.access.audience import moment_of
from xinshu.uses.disclosure.data_sets import DataSet
from xinshu.uses.disclosure.open_data import BeingMade, OpenFile, TooManyRows, file_for_reader
from xinshu.uses.disclosure.tasks import make_later

BLOCK: Final = 1 << 16
IN_ONE: Final = 1 << 20
"""Bytes that are sent in one piece; more than that is read as it is sent."""

ONE_RANGE: Final = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
LARGE_AFTER: Final = 120
"""Seconds after which one may ask again for a large file that the worker makes."""


def wanted(request: HttpRequest, data_set: DataSet, form: str) -> OpenFile:
    """The file of this moment; raises BeingMade when it has to be waited for."""
    try:
        return file_for_reader(data_set, form, on_date=moment_of(request).day)
    except TooManyRows:
        make_later(data_set.name, form)
        raise BeingMade(LARGE_AFTER) from None


def opened(found: OpenFile) -> IO[bytes]:
    """Its content. Raises BeingMade when it has just given way to a newer one."""
    try:
        return found.path.open("rb")
    except FileNotFoundError:
        raise BeingMade(1) from None


def sends_content(request: HttpRequest, found: OpenFile) -> bool:
    """Whether the answer will hold anything of the file."""
    return request.method != "HEAD" and not _has_it(request, found) and _span(request, found) is not None


def as_download(request: HttpRequest, found: OpenFile) -> HttpResponseBase:
    """The answer; its ETag is the file's SHA-256. One range at a time; for several, the whole file."""
    span = _span(request, found)
    answer: HttpResponseBase
    if _has_it(request, found):
        answer = HttpResponse(status=304)
    elif span is None:
        answer = HttpResponse(status=416)
        answer.headers["Content-Range"] = f"bytes */{found.size}"
    else:
        answer = _content(request, found, span)
    answer.headers["ETag"] = _tag(found)
    answer.headers["Accept-Ranges"] = "bytes"
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


def _content(request: HttpRequest, found: OpenFile, span: range) -> HttpResponseBase:
    kind = CONTENT_TYPES[found.form]
    answer: HttpResponseBase
    if request.method == "HEAD":
        answer = HttpResponse(content_type=kind)
    elif len(span) <= IN_ONE:
        with opened(found) as file:
            file.seek(span.start)
            answer = HttpResponse(file.read(len(span)), content_type=kind)
    else:
        answer = StreamingHttpResponse(_Blocks(opened(found), span), content_type=kind)
    if len(span) < found.size:
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {span.start}-{span.stop - 1}/{found.size}"
    answer.headers["Content-Length"] = str(len(span))
    answer.headers["Content-Disposition"] = f'attachment; filename="{found.name}"'
    return answer


def _span(request: HttpRequest, found: OpenFile) -> range | None:
    """The bytes asked for; all of them where no range counts; None: a range that the file has not."""
    whole = range(found.size)
    asked = ONE_RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or asked[0] == "bytes=-" or request.headers.get("If-Range", _tag(found)) != _tag(found):
        return whole
    first, last = asked.groups()
    if first:
        part = whole[int(first) : int(last) + 1 if last else None]
        reversed_ = bool(last) and int(last) < int(first)
        return whole if reversed_ else part or None
    return whole[-int(last) :] if int(last) and found.size else None


def _has_it(request: HttpRequest, found: OpenFile) -> bool:
    known = [tag.strip().removeprefix("W/") for tag in request.headers.get("If-None-Match", "").split(",")]
    return _tag(found) in known or "*" in known


def _tag(found: OpenFile) -> str:
    return f'"{found.sha256}"'


class _Blocks:
    """The bytes of a span of an open file, which is closed with the answer, read to the end or not."""

    def __init__(self, file: IO[bytes], span: range) -> None:
        self._file, self._span = file, span

    def __iter__(self) -> Iterator[bytes]:
        self._file.seek(self._span.start)
        left = len(self._span)
        while left and (block := self._file.read(min(left, BLOCK))):
            left -= len(block)
            yield block

    def close(self) -> None:
        """Told by Django when the answer is over."""
        self._file.close()
