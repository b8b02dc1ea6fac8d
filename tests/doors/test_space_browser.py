"""Every page of the own space, of repair and of objections in real Chromium: axe, narrow screens, both languages marked."""

from collections.abc import Iterator
from datetime import date
from uuid import UUID

import orjson
import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from tests import factories
from tests.doors.conftest import Site
from tests.doors.sights import LIGHTS, Walk, look, opened
from tests.doors.test_desk_browser import shot
from tests.doors.test_portal_browser import press
from tests.measures import a_room
from tests.proceedings.repairs import FORM
from tests.proceedings.shields import ORDER, attached, granted, mine, officers
from tests.spaces import signed_in_organisation
from xinshu.proceedings.cases.actions import open_case
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.objections.contests import object_to
from xinshu.proceedings.objections.states import Ground
from xinshu.proceedings.repair.actions import begin, prelodge, save
from xinshu.proceedings.repair.inbound import receive
from xinshu.proceedings.shield.actions import lodge as lodge_shield
from xinshu.proceedings.shield.actions import save as save_shield
from xinshu.proceedings.shield.states import SHIELD
from xinshu.register.access.actions import note
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = pytest.mark.browser
SCREENS = (390, 1280)


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
        **tenders(),
    } | shields()


GRAVE = {"document_number": "示市监罚〔2026〕0030号", "penalties": ["LICENCE_REVOCATION"]}
"""A penalty that bars from procurement (Government Procurement Law art. 22)."""


def tenders() -> dict[str, str]:
    """The room of a tender: at the desk of its buyer, and for a bidder; and the form of a new one."""
    room = a_room(factories.SUBJECT, factories.OTHER_SUBJECT)
    joint = a_room(factories.SUBJECT, factories.OTHER_SUBJECT, reference="示采〔2026〕10号", party="示例联合体")
    factories.accepted(
        factories.document("HONOUR", document_number="示荣〔2026〕1号", fields={"HONOUR_LEVEL": "NATIONAL"})
    )
    factories.accepted(factories.document(**GRAVE))
    return {
        "tenders": "/own/tenders/",
        "measures": "/own/measures/",
        "tender": f"/own/tenders/{room}/",
        "tender of a consortium": f"/own/tenders/{joint}/",
        "desk tenders": "/desk/tenders/",
        "desk tender of a consortium": f"/desk/tenders/{joint}/",
        "desk tender": f"/desk/tenders/{room}/",
        "desk tender new": "/desk/tenders/new/",
        "auditor checks": "/desk/checks/",
    }


def shields() -> dict[str, str]:
    """A plan that is being performed, one that is asked for, one of which the order is not filled in yet."""
    covered = factories.document(document_number="示市监罚〔2026〕0020号", decided_on=date(2026, 4, 15))
    factories.accepted(covered, on_day=date(2026, 4, 20))
    performed = granted(factories.TODAY, ordered_on="2026-04-30")
    draft, asked = (_asked_for() for _ in range(2))
    who = {**mine(), "moment": factories.noon(factories.TODAY)}
    save_shield(case=asked, form=ORDER, **who)
    attached(asked, factories.TODAY)
    lodge_shield(case=asked, **who)
    return {
        "shields": "/own/shields/",
        "shield draft": f"/own/shields/{draft}/",
        "shield asked for": f"/own/shields/{asked}/",
        "shield performed": f"/own/shields/{performed}/",
        "desk shields of a unit": "/desk/shields/",
        "desk shield of a unit": f"/desk/shields/{performed}/",
        "desk shield counter": f"/desk/shields/counter/?code={factories.SUBJECT}",
        "officer shields": "/desk/shields/",
        "officer shield asked for": f"/desk/shields/{asked}/",
        "officer shield performed": f"/desk/shields/{performed}/",
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


def _asked_for() -> UUID:
    subject = factories.body(factories.SUBJECT)
    who = {"side": Side.SUBJECT, "actor": "示例-经办", "moment": factories.noon(factories.TODAY)}
    return open_case(course=SHIELD, event="begin", subject=subject, record_ref=None, organ="", **who)  # type: ignore[arg-type]


@pytest.fixture
def cookies(site: Site) -> list[dict[str, str]]:
    """Sessions of the organisation, of a reviewer of the unit, of its clerk at the counter, of the operator, of the
    platform's officer, and of an auditor."""
    organisation, reviewer, clerk, operator, officer, auditor = (Client() for _ in range(6))
    signed_in_organisation(organisation)
    organ = factories.MARKET.code
    for client, role, unit in (
        (reviewer, Role.REVIEWER, organ),
        (clerk, Role.CLERK, organ),
        (operator, Role.OPERATOR, None),
        (auditor, Role.AUDITOR, None),
    ):
        name = factories.appointed(role, organ=unit)
        assert client.login(username=name, password=factories.PASSWORD)
    assert officer.login(username=officers()[0], password=factories.PASSWORD)
    sessions = (one.cookies["sessionid"].value for one in (organisation, reviewer, clerk, operator, officer, auditor))
    return [{"name": "sessionid", "value": value, "url": site.url} for value in sessions]


def every_page(page: Page, site: Site, cases: dict[str, str], cookies: list[dict[str, str]]) -> Iterator[str]:
    """Each page by name; a session for each side."""
    for name, place in cases.items():
        page.context.clear_cookies()
        marks = {"counter": 2, "operator": 3, "officer": 4, "auditor": 5}
        whose = next((place for mark, place in marks.items() if mark in name), int("desk" in name))
        page.context.add_cookies([cookies[whose]])  # type: ignore[list-item]
        answer = page.goto(site.url + place, wait_until="load")
        assert answer is not None
        assert (answer.status, page.url.partition("?")[0]) == (200, site.url + place.partition("?")[0]), name
        if name == "shield draft":  # with a fault at every field
            press(page, "button[value=lodge]")
        yield name


def test_axe_finds_nothing_and_nothing_runs_sideways(
    site: Site, cases: dict[str, str], cookies: list[dict[str, str]], browser: Browser
) -> None:
    """On a desktop in the light and on a phone in the dark."""
    walk = Walk()
    with opened(browser, bypass_csp=True) as page:
        for name in every_page(page, site, cases, cookies):
            walk.sights[name] = look(page, widths=SCREENS)
            shot(page, f"own-{name}")
    assert walk.sights.keys() == cases.keys()
    assert walk.sideways() == []
    assert walk.unmarked() == []
    for light in LIGHTS:
        assert walk.found_by_axe(light) == []
