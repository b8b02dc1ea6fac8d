"""Who can be told is told of an adverse record before it is shown; the wait costs nobody a day of its end (G14)."""

from datetime import date
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import MARKET, adopted_catalogue, noon, registered_organ
from tests.filings import SUBJECT, penalty, write_csv
from xinshu.doors.notifying import tasks
from xinshu.parties.mandates.actions import give, in_a_year
from xinshu.parties.mandates.models import SecondFactor
from xinshu.parties.mandates.states import Proof
from xinshu.parties.notices.models import Notice
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.intake import actions
from xinshu.proceedings.intake.states import Door, Receipt
from xinshu.register.access.actions import register_user
from xinshu.register.access.models import User
from xinshu.register.records.models import Record
from xinshu.register.subjects.queries import named_by

FRIDAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 23)
TUESDAY = date(2026, 11, 24)
MILD = {"severity": "一般", "decided_on": "2026-09-30"}


@pytest.fixture(autouse=True)
def ready(transactional_db: None) -> None:
    adopted_catalogue()
    registered_organ()


def filed(folder: Path, *rows: dict[str, str], day: date = FRIDAY) -> Receipt:
    about = {"organ_code": MARKET.code, "kind": "ADMIN_PENALTY", "door": Door.DESK, "actor": "clerk"}
    path = write_csv(folder / f"{len(rows)}.csv", rows)
    return actions.receive(path=path, moment=noon(day), progress=lambda _: None, **about)


def answering() -> None:
    """Somebody holds a mandate for the body from now on."""
    moment = noon(FRIDAY)
    register_user(username="own", full_name="示例乙", password=factories.PASSWORD, actor="test", moment=moment)
    about = {"username": "own", "code": SUBJECT, "proof": Proof.COUNTER, "paper": "营业执照", "actor": "test"}
    SecondFactor.objects.create(user=User.objects.get(username="own"), sealed=b"x", confirmed_at=moment.instant)
    give(until=in_a_year(FRIDAY), tell=lambda *_, **__: None, moment=moment, **about)


def test_who_can_be_told_is_told_and_display_waits_a_working_day(tmp_path: Path) -> None:
    answering()
    filed(tmp_path, penalty(**MILD))
    record, notice = Record.objects.get(), Notice.objects.get()
    assert record.public_from == TUESDAY
    assert (record.public_until, record.recorded_on) == (date(2027, 10, 1), FRIDAY)
    assert (notice.kind, notice.record_ref) == (NoticeKind.RECORD_FIRST_SHOWN, record.record_ref)
    assert notice.said["from"] == "2026-11-24"
    assert notice.subject_id == named_by(SUBJECT)[0].subject


def test_of_whom_nobody_can_be_told_display_waits_for_nothing(tmp_path: Path) -> None:
    filed(tmp_path, penalty(**MILD))
    assert Record.objects.get().public_from == FRIDAY
    assert not Notice.objects.exists()


@pytest.mark.parametrize("day", [FRIDAY, MONDAY, date(2026, 12, 10)])
def test_a_correction_neither_undoes_the_wait_nor_begins_it_anew(tmp_path: Path, day: date) -> None:
    answering()
    filed(tmp_path, penalty(**MILD))
    corrected = filed(tmp_path, penalty(**MILD, facts="未按规定公示价格，已改正。"), day=day)
    record = Record.objects.get()
    assert (corrected.corrected, record.version, record.public_from) == (1, 2, TUESDAY)
    assert record.public_until == date(2027, 10, 1)
    assert Notice.objects.count() == 1


def test_a_known_record_does_not_wait_because_somebody_came(tmp_path: Path) -> None:
    filed(tmp_path, penalty(**MILD))
    answering()
    filed(tmp_path, penalty(**MILD, facts="未按规定公示价格，已改正。"), day=MONDAY)
    assert Record.objects.get().public_from == FRIDAY


def test_a_dry_run_tells_nobody(tmp_path: Path) -> None:
    answering()
    about = {"organ_code": MARKET.code, "kind": "ADMIN_PENALTY", "door": Door.DESK, "actor": "clerk"}
    path = write_csv(tmp_path / "rows.csv", [penalty(**MILD)])
    batch = actions.open_batch(file_name="rows.csv", moment=noon(FRIDAY), **about)
    actions.add_content(batch=batch.id, offset=0, chunks=[path.read_bytes()])
    tried = actions.check(batch=batch.id, actor="clerk", moment=noon(FRIDAY), progress=lambda _: None)
    assert tried.accepted == 1
    assert not Notice.objects.exists()


def test_more_rows_are_no_more_questions_to_the_database(tmp_path: Path) -> None:
    answering()
    few, many = (
        [penalty(**MILD, number=f"示市监罚〔2026〕{first + place:04d}号") for place in range(count)]
        for first, count in ((1, 2), (100, 60))
    )
    with CaptureQueriesContext(
        connection,
    ) as of_few:
        filed(tmp_path, *few)
    with CaptureQueriesContext(connection) as of_many:
        filed(tmp_path, *many)
    assert Notice.objects.count() == 62
    assert abs(len(of_many) - len(of_few)) <= 2


def test_what_a_correction_owes_is_told_once(tmp_path: Path) -> None:
    filing = factories.accepted(factories.document(severity="ORDINARY"))
    assert filing.accepted == 1
    raised = {"penalties": ["LICENCE_REVOCATION"], "severity": "SERIOUS"}
    assert factories.accepted(factories.document(**raised), citation="示市监更〔2026〕3号").corrected == 1
    for _ in range(2):
        tasks.tell_of_corrections(moment=noon(factories.TODAY))
    notice = Notice.objects.get()
    assert (notice.kind, "失信程度提高" in notice.said["words"]) == (NoticeKind.CLASS_RAISED, True)
