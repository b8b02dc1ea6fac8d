"""Every page of the own space, of repair and of objections in real Chromium: axe, narrow screens, both languages marked."""

from collections.abc import Iterator
from uuid import UUID

import orjson
import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from tests import factories
from tests.doors.conftest import Site
from tests.doors.test_desk_browser import shot
from tests.doors.test_portal_browser import AXE, AXE_OPTIONS, ENGLISH_UNMARKED, SIDEWAYS, opened
from tests.proceedings.repairs import FORM
from tests.spaces import signed_in_organisation
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.objections.contests import object_to
from xinshu.proceedings.objections.states import Ground
from xinshu.proceedings.repair.actions import begin, prelodge, save
from xinshu.proceedings.repair.inbound import receive
from xinshu.register.access.actions import note
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = pytest.mark.browser
SCREENS = [(1280, "light"), (390, "dark")]


@pytest.fixture
def cases(site: Site) -> dict[str, str]:
    """A draft, an application handed in ahead, an objection; and who looks at each page, by its name."""
    subject = factories.body(factories.SUBJECT)
    draft, ahead = Record.objects.filter(subject_id=subject, kind="ADMIN_PENALTY").order_by("document_number")[:2]
    said = {"side": Side.SUBJECT, "actor": "示例-经办", "moment": factories.noon(factories.TODAY)}
    first, second = (begin(subjects=[subject], record_ref=one.record_ref, **said) for one in (draft, ahead))
    save(case=second, subjects=[subject], form=FORM, **said)
    opens = Record.objects.get(record_ref=ahead.record_ref).repair_from
    if opens is not None and opens > factories.TODAY:
        prelodge(case=second, subjects=[subject], **said)
    objection = object_to(
        subject=subject, record_ref=draft.record_ref, ground=Ground.TERM, words="期限有误，请核对。", **said
    )
    number, code = draft.document_number, factories.SUBJECT
    doubtful = in_doubt(number, ahead.record_ref)
    court = {"act": "LOOK_PAST", "matter": code, "purpose": "COURT: （2026）示01执1号", "organ": factories.MARKET.code}
    note(actor="test", **court, moment=factories.noon(factories.TODAY))
    return {
        "home": "/own/",
        "who looked": "/own/access/",
        "desk doubtful": "/desk/repairs/elsewhere/",
        "desk doubtful one": f"/desk/repairs/elsewhere/{doubtful}/",
        "operator doubtful one": f"/desk/repairs/elsewhere/{doubtful}/",
        "desk notices": f"/desk/notices/?code={code}&number={number}",
        "record": f"/own/records/{draft.record_ref}/",
        "speak": f"/own/records/{draft.record_ref}/speak/",
        "repairs": "/own/repairs/",
        "repair asked": f"/own/repairs/record/{draft.record_ref}/",
        "repair draft": f"/own/repairs/{first}/",
        "repair ahead": f"/own/repairs/{second}/",
        "objections": "/own/objections/",
        "objection": f"/own/objections/{objection}/",
        "notices": "/own/notices/",
        "addresses": "/own/notices/addresses/",
        "calendar": "/own/calendar/",
        "mandates": "/own/mandates/",
        "visits": "/own/visits/",
        "desk objections": "/desk/objections/",
        "desk objection": f"/desk/objections/{objection}/",
        "desk repairs": "/desk/repairs/",
        "desk counter": "/desk/counter/",
        "desk repair counter": "/desk/repairs/counter/",
        "case statistics": "/statistics/cases/",
    }


def in_doubt(number: str, other: UUID) -> UUID:
    """A repair was granted elsewhere, of a decision by its number and by the reference of another."""
    said = {"decider": factories.MARKET.code, "case_number": "修〔2026〕8号", "subject_code": factories.SUBJECT}
    rest = {"decided_on": factories.TODAY.isoformat(), "result": "GRANTED", "record_ref": str(other)}
    row = orjson.dumps(said | rest | {"document_number": number})
    moment = factories.noon(factories.TODAY)
    (told,) = receive(lines=[row], sender=factories.MARKET.code, actor="test", moment=moment)
    assert told.case is not None, told
    return told.case


@pytest.fixture
def cookies(site: Site) -> list[dict[str, str]]:
    """Sessions of the organisation, of a reviewer of the unit, of its clerk at the counter, and of the operator."""
    organisation, reviewer, clerk, operator = Client(), Client(), Client(), Client()
    signed_in_organisation(organisation)
    organ = factories.MARKET.code
    for client, role, unit in (
        (reviewer, Role.REVIEWER, organ),
        (clerk, Role.CLERK, organ),
        (operator, Role.OPERATOR, None),
    ):
        name = factories.appointed(role, organ=unit)
        assert client.login(username=name, password=factories.PASSWORD)
    sessions = (one.cookies["sessionid"].value for one in (organisation, reviewer, clerk, operator))
    return [{"name": "sessionid", "value": value, "url": site.url} for value in sessions]


def every_page(page: Page, site: Site, cases: dict[str, str], cookies: list[dict[str, str]]) -> Iterator[str]:
    """Each page by name; a session for each side."""
    for name, place in cases.items():
        page.context.clear_cookies()
        whose = 3 if "operator" in name else 2 if "counter" in name else int("desk" in name)
        page.context.add_cookies([cookies[whose]])  # type: ignore[list-item]
        answer = page.goto(site.url + place, wait_until="load")
        assert answer is not None
        assert (answer.status, page.url.partition("?")[0]) == (200, site.url + place.partition("?")[0]), name
        yield name


@pytest.mark.parametrize(("width", "scheme"), SCREENS, ids=["desktop", "phone"])
def test_axe_finds_nothing_and_nothing_runs_sideways(
    site: Site, cases: dict[str, str], cookies: list[dict[str, str]], browser: Browser, width: int, scheme: str
) -> None:
    found = []
    with opened(browser, viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True) as page:
        for name in every_page(page, site, cases, cookies):
            shot(page, f"own-{width}-{name}")
            if page.evaluate(SIDEWAYS):
                found.append((name, "sideways", []))
            page.evaluate("document.querySelectorAll('option').forEach(one => { one.remove(); })")  # plain text only
            if unmarked := page.evaluate(ENGLISH_UNMARKED):
                found.append((name, "english", unmarked))
            page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
            page.evaluate(AXE)
            result = page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
            assert result["passes"], name
            found += [(name, rule["id"], [node["html"] for node in rule["nodes"]]) for rule in result["violations"]]
    assert found == [], found
