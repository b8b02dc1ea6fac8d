"""Batches at the desk, post by post: whose they are, what is kept, what is asked, and what no page may say."""

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings

from tests import factories, filings
from xinshu.doors.desk import history, uploads
from xinshu.law.entries import FieldType
from xinshu.proceedings import vault
from xinshu.proceedings.intake import own, tasks
from xinshu.proceedings.intake.models import Batch, HeaderMapping
from xinshu.proceedings.intake.queries import batch as batch_row
from xinshu.proceedings.intake.states import Step
from xinshu.register.access.models import TrailLine
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = pytest.mark.django_db(transaction=True)

OTHER = OrganRow("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")
REVIEWED = {"secrecy": "yes", "trade": "yes", "privacy": "yes"}
BAD_DAY = "2026-02-30"


@pytest.fixture
def clerk() -> Iterator[Client]:
    """A clerk of the market regulator, signed in, on the day of the tests."""
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=True):
        factories.adopted_catalogue()
        factories.registered_organ()
        factories.registered_organ(OTHER)
        factories.body(filings.SUBJECT)
        yield signed_in(Role.CLERK, factories.MARKET.code)


def signed_in(role: Role, organ: str | None) -> Client:
    client = Client()
    username = factories.appointed(role, organ=organ, from_day=date(2026, 11, 1))
    assert client.login(username=username, password=factories.PASSWORD)
    return client


def rows(number: int, *, wrong: int = 0, **changes: str) -> list[dict[str, str]]:
    sound = [filings.penalty(number=f"示市监罚〔2026〕{one:04d}号", decided_on="2026-11-17") for one in range(number)]
    bad = [filings.penalty(number=f"示市监罚〔2026〕{9000 + one}号", decided_on=BAD_DAY) for one in range(wrong)]
    return [row | changes for row in [*sound, *bad]]


def send(client: Client, folder: Path, sent: list[dict[str, str]], name: str = "rows.csv") -> Any:
    content = filings.write_csv(folder / "rows.csv", sent).read_bytes()
    form = {"organ": factories.MARKET.code, "kind": "ADMIN_PENALTY", "file": SimpleUploadedFile(name, content)}
    return client.post("/desk/batches/new/", form)


def sent(client: Client, folder: Path, rows: list[dict[str, str]], name: str = "rows.csv") -> str:
    answer = send(client, folder, rows, name)
    assert answer.status_code == 302, answer.content.decode()
    return str(answer.headers["Location"])


def text(client: Client, place: str) -> str:
    answer = client.get(place)
    assert answer.status_code == 200, place
    assert answer.headers["Cache-Control"] == "no-store"
    return answer.content.decode()


# --- whose a batch is ---------------------------------------------------------------------------------


def test_another_organs_batch_is_none(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(1, wrong=1))
    stranger = signed_in(Role.REVIEWER, OTHER.code)
    for page in ("", "state/", "mend/", "returned/", "discard/", "receipt/", "receipt.json", "receipt.pdf"):
        assert clerk.get(place + page).status_code == 200, page
        assert stranger.get(place + page).status_code == 404, page
    for act in ("file/", "discard/", "mend/", "check/"):
        assert stranger.post(place + act, REVIEWED).status_code == 404, act
    assert "rows.csv" not in text(stranger, "/desk/") + text(stranger, "/desk/batches/")
    assert Record.objects.count() == 0


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.OPERATOR])
def test_who_sees_all_acts_for_nobody(clerk: Client, tmp_path: Path, role: Role) -> None:
    place = sent(clerk, tmp_path, rows(1, wrong=1))
    seeing = signed_in(role, None)
    assert "rows.csv" in text(seeing, place)
    for button in ('id="file"', 'id="save"', 'id="confirm"', 'id="send"'):
        assert button not in text(seeing, place) + text(seeing, place + "mend/") + text(seeing, "/desk/batches/new/")
    for act in ("file/", "discard/", "mend/", "check/"):
        assert seeing.post(place + act, REVIEWED).status_code == 403, act
    assert send(seeing, tmp_path, rows(1)).status_code == 403
    assert Batch.objects.get().state == "CHECKED"


def test_a_forged_form_is_refused(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(1))
    forging = Client(enforce_csrf_checks=True)
    forging.cookies = clerk.cookies
    for act in ("file/", "discard/", "mend/"):
        assert forging.post(place + act, REVIEWED).status_code == 403
    assert Record.objects.count() == 0


def test_every_look_and_act_leaves_a_line(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(1))
    clerk.get(place)
    clerk.post(place + "file/", REVIEWED)
    acts = set(TrailLine.objects.filter(actor="test-clerk").values_list("act", flat=True))
    assert {"LOOK_BATCH", "WORK_ON_BATCH", "ATTEST", "CHECK_BATCH", "INTAKE"} <= acts


# --- what is sent -------------------------------------------------------------------------------------


def test_a_file_name_is_text_and_stands_in_no_header(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(1, wrong=1), name='a"><script>x</script>\r\nX-Evil: 1.csv')
    for page in ("", "mend/", "receipt/", "discard/"):
        assert "<script>x" not in text(clerk, place + page)
    for download in ("returned/", "receipt.pdf"):
        said = clerk.get(place + download).headers["Content-Disposition"]
        assert re.fullmatch(r'attachment; filename="[a-z0-9.-]+"', said)


def test_what_is_too_large_is_refused_unread_and_nothing_plain_is_left(clerk: Client, tmp_path: Path) -> None:
    with override_settings(UPLOAD_LIMIT=10):
        large = rows(300, facts="经查，商品未标注产地。" * 20)
        answer = send(clerk, tmp_path, large)
    assert (answer.status_code, "没有接收" in answer.content.decode()) == (413, True)
    assert Batch.objects.count() == 0
    assert all(path.suffix in {".age", ""} for path in vault.folder().rglob("*"))


def test_an_empty_file_is_told_in_both_ways(clerk: Client) -> None:
    form = {"organ": factories.MARKET.code, "kind": "ADMIN_PENALTY", "file": SimpleUploadedFile("empty.csv", b"")}
    assert "空文件" in clerk.post("/desk/batches/new/", form).content.decode()
    form["file"] = SimpleUploadedFile("empty.csv", b"")
    scripted = clerk.post("/desk/batches/new/", form, headers={"Accept": "application/json"})
    assert (scripted.status_code, "空文件" in scripted.json()["refused"]) == (422, True)


def test_a_large_file_is_worked_on_by_a_job_whose_steps_are_told(
    clerk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The limit is low here, so that a small file is a large one. Each step is seen from another connection at once."""
    monkeypatch.setattr(uploads, "AT_ONCE", 10)
    place = sent(clerk, tmp_path, rows(20, wrong=2))
    waiting = clerk.get(place + "state/").json()
    assert (waiting["state"], waiting["working"], waiting["step"]["en"]) == ("UPLOADING", True, "queued")
    assert '<noscript><meta http-equiv="refresh"' in text(clerk, place)
    steps: list[Step] = []

    def followed(step: Step) -> None:
        assert seen_elsewhere(place) == (step.name_zh, step.name_en, step.done, step.total)
        steps.append(step)

    monkeypatch.setattr(tasks, "_kept_by_the_batch", followed)
    tasks._check.func(batch=place.split("/")[3], actor="test-clerk")
    assert [step.name_en for step in steps] == ["read", "check", "dry run"]
    assert steps[-1].done == steps[-1].total == 22
    done = clerk.get(place + "state/").json()
    assert (done["state"], done["working"]) == ("CHECKED", False)


def seen_elsewhere(place: str) -> tuple[Any, ...]:
    """What the batch's row says to another connection: only what is committed."""

    def look() -> tuple[Any, ...]:
        try:
            return Batch.objects.values_list("step_zh", "step_en", "done", "total").get(id=place.split("/")[3])
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(look).result()


def test_a_job_that_fails_stands_still(clerk: Client, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)
    place = sent(clerk, tmp_path, rows(1))
    number = place.split("/")[3]
    Batch.objects.filter(id=number).update(step_zh="排队", step_en="queued")
    for path in (vault.folder() / number).glob("content-*"):
        path.unlink()
    tasks._check.func(batch=number, actor="test-clerk")
    assert clerk.get(place + "state/").json()["working"] is False
    page = text(clerk, place)
    assert ('id="discard"' in page, 'id="file"' in page) == (True, False), "nothing is there to file any more"


def test_the_dry_run_counts_filters_and_names_what_the_public_sees(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(30, wrong=3))
    page = text(clerk, place)
    assert re.search(r"收录</span>.*?<b class=\"num\">30</b>", page)
    assert page.count('class="record tried"') == 25
    assert text(clerk, f"{place}?page=2").count('class="record tried"') == 8
    back = text(clerk, f"{place}?fate=RETURNED")
    assert back.count('class="record tried"') == 3
    assert "示市监罚〔2026〕9000号" in back
    assert "违法事实" in page
    assert "CF_SY" not in page
    assert "2026-11-26" in page, "seven working days after the decision"
    assert "还剩 3 个工作日" in page


def test_a_returned_row_has_its_deadline_where_its_day_can_be_read(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, [filings.penalty(decided_on="2026-11-17", procedure="快速程序"), *rows(0, wrong=1)])
    for page in (place, place + "mend/"):
        assert text(clerk, page).count("2026-11-26") >= 1, page
    assert [row.due_on for row in (own.returned(batch_of(place).id) or []).rows] == [date(2026, 11, 26), None]


# --- what goes back -----------------------------------------------------------------------------------


def batch_of(place: str) -> Any:
    found = batch_row(place.split("/")[3])  # type: ignore[arg-type]
    assert found is not None
    return found


def fields_of(page: str, header: str) -> list[str]:
    """The names of the fields that stand for a header."""
    return re.findall(rf'<label for="(r\d+-\d+)"><span class="zh">{re.escape(header)}</span>', page)


def test_all_returned_rows_are_edited_page_by_page_and_nothing_typed_is_lost(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(1, wrong=45))
    pages = [text(clerk, f"{place}mend/?page={number}") for number in (1, 2, 3)]
    assert [page.count('class="row"') for page in pages] == [20, 20, 5]
    for number, page in enumerate(pages, 1):
        typed = dict.fromkeys(fields_of(page, "处罚决定日期"), "2026-11-17")
        moved = clerk.post(f"{place}mend/?page={number}", typed | {"go": "next"})
        assert moved.headers["Location"] == f"{place}mend/?page={min(number + 1, 3)}&kept=1"
    assert f"已改 {45} 行" in text(clerk, f"{place}mend/?page=1&kept=1")
    assert text(clerk, f"{place}mend/?page=1").count('value="2026-11-17"') == 20
    tried = clerk.post(f"{place}mend/?page=2", {"go": "try"}).headers["Location"]
    assert (batch_of(tried).received, batch_of(tried).accepted, str(batch_of(tried).parent)) == (45, 45, place[-37:-1])
    assert tried in text(clerk, place)
    assert clerk.get(f"{place}mend/?page=4").status_code == 404


def test_edits_are_sealed_and_no_page_asks_for_an_identity_document(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(0, wrong=1))
    page = text(clerk, place + "mend/")
    assert "证件号码" not in page
    assert "11010519491231002X" not in page
    (facts,) = fields_of(page, "违法事实")
    clerk.post(place + "mend/", {facts: "很特别的一句话", "go": "save"})
    assert "很特别的一句话" in text(clerk, place + "mend/")
    kept = b"".join(path.read_bytes() for path in vault.folder().rglob("*") if path.is_file())
    assert "很特别的一句话".encode() not in kept
    assert "很特别的一句话" not in str(list(Batch.objects.values()) + list(TrailLine.objects.values()))


def test_a_choice_is_chosen_and_what_is_not_touched_stays_as_it_was_sent(clerk: Client, tmp_path: Path) -> None:
    row = filings.penalty(decided_on="2026-11-17", procedure="快速程序", penalties="罚款、警告", fine="1", content="罚")
    place = sent(clerk, tmp_path, [row])
    page = text(clerk, place + "mend/")
    (procedure,) = fields_of(page, "处罚程序")
    assert '<option value="快速程序" selected>' in page
    assert page.count("checked") == 2
    boxes = re.findall(r'name="(r\d+-\d+)" value="(?:罚款|警告)" checked', page)
    clerk.post(place + "mend/", {procedure: "普通程序", boxes[0]: ["罚款", "警告"], "go": "save"})
    (edit,) = own.kept_edits(batch_of(place).id).values()
    assert edit == {"处罚程序": "普通程序"}


def test_undoing_asks_first_and_erases(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(1))
    assert 'id="confirm"' in text(clerk, place + "discard/")
    assert batch_of(place).state == "CHECKED"
    clerk.post(place + "discard/")
    assert "已撤销" in text(clerk, place)
    assert vault.size(batch_of(place).id) == 0
    filed = sent(clerk, tmp_path, rows(1))
    clerk.post(filed + "file/", REVIEWED)
    assert 'id="confirm"' not in text(clerk, filed + "discard/")
    assert clerk.post(filed + "discard/").status_code == 422


def test_nothing_is_filed_without_all_three_reviews(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(1))
    for left_out in REVIEWED:
        said = clerk.post(place + "file/", {name: "yes" for name in REVIEWED if name != left_out})
        assert (said.status_code, "逐项确认" in said.content.decode()) == (422, True)
    assert Record.objects.count() == 0
    clerk.post(place + "file/", REVIEWED)
    assert "三项审查由" in text(clerk, place)
    assert "test-clerk" in text(clerk, place + "receipt/")


# --- one record, headers, history, receipts -----------------------------------------------------------


def test_one_record_goes_the_way_of_a_file(clerk: Client) -> None:
    place = f"/desk/records/new/?organ={factories.MARKET.code}&kind=ADMIN_PENALTY"
    page = text(clerk, place)
    kind = factories.catalogue_on(factories.TODAY).catalogue.kinds["ADMIN_PENALTY"].fields
    asked = set(re.findall(r'<(?:label for="f-\w+"|legend)><span class="zh">([^<]+)</span>', page))
    assert asked == {rule.name_zh for rule in kind.values() if rule.type is not FieldType.PERSONAL}
    said = {rule.name_zh: name for name, rule in kind.items()}
    row = filings.penalty(decided_on=BAD_DAY)
    named = {filings.PENALTY_HEADERS[key]: value for key, value in row.items()}
    typed = {f"f-{said[header]}": value for header, value in named.items() if header in said}
    form = typed | {"organ": factories.MARKET.code, "kind": "ADMIN_PENALTY"}
    back = clerk.post("/desk/records/new/", form)
    assert back.headers["Location"].endswith("/mend/")
    page = text(clerk, back.headers["Location"])
    (day,) = fields_of(page, "处罚决定日期")
    assert f'id="w-{day}"' in page
    tried = clerk.post(back.headers["Location"], {day: "2026-11-17", "go": "try"}).headers["Location"]
    assert batch_of(tried).accepted == 1
    clerk.post(tried + "file/", REVIEWED)
    assert Record.objects.get().document_number == "示市监罚〔2026〕0001号"
    assert "11010519491231002X" not in page


def test_headers_are_asked_remembered_and_forgotten(clerk: Client, tmp_path: Path) -> None:
    content = filings.write_csv(tmp_path / "rows.csv", rows(1)).read_bytes().decode("gb18030")
    strange = content.replace("处罚决定日期", "处罚的日子", 1).encode("gb18030")
    form = {"organ": factories.MARKET.code, "kind": "ADMIN_PENALTY", "file": SimpleUploadedFile("a.csv", strange)}
    place = clerk.post("/desk/batches/new/", form).headers["Location"]
    page = text(clerk, place + "headers/")
    assert "处罚的日子" in page
    assert " selected" not in page, "nothing is guessed"
    assert "云汀" not in page, "no cell is shown"
    assert clerk.post(place + "headers/", {"h0": "CF_JDRQ"}).headers["Location"] == place
    assert batch_of(place).accepted == 1
    assert "处罚的日子" in text(clerk, "/desk/headers/")
    forgetting = {"organ": factories.MARKET.code, "kind": "ADMIN_PENALTY", "header": "处罚的日子"}
    assert signed_in(Role.REVIEWER, OTHER.code).post("/desk/headers/", forgetting).status_code == 403
    assert HeaderMapping.objects.count() == 1
    clerk.post("/desk/headers/", forgetting)
    assert HeaderMapping.objects.count() == 0
    assert "还没有记住" in text(clerk, "/desk/headers/")


def test_the_history_is_filtered_and_paged(clerk: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history, "PAGE", 5)
    first = sent(clerk, tmp_path, rows(1), name="first.csv")
    clerk.post(first + "file/", REVIEWED)
    for number in range(6):
        clerk.post(sent(clerk, tmp_path, rows(1), name=f"more-{number}.csv") + "discard/")
    assert "共 7 个批次" in text(clerk, "/desk/batches/")
    assert "first.csv" not in text(clerk, "/desk/batches/")
    assert "first.csv" in text(clerk, "/desk/batches/?page=2")
    filed = text(clerk, "/desk/batches/?state=FILED&kind=ADMIN_PENALTY")
    assert ("first.csv" in filed, "more-1.csv" in filed) == (True, False)
    assert "没有符合条件的批次" in text(clerk, "/desk/batches/?kind=ADMIN_LICENCE")
    assert "共 7 个批次" in text(clerk, f"/desk/batches/?organ={OTHER.code}"), "another organ is no filter of one's own"


def test_a_receipt_says_what_became_of_every_row_and_no_cell(clerk: Client, tmp_path: Path) -> None:
    secret = "云汀隐秘示例有限公司"
    place = sent(clerk, tmp_path, [*rows(3), *rows(0, wrong=2, name=secret, representative="示例戊")])
    clerk.post(place + "file/", REVIEWED)
    page, told = text(clerk, place + "receipt/"), clerk.get(place + "receipt.json").json()
    assert (told["received"], told["accepted"], told["returned"]) == (5, 3, 2)
    assert told["digest"] == batch_of(place).digest
    assert told["edition"] == factories.catalogue_on(factories.TODAY).hash
    day = next(reason for reason in told["reasons"] if reason["header"] == "处罚决定日期")
    assert (day["code"], day["rows"]) == ("NOT_A_DATE", 2)
    for value in (secret, BAD_DAY, "示例戊", "11010519491231002X"):
        assert value not in page + orjson.dumps(told).decode()
    for said in (told["digest"], told["edition"], "test-clerk", "处罚决定日期"):
        assert said in page


def test_the_paper_is_the_same_whenever_it_is_asked_for(clerk: Client, tmp_path: Path) -> None:
    place = sent(clerk, tmp_path, rows(2, wrong=1), name="#let x = 1 $a$ *b* @c.csv")
    clerk.post(place + "file/", REVIEWED)
    paper = clerk.get(place + "receipt.pdf")
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.content.startswith(b"%PDF-1.7")
    for standard in (
        b"<pdfaid:part>2</pdfaid:part>",
        b"<pdfaid:conformance>A</pdfaid:conformance>",
        b"<pdfuaid:part>1<",
    ):
        assert standard in paper.content
    with time_machine.travel(factories.noon(date(2026, 12, 1)).instant, tick=True):
        later = signed_in(Role.AUDITOR, None)
        assert later.get(place + "receipt.pdf").content == paper.content
    assert len(paper.content) < 2_000_000, "only the signs that are used, not the whole fonts"
