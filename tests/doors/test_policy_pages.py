"""Who may assess at the desk, what desk and public page refuse, and that no draft is public before it is laid open."""

import hashlib
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import factories
from tests.drafts import LAWFUL
from tests.factories import PASSWORD, TODAY, noon
from tests.kinds import made_up_code
from tests.policies import made_up_register
from tests.spaces import signed_in_organisation
from xinshu.doors.desk import policies as desk
from xinshu.doors.policies.proposals import proposed
from xinshu.doors.policies.running import assess
from xinshu.register.access.models import TrailLine
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.actions import open_consultation, say
from xinshu.register.catalogues.queries import assessments, comments
from xinshu.register.catalogues.states import CommentState, Speaker
from xinshu.uses.disclosure.actions import count_measures, count_shown

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _today() -> Any:
    with time_machine.travel(noon(TODAY).instant, tick=False):
        yield


def visitor(role: Role, organ: str | None = None) -> Client:
    client = Client()
    assert client.login(username=factories.appointed(role, organ=organ), password=PASSWORD)
    return client


def file(text: str = LAWFUL) -> SimpleUploadedFile:
    return SimpleUploadedFile("draft.yaml", text.encode(), content_type="application/yaml")


def kept(text: str = LAWFUL) -> str:
    return assess(proposed(text.encode(), "draft.yaml"), actor="test", moment=noon(TODAY))


def test_only_an_operator_of_the_platform_assesses() -> None:
    made_up_register(12)
    assert Client().get("/desk/policies/").status_code == 302
    clerk = visitor(Role.CLERK, factories.MARKET.code)
    assert clerk.get("/desk/policies/").status_code == 403
    assert clerk.post("/desk/policies/", {"draft": file()}).status_code == 403
    auditor = visitor(Role.AUDITOR)
    assert auditor.get("/desk/policies/").status_code == 200
    assert auditor.post("/desk/policies/", {"draft": file()}).status_code == 403
    assert assessments(public_only=False) == ()
    operator = visitor(Role.OPERATOR)
    assert operator.post("/desk/policies/", {"draft": file()}).status_code == 302
    (row,) = assessments(public_only=False)
    assert row.actor == f"test-{Role.OPERATOR.lower()}"
    assert TrailLine.objects.filter(act="ASSESS_POLICY", matter=row.hash).count() == 1


def test_what_the_desk_cannot_take_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    made_up_register(12)
    operator = visitor(Role.OPERATOR)

    def told(given: dict[str, Any]) -> str:
        answer = operator.post("/desk/policies/", given)
        assert answer.status_code == 422
        return str(answer.content.decode())

    assert "请选择草案文件" in told({})
    assert "不得超过1 MB" in told({"draft": file("#" * (desk.LARGEST + 1))})
    monkeypatch.setattr(desk, "MOST", 3)
    assert "请用命令评估" in told({"draft": file()})
    assert assessments(public_only=False) == ()


def test_a_comment_is_decided_on_at_the_page_of_its_own_draft() -> None:
    made_up_register(12)
    one, other = kept(), kept(LAWFUL.replace("months: 12", "months: 6"))
    for report in (one, other):
        open_consultation(report, last_on=None, actor="test", moment=noon(TODAY))
    said = say(one, words="期限过长。", speaker=Speaker.ANYONE, moment=noon(TODAY))
    operator = visitor(Role.OPERATOR)
    for report, comment in ((other, said), (one, uuid4()), (one, "none")):
        answer = operator.post(f"/desk/policies/{report}/", {"step": "show", "comment": comment})
        assert answer.status_code == 422
    assert "理由" in operator.post(f"/desk/policies/{one}/", {"step": "withhold", "comment": said}).content.decode()
    assert operator.post(f"/desk/policies/{one}/", {"step": "show", "comment": said}).status_code == 302
    (shown,) = comments(one, states=frozenset(CommentState))
    assert shown.state == CommentState.SHOWN


def test_a_draft_is_nobodys_before_it_is_laid_open_and_everybodys_after() -> None:
    made_up_register(12)
    report = kept()
    addresses = [f"/policies/{report}/", f"/policies/{report}/report.json", f"/policies/{report}/report.pdf"]
    assert [Client().get(address).status_code for address in addresses] == [404, 404, 404]
    nobody = Client().get(f"/policies/{'0' * 64}/").content
    assert Client().get(addresses[0]).content == nobody
    assert Client().post(addresses[0], {"words": "意见"}).status_code == 404
    open_consultation(report, last_on=None, actor="test", moment=noon(TODAY))
    assert [Client().get(address).status_code for address in addresses] == [200, 200, 200]
    assert hashlib.sha256(Client().get(addresses[1]).content).hexdigest() == report


def test_a_comment_of_anyone_is_masked_and_waits() -> None:
    made_up_register(12)
    report = kept()
    open_consultation(report, last_on=None, actor="test", moment=noon(TODAY))
    address = f"/policies/{report}/"
    assert Client().post(address, {"words": " "}).status_code == 422
    large = Client().post(address, {"words": "长" * 100_000})
    assert large.status_code == 413
    assert Client().post(address, {"words": "请联系13800138000"}).status_code == 302
    (one,) = comments(report, states=frozenset(CommentState))
    assert "13800138000" not in one.words
    assert one.words not in Client().get(address).content.decode()
    forged = Client(enforce_csrf_checks=True).post(address, {"words": "意见"})
    assert forged.status_code == 403


def test_an_organisation_comments_as_one_and_its_name_is_not_kept() -> None:
    made_up_register(12)
    company, report = Client(), kept()
    signed_in_organisation(company)
    assert "没有征求意见的草案" in company.get("/own/policies/").content.decode()
    said = {"report": report, "words": "期限过长，联系13800138000。"}
    assert company.post("/own/policies/", said).status_code == 422
    open_consultation(report, last_on=None, actor="test", moment=noon(TODAY))
    assert "严重失信主体" in company.get("/own/policies/").content.decode()
    empty = company.post("/own/policies/", said | {"words": ""})
    assert empty.status_code == 422
    assert company.post("/own/policies/", said).status_code == 302
    (one,) = comments(report, states=frozenset(CommentState))
    assert (one.speaker, "13800138000" in one.words) == (Speaker.ORGANISATION, False)
    assert Client().get("/own/policies/").status_code == 302


def test_how_often_a_measure_may_apply_is_told_once_it_is_counted_and_never_below_ten() -> None:
    made_up_register(12)
    address = "/catalogue/measures/GRAVE_RECORD_IN_PROCUREMENT/"
    assert "今日尚未统计" in Client().get(address).content.decode()
    revoked = [
        factories.document(
            code=code,
            name=f"示例{number:02d}实业有限公司",
            penalties=["LICENCE_REVOCATION"],
            severity="SERIOUS",
            document_number=f"示市监罚〔2026〕9{number:02d}号",
        )
        for number, code in enumerate(made_up_code(500 + place) for place in range(11))
    ]
    factories.accepted(*revoked)
    count_shown(moment=noon(TODAY))
    count_measures(moment=noon(TODAY))
    assert '<b class="num">10</b>' in Client().get(address).content.decode()
    never = Client().get("/catalogue/measures/MARKET_LISTS_IN_TENDERS/").content.decode()
    assert "不足10个" in never
    assert "使用情况" not in Client().get(f"{address}?day=2026-01-05").content.decode()
