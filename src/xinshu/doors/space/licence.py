"""The electronic licence at the door: someone goes to its provider and comes back, to prove control or to sign in.

A round is kept in the session that began it, for ten minutes, and passes once; nobody else's session knows it.
"""

import logging
from datetime import timedelta
from enum import StrEnum
from typing import Any, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from xinshu.doors.space.licence_faults import LicenceRefused, Unproved
from xinshu.doors.space.licence_provider import Begun, begin, claimed, offered
from xinshu.doors.space.pages import entered, onward
from xinshu.doors.space.standing import MANDATE, actor_of, proved, visit_of
from xinshu.doors.space.telling import tell_given
from xinshu.kit.errors import XinshuError
from xinshu.parties.mandates.licences import Licence, prove_by_licence, unlink_licences, user_by_licence
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, signing_in
from xinshu.register.access.queries import posts_of

logger = logging.getLogger(__name__)

ROUND: Final = "own_licence"
HOLDS: Final = timedelta(minutes=10)


class Aim(StrEnum):
    """What a round is for."""

    PROVE = "PROVE"
    SIGN_IN = "SIGN_IN"


@proved
@require_http_methods(["GET", "HEAD", "POST"])
def licence(request: HttpRequest) -> HttpResponse:
    """What the licence proves and what is kept of it; posted, where to go."""
    if request.method == "POST":
        return _away(request, Aim.PROVE)
    return _page(request)


@signing_in
@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """In place of the password, where to go; the second factor is asked for afterwards all the same."""
    return _away(request, Aim.SIGN_IN)


@signing_in
@require_safe
def back(request: HttpRequest) -> HttpResponse:
    """The user is back from the provider, with a code or a refusal."""
    aim = None
    try:
        kept = _taken(request)
        aim = Aim(kept["aim"])
        found = claimed(_given(request), Begun(*kept["begun"]), at=moment_of(request).instant)
        return _proved(request, kept, found) if aim is Aim.PROVE else _entered(request, kept, found)
    except XinshuError as refused:
        return _refused(request, refused, aim)


@proved
@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    """No licence signs this user in from now on."""
    unlink_licences(username=actor_of(request), moment=moment_of(request))
    return redirect("space:visits")


def _away(request: HttpRequest, aim: Aim) -> HttpResponse:
    """A page with the way to the provider: a form that leads to another host is not sent (form-action)."""
    try:
        address, begun = begin()
    except LicenceRefused as refused:
        return _refused(request, refused, aim)
    request.session[ROUND] = {
        "aim": str(aim),
        "begun": list(begun),
        "since": moment_of(request).instant.timestamp(),
        "username": actor_of(request) if aim is Aim.PROVE else "",
        "next": onward(request),
    }
    return _page(request, away=address, host=urlsplit(address).hostname)


def _taken(request: HttpRequest) -> dict[str, Any]:
    """The round that this session began under that state, and it is gone from then on, however it ends.

    The session's row is locked: of two answers side by side one finds it.
    """
    with transaction.atomic():
        key = request.session.session_key or ""
        row = Session.objects.select_for_update().filter(session_key=key).first()
        kept: dict[str, Any] | None = None if row is None else request.session.decode(row.session_data).get(ROUND)
        if kept is None or kept["begun"][0] != request.GET.get("state"):
            raise LicenceRefused(Unproved.STRANGE)
        request.session.pop(ROUND, None)
        request.session.save()
    late = moment_of(request).instant.timestamp() - kept["since"] > HOLDS.total_seconds()
    if late or (kept["aim"] == Aim.PROVE and kept["username"] != _present(request)):
        raise LicenceRefused(Unproved.STRANGE)
    return kept


def _present(request: HttpRequest) -> str:
    """Who has passed the second factor in this visit; empty where nobody has."""
    visit = visit_of(request)
    return "" if visit is None or visit.proved_at is None else actor_of(request)


def _given(request: HttpRequest) -> str:
    """The code in the provider's answer. Raises LicenceRefused where it refuses, or is another (RFC 9207)."""
    if request.GET.get("iss", settings.LICENCE_ISSUER) != settings.LICENCE_ISSUER:
        raise LicenceRefused(Unproved.NOT_FOR_US)
    if error := request.GET.get("error"):
        raise LicenceRefused(Unproved.DECLINED if error == "access_denied" else Unproved.TURNED_AWAY)
    if not request.GET.get("code"):
        raise LicenceRefused(Unproved.UNREADABLE)
    return request.GET["code"]


def _proved(request: HttpRequest, kept: dict[str, Any], found: Licence) -> HttpResponse:
    given = prove_by_licence(username=kept["username"], licence=found, tell=tell_given, moment=moment_of(request))
    request.session[MANDATE] = str(given)
    return redirect(kept["next"] or "space:home")


def _entered(request: HttpRequest, kept: dict[str, Any], found: Licence) -> HttpResponse:
    username = user_by_licence(found)
    if username is None:
        raise LicenceRefused(Unproved.UNLINKED)
    if posts_of(username, on_date=moment_of(request).day):
        raise LicenceRefused(Unproved.STAFF)  # the desk asks for no second factor
    return entered(request, username, kept["next"])


def _refused(request: HttpRequest, refused: XinshuError, aim: Aim | None) -> HttpResponse:
    why = refused.why if isinstance(refused, LicenceRefused) else "MANDATE"
    logger.warning("an electronic licence proved nothing: %s", why)
    if aim is Aim.PROVE and (username := _present(request)):
        moment = moment_of(request)
        note(actor=username, act="LICENCE_REFUSED", matter=str(why), purpose="授权 mandates", organ="", moment=moment)
    return _page(request, status=503 if why is Unproved.DOWN else 422, fault=str(refused))


def _page(request: HttpRequest, *, status: int = 200, **said: Any) -> HttpResponse:
    page = {"offered": offered(), "username": _present(request), "next": onward(request)}
    return render(request, "space/licence.html", page | said, status=status)
