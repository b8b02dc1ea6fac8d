"""Monitoring through its doors: public pages and figures, an organ's own reconciliation and alarms, the desk, a command."""

import csv
import json
from datetime import date, datetime, time
from io import StringIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import time_machine
from click.testing import CliRunner, Result
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from procrastinate.contrib.django import app

from tests import factories
from tests.factories import MARKET, TODAY, noon
from tests.filings import OTHER_SUBJECT, SUBJECT, penalty, write_csv
from xinshu.doors.cli.reconcile import reconcile as command
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Door
from xinshu.register.access.actions import issue_token
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import Role
from xinshu.uses.monitoring.actions import count_months, raise_alarms
from xinshu.uses.monitoring.models import Alarm, MonthTally, Reconciliation

OTHER = OrganRow("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")
KIND = "ADMIN_PENALTY"
LEDGER = f"文书号,主体代码\n示市监罚〔2026〕1号,{SUBJECT}\n示市监罚〔2026〕9号,{SUBJECT}\n"


@pytest.fixture(autouse=True)
def house(db: None, tmp_path: Path):
    """One organ files two rows in October, one of which goes back, and the months are counted."""
    with time_machine.travel(datetime.combine(TODAY, time(12), LEGAL_ZONE), tick=False):
        factories.adopted_catalogue()
        factories.registered_organ()
        factories.registered_organ(OTHER)
        rows = [
            penalty(number="示市监罚〔2026〕1号"),
            penalty(number="示市监罚〔2026〕2号", code=OTHER_SUBJECT, name="云汀示例食品配送有限责任公司"),
            penalty(number="示市监罚〔2026〕3号", code="919999990000002111"),
        ]
        receive(
            path=write_csv(tmp_path / "october.csv", rows),
            organ_code=MARKET.code,
            kind=KIND,
            door=Door.CLI,
            actor="test",
            moment=noon(date(2026, 10, 9)),
            progress=lambda _: None,
        )
        count_months(moment=noon(TODAY))
        yield


def bearer(organ: str = MARKET.code) -> dict[str, str]:
    token = issue_token(
        organ_code=organ, name=uuid4().hex, from_day=TODAY, until=None, actor="test", moment=noon(TODAY)
    )
    return {"Authorization": f"Bearer {token}"}


def post(body: object, *, address: str = "/api/v1/reconciliations", organ: str = MARKET.code):
    return Client(headers=bearer(organ)).post(address, json.dumps(body), content_type="application/json")


def desk(role: Role = Role.CLERK, organ: str | None = MARKET.code) -> Client:
    client = Client()
    assert client.login(username=factories.appointed(role, organ=organ), password=factories.PASSWORD)
    return client


# --- for everyone ---------------------------------------------------------------------------------


def test_the_page_shows_each_share_with_its_numerator_and_denominator() -> None:
    text = Client().get("/quality/?month=2026-10").content.decode()
    assert MARKET.name in text
    assert "66.67%" in text
    assert "2 / 3" in text
    assert "尚未测评" in text
    assert "示例数值" in text
    assert OTHER.name not in text


def test_the_last_complete_month_is_shown_first_and_the_present_one_marked() -> None:
    assert '<b class="num">2026-10</b>' in Client().get("/quality/").content.decode()
    assert "数字不完整" not in Client().get("/quality/").content.decode()
    present = Client().get("/quality/?month=2026-11")
    assert "数字不完整" in present.content.decode()


@pytest.mark.parametrize(
    "address", ["/quality/?month=2026-13", "/quality/?month=2026-12", f"/quality/{OTHER_SUBJECT}/"]
)
def test_no_such_month_or_organ(address: str) -> None:
    assert Client().get(address).status_code == 404


def test_an_empty_month_says_so() -> None:
    assert "这个月没有统计数字" in Client().get("/quality/?month=2020-01").content.decode()
    assert "这个月没有报送" in Client().get(f"/quality/{MARKET.code}/?month=2020-01").content.decode()


def test_the_organs_page_has_a_chart_and_the_same_figures_in_a_table() -> None:
    text = Client().get(f"/quality/{MARKET.code}/").content.decode()
    assert text.count('<svg class="chart"') == 5
    assert "66.67%" in text
    assert "十二个月" in text


def test_a_public_page_asks_the_same_few_questions_however_much_was_filed() -> None:
    costs = []
    for _ in range(2):
        client = Client()
        client.get("/quality/")
        with CaptureQueriesContext(connection) as asked:
            client.get("/quality/?month=2026-10")
            client.get(f"/quality/{MARKET.code}/?month=2026-10")
        costs.append(len(asked))
        first = Batch.objects.first()
        assert first is not None
        for number in range(20):
            first.pk, first.organ_code = uuid4(), MARKET.code if number % 2 else OTHER.code
            first.save(force_insert=True)
        count_months(moment=noon(TODAY))
    assert costs[0] == costs[1] <= 14


def test_no_document_and_no_body_is_in_what_is_public() -> None:
    addresses = ("/quality/", f"/quality/{MARKET.code}/", "/api/v1/quality", f"/api/v1/quality/{MARKET.code}")
    for address in addresses:
        for form in ("", "?form=csv") if "api" in address else ("",):
            text = Client().get(address + form).content.decode()
            assert "示市监罚" not in text
            assert SUBJECT not in text
            assert "云汀" not in text


def test_the_figures_as_json() -> None:
    answer = Client().get("/api/v1/quality?month=2026-10").json()
    assert (answer["month"], answer["complete"], len(answer["definitions"])) == ("2026-10", True, 7)
    (organ,) = answer["organs"]
    compliance = organ["measures"][0]
    assert (compliance["numerator"], compliance["denominator"], compliance["percent"]) == (2, 3, "66.67%")
    assert organ["measures"][-1]["missing"]["zh"].startswith("尚未测评")
    one = Client().get(f"/api/v1/quality/{MARKET.code}?month=2026-10").json()
    assert one["measures"][0] == compliance
    assert [kind["kind"] for kind in one["kinds"]] == [KIND]
    assert [month["month"] for month in one["trend"]][-2:] == ["2026-09", "2026-10"]
    assert len(one["trend"]) == 12


def test_the_figures_as_csv() -> None:
    answer = Client().get("/api/v1/quality?month=2026-10&form=csv")
    assert answer.headers["Content-Disposition"].endswith('"quality-2026-10.csv"')
    rows = list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 7
    assert (rows[0]["measure"], rows[0]["numerator"], rows[0]["denominator"]) == ("COMPLIANCE", "2", "3")
    own = Client().get(f"/api/v1/quality/{MARKET.code}?month=2026-10&form=csv").content.decode("utf-8-sig")
    assert len(list(csv.DictReader(StringIO(own)))) == 12 * 7 + 7


@pytest.mark.parametrize(
    ("query", "status"),
    [("?month=September", 422), ("?month=2026-1", 422), ("?form=xml", 422), ("/NONE", 404), ("/NONE?month=x", 422)],
)
def test_what_cannot_be_answered(query: str, status: int) -> None:
    answer = Client().get(f"/api/v1/quality{query}")
    assert (answer.status_code, set(answer.json())) == (status, {"error", "message", "reasons"})


# --- an organ's own system ------------------------------------------------------------------------


def test_count_and_digest_first_then_the_list() -> None:
    said = {"kind": KIND, "month": "2026-09"}
    first = post(said | {"count": 2, "digest": "0" * 64}).json()
    assert (first["agrees"], first["held"], first["documents"]["missing_here"]) == (False, None, [])
    documents = [{"number": f"示市监罚〔2026〕{number}号", "code": SUBJECT} for number in (1, 9)]
    second = post(said | {"documents": documents}).json()
    assert second["documents"]["missing_here"] == [documents[1]]
    assert [one["code"] for one in second["documents"]["missing_there"]] == [OTHER_SUBJECT]
    assert (second["their_count"], second["our_count"], second["held"]) == (2, 2, 1)
    history = Client(headers=bearer()).get("/api/v1/reconciliations").json()["reconciliations"]
    assert [row["listed"] for row in history] == [True, False]
    assert Client(headers=bearer(OTHER.code)).get("/api/v1/reconciliations").json() == {"reconciliations": []}
    assert Client().get("/api/v1/reconciliations").status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"month": "2026-9"},
        {"month": "2026-12"},
        {"kind": "GOSSIP"},
        {"count": None},
        {"count": -1},
        {"digest": "zz"},
        {"documents": [{"number": "1号", "code": SUBJECT}]},
        {"documents": [{"number": " ", "code": SUBJECT}], "count": None, "digest": None},
        {"documents": [{"number": "1号", "code": SUBJECT, "content_digest": "x"}], "count": None, "digest": None},
    ],
)
def test_a_reconciliation_that_cannot_be_read_is_refused_and_not_kept(changes: dict[str, object]) -> None:
    answer = post({"kind": KIND, "month": "2026-09", "count": 2, "digest": "0" * 64} | changes)
    assert (answer.status_code, set(answer.json())) == (422, {"error", "message", "reasons"})
    assert not Reconciliation.objects.exists()


def test_a_ledger_as_a_file_is_compared_like_a_list() -> None:
    address = f"/api/v1/reconciliations/ledger?kind={KIND}&month=2026-09"
    client = Client(headers=bearer())
    told = client.post(address, LEDGER.encode("gb18030"), content_type="application/octet-stream")
    assert [one["number"] for one in told.json()["documents"]["missing_here"]] == ["示市监罚〔2026〕9号"]
    for wrong in (address.replace("09", "13"), address.replace(KIND, "GOSSIP")):
        refused = client.post(wrong, LEDGER.encode(), content_type="application/octet-stream")
        assert (refused.status_code, set(refused.json())) == (422, {"error", "message", "reasons"})
    for body in (b"", b"a,b\n1,2\n", b"\x00\x01\xff"):
        refused = client.post(address, body, content_type="application/octet-stream")
        assert (refused.status_code, set(refused.json())) == (422, {"error", "message", "reasons"})
    assert Reconciliation.objects.count() == 1


def test_alarms_for_machines() -> None:
    batch = _due_today()
    (row,) = Client(headers=bearer()).get("/api/v1/alarms").json()["alarms"]
    assert (row["batch"], row["due"], row["days_left"], row["rows"]) == (str(batch), "SOON", 0, 1)
    assert Client(headers=bearer(OTHER.code)).get("/api/v1/alarms").json()["alarms"] == []
    address = f"/api/v1/alarms/{batch}/answer"
    assert post({"words": "已另行报送"}, address=address, organ=OTHER.code).status_code == 404
    assert post({"words": ""}, address=address).status_code == 404
    assert post({"words": "已另行报送"}, address=address).status_code == 204
    assert Client(headers=bearer()).get("/api/v1/alarms").json()["alarms"] == []


def _due_today() -> UUID:
    batch = Batch.objects.get()
    Batch.objects.update(returned_due_on=TODAY)
    raise_alarms(moment=noon(TODAY))
    return batch.id


# --- the desk -------------------------------------------------------------------------------------


def upload(client: Client, content: str = LEDGER, **changes: str):
    file = SimpleUploadedFile("ledger.csv", content.encode("gb18030"))
    said = {"organ": MARKET.code, "kind": KIND, "month": "2026-09", "ledger": file} | changes
    return client.post("/desk/reconciliation/", said)


def test_a_clerk_uploads_a_ledger_and_sees_both_sides() -> None:
    client = desk()
    text = upload(client).content.decode()
    assert "两边不一致" in text
    assert "示市监罚〔2026〕9号" in text
    assert OTHER_SUBJECT in text
    history = client.get("/desk/reconciliation/").content.decode()
    assert "2026-09" in history
    assert "示市监罚〔2026〕9号" not in history


@pytest.mark.parametrize(
    ("changes", "told"),
    [({"month": "2026"}, "YYYY-MM"), ({"kind": "GOSSIP"}, "YYYY-MM"), ({"ledger": ""}, "选择台账文件"),
     ({"content": "a,b\n1,2\n"}, "台账缺少列"), ({"month": "2026-12"}, "不能晚于本月")],
)  # fmt: skip
def test_what_the_desk_cannot_compare_is_told(changes: dict[str, str], told: str) -> None:
    answer = upload(desk(), **changes)
    assert answer.status_code == 422
    assert told in answer.content.decode()


def test_nobody_reconciles_for_another_organ() -> None:
    assert upload(desk(), organ=OTHER.code).status_code == 403
    assert not Reconciliation.objects.exists()


def test_the_desk_warns_on_its_home_and_a_clerk_ends_the_alarm() -> None:
    batch = _due_today()
    client = desk()
    assert "今天到期" in client.get("/desk/").content.decode()
    page = client.get("/desk/alarms/").content.decode()
    assert "今天到期" in page
    assert client.post(f"/desk/alarms/{batch}/answer/", {"words": " "}).status_code == 422
    assert client.post(f"/desk/alarms/{batch}/answer/", {"words": "已另行报送"}).status_code == 302
    assert "今天到期" not in client.get("/desk/").content.decode()
    assert Alarm.objects.get().words == "已另行报送"


def test_a_clerk_of_another_organ_sees_no_deadline_and_answers_none() -> None:
    batch = _due_today()
    client = desk(organ=OTHER.code)
    assert "october.csv" not in client.get("/desk/alarms/").content.decode()
    assert client.post(f"/desk/alarms/{batch}/answer/", {"words": "x"}).status_code == 403


def test_the_auditor_reads_every_deadline() -> None:
    _due_today()
    text = desk(Role.AUDITOR, None).get("/desk/alarms/").content.decode()
    assert "october.csv" in text
    assert "结束预警" not in text


# --- the command ----------------------------------------------------------------------------------


def run(path: Path, *more: str, organ: str = MARKET.code, kind: str = KIND, month: str = "2026-09") -> Result:
    return CliRunner().invoke(command, [str(path), "--organ", organ, "--kind", kind, "--month", month, *more])


@pytest.mark.django_db(transaction=True)
def test_the_command_computes_and_with_compare_keeps(tmp_path: Path) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(LEDGER, encoding="utf-8")
    alone = json.loads(run(path, "--json").stdout)
    assert alone["count"] == 2
    assert not Reconciliation.objects.exists()
    told = json.loads(run(path, "--json", "--compare").stdout)
    assert told["digest"] == alone["digest"]
    assert [document["number"] for document in told["missing_here"]] == ["示市监罚〔2026〕9号"]
    assert "不一致 differs" in run(path, "--compare").stdout
    assert Reconciliation.objects.count() == 2


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"organ": "119"}, "--organ"),
        ({"kind": "GOSSIP"}, "--kind"),
        ({"month": "2026"}, "--month"),
        ({"month": "2026-12"}, "--month"),
    ],
)
def test_wrong_arguments_are_told(tmp_path: Path, changes: dict[str, str], told: str) -> None:
    path = tmp_path / "ledger.csv"
    path.write_text(LEDGER, encoding="utf-8")
    answer = run(path, **changes)
    assert answer.exit_code == 2
    assert told in answer.stderr


# --- the jobs -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_jobs_are_known_to_the_queue_and_do_their_work() -> None:
    """Found by their names, as the worker finds them; a store that was never counted is counted whole, by the first."""
    Batch.objects.update(returned_due_on=TODAY, on_day=date(2020, 5, 4))
    assert {"monitoring.count", "monitoring.count_year", "monitoring.raise_alarms"} <= set(app.tasks)
    MonthTally.objects.all().delete()
    app.tasks["monitoring.count"](timestamp=0)
    assert [tally.month for tally in MonthTally.objects.all()] == [date(2020, 5, 1)]
    Batch.objects.update(on_day=date(2026, 3, 4))
    app.tasks["monitoring.count"](timestamp=0)
    assert date(2026, 3, 1) not in {tally.month for tally in MonthTally.objects.all()}
    app.tasks["monitoring.count_year"](timestamp=0)
    assert {tally.month for tally in MonthTally.objects.all()} == {date(2020, 5, 1), date(2026, 3, 1)}
    app.tasks["monitoring.raise_alarms"](timestamp=0)
    assert [alarm.lead for alarm in Alarm.objects.all()] == [0]
