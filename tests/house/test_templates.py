"""Rule: no template opens a model, reaches up the floors, lets text through unescaped, or loads from another host."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import Context, Engine, Template
from django.test import Client, RequestFactory, override_settings
from django.urls import path as route_to

from tests import factories
from tests.house.contexts import open_models, rendered
from tests.house.routes import addresses, configuration, routes, visited
from tests.house.tree import SOURCE, WINGS, python_files, relative, stairs, told
from tests.proceedings.listings import listing
from tests.spaces import USERNAME, signed_in_organisation
from xinshu.doors.listing_words import papers_of
from xinshu.doors.portal.pages import broken, unavailable
from xinshu.proceedings.cases.queries import cases_before
from xinshu.proceedings.lists.states import LISTING
from xinshu.register.access.audience import public
from xinshu.register.access.models import Organ, User
from xinshu.register.access.roles import Role, RouteAudience

TEMPLATES = sorted(SOURCE.rglob("templates/**/*.html"))

OWN = {RouteAudience.SUBJECT, RouteAudience.SIGNING_IN}
"""Audiences of the organisation's own space."""

FORBIDDEN = {
    "opens a manager": re.compile(r"\{[{%][^}]*\.objects\b"),
    "follows a relation back": re.compile(r"\{[{%][^}]*\w_set\b"),
    "asks for all": re.compile(r"\{[{%][^}]*\.all\b"),
    "lets text through unescaped": re.compile(r"\|\s*safe(seq)?\b|autoescape\s+off"),
    "names another host": re.compile(r"https?://|(src|href|action)\s*=\s*[\"']//|url\("),
    "holds a style of its own": re.compile(r"<style\b|\sstyle\s*="),
    "holds a script of its own": re.compile(r"<script\b(?![^>]*\ssrc=)|<[^>{]*\son[a-z]+\s*=|javascript:"),
    "takes in a template by a variable": re.compile(r"\{%-?\s*(include|extends)\s+[^\"'\s]"),
}

PLANTED = {
    "opens a manager": "{{ subject.objects }}",
    "follows a relation back": "{% for code in subject.subjectcode_set %}{% endfor %}",
    "asks for all": "{% for name in subject.names.all %}{% endfor %}",
    "lets text through unescaped": "{{ form.name|safe }}",
    "names another host": '<script src="https://cdn.example/x.js"></script>',
    "holds a style of its own": '<p style="color: red">',
    "holds a script of its own": "<script>alert(1)</script>",
    "takes in a template by a variable": "{% include name %}",
}

ALSO_PLANTED = [
    "{% autoescape off %}{{ name }}{% endautoescape %}",
    '<img src="//cdn.example/x.png">',
    '<button onclick="go()">',
    "<style>p { color: red }</style>",
]


def spoilt(text: str) -> list[str]:
    """What is wrong with the text of a template."""
    return [what for what, pattern in FORBIDDEN.items() if pattern.search(text)]


# --- what they say --------------------------------------------------------------------------------


def test_there_are_templates() -> None:
    """The check looks where they are."""
    assert {"home.html", "subject.html", "record.html", "sign-in.html"} <= {path.name for path in TEMPLATES}


def test_a_template_only_shows_what_it_is_handed() -> None:
    """No query, no unescaped text, no foreign host, no inline style or script (the Content-Security-Policy bars them)."""
    assert told(lambda path: spoilt(path.read_text(encoding="utf-8")), TEMPLATES) == {}


def test_a_template_takes_in_others_downwards_only() -> None:
    """`include` and `extends` follow the floors, as imports do."""
    assert told(lambda path: _upwards(path, path.read_text(encoding="utf-8")), TEMPLATES) == {}


@pytest.mark.parametrize(("what", "text"), PLANTED.items(), ids=PLANTED)
def test_a_spoilt_template_is_caught(what: str, text: str) -> None:
    """Each rule tells its fault."""
    assert what in spoilt(text)


@pytest.mark.parametrize("text", ALSO_PLANTED)
def test_another_form_of_it_is_caught_too(text: str) -> None:
    """Other ways to write the same."""
    assert spoilt(text)


def test_a_planted_include_upwards_is_caught() -> None:
    """A page of the register that takes in a piece of the portal; the desk, on the portal's own floor, may."""
    text = '{% extends "portal/base.html" %}'
    assert list(_upwards(SOURCE / "register" / "records" / "templates" / "records" / "one.html", text))
    assert not list(_upwards(SOURCE / "doors" / "desk" / "templates" / "desk" / "home.html", text))


def test_no_python_lets_text_through_unescaped() -> None:
    """What a tag or view builds is escaped as well: `format_html`, never `mark_safe`."""
    found = [path for path in python_files() if re.search(r"mark_safe|SafeString\(|__html__", path.read_text("utf-8"))]
    assert [relative(path) for path in found] == []


# --- what they are handed -------------------------------------------------------------------------


def clerk() -> Client:
    """A clerk of the organ, who may help at the counter."""
    found = Client()
    name = factories.appointed(Role.CLERK, organ=factories.MARKET.code)
    assert found.login(username=name, password=factories.PASSWORD)
    return found


def test_no_template_is_handed_a_model(client: Client, furnished: str) -> None:
    """On every route, for everyone, staff, and an organisation (and who has given its password only), found and not
    found; and no template is left out of the visit."""
    assert client.login(username=factories.appointed(Role.AUDITOR), password=factories.PASSWORD)
    organisation, half = Client(), Client()
    with rendered() as found:
        signed_in_organisation(organisation)
        half.post("/own/sign-in/", {"username": USERNAME, "password": factories.PASSWORD})
        for visitor, route in product((client, Client(), half, organisation), routes()):
            if visitor in (half, organisation) and route.audience not in OWN:
                continue
            for address in addresses(route, furnished):
                assert visited(visitor, address) < 500, address
        at_window = clerk()
        for counter in ("repairs", "shields"):
            assert at_window.get(f"/desk/{counter}/counter/").status_code == 200
        assert at_window.get("/desk/tenders/new/").status_code == 200
        for case in cases_before(None, courses=[LISTING.name], open_only=False)[0]:
            assert at_window.get(f"/desk/lists/{case.id}/").status_code == 200
            assert at_window.get(f"/desk/lists/{case.id}/revise/").status_code in {200, 302}
            for paper in papers_of(listing(case.id, factories.TODAY)):
                assert Client().get(f"/papers/{case.id}/{paper['code']}/").status_code == 200
        assert client.post("/desk/").status_code == 403
        assert client.login(username=factories.appointed(Role.OPERATOR), password=factories.PASSWORD)
        assert client.get("/desk/counter/").status_code == 200
        assert broken(RequestFactory().get("/")).status_code == 500
        assert unavailable(RequestFactory().get("/"), "磁盘已满").status_code == 503
    assert [(name, places) for name, places in found if places] == []
    seen = {name for name, _ in found}
    assert {path.as_posix().split("/templates/")[1] for path in TEMPLATES} - seen == set()


@dataclass(frozen=True)
class Page:
    """What a careless view may hand over."""

    title: str
    held: Any


HANDED: dict[str, Callable[[], dict[str, Any]]] = {
    "an instance": lambda: {"user": User(username="planted")},
    "an instance in a dataclass": lambda: {"page": Page("title", User(username="planted"))},
    "a query set": lambda: {"users": User.objects.all()},
    "a query set deep inside": lambda: {"pages": [{"rows": (Page("title", [User.objects.filter(id=1)]),)}]},
    "a manager": lambda: {"users": User.objects},
    "the class": lambda: {"User": User},
    "a generator": lambda: {"names": (name.title() for name in ["planted"])},
    "a function": lambda: {"users": lambda name: User.objects.filter(username=name)},
    "a method": lambda: {"users": User.objects.all},
}


@pytest.mark.parametrize("handed", HANDED.values(), ids=HANDED)
def test_a_template_that_opens_a_model_is_caught(handed: Callable[[], dict[str, Any]]) -> None:
    """However it is wrapped."""
    with rendered() as found:
        Template("planted").render(Context(handed()))
    assert [len(places) for _, places in found] == [1]


def test_finished_values_are_not_told() -> None:
    """The check does not cry wolf."""
    value = {"page": Page("title", [1, "two", None, {"three": Role.CLERK}]), "days": frozenset({factories.TODAY})}
    assert list(open_models(value, "context", {})) == []


def test_a_planted_page_is_caught(client: Client, furnished: str, tmp_path: Path) -> None:
    """A view that hands a row over, and a template that opens it."""
    (tmp_path / "planted.html").write_text("{{ organ.name }}", encoding="utf-8")

    @public
    def page(request: HttpRequest) -> HttpResponse:
        return render(request, "planted.html", {"organ": Organ.objects.get()})

    planted = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": [tmp_path]}]
    with override_settings(ROOT_URLCONF=configuration(route_to("", page)), TEMPLATES=planted), rendered() as found:
        assert factories.MARKET.name in client.get("/").content.decode()
    assert found == [("planted.html", ["context.organ: Organ"])]


_ENGINE = Engine.get_default()


def _upwards(path: Path, text: str) -> Iterator[str]:
    """Templates taken in from above, or from a neighbouring room."""
    heights = stairs()
    own = _place(path)
    for name in re.findall(r"\{%-?\s*(?:include|extends)\s+[\"']([^\"']+)", text):
        other = _place(Path(_ENGINE.get_template(name).origin.name))
        if other != own and heights[other] >= heights[own]:
            yield name


def _place(path: Path) -> str:
    """The room, or outside the wings the floor, that a file belongs to."""
    floor, room, *_ = path.relative_to(SOURCE).parts
    return f"{floor}.{room}" if floor in WINGS else floor


def test_templates_are_found_in_the_rooms_only() -> None:
    """No folder of templates beside the house."""
    assert _ENGINE.dirs == []
