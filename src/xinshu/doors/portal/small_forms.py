"""Forms for everyone are small: what is larger is refused before a byte of it is read."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final

from django.http import HttpRequest, HttpResponse

LARGEST: Final = 256 << 10
TOO_LARGE: Final = "内容过大，没有接收。 Too large; nothing was taken in.\n"

Page = Callable[..., HttpResponse]


def small(view: Page) -> Page:
    """A route whose form, with its file, has at most LARGEST bytes. It stands above whatever reads the form."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or int(length) > LARGEST:
            return HttpResponse(TOO_LARGE, content_type="text/plain; charset=utf-8", status=413)
        return view(request, *args, **kwargs)

    return guarded
