"""The repair notice: one paper for organ and subject about one record, shown already or not; read back as text."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from django.test import Client

from tests import factories, filings
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, TODAY, accepted, document, noon
from tests.journeys.conftest import on
from tests.kinds import ORGAN_CODE
from tests.law.test_cases import catalogue_with
from tests.papers import text_of
from tests.spaces import signed_in_organisation
from xinshu.doors.desk.repair_notice import notice_pdf
from xinshu.doors.portal.wording import Wording
from xinshu.law.catalogue import Catalogue
from xinshu.law.terms import SubjectKind
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.states import Door
from xinshu.register.access.models import TrailLine
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Filing, Record
from xinshu.register.records.own import about_record, past_of

pytestmark = pytest.mark.django_db
NUMBER = "示市监罚〔2026〕0001号"
CLOSED = {
    "row": "R",
    "name_zh": "某类",
    "name_en": "A sort",
    "kinds": ["ADMIN_PENALTY"],
    "basis": "PRC-APL",
    "looked_at": "2026-11-27",
    "certainty": "ILLUSTRATIVE",
}
EVERY_PAPER = (
    "信用修复告知书",
    "不收费",
    "不需要中介",
    "行政复议",
    "行政诉讼",
    "提出异议",
    "3《信用修复管理办法》",
    "10《信用修复",
)


@pytest.fixture(autouse=True)
def ready(db: None) -> Iterator[None]:
    factories.adopted_catalogue()
    factories.registered_organ()
    with on(TODAY):
        yield


def read(record: Record, catalogue: Catalogue | None = None) -> str:
    """The paper about a record on that day, as text without blanks."""
    found = about_record([record.subject_id], record.record_ref, on_date=TODAY)
    assert found is not None
    words = Wording(catalogue or catalogue_on(TODAY).catalogue)
    lines, _ = past_of([record.subject_id], most=50, record_ref=record.record_ref)
    return text_of(notice_pdf(found, words, lines=lines, day=TODAY, site="https://credit.example"))


def one(**changes: Any) -> Record:
    accepted(document(**changes))
    return Record.objects.latest("recorded_at")


def clerk(organ: str = MARKET.code) -> Client:
    found = Client()
    assert found.login(username=factories.appointed(Role.CLERK, organ=organ), password=factories.PASSWORD)
    return found


def test_organ_and_subject_have_the_same_paper(client: Client) -> None:
    record = one()
    signed_in_organisation(client)
    own = client.get(f"/own/records/{record.record_ref}/repair-notice.pdf")
    desk = clerk().get(f"/desk/notices/{SUBJECT}/{record.record_ref}/repair-notice.pdf")
    assert own.content == desk.content
    assert (own["Content-Type"], own["X-Content-Type-Options"]) == ("application/pdf", "nosniff")
    assert NUMBER not in own["Content-Disposition"]
    assert b"<pdfuaid:part>1<" in own.content
    assert list(TrailLine.objects.filter(act__contains="REPAIR_NOTICE").values_list("act", "matter", "organ_code")) == [
        ("TAKE_REPAIR_NOTICE", SUBJECT, ""),
        ("MAKE_REPAIR_NOTICE", SUBJECT, MARKET.code),
    ]


def test_it_says_until_when_from_when_by_which_article_where_and_what_against_it() -> None:
    record = one()
    told = read(record)
    for said in (
        *EVERY_PAPER,
        NUMBER,
        MARKET.name,
        "决定日期Dayofthedecision2026-09-30",
        "自2026-11-23起至2027-09-30止（含当日）",
        "自2026-12-31起可以申请；现在就可以预约",
        "《信用修复管理办法》第13条",
        f"https://credit.example/own/repairs/record/{record.record_ref}/",
        f"https://credit.example/own/records/{record.record_ref}/speak/",
        "国家企业信用信息公示系统",
        "制作日期Madeon：2026-11-23",
    ):
        assert said in told, said
    assert "失信行为已经纠正" not in told, "nobody has said so yet"


def test_what_waits_to_be_shown_has_its_paper_at_once() -> None:
    """Between the notice to the body and display, and before its line has a number."""
    record = one()
    Record.objects.update(public_from=date(2026, 11, 25))
    Filing.objects.update(first_number=None, numbered_at=None)
    told = read(record)
    assert "自2026-11-25起至2027-09-30止" in told
    assert "尚未公示" in told
    number_filings(moment=noon(TODAY))


def test_what_a_law_closes_says_so_and_names_no_day() -> None:
    amended = catalogue_with(
        orjson.dumps({"national/repair/order-36.yaml": {"ORDER_36.unrepairable": [CLOSED]}}).decode()
    )
    told = read(one(), amended)
    assert "依法不能修复；公示期满，自动停止公示。" in told
    assert "可以预约" not in told.split("需要满足的条件")[0]
    assert all(said in told for said in EVERY_PAPER)


@pytest.mark.parametrize(
    ("kind", "channel"),
    [
        ("JUDGMENT_DEFAULTER", "列入名单的执行法院"),
        ("TAX_ARREARS", "欠税缴清后停止公告"),
        ("ABNORMAL_OPERATION", "移出"),
    ],
)
def test_what_goes_another_channel_says_where_and_not_here(kind: str, channel: str) -> None:
    told = read(one(kind=kind, document_number="示例〔2026〕7号", severity=None, event_on=None))
    assert "这条信息在其他渠道办理" in told
    assert channel in told
    for ours in ("/own/repairs/record/", "需要满足的条件", "是否受理修复申请"):
        assert ours not in told, ours
    for theirs in ("行政复议", "异议的答复", "不收费"):
        assert theirs in told, theirs


def test_where_the_national_window_handles_it_the_paper_says_so(settings: Any) -> None:
    record = one()
    assert f"或者到{MARKET.name}的窗口，由工作人员代填。申请由平台转送该单位决定。" in read(record)
    settings.REPAIR_WINDOW = "RELAY"
    assert "申请由平台转交全国窗口办理" in read(record)


def test_what_has_ended_needs_no_repair() -> None:
    record = one()
    factories.taken_back(record.subject_id, record.record_ref)
    assert "已经停止公示，不需要修复" in read(record)


def test_the_name_of_an_individual_business_is_not_on_it() -> None:
    name = "示例丙小吃店"
    record = one(code="92999999TE5T0002XF", name=name, subject_kind=SubjectKind.INDIVIDUAL_BUSINESS)
    told = read(record)
    assert "92999999TE5T0002XF" in told
    assert name not in told


def test_anothers_record_a_favourable_one_and_none_are_the_same(client: Client) -> None:
    record = one()
    accepted(document("ADMIN_LICENCE", document_number="示许〔2026〕1号"))
    licence = Record.objects.get(kind="ADMIN_LICENCE")
    signed_in_organisation(client, OTHER_SUBJECT)
    other = factories.registered_organ(OrganRow(ORGAN_CODE, "示例市示范局", "990100", "TAX"))
    stranger = clerk(other.code)
    for place in (record.record_ref, licence.record_ref, uuid4()):
        assert client.get(f"/own/records/{place}/repair-notice.pdf").status_code == 404
    for code in (SUBJECT, OTHER_SUBJECT, "1"):
        assert stranger.get(f"/desk/notices/{code}/{record.record_ref}/repair-notice.pdf").status_code == 404
    asked = {"code": SUBJECT, "number": NUMBER}
    assert "repair-notice.pdf" not in stranger.get("/desk/notices/", asked).content.decode()
    assert not TrailLine.objects.filter(act__contains="REPAIR_NOTICE").exists()


def test_an_organ_finds_its_own_by_number_and_in_its_batch(tmp_path: Path) -> None:
    at_desk = clerk()
    path = filings.write_csv(tmp_path / "a.csv", [filings.penalty(), filings.penalty(number="示市监罚〔2026〕0010号")])
    said = {"organ_code": MARKET.code, "kind": "ADMIN_PENALTY", "door": Door.DESK, "actor": "test-clerk"}
    receipt = receive(path=path, attested=True, moment=noon(TODAY), progress=lambda _: None, **said)
    record = Record.objects.get(document_number="示市监罚〔2026〕0010号")
    paper = f"/desk/notices/{filings.SUBJECT}/{record.record_ref}/repair-notice.pdf"
    batch = at_desk.get(f"/desk/batches/{receipt.batch}/notices/").content.decode()
    assert batch.count("repair-notice.pdf") == 2
    asked = {"code": filings.SUBJECT, "number": record.document_number}
    for page in (batch, at_desk.get("/desk/notices/", asked).content.decode()):
        assert paper in page
    assert "示市监罚〔2026〕0010号" in text_of(at_desk.get(paper).content)
    assert f"/desk/batches/{receipt.batch}/notices/" in at_desk.get(f"/desk/batches/{receipt.batch}/").content.decode()


def test_who_files_for_no_organ_makes_none() -> None:
    record = one()
    auditor = Client()
    assert auditor.login(username=factories.appointed(Role.AUDITOR), password=factories.PASSWORD)
    assert auditor.get(f"/desk/notices/{SUBJECT}/{record.record_ref}/repair-notice.pdf").status_code == 404
    asked = {"code": SUBJECT, "number": NUMBER}
    assert "repair-notice.pdf" not in auditor.get("/desk/notices/", asked).content.decode()
