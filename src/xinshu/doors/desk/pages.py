"""The staff's pages: sign in and out, and the home with one's posts and the organ's batches."""

from typing import Any, Final

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.desk.alarms import urgent
from xinshu.doors.desk.standing import actor_of, in_words, organs_of, posts, seen_by
from xinshu.doors.desk.words import CAUSES
from xinshu.proceedings.intake.queries import batches_of, cited_batches
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, signing_in, staff
from xinshu.register.access.roles import PAST_READERS
from xinshu.register.publog.queries import stopped
from xinshu.uses.measures.rooms import changed_on

NEWEST: Final = 10


class SignIn(LoginView):
    """Django's sign-in, with a line in the trail."""

    template_name = "desk/sign-in.html"
    redirect_authenticated_user = True

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        """Open the session and leave a line."""
        moment = moment_of(self.request)
        username = form.get_user().get_username()
        note(actor=username, act="SIGN_IN", matter="", purpose="desk", organ="", moment=moment)
        return super().form_valid(form)

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        """What the template needs, and no view or site to open."""
        context = super().get_context_data(**given)
        return {name: context[name] for name in ("form", "next")}


sign_in = signing_in(SignIn.as_view())
sign_out = signing_in(LogoutView.as_view())


@staff
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What one may do, deadlines that are near, the newest batches of one's organs, and which posts one holds."""
    seen = seen_by(request)
    note(
        actor=actor_of(request),
        act="LOOK_BATCHES",
        matter="",
        purpose="desk home",
        organ="",
        moment=moment_of(request),
    )
    page = {
        "username": actor_of(request),
        "posts": posts(request),
        "may_file": bool(organs_of(request)),
        "may_see_past": any(post.role in PAST_READERS for post in posts(request)),
        "batches": [in_words(request, found) for found in batches_of(seen, most=NEWEST)],
        "of_the_platform": seen is None,
        "alarms": urgent(posts(request), request),
        "halted": _halted(request),
        "tenders_changed": changed_on([organ.code for organ in organs_of(request)]),
        "to_review": [in_words(request, found) for found in cited_batches(seen, most=NEWEST)],
    }
    return render(request, "desk/home.html", page)


def _halted(request: HttpRequest) -> dict[str, Any] | None:
    """Since when nothing new is published, and why, in words; None while everything is."""
    found = stopped(moment_of(request))
    return None if found is None else {"since": found.since, "words": CAUSES[found.cause]}
