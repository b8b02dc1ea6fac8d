"""States for whom a route is, and holds it: `@public`, `@signing_in`, `@staff`, `@organ_client`, `@recipient`,
`@identified` (either of the two), and `@of_a_subject`, which the door of the organisations' own space fills."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.auth.views import redirect_to_login
from django.contrib.sessions.middleware import SessionMiddleware
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_protect

from xinshu.kit.moment import Moment
from xinshu.register.access.answers import error
from xinshu.register.access.queries import RecipientRow, TokenRow, posts_of, recipient_of, token_holder
from xinshu.register.access.roles import READ_ONLY, RouteAudience

Page = Callable[..., HttpResponseBase]
View = TypeVar("View", bound=Callable[..., Any])

_with_session = decorator_from_middleware(SessionMiddleware)
_with_user = decorator_from_middleware(AuthenticationMiddleware)

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


def public(view: View) -> View:
    """A route for everyone."""
    return _stated(view, RouteAudience.PUBLIC)


def signing_in(view: Page) -> Page:
    """A route for whoever is about to sign in or out."""
    return _stated(_recognised(view), RouteAudience.SIGNING_IN)


def staff(view: Page) -> Page:
    """A route for members of staff who hold a post today; a read-only role may not change anything by it."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        posts = posts_of(request.user.get_username(), on_date=moment_of(request).day)
        if not posts:
            raise PermissionDenied("您今天没有任职。You hold no post today.")
        if request.method not in SAFE_METHODS and all(post.role in READ_ONLY for post in posts):
            raise PermissionDenied("审计角色只读。The auditor's role is read-only.")
        return view(request, *args, **kwargs)

    return _stated(_recognised(guarded), RouteAudience.STAFF)


def of_a_subject(view: Page) -> Page:
    """A route of an organisation's own space, with session, user and protection against forged forms.

    Danger: who may open it is not held here but by `doors/space/standing.py`, which knows mandates.
    """
    return _stated(_recognised(view), RouteAudience.SUBJECT)


def organ_client(view: View) -> View:
    """A route for an organ's own system, by `Authorization: Bearer <token>`; no session, no form.

    The view finds the organ with `client_of`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        token = _bearer(request)
        holder = None if token is None else token_holder(token, on_date=moment_of(request).day)
        if holder is None:
            return _no_token("请求须带有效的机关令牌。", "A valid token of an organ is needed: Authorization: Bearer …")
        request.client = holder  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return _stated(guarded, RouteAudience.ORGAN)  # type: ignore[return-value]


def recipient(view: View) -> View:
    """A route for a registered recipient of bulk data, by `Authorization: Bearer <token>`; no session, no form.

    The view finds the recipient with `recipient_at`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        token = _bearer(request)
        holder = None if token is None else recipient_of(token, on_date=moment_of(request).day)
        if holder is None:
            zh = "批量数据只提供给登记接收方，请求须带其有效令牌；登记办法见 /data/。"
            en = "Bulk data is for registered recipients: a valid token is needed, Authorization: Bearer …; see /data/."
            return _no_token(zh, en)
        request.recipient = holder  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return _stated(guarded, RouteAudience.RECIPIENT)  # type: ignore[return-value]


def recipient_at(request: HttpRequest) -> RecipientRow:
    """The registered recipient whose token a request came with."""
    holder: RecipientRow = request.recipient  # type: ignore[attr-defined]
    return holder


def identified(view: View) -> View:
    """A route for whoever has a token, an organ's own system or a registered recipient; no session, no form.

    The view finds who it is with `asker_of`.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        token, day = _bearer(request) or "", moment_of(request).day
        holder = token_holder(token, on_date=day) or recipient_of(token, on_date=day)
        if holder is None:
            zh = "核查须表明身份：机关系统凭机关令牌，其他单位登记后凭其令牌；登记办法见 /data/。"
            en = "Whoever checks says who asks: an organ's system by its token, others by a registered recipient's"
            return _no_token(zh, f"{en}: Authorization: Bearer …; see /data/.")
        request.asker = holder  # type: ignore[attr-defined]
        return view(request, *args, **kwargs)

    return _stated(guarded, RouteAudience.CLIENT)  # type: ignore[return-value]


def asker_of(request: HttpRequest) -> TokenRow | RecipientRow:
    """The token, or the registered recipient, that a request to such a route came with."""
    holder: TokenRow | RecipientRow = request.asker  # type: ignore[attr-defined]
    return holder


def client_of(request: HttpRequest) -> TokenRow:
    """The token that a request to an organ's route came with."""
    holder: TokenRow = request.client  # type: ignore[attr-defined]
    return holder


def _bearer(request: HttpRequest) -> str | None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


def _no_token(zh: str, en: str) -> HttpResponse:
    refused = error(401, "NO_TOKEN", zh, en)
    refused.headers["WWW-Authenticate"] = "Bearer"
    return refused


def _recognised(view: Page) -> Page:
    """Give a route its session, user and protection against forged forms; public routes have none of them."""
    protected: Page = _with_session(_with_user(csrf_protect(view)))
    return protected


def moment_of(request: HttpRequest) -> Moment:
    """The moment of this request, read once by the middleware at the door."""
    moment: Moment = request.moment  # type: ignore[attr-defined]
    return moment


def _stated(view: View, audience: RouteAudience) -> View:
    view.audience = audience  # type: ignore[attr-defined]
    return view
