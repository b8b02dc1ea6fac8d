"""The staff's pages: sign in and out, and the home with one's posts and the organ's batches."""

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.desk.alarms import urgent
from xinshu.proceedings.intake.queries import batches_of
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, signing_in, staff
from xinshu.register.access.queries import PostRow, posts_of


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
    """Who one is, which posts one holds today, and the newest batches of one's organs."""
    moment = moment_of(request)
    username = request.user.get_username()
    posts = posts_of(username, on_date=moment.day)
    batches = batches_of(_organs(posts))
    note(actor=username, act="LOOK_BATCHES", matter="", purpose="desk home", organ="", moment=moment)
    page = {"username": username, "posts": posts, "batches": batches, "alarms": urgent(posts, request)}
    return render(request, "desk/home.html", page)


def _organs(posts: tuple[PostRow, ...]) -> frozenset[str] | None:
    """The codes of one's organs; None means every organ, for a post of the whole platform."""
    if any(post.organ is None for post in posts):
        return None
    return frozenset(post.organ.code for post in posts if post.organ is not None)
