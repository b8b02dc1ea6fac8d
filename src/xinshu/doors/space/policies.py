"""Drafts of rules that are open for comments: an organisation says what it thinks of one, as an organisation.

Its name is neither shown nor kept with the comment.
"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from xinshu.bulk.personal import mask
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated
from xinshu.register.access.audience import moment_of
from xinshu.register.catalogues.actions import CommentRefused, say
from xinshu.register.catalogues.queries import assessments, report_of
from xinshu.register.catalogues.states import LONGEST_COMMENT, Speaker


@mandated
@require_http_methods(["GET", "HEAD", "POST"])
def policies(request: HttpRequest) -> HttpResponse:
    """The drafts that are open today, each with its form; posted, a comment is taken in and waits to be read."""
    moment = moment_of(request)
    drafts = [(row, report_of(row.hash)["draft"]) for row in assessments(public_only=True) if row.open_on(moment.day)]
    page = {
        "drafts": drafts,
        "longest": LONGEST_COMMENT,
        "thanks": "thanks" in request.GET,
        "acting": acting_for(request),
        "username": actor_of(request),
    }
    if request.method != "POST":
        return render(request, "space/policies.html", page)
    report, words = request.POST.get("report", ""), request.POST.get("words", "")
    try:
        say(report, words=mask(words)[0], speaker=Speaker.ORGANISATION, moment=moment)
    except CommentRefused as refused:
        told = page | {"refused": str(refused), "meant": report, "words": words}
        return render(request, "space/policies.html", told, status=422)
    leave_line(request, "SAY_OF_A_DRAFT")
    return redirect(reverse("space:policies") + "?thanks")
