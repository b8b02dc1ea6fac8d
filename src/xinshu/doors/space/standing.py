"""Who stands in an organisation's own space: signed in, the second factor passed in this visit, and a mandate today.

`@arriving` (password given), `@proved` (second factor too), `@mandated` (and acting for an organisation): each asks the
database anew for every request, so what was revoked or ended anywhere is refused from the next request on.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from xinshu.parties.mandates.queries import MandateRow, VisitRow, bodies_of, mandates_of_user
from xinshu.parties.mandates.visits import go_on
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, of_a_subject, signing_in

Page = Callable[..., HttpResponseBase]

VISIT: Final = "own_visit"
MANDATE: Final = "own_mandate"
OWN: Final = "主体本人 own space"
"""The purpose of what an organisation looks at and does in its own space."""

GONE: Final = (
    "这项授权已被撤销或者到期，不能再代表这家单位。请返回“我的单位”重新选择，或者重新核验。"
    " This mandate was revoked or is over, and you act for that organisation no more."
    " Go back to the own space to choose another one, or prove control anew."
)


def visit_of(request: HttpRequest) -> VisitRow | None:
    """The visit of this session, if the user is signed in and the visit has not ended, anywhere."""
    held = request.session.get(VISIT)
    if held is None or not request.user.is_authenticated:
        return None
    return go_on(visit=UUID(held), username=actor_of(request), idle=settings.OWN_IDLE, moment=moment_of(request))


def arriving(view: Page) -> Page:
    """A page for whoever has given the password in this visit, and not yet more."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if visit_of(request) is None:
            return redirect_to_login(request.get_full_path(), reverse("space:sign-in"))
        return view(request, *args, **kwargs)

    return signing_in(guarded)


def proved(view: Page) -> Page:
    """A page for whoever has passed the second factor in this visit, with or without a mandate."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        visit = visit_of(request)
        if visit is None:
            return redirect_to_login(request.get_full_path(), reverse("space:sign-in"))
        if visit.proved_at is None:
            return redirect_to_login(request.get_full_path(), reverse("space:factor"))
        return view(request, *args, **kwargs)

    return of_a_subject(guarded)


def mandated(view: Page) -> Page:
    """A page for whoever acts for an organisation today, after the second factor; `acting_for` says for which one."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        held = mandates_of_user(actor_of(request), on_date=moment_of(request).day)
        chosen = request.session.get(MANDATE)
        acting = next((one for one in held if str(one.id) == chosen), None)
        if chosen is not None and acting is None:
            del request.session[MANDATE]
            request.session.save()  # what is raised passes by the place where sessions are saved
            raise PermissionDenied(GONE)
        if acting is None and len(held) == 1:
            acting = held[0]
            request.session[MANDATE] = str(acting.id)
        if acting is None:
            return redirect("space:choose" if held else "space:prove")
        request.mandate = acting  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return proved(guarded)


def actor_of(request: HttpRequest) -> str:
    """The user's name, under which every act stands."""
    return str(request.user.get_username())


def acting_for(request: HttpRequest) -> MandateRow:
    """The mandate under which this request acts, as it holds today."""
    mandate: MandateRow = request.mandate  # type: ignore[attr-defined]
    return mandate


def subjects_of(request: HttpRequest) -> tuple[int, ...]:
    """Our references of the bodies whose present code the mandate names; empty where nothing is known of it."""
    return tuple(body.subject for body in bodies_of(acting_for(request).code))


def leave_line(request: HttpRequest, act: str, purpose: str = OWN) -> None:
    """A line in the trail: who looked at what is not public, or did something, for which organisation.

    It names the organisation and no record: a trail outlives what it tells of (docs/retention.md).
    """
    note(
        actor=actor_of(request),
        act=act,
        matter=acting_for(request).code,
        purpose=purpose,
        organ="",
        moment=moment_of(request),
    )
