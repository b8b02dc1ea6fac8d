"""The doors of claims: the public form, its receipt, what an outsider cannot find out by it, and the desk's review."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, TODAY, UNKNOWN, accepted, appointed, document
from tests.journeys.conftest import on
from xinshu.law.terms import ClaimCause
from xinshu.proceedings.objections.actions import lodge
from xinshu.proceedings.objections.models import Claim
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = pytest.mark.django_db
FACTS = "示例违法事实"
SignedIn = Callable[..., Client]


@pytest.fixture(autouse=True)
def today(db: None) -> Iterator[None]:
    factories.adopted_catalogue()
    factories.registered_organ()
    minor = document(code=OTHER_SUBJECT, name="云汀示例贸易有限公司", penalties=["WARNING"], severity="MINOR")
    accepted(document(), minor)
    with on(TODAY):
        yield


@pytest.fixture
def signed_in() -> SignedIn:
    def opened(role: Role, organ: str | None = MARKET.code) -> Client:
        client = Client()
        assert client.login(username=appointed(role, organ=organ), password=factories.PASSWORD)
        return client

    return opened


def shown() -> Record:
    return Record.objects.get(public_from__isnull=False)


def address(code: str = SUBJECT, reference: Any = None) -> str:
    return f"/subjects/{code}/records/{reference or shown().record_ref}/"


def claimed(cause: ClaimCause = ClaimCause.NAME, words: str = "") -> Claim:
    record = shown()
    said = {"subject": record.subject_id, "record_ref": record.record_ref, "moment": factories.noon(TODAY)}
    return Claim.objects.get(id=lodge(cause=cause, words=words, **said))


# --- for everyone ---------------------------------------------------------------------------------


def test_the_record_and_the_subject_lead_to_the_form() -> None:
    form = f"{address()}claim/"
    for page in (address(), f"/subjects/{SUBJECT}/"):
        assert form in Client().get(page).content.decode(), page
    said = Client().get(f"{form}?cause=BODY").content.decode()
    assert re.search(r'value="BODY" checked', said)
    assert not re.search(r'value="NAME" checked', said)
    assert FACTS not in said


def test_lodged_it_leads_to_its_receipt_which_says_nothing_of_the_record() -> None:
    answer = Client().post(f"{address()}claim/", {"cause": "NAME", "words": "我在事实里"})
    (kept,) = Claim.objects.all()
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/claims/{kept.id}/")
    page = Client().get(answer.headers["Location"]).content.decode()
    assert "已收到，有关内容已经遮蔽" in page
    assert "2026-11-26" in page
    record = shown()
    for secret in (SUBJECT, record.document_number, factories.SUBJECT_NAME, str(record.record_ref), MARKET.name, FACTS):
        assert secret not in page
    assert "我在事实里" not in page
    assert FACTS not in Client().get(address()).content.decode()


def test_no_cookie_stays_and_none_is_needed_to_read() -> None:
    client = Client()
    for page in (address(), f"/subjects/{SUBJECT}/", "/claims/00000000-0000-4000-8000-000000000000/"):
        assert dict(client.get(page).cookies) == {}
    (cookie,) = client.get(f"{address()}claim/").cookies.values()
    assert (cookie.key, cookie["max-age"], cookie["expires"]) == ("csrftoken", "", ""), "gone with the window"


def test_a_form_from_elsewhere_is_refused_and_a_real_one_is_not() -> None:
    client = Client(enforce_csrf_checks=True)
    form = f"{address()}claim/"
    assert client.post(form, {"cause": "NAME"}).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', client.get(form).content.decode())
    assert token is not None
    assert client.post(form, {"cause": "NAME", "csrfmiddlewaretoken": token[1]}).status_code == 302


@pytest.mark.parametrize("given", [{}, {"cause": "NONE"}, {"cause": "NAME", "words": "字" * 301}])
def test_what_cannot_be_taken_says_why_and_keeps_what_was_written(given: dict[str, str]) -> None:
    answer = Client().post(f"{address()}claim/", given)
    assert (answer.status_code, Claim.objects.count()) == (422, 0)
    page = answer.content.decode()
    assert 'role="alert"' in page
    assert given.get("words", "") in page


@pytest.mark.parametrize("method", ["get", "post"])
def test_hidden_ended_and_unknown_are_the_same_bytes(method: str) -> None:
    hidden = Record.objects.get(public_from__isnull=True).record_ref
    ways = [
        address(OTHER_SUBJECT, hidden),
        address(SUBJECT, uuid4()),
        address(UNKNOWN, uuid4()),
        address(OTHER_SUBJECT, shown().record_ref),
        address("919999990000002111", uuid4()),
    ]
    answers = [getattr(Client(), method)(f"{way}claim/", {"cause": "NAME"}) for way in ways]
    with on(date(2027, 10, 1)):
        answers.append(getattr(Client(), method)(f"{address()}claim/", {"cause": "NAME"}))
    answers.append(Client().get(f"/claims/{uuid4()}/"))
    answers.append(Client().get("/nothing/"))
    told = {(answer.status_code, answer.content, tuple(sorted(answer.headers.items()))) for answer in answers}
    assert len(told) == 1
    assert answers[0].status_code == 404
    assert Claim.objects.count() == 0


def test_a_receipt_after_the_end_says_only_that_it_is_closed() -> None:
    kept = claimed()
    with on(date(2027, 10, 1)):
        page = Client().get(f"/claims/{kept.id}/").content.decode()
    assert "这件事已经办结" in page
    for secret in ("2026-11-26", "姓名</", "成立"):
        assert secret not in page


def test_a_record_of_another_body_is_shown_without_its_number_everywhere() -> None:
    number = shown().document_number
    claimed(ClaimCause.BODY)
    for page in (address(), f"/subjects/{SUBJECT}/", f"{address()}claim/"):
        text = Client().get(page).content.decode()
        assert number not in text
        assert "文书号不显示" in text
        assert "有人提出本信息不属于该主体" in text


# --- at the desk ----------------------------------------------------------------------------------


def test_the_reviewer_sees_the_due_day_and_the_whole_record_and_decides(signed_in: SignedIn) -> None:
    kept = claimed(words="我在事实里")
    desk = signed_in(Role.REVIEWER)
    listed = desk.get("/desk/claims/").content.decode()
    assert f"/desk/claims/{kept.id}/" in listed
    assert "2026-11-26" in listed
    page = desk.get(f"/desk/claims/{kept.id}/").content.decode()
    assert FACTS in page
    assert "我在事实里" in page
    without = desk.post(f"/desk/claims/{kept.id}/", {"verdict": "REJECTED"})
    assert (without.status_code, "不成立须说明理由" in without.content.decode()) == (422, True)
    assert desk.post(f"/desk/claims/{kept.id}/", {"verdict": "everything"}).status_code == 422
    done = desk.post(f"/desk/claims/{kept.id}/", {"verdict": "REJECTED", "reason": "查无姓名"})
    assert (done.status_code, done.headers["Location"]) == (302, "/desk/claims/")
    assert "没有等待审核的异议" in desk.get("/desk/claims/").content.decode()
    assert "查无姓名" in Client().get(f"/claims/{kept.id}/").content.decode()
    assert desk.post(f"/desk/claims/{kept.id}/", {"verdict": "UPHELD"}).status_code == 422
    acts = list(TrailLine.objects.filter(matter=str(kept.id)).order_by("id").values_list("act", "actor"))
    assert acts == [
        ("LODGE_CLAIM", "public"),
        *[("LOOK_CLAIM", "test-reviewer")] * 4,
        ("DECIDE_CLAIM", "test-reviewer"),
        ("LOOK_CLAIM", "test-reviewer"),
    ]


def test_overdue_and_due_today_are_told(signed_in: SignedIn) -> None:
    claimed()
    desk = signed_in(Role.REVIEWER)
    for days, said in ((3, "今天到期"), (4, "已逾期")):
        with on(TODAY + timedelta(days)):
            assert desk.login(username="test-reviewer", password=factories.PASSWORD)
            assert said in desk.get("/desk/claims/").content.decode()


def test_an_upheld_claim_of_another_body_leads_to_the_withdrawal_of_that_record(signed_in: SignedIn) -> None:
    kept = claimed(ClaimCause.BODY)
    desk = signed_in(Role.REVIEWER)
    done = desk.post(f"/desk/claims/{kept.id}/", {"verdict": "UPHELD"})
    assert done.headers["Location"].startswith("/desk/records/withdraw/?link=")
    page = desk.get(done.headers["Location"]).content.decode()
    record = shown()
    assert f'value="{record.record_ref}"' in page
    assert record.document_number in page, "the organ knows the number of its own record"
    form = {"code": SUBJECT, "number": record.document_number, "record": str(record.record_ref), "confirmed": "yes"}
    assert desk.post("/desk/records/withdraw/", form | {"reason": "ENTERED_WRONGLY"}).status_code == 302
    assert Client().get(address(reference=record.record_ref)).status_code == 404


@pytest.mark.parametrize(
    ("role", "organ", "seen", "decides"),
    [
        (Role.CLERK, MARKET.code, 200, 422),
        (Role.AUDITOR, None, 200, 403),
        (Role.OPERATOR, None, 200, 302),
        (Role.REVIEWER, "11999999TE5T003026", 404, 404),
    ],
)
def test_who_sees_and_who_decides(signed_in: SignedIn, role: Role, organ: str | None, seen: int, decides: int) -> None:
    factories.registered_organ(type(MARKET)("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE"))
    kept = claimed()
    desk = signed_in(role, organ)
    page = desk.get(f"/desk/claims/{kept.id}/")
    assert page.status_code == seen
    assert ('id="decide-now"' in page.content.decode()) == (decides == 302)
    assert (str(kept.id) in desk.get("/desk/claims/").content.decode()) == (seen == 200)
    assert desk.post(f"/desk/claims/{kept.id}/", {"verdict": "UPHELD"}).status_code == decides
    assert Claim.objects.get().state == ("UPHELD" if decides == 302 else "OPEN")
