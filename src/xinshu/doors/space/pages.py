"""Coming in: opening an account, the password, the second factor, and going out again."""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.contrib.auth import authenticate, get_user_model, login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from xinshu.doors.space.licence_provider import offered
from xinshu.doors.space.standing import MANDATE, VISIT, actor_of, arriving, visit_of
from xinshu.kit.errors import XinshuError
from xinshu.kit.qr import TooLong, modules
from xinshu.parties.mandates.factors import FactorRefused, begin_factor, confirm_factor, pass_factor
from xinshu.parties.mandates.queries import has_factor
from xinshu.parties.mandates.visits import begin_visit, end_visit, prove_visit
from xinshu.register.access.actions import open_account
from xinshu.register.access.audience import moment_of, signing_in

ISSUER: Final = "Xinshu"
QUIET: Final = 4
"""Light modules that the standard asks for around a QR code."""

asked = require_http_methods(["GET", "HEAD", "POST"])


@signing_in
@asked
def register(request: HttpRequest) -> HttpResponse:
    """Open an account; it may do nothing until control of an organisation is proved."""
    said = {name: request.POST.get(name, "").strip() for name in ("username", "full_name")}
    page: dict[str, Any] = {"said": said, "fault": ""}
    if request.method == "POST":
        try:
            open_account(**said, password=request.POST.get("password", ""), moment=moment_of(request))
        except XinshuError as refused:
            return render(request, "space/register.html", page | {"fault": str(refused)}, status=422)
        return _signed_in(request, said["username"], request.POST.get("password", ""))
    return render(request, "space/register.html", page)


@signing_in
@asked
def sign_in(request: HttpRequest) -> HttpResponse:
    """The password; a wrong one and an unknown name are told alike."""
    username = request.POST.get("username", "").strip()
    if request.method == "POST":
        return _signed_in(request, username, request.POST.get("password", ""))
    return _ask_password(request, username, failed=False)


def _ask_password(request: HttpRequest, username: str, *, failed: bool) -> HttpResponse:
    page = {"said": username, "next": onward(request), "failed": failed, "licence": offered()}
    return render(request, "space/sign-in.html", page, status=422 if failed else 200)


def _signed_in(request: HttpRequest, username: str, password: str) -> HttpResponse:
    if authenticate(request, username=username, password=password) is None:
        return _ask_password(request, username, failed=True)
    return entered(request, username, onward(request))


def entered(request: HttpRequest, username: str, aim: str) -> HttpResponse:
    """A visit begins, under a new key of the session; whatever the session held before is gone. The factor is next."""
    logout(request)
    login(request, get_user_model().objects.get(username=username, is_active=True))
    request.session[VISIT] = str(begin_visit(username=username, moment=moment_of(request)))
    name = "factor" if has_factor(username) else "new-factor"
    return redirect(_with_next(reverse(f"space:{name}"), aim))


@arriving
@asked
def factor(request: HttpRequest) -> HttpResponse:
    """The present code of the authenticator, or a recovery code."""
    if not has_factor(actor_of(request)):
        return redirect("space:new-factor")
    if request.method == "POST":
        try:
            pass_factor(username=actor_of(request), said=request.POST.get("said", ""), moment=moment_of(request))
        except FactorRefused as refused:
            return render(request, "space/factor.html", _asking(request, str(refused)), status=422)
        _proved(request)
        return redirect(onward(request) or "space:home")
    return render(request, "space/factor.html", _asking(request))


@arriving
@asked
def new_factor(request: HttpRequest) -> HttpResponse:
    """Set up the authenticator by a QR code; the recovery codes are shown once, on the answer."""
    username, moment = actor_of(request), moment_of(request)
    if has_factor(username):
        return redirect("space:factor")
    fault = ""
    if request.method == "POST":
        try:
            codes = confirm_factor(username=username, said=request.POST.get("said", ""), moment=moment)
        except FactorRefused as refused:
            fault = str(refused)
        else:
            _proved(request)
            return render(request, "space/recovery.html", {"codes": codes, **_asking(request)})
    secret = begin_factor(username=username, moment=moment)
    page = {"secret": _in_fours(secret), **_drawn(username, secret), **_asking(request, fault)}
    return render(request, "space/new-factor.html", page, status=422 if fault else 200)


@signing_in
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The visit ends, and the session with it."""
    held = request.session.get(VISIT)
    if held is not None and request.user.is_authenticated:
        end_visit(visit=UUID(held), username=actor_of(request), moment=moment_of(request))
    logout(request)
    return redirect("space:sign-in")


def onward(request: HttpRequest) -> str:
    """Where one wanted to go: an address of the own space and nothing else."""
    aim = request.POST.get("next", "") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(aim, allowed_hosts=None)
    return aim if safe and aim.startswith(reverse("space:home")) else ""


def _asking(request: HttpRequest, fault: str = "") -> dict[str, Any]:
    """What the pages of the second factor say: who is asked, who may always sign out, and what was wrong."""
    return {"fault": fault, "next": onward(request), "username": actor_of(request)}


def _proved(request: HttpRequest) -> None:
    """The second factor has passed: the session gets a new key, so that one learnt before is worth nothing."""
    visit = visit_of(request)
    if visit is not None:
        prove_visit(visit=visit.id, moment=moment_of(request))
    request.session.pop(MANDATE, None)
    request.session.cycle_key()


def _with_next(address: str, aim: str) -> str:
    return f"{address}?next={quote(aim)}" if aim else address


def _in_fours(secret: str) -> str:
    return " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))


def _drawn(username: str, secret: str) -> dict[str, Any]:
    """The QR code for the authenticator as one path; none for a name that is too long: then the secret is typed."""
    address = f"otpauth://totp/{ISSUER}:{quote(username)}?secret={secret}&issuer={ISSUER}"
    try:
        grid = modules(address.encode())
    except TooLong:
        return {"size": 0, "path": ""}
    squares = (
        f"M{column + QUIET} {row + QUIET}h1v1h-1z"
        for row, line in enumerate(grid)
        for column, dark in enumerate(line)
        if dark
    )
    return {"size": len(grid) + 2 * QUIET, "path": "".join(squares)}
