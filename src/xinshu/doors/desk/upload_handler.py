"""Uploads on their way in: never larger than allowed, never under a name on the disk, where a kill would leave them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import wraps
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render

from xinshu.kit.durable import room
from xinshu.proceedings import vault

Page = Callable[..., HttpResponseBase]
FRAME = 1 << 16
"""What a form may say beside its file, in bytes."""


class Nameless(FileUploadHandler):
    """Writes a file that is sent with a form into the vault's folder, without a name; it is gone when it is closed."""

    def __init__(self, request: HttpRequest | None = None, limit: int | None = None) -> None:
        super().__init__(request)
        self.limit = settings.UPLOAD_LIMIT + FRAME if limit is None else limit
        self.read, self.is_whole = 0, True

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """A file begins."""
        super().new_file(*args, **kwargs)
        with room():
            self.file: IO[bytes] = TemporaryFile(dir=vault.folder())  # noqa: SIM115 closed with the request
        self.is_whole = False

    def handle_raw_input(self, input_data: Any, META: Any, content_length: int, *args: Any, **kwargs: Any) -> None:  # noqa: N803 ARG002
        """Nothing larger than allowed is read, on whatever route it comes."""
        self._allow(content_length)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:  # noqa: ARG002 Django's own argument
        """A piece of it."""
        self.read += len(raw_data)
        with self._whole():
            self._allow(self.read)
            self.file.write(raw_data)

    def file_complete(self, file_size: int) -> "UploadedFile[bytes]":
        """It is whole."""
        with self._whole():
            self.file.seek(0)
        self.is_whole = True
        return UploadedFile(
            file=self.file,
            name=self.file_name,
            content_type=self.content_type,
            size=file_size,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_complete(self) -> None:
        """The form is over; a file that was cut off is nobody's, and is let go at once."""
        if not self.is_whole:
            self.file.close()

    def _allow(self, size: int) -> None:
        if size > self.limit:
            raise RequestDataTooBig("上传过大。The upload is too large.")

    @contextmanager
    def _whole(self) -> Iterator[None]:
        """A full disk is told as such, and what was written so far is given back to it."""
        try:
            with room():
                yield
        except BaseException:
            with suppress(OSError):  # closing writes what is left, for which there is no room either
                self.file.close()
            raise


def within_limit(view: Page) -> Page:
    """Refuse a body that is larger than allowed before any of it is read."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if declared(request) <= settings.UPLOAD_LIMIT + FRAME:
            return view(request, *args, **kwargs)
        page = {"too_large": True, "limit_mib": settings.UPLOAD_LIMIT >> 20}
        return render(request, "desk/upload.html", page, status=413)

    return guarded


def declared(request: HttpRequest) -> int:
    """How many bytes a request says that it holds; no more of it is ever read."""
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isdigit() else 0
