"""Listings in real Chromium: every page of both sides in each light and width, and a change made by the keyboard alone."""

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
from playwright.sync_api import Page

from tests.doors.sights import DESKTOP, PHONE, Walk, look
from tests.factories import SUBJECT, OrganRow, accepted, document, noon, registered_organ
from tests.journeys.browsing import Person, account, aside
from tests.journeys.conftest import house, newcomer, on  # noqa: F401
from tests.journeys.test_a_clerk_uploads_on_friday import tab_to
from tests.proceedings.listings import (
    CLERK,
    DECIDED,
    FORM,
    HEAD,
    NOTICED,
    REVIEWER,
    entered,
    mine,
    staff,
    told,
)
from tests.proceedings.repairs import lodged, officer, row
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.lists import actions, deciding
from xinshu.proceedings.repair import deciding as repairing
from xinshu.register.access.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

FIRE = OrganRow("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE_RESCUE")
NUMBER = "示消罚〔2026〕0001号"
PENALISED, REPAIRED = date(2026, 4, 30), date(2026, 7, 31)
NOTE = "涉及多地消费者，名单公示不足以提示风险，仅公布名称和事由。"


def shot(page: Page, name: str) -> None:
    folder = os.environ.get("XINSHU_SHOTS")
    if folder:
        for width, scheme in ((1280, "light"), (390, "light"), (390, "dark")):
            page.set_viewport_size({"width": width, "height": 900})
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
        page.emulate_media(color_scheme="light")


class Looking:
    """A walk through the pages of people who sign in."""

    def __init__(self, come: Callable[[], Person]) -> None:
        self.come, self.walk = come, Walk()

    def staff(self, name: str, places: dict[str, str]) -> None:
        """Somebody of the unit opens these pages."""
        person = self.come()
        person.at_desk(name)
        self.pages(person, places)

    def pages(self, person: Person, places: dict[str, str]) -> None:
        for name, place in places.items():
            person.opens(place)
            self.sees(person, name)

    def sees(self, person: Person, name: str) -> None:
        shot(person.page, name)
        self.walk.sights[name] = look(person.page)

    def is_sound(self) -> None:
        """Nothing that axe, the order of headings, unmarked English or a narrow screen has against any of them."""
        walk = self.walk
        assert [*walk.found_by_axe(DESKTOP), *walk.found_by_axe(PHONE)] == []
        assert [*walk.disordered(), *walk.unmarked(), *walk.sideways()] == []


def changed_after_the_notice() -> UUID:
    case = told()
    actions.defend(case=case, words="已召回并赔偿。", moment=noon(NOTICED), **mine())
    form = {**FORM, "facts": "经查，另有一批次食品标注虚假生产日期。", "months": "18"}
    actions.revise(case=case, form=form, actor=CLERK, moment=noon(NOTICED))
    return case


def test_a_case_looks_right_in_each_of_its_states(newcomer: Callable[[], Person]) -> None:  # noqa: F811
    looking = Looking(newcomer)
    with on(NOTICED):
        secret = aside(account, SUBJECT)
    with on(DECIDED):
        aside(staff)
        looking.staff(CLERK, {"lists-none": "/desk/lists/", "list-choice": "/desk/lists/new/"})
        open_case = aside(changed_after_the_notice)
        looking.staff(CLERK, {"lists": "/desk/lists/", "case-changed": f"/desk/lists/{open_case}/"})
        looking.staff(REVIEWER, {"case-reviewer": f"/desk/lists/{open_case}/"})
        looking.staff(HEAD, {"case-head": f"/desk/lists/{open_case}/"})
        company = newcomer()
        company.secret = secret
        company.signs_in()
        looking.pages(company, {"own-lists": "/own/lists/", "own-case": f"/own/lists/{open_case}/"})
    looking.is_sound()


def test_what_is_on_the_list_looks_right_and_the_question_of_a_repair_too(
    newcomer: Callable[[], Person],  # noqa: F811
) -> None:
    looking = Looking(newcomer)
    with on(DECIDED):
        secret = aside(account, SUBJECT)
    with on(REPAIRED):
        aside(staff)
        case, repair, question = aside(asked)
        looking.staff(CLERK, {"case-listed": f"/desk/lists/{case}/"})
        looking.staff(HEAD, {"case-listed-head": f"/desk/lists/{case}/"})
        reviewer = newcomer()
        reviewer.at_desk(REVIEWER)
        place = f"/desk/repairs/lists/{question}/"
        looking.pages(reviewer, {"question": place})
        reviewer.chooses("移出名单")
        reviewer.types("理由", "处罚已经修复。")
        reviewer.presses("答复", 422)
        looking.sees(reviewer, "question-refused")
        company = newcomer()
        company.secret = secret
        company.signs_in()
        looking.pages(company, {"own-listed": f"/own/lists/{case}/", "own-repair": f"/own/repairs/{repair}/"})
    looking.is_sound()


def asked() -> tuple[UUID, UUID, UUID]:
    """On the list, with publicity beyond it proposed; the penalty that it cites is repaired, and the unit is asked."""
    registered_organ(FIRE)
    officer("消防复核", Role.REVIEWER, organ=FIRE.code)
    of = {"organ_code": FIRE.code, "organ_name": FIRE.name, "department": FIRE.department}
    accepted(document(decided_on=PENALISED, document_number=NUMBER, **of), on_day=date(2026, 5, 6))
    case = entered(facts=f"经查，当事人被{NUMBER}处罚。{FORM['facts']}")
    said = {"number": "示市监曝〔2026〕1号", "where": "本局网站，至2026-07-15", "words": NOTE}
    deciding.propose_exposure(case=case, actor=CLERK, moment=noon(DECIDED), **said)
    repair = lodged(REPAIRED)
    repairing.accept(case=repair, actor="消防复核", moment=noon(REPAIRED))
    repairing.grant(case=repair, actor="消防复核", moment=noon(REPAIRED))
    return case, repair, Case.objects.get(course="DELISTING").id


def test_a_proposal_is_changed_by_the_keyboard_alone(newcomer: Callable[[], Person]) -> None:  # noqa: F811
    looking = Looking(newcomer)
    with on(NOTICED):
        case = aside(told)
        clerk = newcomer()
        clerk.at_desk(CLERK)
        page = clerk.page
        clerk.opens(f"/desk/lists/{case}/")
        tab_to(page, f"[href='/desk/lists/{case}/revise/']")
        page.keyboard.press("Enter")
        page.wait_for_selector("#facts")
        assert "期限从再次送达起重新计算" in clerk.reads()
        looking.sees(clerk, "revise")
        _types(page, "#facts", "另查明经营假药。")
        _types(page, "#months", "37")
        _sends(page)
        assert page.locator("#f-months").is_visible()
        assert page.locator("#months").get_attribute("aria-describedby") == "h-months f-months"
        assert page.locator("#facts").input_value().strip() == "另查明经营假药。"
        looking.sees(clerk, "revise-refused")
        _types(page, "#months", "18")
        tab_to(page, "#not_exempt")
        page.keyboard.press("Space")
        _sends(page)
        assert clerk.at() == f"/desk/lists/{case}/"
        assert "已修改，尚未重新告知" in clerk.reads()
        assert aside(row, case).form["months"] == 18
    looking.is_sound()


def _types(page: Page, field: str, text: str) -> None:
    """Into that field, in place of what stands in it."""
    tab_to(page, field)
    page.keyboard.press("Control+A")
    page.keyboard.type(text)


def _sends(page: Page) -> None:
    tab_to(page, "main form.ask button[type=submit]")
    with page.expect_navigation(wait_until="load"):
        page.keyboard.press("Enter")
