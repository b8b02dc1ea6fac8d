"""What is repaired stays gone: no upload, correction, other body, restore or late filing brings the record back."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import orjson
import pyrage
import pytest
from django.db import connection
from django.test import Client

from tests import factories
from tests.beside import beside, until, waiting
from tests.factories import MARKET, OTHER_SUBJECT, SUBJECT, SUBJECT_NAME, body, noon, registered_organ
from tests.filings import penalty, write_csv
from tests.journeys.conftest import on
from tests.proceedings.repairs import handed_in, lodged, officer, record, row
from tests.proceedings.test_intake_races import in_the_midst, paused  # noqa: F401 a fixture by name
from xinshu.doors.backups.reading import Restored, restore
from xinshu.doors.backups.writing import write_backup
from xinshu.law.terms import ClaimCause, Mark
from xinshu.proceedings.endings import NAME as LEDGER
from xinshu.proceedings.endings import catch_up
from xinshu.proceedings.intake import actions, mending
from xinshu.proceedings.intake.own import returned
from xinshu.proceedings.intake.states import Door, Receipt, WithdrawalReason
from xinshu.proceedings.objections.actions import lodge as claim
from xinshu.proceedings.repair import deciding
from xinshu.proceedings.repair.actions import NotRepairable, file_due
from xinshu.register.access.actions import issue_token
from xinshu.register.access.roles import Role
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.leaf import Event
from xinshu.register.publog.models import Entry
from xinshu.register.records.actions import NotHeld, number_filings
from xinshu.register.records.display import Hidden, hide, mark, unhide
from xinshu.register.records.entries import turn_the_day
from xinshu.register.records.models import Record
from xinshu.register.records.queries import shown_json, shown_stream
from xinshu.register.records.withholding import NotShown
from xinshu.register.subjects.models import Subject, SubjectCode

pytestmark = pytest.mark.django_db
FILED, EVE, GRANTED, LATER = date(2026, 5, 6), date(2026, 7, 30), date(2026, 7, 31), date(2026, 8, 3)
OVER = date(2027, 5, 1)
"""The day after the last one on which it would have been shown."""

ROW = {"code": SUBJECT, "name": SUBJECT_NAME, "decided_on": "2026-04-30"}
NUMBER = penalty()["number"]
FIRE = type(MARKET)("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")
KEY = pyrage.x25519.Identity.generate()


@pytest.fixture(autouse=True)
def house(db: None, settings: Any, tmp_path: Path) -> None:
    """A house of its own; two organs."""
    settings.DATA_FOLDER, settings.ENDINGS_FOLDER = tmp_path / "data", tmp_path / "endings"
    settings.SECRETS_FOLDER = settings.DATA_FOLDER / "secrets"
    settings.SECRETS_FOLDER.mkdir(parents=True)
    factories.adopted_catalogue()
    for organ in (MARKET, FIRE):
        registered_organ(organ)


@pytest.fixture
def shown(tmp_path: Path) -> UUID:
    """A penalty that is shown since May; its reference."""
    assert sent(tmp_path, day=FILED).accepted == 1
    assert len(forms(GRANTED)) == 1
    return record().record_ref


@pytest.fixture
def repaired(shown: UUID) -> UUID:
    """It is repaired on the first lawful day."""
    granted()
    return shown


def granted() -> None:
    """The unit grants what is lodged on that day."""
    made, reviewer = lodged(GRANTED), officer("复核一", Role.REVIEWER)
    deciding.accept(case=made, actor=reviewer, moment=noon(GRANTED))
    deciding.grant(case=made, actor=reviewer, moment=noon(GRANTED))
    assert row(made).state == "GRANTED"


def sent(folder: Path, *rows: dict[str, str], day: date = LATER, organ: str = MARKET.code) -> Receipt:
    """A file of these rows (none: the row itself) comes in from an organ."""
    path = write_csv(folder / "rows.csv", [penalty(**ROW | said) for said in rows or ({},)])
    about = {"organ_code": organ, "kind": "ADMIN_PENALTY", "door": Door.CLI, "actor": "clerk"}
    return actions.receive(path=path, moment=noon(day), progress=lambda _: None, attested=True, **about)


def back(receipt: Receipt) -> set[str]:
    """Why rows of it went back."""
    found = returned(receipt.batch)
    return {reason[2] for each in (found.rows if found else ()) for reason in each.reasons}


def forms(day: date = LATER, subject: int | None = None) -> list[dict[str, Any]]:
    """What is shown of the body on that day."""
    found: list[dict[str, Any]] = orjson.loads(shown_json(subject=subject or body(SUBJECT), on_date=day))
    return found


def stays_gone(reference: UUID, *, day: date = LATER, events: tuple[str, ...] = ("SHOWN", "ENDED")) -> None:
    """Nothing of that number is shown in any form on that day, and the public log tells of no other showing."""
    number_filings(moment=noon(day))
    streamed = [form for batch in shown_stream(on_date=day) for form in batch["public_form"].to_pylist()]
    assert not [form for form in [*map(str, forms(day)), *streamed] if NUMBER in form or str(reference) in form]
    entered = Entry.objects.exclude(event=Event.RULES).order_by("lot_id", "place")
    assert tuple(Event(event).name for event in entered.values_list("event", flat=True)) == events
    with on(day):
        page = f"/subjects/{SUBJECT}/records/{reference}/"
        answers = [Client().get(address) for address in (page, f"/api/v1{page.rstrip('/')}", f"/subjects/{SUBJECT}/")]
    assert [answer.status_code for answer in answers] == [404, 404, 200]
    assert NUMBER not in answers[2].content.decode()


# --- uploads and corrections ----------------------------------------------------------------------


def test_the_same_row_is_uploaded_again(repaired: UUID, tmp_path: Path) -> None:
    receipt = sent(tmp_path)
    assert (receipt.accepted, receipt.corrected, receipt.unchanged) == (0, 0, 1)
    stays_gone(repaired)


def test_an_organ_s_system_sends_it_again(repaired: UUID, tmp_path: Path) -> None:
    said = {"organ_code": MARKET.code, "name": "system", "from_day": LATER, "until": None, "actor": "test"}
    token = issue_token(moment=noon(LATER), **said)
    content = write_csv(tmp_path / "again.csv", [penalty(**ROW | {"facts": "另一事实。"})])
    with on(LATER):
        answer = Client().post(
            "/api/v1/batches",
            content.read_bytes(),
            content_type="application/octet-stream",
            query_params={"kind": "ADMIN_PENALTY", "file_name": "again.csv", "attested": "true"},
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": "again-and-again"},
        )
    told = answer.json()
    assert (answer.status_code, told["accepted"], told["corrected"], told["returned"]) == (200, 0, 0, 1)
    stays_gone(repaired)


CORRECTIONS = {
    "other facts": {"facts": "经查，更正后的事实。"},
    "another amount": {"confiscated": "0.40", "content": "没收违法所得0.40万元"},
    "an earlier day": {"decided_on": "2026-04-29"},
    "a later day": {"decided_on": "2026-05-05"},
    "a graver class": {"severity": "严重", "penalties": "吊销许可证件", "confiscated": "", "licence": "示例证1号"},
    "a lighter class": {"severity": "轻微", "penalties": "警告", "confiscated": "", "reason": "部门认定确有必要"},
    "a day of service": {"served_on": "2026-07-30"},
    "other brackets and blanks": {"number": "示市监罚[2026] 0001 号", "facts": "经查，更正后的事实。"},
}


@pytest.mark.parametrize("said", CORRECTIONS.values(), ids=CORRECTIONS)
def test_a_correction_is_filed_later(repaired: UUID, tmp_path: Path, said: dict[str, str]) -> None:
    receipt = sent(tmp_path, said)
    assert (receipt.accepted, receipt.corrected, back(receipt)) == (0, 0, {"HAS_ENDED"})
    stays_gone(repaired)


def test_a_citation_by_two_persons_does_not_lift_it(repaired: UUID, tmp_path: Path) -> None:
    receipt = sent(tmp_path, CORRECTIONS["a graver class"])
    how = {"batch": receipt.batch, "actor": "clerk", "moment": noon(LATER)}
    with pytest.raises(actions.NotNow):
        mending.cited(rows={0}, citation="示市监更〔2026〕3号更正决定书；《行政处罚法》第四十八条", **how)
    stays_gone(repaired)


def test_what_was_checked_before_the_grant_is_filed_after_it(shown: UUID, tmp_path: Path) -> None:
    """The dry run still found a correction to make; filing asks again."""
    path = write_csv(tmp_path / "rows.csv", [penalty(**ROW | {"facts": "经查，更正后的事实。"})])
    about = {"organ_code": MARKET.code, "kind": "ADMIN_PENALTY", "actor": "clerk", "moment": noon(EVE)}
    batch = actions.open_batch(file_name="rows.csv", door=Door.DESK, **about).id
    actions.add_content(batch=batch, offset=0, chunks=[path.read_bytes()])
    tried = actions.check(batch=batch, actor="clerk", moment=noon(EVE), progress=lambda _: None)
    assert tried.corrected == 1
    granted()
    done = actions.file(batch=batch, actor="复核", attested=True, moment=noon(LATER), progress=lambda _: None)
    assert (done.corrected, back(done)) == (0, {"HAS_ENDED"})
    stays_gone(shown)


@pytest.mark.django_db(transaction=True)
def test_a_correction_under_way_when_it_is_granted_does_not_outlive_it(
    shown: UUID,
    tmp_path: Path,
    paused: Callable[[], None],  # noqa: F811
) -> None:
    """The filing stands in the midst of its transaction, and the grant waits for it; then it ends what was corrected."""
    with beside() as start:
        filing = start(lambda: sent(tmp_path, {"facts": "经查，更正后的事实。"}, day=GRANTED))
        until(in_the_midst)
        grant = start(granted)
        until(lambda: waiting("transactionid", "tuple"))
        paused()
        for work in (filing, grant):
            work.result(60)
    stays_gone(shown, events=("SHOWN", "CHANGED", "ENDED"))


def test_the_rows_beside_it_are_taken_in(repaired: UUID, tmp_path: Path) -> None:
    receipt = sent(tmp_path, {"facts": "另一事实。"}, {"number": "示市监罚〔2026〕0002号", "decided_on": "2026-07-30"})
    assert (receipt.accepted, receipt.returned) == (1, 1)
    assert [form["document_number"] for form in forms()] == ["示市监罚〔2026〕0002号"]
    stays_gone(repaired, events=("SHOWN", "ENDED", "SHOWN"))


# --- under another name ---------------------------------------------------------------------------


def test_another_source_brings_the_same_decision(repaired: UUID, tmp_path: Path) -> None:
    for said in ({}, {"facts": "另一事实。"}):
        receipt = sent(tmp_path, {"source": FIRE.name, "source_code": FIRE.code} | said, organ=FIRE.code)
        assert (receipt.accepted, receipt.corrected) == (0, 0)
    stays_gone(repaired)


def test_another_organ_files_that_document_as_its_own_decision(repaired: UUID, tmp_path: Path) -> None:
    own = {"organ": FIRE.name, "organ_code": FIRE.code, "source": FIRE.name, "source_code": FIRE.code}
    for said in ({}, {"number": "示市监罚[2026]0001号"}, {"facts": "另一事实。"}):
        receipt = sent(tmp_path, own | said, organ=FIRE.code)
        assert (receipt.accepted, back(receipt)) == (0, {"HAS_ENDED"})
    stays_gone(repaired)


def test_another_organ_s_own_document_of_another_day_is_another_one(repaired: UUID, tmp_path: Path) -> None:
    own = {"organ": FIRE.name, "organ_code": FIRE.code, "source": FIRE.name, "source_code": FIRE.code}
    assert sent(tmp_path, own | {"decided_on": "2026-07-30"}, organ=FIRE.code).accepted == 1
    other = {"code": OTHER_SUBJECT, "name": "云汀另一示例有限公司"}
    assert sent(tmp_path, own | other, organ=FIRE.code).accepted == 1, "about another body"


def test_the_whole_does_not_come_back_as_an_item_nor_an_item_as_the_whole() -> None:
    """Items of one document are facts of their own; the whole holds them all."""
    file, said = factories.accepted, {"decided_on": date(2026, 4, 30)}
    file(factories.document(**said), on_day=FILED)
    granted()
    assert set(file(factories.document(item="1", **said), on_day=LATER).held.values()) == {"HAS_ENDED"}
    number = {"document_number": "示市监罚〔2026〕0007号"}
    file(*(factories.document(item=item, **said, **number) for item in ("1", "2")), on_day=FILED)
    repaired_item = Record.objects.filter(**number).order_by("record_ref").first()
    assert repaired_item is not None
    ended(repaired_item)
    assert set(file(factories.document(**said, **number), on_day=LATER).held.values()) == {"HAS_ENDED"}
    assert file(factories.document(item="3", **said, **number), on_day=LATER).accepted == 1
    left = [form["document_number"] for form in forms() if form["ref"] != str(repaired_item.record_ref)]
    assert left == [number["document_number"]] * 2


def ended(found: Record) -> None:
    """That record is repaired, by a decision of its unit that was sent to us."""
    decision = {
        "decider": MARKET.code,
        "case_number": "修〔2026〕7号",
        "decided_on": GRANTED.isoformat(),
        "subject_code": SUBJECT,
        "record_ref": str(found.record_ref),
        "result": "GRANTED",
    }
    with on(GRANTED):
        token = issue_token(
            organ_code=MARKET.code, name="s", from_day=GRANTED, until=None, actor="test", moment=noon(GRANTED)
        )
        answer = Client().post(
            "/api/v1/repair-decisions",
            orjson.dumps(decision),
            content_type="application/x-ndjson",
            headers={"Authorization": f"Bearer {token}"},
        )
    assert answer.json()["rows"][0]["outcome"] == "APPLIED", answer.content


def test_the_other_code_of_its_body_is_the_same_body(repaired: UUID, tmp_path: Path) -> None:
    """There is no merging of bodies here: a body has several codes, and what ended is its own under each of them."""
    second = {"scheme": "USCC", "code": OTHER_SUBJECT, "recorded_at": noon(LATER).instant}
    SubjectCode.objects.create(subject_id=body(SUBJECT), **second)
    receipt = sent(tmp_path, {"code": OTHER_SUBJECT})
    assert (receipt.accepted, receipt.corrected, back(receipt)) == (0, 0, {"HAS_ENDED"})
    stays_gone(repaired)


def test_a_code_that_two_bodies_carry_is_never_guessed(repaired: UUID, tmp_path: Path) -> None:
    other = Subject.objects.create(kind="ENTERPRISE", recorded_at=noon(LATER).instant)
    SubjectCode.objects.create(subject=other, scheme="USCC", code=SUBJECT, recorded_at=noon(LATER).instant)
    receipt = sent(tmp_path)
    assert (receipt.accepted, back(receipt)) == (0, {"SEVERAL_BODIES"})
    assert forms(subject=other.id) == []


# --- acts on the record itself --------------------------------------------------------------------


def test_nothing_that_is_done_to_it_shows_it(repaired: UUID) -> None:
    """A claim, a mark, a pause, a withdrawal, a second repair: each finds no record to act on."""
    subject, moment = body(SUBJECT), noon(LATER)
    about = {"subject": subject, "record_ref": repaired, "organ": MARKET.code, "actor": "test", "moment": moment}
    with pytest.raises(NotShown):
        claim(subject=subject, record_ref=repaired, cause=ClaimCause.NAME, words="", moment=moment)
    with pytest.raises(NotShown):
        mark(mark=Mark.OBJECTED, catalogue=factories.adopted_catalogue().catalogue, **about)
    for act in (hide, unhide):
        with pytest.raises(NotHeld):
            act(cause=Hidden.SHIELDED, **about)
    with pytest.raises(NotHeld):
        actions.withdraw(
            organ_code=MARKET.code,
            subject_code=SUBJECT,
            record_ref=repaired,
            reason=WithdrawalReason.ENTERED_WRONGLY,
            words="",
            actor="clerk",
            moment=moment,
        )
    with pytest.raises(NotRepairable):
        lodged(LATER)
    stays_gone(repaired)


def test_no_job_and_no_later_day_brings_it_back(repaired: UUID) -> None:
    """To the end of what would have been its term, and beyond."""
    day = LATER
    while day <= OVER + timedelta(days=31):
        for job in (turn_the_day, number_filings, integrate, file_due):
            job(moment=noon(day))
        assert forms(day) == []
        day += timedelta(days=30)
    stays_gone(repaired, day=OVER)


def test_what_was_handed_in_ahead_elsewhere_lapses_with_it(shown: UUID) -> None:
    waiting = handed_in(EVE)
    ended(Record.objects.get(record_ref=shown))
    assert row(waiting).state == "LAPSED"
    assert file_due(moment=noon(GRANTED)) == 0
    stays_gone(shown)


# --- a restore ------------------------------------------------------------------------------------


@pytest.fixture
def saved(shown: UUID, tmp_path: Path) -> Path:
    """A backup of the eve of the grant, when the application waited already."""
    target = tmp_path / "eve.age"
    handed_in(EVE)
    write_backup(target, recipient=KEY.to_public(), passphrase="", moment=noon(EVE), told=lambda more: None)
    file_due(moment=noon(GRANTED))
    reviewer = officer("复核一", Role.REVIEWER)
    (made,) = (row(case) for case in cases_of(shown))
    deciding.accept(case=made.id, actor=reviewer, moment=noon(GRANTED))
    deciding.grant(case=made.id, actor=reviewer, moment=noon(GRANTED))
    integrate(moment=noon(GRANTED))
    catch_up()
    return target


def cases_of(reference: UUID) -> list[UUID]:
    """Numbers of the cases about that record."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM cases_case WHERE record_ref = %s", [reference])
        return [found[0] for found in cursor.fetchall()]


def put_back(target: Path, *, ledger_lost: bool = False) -> Restored:
    """That backup takes the place of the store."""
    how = {"identity": KEY, "passphrase": "", "replace": True, "ledger_lost": ledger_lost, "told": lambda more: None}
    return restore(target, moment=noon(LATER), **how)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("lost", [False, True], ids=["the ledger is there", "the ledger is lost"])
def test_a_backup_from_before_the_grant_is_restored(saved: Path, shown: UUID, settings: Any, lost: bool) -> None:
    """By the ledger it is repaired again; without it nobody knows what ended, and nothing adverse is shown at all."""
    if lost:
        (settings.ENDINGS_FOLDER / LEDGER).unlink()
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE records_filing, records_record, records_journalline CASCADE")
    done = put_back(saved, ledger_lost=lost)
    assert done.again == ((0, 1) if lost else (1, 0))
    found = Record.objects.get(record_ref=shown)
    assert (found.ended, found.public_from) == (None if lost else "REPAIRED", None)
    stays_gone_after_restore(shown)
    if not lost:
        (case,) = cases_of(shown)
        assert row(case).state == "PRELODGED", "as the backup has it"
        assert file_due(moment=noon(LATER)) == 0
        assert row(case).state == "LAPSED"
        stays_gone_after_restore(shown)


def stays_gone_after_restore(reference: UUID) -> None:
    """Nothing is shown, and the last that the public log tells of it is that it ended."""
    turn_the_day(moment=noon(LATER))
    number_filings(moment=noon(LATER))
    assert forms() == []
    last = Entry.objects.filter(record_ref=reference).order_by("lot_id", "place").last()
    assert last is None or last.event == Event.ENDED
    with on(LATER):
        assert Client().get(f"/subjects/{SUBJECT}/records/{reference}/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_after_a_restore_its_organ_files_it_again_in_vain(saved: Path, shown: UUID, tmp_path: Path) -> None:
    put_back(saved)
    assert back(sent(tmp_path, {"facts": "另一事实。"})) == {"HAS_ENDED"}
    assert sent(tmp_path).accepted == 0
    stays_gone_after_restore(shown)
