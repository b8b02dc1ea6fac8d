"""From a repair to the list that cites it: its unit is asked, answers, and the removal begins in the case of the listing."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from tests import factories
from tests.factories import MARKET, SUBJECT, accepted, body, document, registered_organ
from tests.journeys.conftest import on
from tests.proceedings.listings import CLERK, FORM, HEAD, REVIEWER, entered, listing, staff
from tests.proceedings.repairs import events, lodged, officer, row
from tests.spaces import signed_in_organisation
from xinshu.proceedings.cases.models import Case
from xinshu.proceedings.lists import revoking
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record
from xinshu.register.records.queries import shown_page

pytestmark = pytest.mark.django_db
DECIDED, OPENS, EARLY, LATER = date(2026, 4, 30), date(2026, 7, 31), date(2026, 8, 3), date(2027, 6, 16)
NUMBER = "示消罚〔2026〕0001号"
FIRE = factories.OrganRow("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE_RESCUE")
LEAVES = {"leaves": "yes", "words": "所依据的处罚已经修复，符合移出条件。"}
PROPOSAL = {"way": "REPAIRED", "number": "示市监移〔2026〕1号"}


@pytest.fixture(autouse=True)
def today(db: None, settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.DATA_FOLDER = tmp_path / "data"
    factories.adopted_catalogue()
    registered_organ()
    registered_organ(FIRE)
    staff()
    officer("消防复核", Role.CLERK, Role.REVIEWER, organ=FIRE.code)
    penalty = document(
        decided_on=DECIDED,
        organ_code=FIRE.code,
        organ_name=FIRE.name,
        department=FIRE.department,
        document_number=NUMBER,
    )
    accepted(penalty, on_day=date(2026, 5, 6))
    with on(OPENS):
        yield


def at_desk(name: str) -> Client:
    client = Client()
    assert client.login(username=name, password=factories.PASSWORD)
    return client


@pytest.fixture
def company() -> Client:
    client = Client()
    signed_in_organisation(client)
    return client


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, (answer.status_code, answer.content.decode()[:500])
    return str(answer.content.decode())


def attested() -> None:
    """An entry that another system of the unit decided and sent in."""
    days = {"decided_on": date(2026, 6, 15), "served_on": date(2026, 6, 15), "event_on": date(2029, 6, 15)}
    said = {"FACTS": f"因{NUMBER}列入"}
    accepted(document("SERIOUS_DISHONESTY", document_number="示市监列〔2026〕1号", fields=said, **days), on_day=OPENS)


def repaired() -> UUID:
    """The penalty that the entry cites is repaired at the desk of its own unit; the case of that repair."""
    made, client = lodged(OPENS), at_desk("消防复核")
    for step in ("accept", "grant"):
        assert client.post(f"/desk/repairs/{made}/", {"step": step}).status_code == 302
    return made


def question() -> str:
    """Where the unit of the list answers."""
    return f"/desk/repairs/lists/{Case.objects.get(course='DELISTING').id}/"


def listed() -> UUID:
    return entered(facts=f"经查，当事人被{NUMBER}处罚，情节严重。{FORM['facts']}")


def shown() -> int:
    return sum(form["kind"] == "SERIOUS_DISHONESTY" for form in shown_page(subject=body(SUBJECT), on_date=LATER)[0])


def unchanged(act: Callable[[], object]) -> None:
    before = list(Case.objects.order_by("id").values()), list(Record.objects.order_by("record_ref").values())
    act()
    assert (list(Case.objects.order_by("id").values()), list(Record.objects.order_by("record_ref").values())) == before


def test_the_answer_begins_the_removal_which_the_head_signs_and_both_sides_see_where_it_goes_on(
    company: Client,
) -> None:
    case = listed()
    made = repaired()
    own = text(company.get(f"/own/repairs/{made}/"))
    assert "等待答复" in own
    assert MARKET.name in own
    with on(LATER):
        reviewer, head = at_desk(REVIEWER), at_desk(HEAD)
        assert "移出的方式" in text(reviewer.get(question()))
        assert reviewer.post(question(), LEAVES | PROPOSAL).status_code == 302
        assert events(case)[-1] == "propose_removal"
        proposed = listing(case, LATER).happened("propose_removal")
        assert proposed is not None
        assert (proposed.actor, proposed.said["way"], proposed.said["words"]) == (REVIEWER, "REPAIRED", LEAVES["words"])
        assert row(case).state == "REMOVAL_PROPOSED"
        assert shown() == 1, "until the head signs, the entry stands"
        answered = text(reviewer.get(question()))
        assert f"/desk/lists/{case}/" in answered
        assert "等待负责人签署" in answered
        later = Client()
        signed_in_organisation(later, username="test-company-later")
        assert f"/own/lists/{case}/" in text(later.get(f"/own/repairs/{made}/"))
        theirs = text(at_desk("消防复核").get(f"/desk/repairs/{made}/"))
        assert "答复移出" in theirs
        assert f"/desk/lists/{case}/" not in theirs, "another unit's case is no link"
        assert head.post(f"/desk/lists/{case}/", {"step": "confirm_removal"}).status_code == 302
        assert (row(case).state, shown()) == ("REMOVED", 0)
        assert "已移出名单" in text(later.get(f"/own/repairs/{made}/"))


def test_who_answered_does_not_sign_the_removal() -> None:
    case = listed()
    repaired()
    factories.appoint(
        username=REVIEWER,
        role=Role.HEAD,
        organ=MARKET.code,
        from_day=DECIDED,
        actor="test",
        moment=factories.noon(DECIDED),
    )
    with on(LATER):
        reviewer = at_desk(REVIEWER)
        assert reviewer.post(question(), LEAVES | PROPOSAL).status_code == 302
        told = text(reviewer.post(f"/desk/lists/{case}/", {"step": "confirm_removal"}), 422)
    assert "不同的人" in told
    assert row(case).state == "REMOVAL_PROPOSED"


def test_before_the_first_day_neither_is_done_and_the_page_says_the_day() -> None:
    case = listed()
    repaired()
    reviewer = at_desk(REVIEWER)
    assert "2027-06-16" in text(reviewer.get(question()))
    answers: list[str] = []
    unchanged(lambda: answers.append(text(reviewer.post(question(), LEAVES | PROPOSAL), 422)))
    assert "2027-06-16" in answers[0]
    assert LEAVES["words"] in answers[0]
    assert PROPOSAL["number"] in answers[0]
    assert reviewer.post(question(), LEAVES | {"leaves": "no"}).status_code == 302
    assert "已答复不移出" in text(reviewer.get(question()))
    assert row(case).state == "LISTED"


@pytest.mark.parametrize(("field", "value"), [("way", ""), ("way", "TERM_OVER"), ("number", " "), ("words", "")])
def test_each_fault_of_the_removal_stands_at_its_field_and_nothing_is_answered(field: str, value: str) -> None:
    listed()
    repaired()
    with on(LATER):
        reviewer = at_desk(REVIEWER)
        answers: list[str] = []
        said = LEAVES | PROPOSAL | {field: value}
        unchanged(lambda: answers.append(text(reviewer.post(question(), said), 422)))
    assert 'role="alert"' in answers[0]


def test_a_way_that_takes_the_record_back_is_no_consequence_of_a_repair() -> None:
    listed()
    repaired()
    with on(LATER):
        reviewer = at_desk(REVIEWER)
        for way in ("BASIS_REVOKED", "WRONGLY_LISTED", "PERFORMED"):
            said = LEAVES | PROPOSAL | {"way": way}
            unchanged(lambda said=said: text(reviewer.post(question(), said), 422))  # type: ignore[misc]


def test_a_removal_that_waits_already_is_not_proposed_twice() -> None:
    case = listed()
    repaired()
    with on(LATER):
        moment = factories.noon(LATER)
        revoking.propose_removal(case=case, way="REPAIRED", number="1号", words="已整改。", actor=CLERK, moment=moment)
        reviewer = at_desk(REVIEWER)
        assert "移出的方式" not in text(reviewer.get(question()))
        assert reviewer.post(question(), LEAVES).status_code == 302
        assert events(case).count("propose_removal") == 1
        assert f"/desk/lists/{case}/" in text(reviewer.get(question()))


def test_an_entry_that_came_in_from_elsewhere_goes_its_own_way_and_the_pages_say_so(company: Client) -> None:
    attested()
    made = repaired()
    assert Case.objects.filter(course="LISTING").count() == 0
    registered = Case.objects.get(course="DELISTING")
    assert registered.organ_code == MARKET.code
    reviewer = at_desk(REVIEWER)
    page = text(reviewer.get(question()))
    assert "其他系统报送" in page
    assert "移出的方式" not in page
    assert reviewer.post(question(), LEAVES).status_code == 302
    for answer in (reviewer.get(question()), company.get(f"/own/repairs/{made}/")):
        assert "在其系统中办理" in text(answer)
    assert shown() == 1


def test_nobody_else_answers() -> None:
    listed()
    repaired()
    for name, status in ((CLERK, 403), (HEAD, 403), ("消防复核", 404)):
        answer = at_desk(name).post(question(), LEAVES | PROPOSAL)
        assert answer.status_code == status, name


def test_the_day_of_the_answer_leads_from_the_own_calendar_to_the_repair(company: Client) -> None:
    listed()
    made = repaired()
    page = text(company.get("/own/calendar/"))
    assert f"/own/repairs/{made}/" in page
    assert company.get(f"/own/repairs/{made}/").status_code == 200
