"""A file comes in at the desk: chosen, sent, checked; and how far the work on it has come."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from xinshu.doors.desk.standing import actor_of, in_words, kinds_in_words, organs_of, visible
from xinshu.doors.desk.upload_handler import within_limit
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.intake import actions, tasks
from xinshu.proceedings.intake.states import Door, Step
from xinshu.register.access.answers import answer
from xinshu.register.access.audience import moment_of, staff

AT_ONCE: Final = 5 << 20
"""Files up to this many bytes are worked on while the clerk waits; a job does the rest."""


class NoFile(XinshuError):
    """Nothing was chosen, or it holds nothing."""


@within_limit
@staff
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose organ, kind and file; the file is checked, nothing of it is filed yet.

    The page's script asks for JSON, so that it can show how much is sent; without it the form does the same.
    """
    scripted = request.headers.get("Accept") == "application/json"
    refused = ""
    if request.method == "POST":
        try:
            place = reverse("desk:batch", args=[_taken(request)])
            return answer({"batch": place}) if scripted else redirect(place)
        except XinshuError as said:
            refused = str(said)
        if scripted:
            return answer({"refused": refused}, status=422)
    return render(request, "desk/upload.html", _page(request, refused), status=422 if refused else 200)


def _page(request: HttpRequest, refused: str) -> dict[str, Any]:
    return {
        "organs": [asdict(organ) for organ in organs_of(request)],
        "kinds": kinds_in_words(request),
        "organ": request.POST.get("organ", ""),
        "kind": request.POST.get("kind", "ADMIN_PENALTY"),
        "limit": settings.UPLOAD_LIMIT,
        "limit_mib": settings.UPLOAD_LIMIT >> 20,
        "refused": refused,
    }


def _taken(request: HttpRequest) -> UUID:
    file = request.FILES.get("file")
    if not isinstance(file, UploadedFile) or not file.size:
        raise NoFile("请选择要报送的文件；空文件不能报送。Choose the file to send; it must not be empty.")
    return take(
        request,
        organ=request.POST.get("organ", ""),
        kind=request.POST.get("kind", ""),
        file_name=file.name or "batch",
        chunks=file.chunks(),
    )


def take(request: HttpRequest, *, organ: str, kind: str, file_name: str, chunks: Iterable[bytes]) -> UUID:
    """Open a batch with this content and check it, or have it checked; its id."""
    if organ not in {held.code for held in organs_of(request)}:
        raise PermissionDenied("您不是该机关的经办人员。You do not file for this organ.")
    opened = actions.open_batch(
        organ_code=organ,
        kind=kind,
        file_name=file_name,
        door=Door.DESK,
        actor=actor_of(request),
        moment=moment_of(request),
    )
    size = actions.add_content(batch=opened.id, offset=0, chunks=chunks)
    check(request, opened.id, size)
    return opened.id


def check(request: HttpRequest, batch: UUID, size: int) -> None:
    """The dry run: at once for a small file, by a job for a large one."""
    if size > AT_ONCE:
        tasks.check_later(batch=batch, actor=actor_of(request))
    else:
        actions.check(batch=batch, actor=actor_of(request), moment=moment_of(request), progress=untold)


@staff
@require_safe
def state(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Where the work on a batch stands, for the page that moves its bar.

    It tells no row, and belongs to the look at that page, which has left its line in the trail.
    """
    found = visible(request, batch)
    told = in_words(request, found)
    zh, en = told["state_words"]
    return answer(
        {
            "state": found.state,
            "words": {"zh": zh, "en": en},
            "working": found.working,
            "step": {"zh": found.step_zh, "en": found.step_en},
            "done": found.done,
            "total": found.total,
        }
    )


def untold(_step: Step) -> None:
    """Within one request nobody else is told; the batch keeps its steps itself."""
