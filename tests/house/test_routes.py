"""Rule: every route states for whom it is, and is held to it; the auditor reads everything of the desk, changes nothing."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path, reverse
from django.views.generic import View
from ninja import NinjaAPI

from tests import factories
from tests.house.routes import LIBRARY, addresses, configuration, of_audience, routes, unstated
from xinshu.register.access.actions import issue_token
from xinshu.register.access.audience import public, staff
from xinshu.register.access.roles import Role, RouteAudience

UNSAFE = ("post", "put", "patch", "delete")


def silent(request: HttpRequest) -> HttpResponse:
    """A page that does not say for whom it is."""
    return HttpResponse()


class Silent(View):
    """A class-based page that does not."""


@pytest.fixture
def planted() -> str:
    """The name of a URL configuration with sound routes, and three that say nothing."""
    api = NinjaAPI(urls_namespace="planted", openapi_url=None)

    @api.get("/stated", operation_id="stated")
    @public
    def stated(request: HttpRequest) -> str:
        return ""

    @api.get("/half", operation_id="half")
    @public
    def half(request: HttpRequest) -> str:
        return ""

    @api.post("/half", operation_id="half_silent")
    def half_silent(request: HttpRequest) -> str:
        return ""

    return configuration(
        path("stated/", public(lambda request: HttpResponse()), name="stated-page"),
        path("silent/", silent, name="silent-page"),
        path("silent-class/", Silent.as_view(), name="silent-class"),
        path("api/", api.urls),
    )


def test_every_route_states_its_audience() -> None:
    """Pages, class-based views and API operations alike."""
    assert unstated(routes()) == []
    assert {route.audience for route in routes() if route.name not in LIBRARY} == set(RouteAudience)


def test_a_planted_route_without_audience_is_caught(planted: str) -> None:
    """Function, class, and one silent operation of an API path."""
    found = unstated(routes(planted))
    assert [name for name in found if not name.endswith("api-root")] == [
        "silent-page",
        "silent-class",
        "planted:half",
        "planted:half_silent",
    ]


def test_the_walk_sees_the_whole_house() -> None:
    """The doors that everyone knows are among the routes; a walk that missed them would prove nothing."""
    names = {route.name for route in routes()}
    assert {"portal:home", "portal:record", "desk:home", "desk:sign-in", "api-1:subject", "api-1:openapi-json"} <= names


@pytest.mark.django_db
def test_what_a_library_answers_is_nothing(client: Client) -> None:
    """The routes left off say 404 to everyone."""
    assert [client.get(reverse(name)).status_code for name in LIBRARY] == [404]


def test_a_visitor_is_sent_to_sign_in(client: Client, furnished: str) -> None:
    """No staff route answers someone who has not signed in, by any method."""
    for address in staff_addresses(furnished):
        answers = [getattr(client, method)(address) for method in ("get", *UNSAFE)]
        assert {answer.status_code for answer in answers} == {302}, address
        assert all(answer.headers["Location"].startswith(reverse("desk:sign-in")) for answer in answers), address


def test_the_auditor_changes_nothing(client: Client, furnished: str) -> None:
    """Refused (403) by every method that may change something."""
    _sign_in(client, factories.appointed(Role.AUDITOR))
    for address in staff_addresses(furnished):
        assert {getattr(client, method)(address).status_code for method in UNSAFE} == {403}, address


@pytest.mark.django_db
def test_the_auditor_is_refused_where_a_clerk_is_not(client: Client, furnished: str) -> None:
    """The same form: a clerk's post goes through, the auditor's does not, reading is free to both."""
    form = path("form/", staff(lambda request: HttpResponse("done")), name="form")
    answers = {}
    with override_settings(ROOT_URLCONF=configuration(form)):
        for role, organ in ((Role.CLERK, factories.MARKET.code), (Role.AUDITOR, None)):
            _sign_in(client, factories.appointed(role, organ=organ))
            answers[role] = (client.get("/form/").status_code, client.post("/form/").status_code)
    assert answers == {Role.CLERK: (200, 200), Role.AUDITOR: (200, 403)}


def test_who_holds_no_post_today_is_refused(client: Client, furnished: str) -> None:
    """Signing in is not enough."""
    username = factories.appointed(Role.CLERK, organ=factories.MARKET.code, from_day=factories.TODAY.replace(year=2027))
    _sign_in(client, username)
    for address in staff_addresses(furnished):
        assert client.get(address).status_code == 403, address


def test_bulk_is_for_recipients_alone(client: Client, furnished: str) -> None:
    """No route for recipients answers without a recipient's token, whoever else asks, by whatever method."""
    moment = factories.noon(factories.TODAY)
    organ_token = issue_token(
        organ_code=factories.MARKET.code, name="made-up", from_day=moment.day, until=None, actor="test", moment=moment
    )
    _sign_in(client, factories.appointed(Role.OPERATOR))
    found = [address for route in of_audience(RouteAudience.RECIPIENT) for address in addresses(route, furnished)]
    assert len(found) > 2
    for address in found:
        for headers in ({}, {"Authorization": f"Bearer {organ_token}"}, {"Authorization": "Basic bWU6bWU="}):
            answers = [getattr(client, method)(address, headers=headers) for method in ("get", "head", *UNSAFE)]
            assert {answer.status_code for answer in answers} <= {401, 405}, address
            assert 401 in {answer.status_code for answer in answers}, address


def test_the_own_space_is_for_whoever_signed_in_to_it(client: Client, furnished: str) -> None:
    """No route of an organisation's own space answers a visitor, nor staff who signed in at the desk: both are sent to
    its own way in, whatever the address names."""
    found = [address for route in of_audience(RouteAudience.SUBJECT) for address in addresses(route, furnished)]
    assert len(found) > 8
    _sign_in(at_the_desk := Client(), factories.appointed(Role.OPERATOR))
    for address in found:
        for visitor in (client, at_the_desk):
            for method in ("get", "post"):
                answer = getattr(visitor, method)(address)
                assert answer.status_code == 302, (address, method)
                assert answer.headers["Location"].startswith("/own/sign-in/"), (address, method)


def staff_addresses(record_ref: str) -> list[str]:
    """Where to visit every route of the staff; there are more than a few."""
    found = [address for route in of_audience(RouteAudience.STAFF) for address in addresses(route, record_ref)]
    assert len(found) > 50
    return found


def _sign_in(client: Client, username: str) -> None:
    assert client.login(username=username, password=factories.PASSWORD)
