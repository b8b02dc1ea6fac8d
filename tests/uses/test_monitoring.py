"""Monitoring: months counted from what intake filed, reconciliation by document, alarms that come once and end."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from tests import factories
from tests.factories import MARKET, TODAY, noon
from tests.filings import OTHER_SUBJECT, SUBJECT, penalty, write_csv
from xinshu.bulk.ledgers import Ledger, ledger_of
from xinshu.kit.workdays import add_working_days
from xinshu.proceedings.intake import actions as intake
from xinshu.proceedings.intake.models import Batch, Withdrawal
from xinshu.proceedings.intake.queries import documents_of, outstanding, tallies
from xinshu.proceedings.intake.states import Door, Receipt, State, WithdrawalReason
from xinshu.register.access.actions import UnknownOrgan
from xinshu.register.access.models import TrailLine
from xinshu.register.access.queries import OrganRow
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.models import Record
from xinshu.uses.monitoring import queries
from xinshu.uses.monitoring.actions import (
    NoAlarm,
    ReconciliationRefused,
    answer_alarm,
    count_months,
    raise_alarms,
    reconcile,
)
from xinshu.uses.monitoring.measures import MeasureName
from xinshu.uses.monitoring.models import Alarm, MonthTally, Reconciliation
from xinshu.uses.monitoring.states import Due, Ending

KIND = "ADMIN_PENALTY"
OTHER = OrganRow("11999999TE5T003026", "示范市消防救援支队", "990100", "FIRE")
SEPTEMBER, OCTOBER, NOVEMBER = date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)


@pytest.fixture(autouse=True)
def ready(db: None) -> None:
    factories.adopted_catalogue()
    factories.registered_organ()


@pytest.fixture
def send(tmp_path: Path) -> Callable[..., Receipt]:
    """Files rows of the market regulator on a day."""
    count = iter(range(1000))

    def sent(*rows: dict[str, str], day: date = TODAY, organ: str = MARKET.code) -> Receipt:
        return intake.receive(
            path=write_csv(tmp_path / f"{next(count)}.csv", rows),
            organ_code=organ,
            kind=KIND,
            door=Door.CLI,
            actor="test",
            moment=noon(day),
            progress=lambda _: None,
        )

    return sent


def numbered(number: int, **changes: object) -> dict[str, str]:
    return penalty(number=f"示市监罚〔2026〕{number}号", **changes)


def take_back(number: str, day: date) -> None:
    record = Record.objects.get(document_number=number)
    intake.withdraw(
        organ_code=MARKET.code,
        subject_code=SUBJECT,
        record_ref=record.record_ref,
        reason=WithdrawalReason.ENTERED_WRONGLY,
        words="",
        actor="test",
        moment=noon(day),
    )


def batch(organ: str, day: date, **counts: int) -> Batch:
    """A filed batch with these counts, as intake leaves one."""
    usual = {"accepted": 4, "returned": 1, "filled": 30, "fillable": 40} | counts
    parts = ("accepted", "unchanged", "corrected", "returned", "outside")
    return Batch.objects.create(
        id=uuid4(),
        organ_code=organ,
        kind=KIND,
        door=Door.API,
        file_name="made-up.csv",
        actor="test",
        state=State.FILED,
        attested_by="test",
        on_day=day,
        received_at=noon(day).instant,
        received=sum(usual.get(part, 0) for part in parts),
        **usual,
    )


# --- what intake tells ----------------------------------------------------------------------------


def test_tallies_count_every_fate_of_a_month(send) -> None:
    """Worked out on paper: what came, by the day on which it came; whole numbers, not Decimals."""
    send(numbered(1), numbered(2), numbered(3, decided_on="2026-02-30"), day=date(2026, 10, 9))
    send(numbered(1), numbered(2, fine="1.5", penalties="罚款;没收违法所得"), numbered(4), day=date(2026, 10, 31))
    send(numbered(5), day=NOVEMBER)
    take_back("示市监罚〔2026〕1号", day=date(2026, 11, 2))
    october, november = tallies(first=OCTOBER, until=date(2026, 12, 1))
    assert (october.organ_code, october.kind, october.month) == (MARKET.code, KIND, OCTOBER)
    told = {name: getattr(october, name) for name in ("batches", "received", "accepted", "unchanged", "corrected")}
    assert told == {"batches": 2, "received": 6, "accepted": 3, "unchanged": 1, "corrected": 1}
    assert (october.returned, october.outside, october.withdrawn) == (1, 0, 0)
    assert (november.accepted, november.withdrawn, november.month) == (1, 1, NOVEMBER)
    assert not any(isinstance(value, Decimal) for value in (october.received, october.filled, october.withdrawn))
    assert tallies(first=date(2026, 12, 1), until=date(2027, 1, 1)) == ()


def test_an_unfiled_batch_is_no_tally(send) -> None:
    batch(MARKET.code, OCTOBER)
    Batch.objects.update(state=State.CHECKED)
    assert tallies(first=OCTOBER, until=NOVEMBER) == ()


def test_documents_are_those_decided_in_the_month_whenever_they_came(send) -> None:
    send(numbered(1, decided_on="2026-09-30"), numbered(2, decided_on="2026-10-01"), day=date(2026, 10, 9))
    send(numbered(3, decided_on="2026-10-31"), day=date(2026, 11, 20))
    take_back("示市监罚〔2026〕2号", day=TODAY)
    assert [one.number for one in documents_of(MARKET.code, KIND, OCTOBER)] == ["示市监罚〔2026〕3号"]
    assert [one.number for one in documents_of(MARKET.code, KIND, SEPTEMBER)] == ["示市监罚〔2026〕1号"]
    assert list(documents_of(OTHER.code, KIND, OCTOBER)) == []


# --- months ---------------------------------------------------------------------------------------


def test_a_month_is_counted_and_counted_again(send) -> None:
    send(numbered(1), numbered(2, decided_on="2026-02-30"), day=date(2026, 10, 9))
    assert count_months(moment=noon(TODAY)) == 1
    assert count_months(moment=noon(TODAY)) == 1
    tally = MonthTally.objects.get()
    assert (tally.received, tally.accepted, tally.returned, tally.termed) == (2, 1, 1, 1)
    send(numbered(3), day=date(2026, 10, 30))
    count_months(since=date(2026, 10, 31), moment=noon(TODAY))
    assert MonthTally.objects.get().received == 3


def test_counting_some_months_leaves_the_others(send) -> None:
    batch(MARKET.code, SEPTEMBER)
    batch(MARKET.code, OCTOBER)
    count_months(moment=noon(TODAY))
    Batch.objects.all().delete()
    count_months(since=OCTOBER, moment=noon(TODAY))
    assert [tally.month for tally in MonthTally.objects.all()] == [SEPTEMBER]


def test_a_kind_without_a_filing_term_cannot_be_late() -> None:
    batch(MARKET.code, OCTOBER)
    Batch.objects.update(kind="HONOUR")
    count_months(moment=noon(TODAY))
    report = queries.organ_report(MARKET.code, OCTOBER, on_date=TODAY)
    assert report is not None
    lateness = next(taken for taken in report.scored.measures if taken.definition.name is MeasureName.LATENESS)
    assert (lateness.numerator, lateness.denominator, lateness.value) == (0, 0, None)


def test_lateness_is_that_of_intake(send) -> None:
    """Decided on 30 September 2026: seven working days later it is 16 October; the day after it is late."""
    due = add_working_days(date(2026, 9, 30), 7, catalogue_on(TODAY).catalogue.calendar)
    assert isinstance(due, date)
    send(numbered(1), day=due)
    send(numbered(2), day=due + timedelta(1))
    count_months(moment=noon(TODAY))
    report = queries.month_report(OCTOBER, on_date=TODAY)
    (score,) = report.organs
    lateness = score.scored.measures[1]
    assert (lateness.definition.name, lateness.numerator, lateness.denominator) == ("LATENESS", 1, 2)
    assert not score.named
    assert (lateness.band, report.complete) == ("POOR", True)


def test_an_organ_beyond_the_bound_is_named() -> None:
    factories.registered_organ(OTHER)
    batch(MARKET.code, OCTOBER, accepted=10, late=5)
    batch(OTHER.code, OCTOBER, accepted=10, late=6)
    count_months(moment=noon(TODAY))
    assert [score.organ.code for score in queries.late_named(OCTOBER, on_date=TODAY)] == [OTHER.code]


def test_the_present_month_is_incomplete_and_month_on_month_is_told() -> None:
    batch(MARKET.code, OCTOBER, accepted=9, returned=1)
    batch(MARKET.code, NOVEMBER, accepted=8, returned=2)
    count_months(moment=noon(TODAY))
    report = queries.month_report(NOVEMBER, on_date=TODAY)
    (score,) = report.organs
    assert not report.complete
    shares = (score.scored.measures[0].percent, score.scored.before[0].percent)
    assert shares == ("80.00%", "90.00%")


def test_the_cost_does_not_grow_with_batches_or_organs() -> None:
    """A page's queries are the same for one organ and for many, and read the counted months, never a batch."""
    costs = []
    for count in (1, 30):
        for place in range(count):
            batch(MARKET.code if place % 2 else OTHER.code, OCTOBER)
        factories.registered_organ(OTHER)
        count_months(moment=noon(TODAY))
        catalogue_on(TODAY)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            queries.month_report(OCTOBER, on_date=TODAY)
            queries.organ_report(MARKET.code, OCTOBER, on_date=TODAY)
        assert not [query for query in asked.captured_queries if "intake_" in query["sql"]]
        costs.append(len(asked))
    assert costs[0] == costs[1] <= 10


# --- reconciliation -------------------------------------------------------------------------------


def ledger(*rows: tuple[str, str], **more: str) -> Ledger:
    documents = [{"number": number, "code": code, **more} for number, code in rows]
    return ledger_of(documents, organ=MARKET.code, kind_name=KIND, month=SEPTEMBER)


def compared(given: Ledger, *, listed: bool = True, month: date = SEPTEMBER):
    return reconcile(
        organ_code=MARKET.code,
        kind=KIND,
        month=month,
        count=given.count,
        digest=given.digest,
        ledger=given if listed else None,
        actor="test",
        moment=noon(TODAY),
    )


def numbers(documents) -> list[str]:
    return [document.number for document in documents]


def test_equal_digests_agree_without_a_list(send) -> None:
    send(numbered(1), numbered(2, code=OTHER_SUBJECT, name="云汀示例食品配送有限责任公司"))
    told = compared(ledger(("示市监罚(2026)1号", SUBJECT), ("示市监罚〔2026〕2号", OTHER_SUBJECT)), listed=False)
    assert told.row.agrees
    assert (told.row.their_count, told.row.our_count, told.row.held) == (2, 2, 2)
    assert told.row.their_digest == told.row.our_digest


def test_differing_digests_say_nothing_of_documents_until_the_list_comes(send) -> None:
    send(numbered(1))
    told = compared(ledger(("示市监罚〔2026〕1号", SUBJECT), ("示市监罚〔2026〕9号", SUBJECT)), listed=False)
    assert not told.row.agrees
    assert (told.row.held, told.row.missing_here, told.missing_here) == (None, None, ())


def test_the_list_tells_what_is_missing_on_either_side(send) -> None:
    send(numbered(1), numbered(2), numbered(3))
    take_back("示市监罚〔2026〕3号", day=TODAY)
    told = compared(ledger(*((f"示市监罚〔2026〕{number}号", SUBJECT) for number in (1, 3, 9))))
    assert numbers(told.missing_here) == ["示市监罚〔2026〕9号"]
    assert numbers(told.missing_there) == ["示市监罚〔2026〕2号"]
    assert numbers(told.withdrawn) == ["示市监罚〔2026〕3号"]
    row = told.row
    assert (row.their_count, row.our_count, row.held, row.missing_here, row.missing_there, row.withdrawn) == (
        *(3, 2, 1, 1, 1, 1),
    )
    assert not row.agrees


def test_one_number_of_two_bodies_is_two_documents(send) -> None:
    send(numbered(1), numbered(1, code=OTHER_SUBJECT, name="云汀示例食品配送有限责任公司"))
    told = compared(ledger(("示市监罚〔2026〕1号", SUBJECT)))
    assert [(one.number, one.code) for one in told.missing_there] == [("示市监罚〔2026〕1号", OTHER_SUBJECT)]


def test_other_content_is_told_where_a_digest_of_it_is_given(send) -> None:
    send(numbered(1))
    (filed,) = documents_of(MARKET.code, KIND, SEPTEMBER)
    same = ledger(("示市监罚〔2026〕1号", SUBJECT), content_digest=filed.content.hex())
    other = ledger(("示市监罚〔2026〕1号", SUBJECT), content_digest="ab" * 32)
    assert compared(same).row.agrees
    told = compared(other)
    assert (numbers(told.different), told.row.held, told.row.agrees) == (["示市监罚〔2026〕1号"], 1, False)


def test_what_another_system_had_filed_first_is_held_and_not_missing(send) -> None:
    """One fact from two systems is one record: the second sender's ledger finds it all the same."""
    factories.registered_organ(OTHER)
    row = numbered(1, source="示范市消防救援支队", source_code=OTHER.code)
    assert send(row, organ=OTHER.code).accepted == 1
    assert send(numbered(1)).unchanged == 1
    told = compared(ledger(("示市监罚〔2026〕1号", SUBJECT)))
    assert (told.row.held, told.missing_here, told.row.agrees) == (1, (), True)


def test_an_organ_learns_nothing_of_another_organs_records(send) -> None:
    """A ledger may name any organ as the one that decided; what is not the asker's own is missing to it."""
    factories.registered_organ(OTHER)
    send(numbered(1, organ_code=OTHER.code, source_code=OTHER.code), organ=OTHER.code)
    told = compared(ledger(("示市监罚〔2026〕1号", SUBJECT), organ=OTHER.code))
    assert (numbers(told.missing_here), told.row.held) == (["示市监罚〔2026〕1号"], 0)


def test_the_last_reconciliation_of_a_month_is_the_reporting_rate(send) -> None:
    send(numbered(1))
    compared(ledger(("示市监罚〔2026〕1号", SUBJECT), ("示市监罚〔2026〕8号", SUBJECT)))
    compared(ledger(*((f"示市监罚〔2026〕{number}号", SUBJECT) for number in (1, 7, 8, 9))))
    report = queries.organ_report(MARKET.code, SEPTEMBER, on_date=TODAY)
    assert report is not None
    reporting = next(taken for taken in report.scored.measures if taken.definition.name is MeasureName.REPORTING)
    assert (reporting.numerator, reporting.denominator, reporting.percent) == (1, 4, "25.00%")
    assert [row.their_count for row in queries.reconciliations_of(MARKET.code)] == [4, 2]


def test_nothing_of_the_list_is_kept(send) -> None:
    """Neither in the tables of the room nor in the trail."""
    send(numbered(1))
    compared(ledger(("示市监罚〔2026〕9号", SUBJECT)))
    kept = [*Reconciliation.objects.values(), *TrailLine.objects.filter(act="RECONCILE").values()]
    assert len(kept) == 2
    assert "9号" not in str(kept)
    assert SUBJECT not in str(kept)


def test_reconciliations_are_append_only() -> None:
    compared(ledger())
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Reconciliation.objects.update(their_count=5)


def test_a_ledger_that_does_not_bear_its_digest_is_refused() -> None:
    given = ledger(("1号", SUBJECT))
    with pytest.raises(ReconciliationRefused, match=given.digest.hex()):
        reconcile(
            organ_code=MARKET.code, kind=KIND, month=SEPTEMBER, count=2, digest=given.digest, ledger=given,
            actor="test", moment=noon(TODAY),
        )  # fmt: skip
    assert not Reconciliation.objects.exists()


@pytest.mark.parametrize(
    ("organ", "kind", "month", "told"),
    [
        (OTHER_SUBJECT, KIND, SEPTEMBER, "没有登记"),
        (MARKET.code, "GOSSIP", SEPTEMBER, "ADMIN_PENALTY"),
        (MARKET.code, KIND, date(2026, 12, 1), "本月"),
        (MARKET.code, KIND, date(2026, 9, 2), "YYYY-MM"),
    ],
)
def test_what_cannot_be_asked_is_told(organ: str, kind: str, month: date, told: str) -> None:
    with pytest.raises((UnknownOrgan, ReconciliationRefused), match=told):
        reconcile(organ_code=organ, kind=kind, month=month, count=0, digest=b"0" * 32, actor="test", moment=noon(TODAY))


# --- alarms ---------------------------------------------------------------------------------------


def waiting(due_on: date | None, **changes: object) -> Batch:
    """A filed batch with three returned rows whose first deadline is that day."""
    found = batch(MARKET.code, date(2026, 11, 9), returned=3)
    Batch.objects.filter(id=found.id).update(returned_due_on=due_on, **changes)
    return found


def on(day: date) -> list[tuple[int, date]]:
    raise_alarms(moment=noon(day))
    return list(Alarm.objects.order_by("id").values_list("lead", "raised_on"))


def test_an_alarm_comes_two_working_days_before_and_on_the_day_once_each() -> None:
    """Due on Tuesday 24 November 2026: the Friday before is two working days away, the weekend between counts not."""
    waiting(date(2026, 11, 24))
    thursday, friday = date(2026, 11, 19), date(2026, 11, 20)
    assert on(thursday) == []
    assert on(friday) == [(2, friday)]
    assert on(date(2026, 11, 21)) == [(2, friday)]
    assert on(date(2026, 11, 23)) == [(2, friday)]
    assert on(date(2026, 11, 24)) == [(2, friday), (0, date(2026, 11, 24))]
    assert len(on(date(2026, 11, 24))) == 2
    assert len(on(date(2026, 11, 25))) == 2


def test_a_day_without_a_worker_is_made_up_for() -> None:
    waiting(date(2026, 11, 24))
    monday = date(2026, 11, 23)
    assert on(monday) == [(2, monday)]


def test_no_alarm_once_the_deadline_is_past_but_the_list_says_overdue() -> None:
    waiting(date(2026, 11, 20))
    assert on(TODAY) == []
    (row,) = queries.alarms_of({MARKET.code}, on_date=TODAY)
    assert (row.due, row.days_left, row.rows) == (Due.OVERDUE, None, 3)


def test_a_mended_batch_ends_the_alarm() -> None:
    found = waiting(TODAY)
    raise_alarms(moment=noon(TODAY))
    mended = batch(MARKET.code, TODAY, returned=0)
    Batch.objects.filter(id=mended.id).update(parent=found.id, state=State.CHECKED)
    raise_alarms(moment=noon(TODAY))
    assert Alarm.objects.get().ended_at is None
    Batch.objects.filter(id=mended.id).update(state=State.FILED)
    raise_alarms(moment=noon(TODAY))
    assert (Alarm.objects.get().ending, queries.alarms_of(None, on_date=TODAY)) == (Ending.SENT_AGAIN, ())


def test_erased_rows_end_the_alarm_and_say_so() -> None:
    found = waiting(TODAY)
    raise_alarms(moment=noon(TODAY))
    Batch.objects.filter(id=found.id).update(erased_at=noon(TODAY).instant)
    raise_alarms(moment=noon(TODAY))
    assert Alarm.objects.get().ending == Ending.ERASED


def test_the_organ_may_say_how_it_dealt_with_the_rows() -> None:
    found = waiting(date(2026, 11, 24))
    raise_alarms(moment=noon(date(2026, 11, 20)))
    given = {"batch_id": found.id, "actor": "clerk", "moment": noon(TODAY)}
    with pytest.raises(NoAlarm, match="说明"):
        answer_alarm(organ_code=MARKET.code, words=" ", **given)
    with pytest.raises(NoAlarm, match="没有待处理"):
        answer_alarm(organ_code=OTHER.code, words="已另行报送", **given)
    answer_alarm(organ_code=MARKET.code, words="已另行报送", **given)
    assert queries.alarms_of({MARKET.code}, on_date=TODAY) == ()
    assert len(on(date(2026, 11, 24))) == 1
    assert TrailLine.objects.filter(act="ANSWER_ALARM", actor="clerk").count() == 1


def test_what_cannot_be_computed_is_said_and_not_guessed(send) -> None:
    """No calendar of 2027, no readable day of decision, no term at all: three answers, no alarm."""
    waiting(date(2027, 1, 5))
    waiting(None)
    waiting(None, kind="HONOUR")
    assert on(date(2026, 12, 31)) == []
    rows = queries.alarms_of({MARKET.code}, on_date=date(2026, 12, 31))
    assert sorted(row.due for row in rows) == [Due.NOT_COMPUTABLE, Due.NOT_COMPUTABLE, Due.NO_TERM]
    assert {row.days_left for row in rows} == {None}


def test_outstanding_comes_from_what_intake_returned(send) -> None:
    """Through intake itself: a row with a bad code goes back, its deadline is that of its decision."""
    send(numbered(1), numbered(2, code="919999990000002111", decided_on="2026-11-18"), day=date(2026, 11, 19))
    (left,) = outstanding({MARKET.code})
    assert (left.kind, left.returned, left.on_day) == (KIND, 1, date(2026, 11, 19))
    assert left.returned_due_on == add_working_days(date(2026, 11, 18), 7, catalogue_on(TODAY).catalogue.calendar)
    (row,) = queries.alarms_of({MARKET.code}, on_date=TODAY)
    assert (row.due, row.days_left, row.raised_on) == (Due.LATER, 4, None)
    assert outstanding({OTHER.code}) == ()


def test_withdrawals_are_counted_in_their_own_month() -> None:
    Withdrawal.objects.create(
        organ_code=MARKET.code,
        kind=KIND,
        record_ref=uuid4(),
        reason=WithdrawalReason.DECISION_VOID,
        actor="test",
        on_day=OCTOBER,
        at=noon(OCTOBER).instant,
    )
    count_months(moment=noon(TODAY))
    tally = MonthTally.objects.get()
    assert (tally.month, tally.batches, tally.withdrawn) == (OCTOBER, 0, 1)
