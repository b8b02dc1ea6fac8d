"""A small country for the browser, on one fixed day, and real Chromium to look at it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

import orjson
import pytest
import time_machine
from django.test import Client
from playwright.sync_api import Browser, sync_playwright
from pytest_django.live_server_helper import LiveServer

from tests import factories, filings
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.law.terms import ClaimCause, SubjectKind
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.states import Door
from xinshu.proceedings.objections.actions import lodge
from xinshu.regimes.agencies.actions import audit, decide, register_agency, reply
from xinshu.regimes.agencies.clearing import issue_slip, report_copy
from xinshu.regimes.agencies.queries import matters
from xinshu.regimes.agencies.states import Event, Source
from xinshu.register.access.roles import Role
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Record

TODAY = factories.TODAY
INDIVIDUAL = "92999999TE5T0002XF"
INDIVIDUAL_NAME = "示例丙小吃店"
CHROMIUM = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Site:
    """Where the site is, and who may sign in."""

    url: str
    record: str
    claimed: str
    claim: str
    slip: str
    box: str
    clerk: str
    auditor: str


@pytest.fixture
def day(transactional_db: None) -> Iterator[date]:
    """The one day on which everything here happens; the clock runs on from its noon."""
    with time_machine.travel(datetime.combine(TODAY, time(12), LEGAL_ZONE), tick=True):
        yield TODAY


@pytest.fixture
def site(day: date, live_server: LiveServer, tmp_path: Path) -> Site:
    """A body with every kind of card, one with three pages, one whose name is withheld, one from a file; the staff."""
    factories.adopted_catalogue()
    factories.registered_organ()
    clerk = factories.appointed(Role.CLERK, organ=factories.MARKET.code)
    auditor = factories.appointed(Role.AUDITOR)
    individual = {"code": INDIVIDUAL, "name": INDIVIDUAL_NAME, "subject_kind": SubjectKind.INDIVIDUAL_BUSINESS}
    many = {"code": factories.OTHER_SUBJECT, "name": "云汀示例食品配送有限责任公司"}
    factories.accepted(
        factories.document(),
        factories.document(document_number="示市监罚〔2026〕0002号", decided_on=day - timedelta(100), fine=8),
        factories.document(document_number="示市监罚〔2026〕0003号", **individual),
        *(factories.document(document_number=f"示市监罚〔2026〕{number}号", **many) for number in range(1000, 1045)),
    )
    factories.accepted(factories.document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))
    _file(tmp_path, clerk)
    shown = Client().get(f"/api/v1/subjects/{filings.SUBJECT}").json()["bodies"][0]["records"]
    claimed = _claimed()
    integrate(moment=factories.noon(TODAY))
    copied = _copied()
    return Site(live_server.url, shown[0]["ref"], *claimed, *copied, clerk, auditor)


def _claimed() -> tuple[str, str]:
    """Someone said of a penalty of the third body that it is not that body's: the record, and the receipt."""
    record = Record.objects.get(document_number="示市监罚〔2026〕1044号")
    said = {"subject": record.subject_id, "record_ref": record.record_ref, "words": ""}
    return str(record.record_ref), str(lodge(cause=ClaimCause.BODY, moment=factories.noon(TODAY), **said))


def _copied() -> tuple[str, str]:
    """An agency still has a copy of what was withdrawn, was named for it, and was reported: slip and notices."""
    moment = factories.noon(TODAY)
    number, code = "示市监罚〔2026〕1045号", factories.OTHER_SUBJECT
    factories.accepted(factories.document(document_number=number, code=code, name="云汀示例食品配送有限责任公司"))
    record = Record.objects.get(document_number=number)
    factories.taken_back(record.subject_id, record.record_ref)
    number_filings(moment=moment)
    integrate(moment=moment)
    slip = issue_slip(code=code, record_ref=record.record_ref, actor="test", moment=moment)
    box = register_agency(name="示例征信", contact="x", site="agency.example", actor="test", moment=moment)
    row = {"ref": str(record.record_ref), "subject": code, "as_of": "2026-11-23T08:00:00+08:00"}
    audit(name="示例征信", content=orjson.dumps(row) + b"\n[]", source=Source.SAMPLE, actor="test", moment=moment)
    (matter,) = matters(on_date=TODAY)
    reply(box=box, matter=matter.id, words="稍后处理", moment=moment)
    operator = factories.appointed(Role.OPERATOR)
    decide(matter=matter.id, event=Event.LISTED, reason="拒不删除", actor=operator, moment=moment)
    report_copy(parts=slip, address="https://agency.example/company/1", moment=moment)
    return str(slip["number"]), str(box)


def _file(folder: Path, clerk: str) -> None:
    """A file of one organ comes in through intake, and with it the desk has a batch to show."""
    row = filings.penalty(
        name="云汀示例机电设备有限公司", penalties="罚款", content="罚款八万元", fine="8", confiscated=""
    )
    receive(
        path=filings.write_csv(folder / "示例.csv", [row]),
        organ_code=factories.MARKET.code,
        kind="ADMIN_PENALTY",
        door=Door.DESK,
        actor=clerk,
        moment=factories.noon(TODAY),
        progress=lambda step: None,
    )


@pytest.fixture
def browser(site: Site) -> Iterator[Browser]:
    """Chromium for one test. It closes before the database is emptied: Django refuses queries beside a running loop."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no Chromium on this machine: what only a real browser can tell is not tested")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=CHROMIUM)
        yield chromium
        chromium.close()
