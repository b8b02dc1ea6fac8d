"""Every record about the organisation, shown or not: for itself, with who supplied it and why it ended."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated


@mandated
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The organisation's own home."""
    leave_line(request, "LOOK_OWN_RECORDS")
    page = {"acting": acting_for(request), "username": actor_of(request)}
    return render(request, "space/home.html", page)
