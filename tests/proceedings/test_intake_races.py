"""Intake when two things happen at one moment: withdrawal beside a batch, a batch filed twice, content sent twice."""

import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import connection

from tests import factories
from tests.beside import beside, until, waiting
from tests.factories import MARKET, adopted_catalogue, noon, registered_organ
from tests.filings import SUBJECT, penalty, write_csv
from xinshu.kit.errors import XinshuError
from xinshu.proceedings import vault
from xinshu.proceedings.intake import actions, own
from xinshu.proceedings.intake.models import Batch, Withdrawal
from xinshu.proceedings.intake.states import Door, Receipt, State, WithdrawalReason
from xinshu.proceedings.vault import WrongOffset
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Filing, JournalLine, Record

DAY = date(2026, 11, 23)
LOCK = 20261123
PAUSED = f"""
CREATE FUNCTION pause_of_a_test() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN PERFORM pg_advisory_lock({LOCK}); PERFORM pg_advisory_unlock({LOCK}); RETURN NULL; END $$;
CREATE TRIGGER pause_of_a_test BEFORE INSERT ON records_recordversion
   FOR EACH STATEMENT EXECUTE FUNCTION pause_of_a_test();
"""


@pytest.fixture(autouse=True)
def ready(transactional_db: None) -> None:
    adopted_catalogue()
    registered_organ()


def rows(*numbers: int, **changes: str) -> list[dict[str, str]]:
    return [penalty(number=f"示市监罚〔2026〕{number:04d}号", **changes) for number in numbers]


def send(path: Path, *, key: str | None = None, day: date = DAY, attested: bool = True) -> Receipt:
    return actions.receive(
        path=path,
        organ_code=MARKET.code,
        kind="ADMIN_PENALTY",
        door=Door.CLI,
        actor="test",
        moment=noon(day),
        progress=lambda _: None,
        key=key,
        attested=attested,
    )


def uploaded(folder: Path, content: list[dict[str, str]]) -> UUID:
    who = {"organ_code": MARKET.code, "kind": "ADMIN_PENALTY", "actor": "test", "moment": noon(DAY)}
    batch = actions.open_batch(file_name="a.csv", door=Door.DESK, **who).id
    actions.add_content(batch=batch, offset=0, chunks=[write_csv(folder / "a.csv", content).read_bytes()])
    return batch


def file(batch: UUID, progress: Callable[[object], None] = lambda _: None) -> Receipt:
    return actions.file(batch=batch, actor="test", moment=noon(DAY), attested=True, progress=progress)


def once(act: Callable[[], object]) -> Callable[[object], None]:
    """Progress that does something else at its first step, while the work is under way."""
    left = [act]
    return lambda _step: left.pop()() if left else None


def withdraw(reference: UUID) -> None:
    actions.withdraw(
        organ_code=MARKET.code,
        subject_code=SUBJECT,
        record_ref=reference,
        reason=WithdrawalReason.DECISION_REVOKED,
        words="决定已撤销",
        actor="test",
        moment=noon(DAY),
    )


@pytest.fixture
def paused() -> Iterator[Callable[[], None]]:
    """From now on a filing waits in the midst of its transaction, until what this gives is called."""
    settings = connection.get_connection_params()
    address = {name: settings[name] for name in ("host", "port", "user", "password", "dbname") if name in settings}
    with psycopg.connect(**address, autocommit=True) as holder:
        holder.execute(PAUSED)
        holder.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        try:
            yield lambda: holder.execute("SELECT pg_advisory_unlock_all()") and None
        finally:
            holder.execute("SELECT pg_advisory_unlock_all()")
            holder.execute("DROP TRIGGER pause_of_a_test ON records_recordversion")
            holder.execute("DROP FUNCTION pause_of_a_test()")


def in_the_midst() -> bool:
    """Whether a filing waits there for us."""
    return waiting("advisory") > 0


def test_a_withdrawal_is_numbered_while_a_batch_is_being_filed(tmp_path: Path, paused: Callable[[], None]) -> None:
    """It waits neither for the batch nor for its number, and comes before it (Decision 8)."""
    paused()
    send(write_csv(tmp_path / "a.csv", rows(1)))
    reference = Record.objects.get().record_ref
    with connection.cursor() as cursor, beside() as start:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        batch = start(lambda: send(write_csv(tmp_path / "b.csv", rows(2, 3))))
        until(in_the_midst)
        withdraw(reference)
        ended = Filing.objects.get(withdraws=True)
        assert ended.first_number == 2
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        batch.result(timeout=60)
    assert list(Filing.objects.order_by("first_number").values_list("first_number", "withdraws")) == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert Filing.objects.get(first_number=3).id < ended.id


def test_a_record_withdrawn_while_a_batch_corrects_it_stays_withdrawn(
    tmp_path: Path, paused: Callable[[], None]
) -> None:
    """The batch is whole, the withdrawal comes after it, and neither fails."""
    paused()
    send(write_csv(tmp_path / "a.csv", rows(1)))
    reference = Record.objects.get().record_ref
    with connection.cursor() as cursor, beside() as start:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        batch = start(lambda: send(write_csv(tmp_path / "b.csv", rows(1, facts="经查，更正后的事实。"))))
        until(in_the_midst)
        withdrawal = start(lambda: withdraw(reference))
        until(lambda: Filing.objects.filter(withdraws=True).exists() or waiting("transactionid"))
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        told = batch.result(timeout=60)
        withdrawal.result(timeout=60)
    assert isinstance(told, Receipt)
    assert (told.corrected, told.returned) == (1, 0)
    record = Record.objects.get()
    assert (record.ended, record.public_from) == ("WITHDRAWN", None)
    lines = JournalLine.objects.order_by("filing_id").values_list("change", "version")
    assert list(lines) == [("ACCEPTED", 1), ("CORRECTED", 2), ("WITHDRAWN", 2)]


def test_a_batch_does_not_correct_what_is_withdrawn_just_before(tmp_path: Path) -> None:
    """The withdrawal holds the record; the batch waits for it and returns the row."""
    send(write_csv(tmp_path / "a.csv", rows(1)))
    holding = "UPDATE records_record SET ended = 'WITHDRAWN', ended_on = decided_on, public_from = NULL"
    with beside() as start:
        with psycopg.connect(**_address()) as other:
            other.execute(f"{holding}, public_until = NULL, repair_from = NULL, public_form = NULL")
            batch = start(lambda: send(write_csv(tmp_path / "b.csv", rows(1, facts="经查，更正后的事实。"))))
            until(lambda: waiting("transactionid"))
        told = batch.result(timeout=60)
    assert isinstance(told, Receipt)
    assert (told.corrected, told.returned) == (0, 1)


def _address() -> dict[str, str]:
    settings = connection.get_connection_params()
    return {name: settings[name] for name in ("host", "port", "user", "password", "dbname") if name in settings}


def test_a_batch_filed_twice_at_once_keeps_its_receipt(tmp_path: Path) -> None:
    """A second press while the first is under way, which ends first."""
    batch = uploaded(tmp_path, rows(1, 2, decided_on="2026-09-30") + rows(3, decided_on="2026-02-30"))
    told = file(batch, once(lambda: file(batch)))
    assert (told.accepted, told.unchanged, told.returned) == (2, 0, 1)
    assert len(_returned(batch)) == 1
    assert Filing.objects.count() == 1


def test_a_batch_undone_while_it_is_about_to_be_filed_stays_undone(tmp_path: Path) -> None:
    batch = uploaded(tmp_path, rows(1))
    told = file(batch, once(lambda: actions.discard(batch=batch, actor="test", moment=noon(DAY))))
    assert told.state == State.DISCARDED
    assert Record.objects.count() == 0


def test_a_dry_run_leaves_what_is_filed_meanwhile(tmp_path: Path) -> None:
    """What it would have said is of no use any more; the returned rows are those of the filing."""
    batch = uploaded(tmp_path, rows(1) + rows(2, decided_on="2026-02-30"))
    told = actions.check(batch=batch, actor="test", moment=noon(DAY), progress=once(lambda: file(batch)))
    assert (told.state, told.accepted, told.returned) == (State.FILED, 1, 1)
    assert vault.preview(batch) is None


def test_rows_that_a_cut_off_attempt_returned_are_not_those_of_the_next(tmp_path: Path) -> None:
    """The row went back under a name that differed; when the batch is sent again the name is known."""
    batch = uploaded(tmp_path, rows(1))
    vault.put_returned(batch, 0, b"what an attempt left that was killed before its commit")
    file(batch)
    assert own.returned(batch) is None


def test_rows_of_a_part_that_is_not_stored_cannot_be_read(tmp_path: Path) -> None:
    batch = uploaded(tmp_path, rows(1) + rows(2, decided_on="2026-02-30"))
    file(batch)
    Batch.objects.filter(id=batch).update(state=State.FILING, parts=0)
    assert own.returned(batch) is None


def _returned(batch: UUID) -> tuple[object, ...]:
    found = own.returned(batch)
    return () if found is None else found.rows


def test_the_same_key_with_another_file_is_refused(tmp_path: Path) -> None:
    """Whether the first was filed, or cut off after its first part."""
    send(write_csv(tmp_path / "a.csv", rows(1)), key="friday-0001")
    for state, parts in ((State.FILED, 1), (State.FILING, 0)):
        Batch.objects.update(state=state, parts=parts)
        with pytest.raises(actions.KeyReused):
            send(write_csv(tmp_path / "a.csv", rows(2)), key="friday-0001")
    assert Record.objects.count() == 1


def test_a_batch_that_was_opened_and_no_more_is_gone_on_with(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows(1))
    first = send(path)
    Batch.objects.update(state=State.UPLOADING, parts=0)
    assert send(path).batch == first.batch


def test_a_dry_run_does_not_touch_a_batch_that_is_cut_off(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "a.csv", rows(1))
    first = send(path)
    Batch.objects.update(state=State.FILING)
    assert send(path, attested=False).batch != first.batch


def test_content_added_by_two_at_once_is_kept_once(tmp_path: Path) -> None:
    """Whoever is later at the end is told where it is now."""
    batch = uuid4()

    def slow() -> Iterator[bytes]:
        yield b"one"
        vault.append(batch, 0, [b"the other, which is longer"])

    with pytest.raises(WrongOffset) as refused:
        vault.append(batch, 0, slow())
    assert refused.value.size == vault.size(batch) == 26
    with vault.opened(batch) as path:
        assert path.read_bytes() == b"the other, which is longer"


def test_two_sequencers_at_once_give_each_number_once() -> None:
    """A hundred filings wait; each sequencer numbers what the others left, and no number is missing."""
    made = [Filing(id=None, batch=uuid4(), **_waiting(index)) for index in range(100)]
    Filing.objects.bulk_create(made)
    together = threading.Barrier(4)

    def number() -> int:
        together.wait(timeout=30)
        return number_filings(moment=noon(DAY))

    with beside() as start:
        done = [future.result(timeout=60) for future in [start(number) for _ in range(4)]]
    assert sum(done) == 100
    due, withdrawals_first = 1, []
    for filing in Filing.objects.order_by("first_number"):
        assert filing.first_number == due
        due += filing.lines
        withdrawals_first.append(filing.withdraws)
    assert withdrawals_first == sorted(withdrawals_first, reverse=True)


def _waiting(index: int) -> dict[str, object]:
    return {
        "part": 0,
        "kind": "ADMIN_PENALTY",
        "organ_code": MARKET.code,
        "actor": "test",
        "on_day": DAY,
        "at": noon(DAY).instant,
        "lines": 1 + index % 3,
        "withdraws": index % 7 == 0,
    }


def test_the_order_of_numbers_is_that_of_commits_whatever_the_clock_says(tmp_path: Path) -> None:
    """The clock steps back a week between two batches, and leaps a year before a third."""
    days = (DAY, DAY - timedelta(7), DAY + timedelta(365))
    late = []
    for number, day in enumerate(days, start=1):
        row = penalty(number=f"示市监罚〔2026〕{number:04d}号", decided_on="2026-11-12")
        late.append(send(write_csv(tmp_path / f"{number}.csv", [row]), day=day).late)
    filings = Filing.objects.order_by("first_number")
    assert [filing.on_day for filing in filings] == list(days)
    assert [filing.first_number for filing in filings] == [1, 2, 3]
    recorded = Record.objects.order_by("document_number").values_list("recorded_on", flat=True)
    assert list(recorded) == list(days)
    assert late == [0, 0, 1]


def test_a_clock_that_steps_back_before_the_decision_returns_the_row(tmp_path: Path) -> None:
    """A day of decision in the future cannot be; the row comes again when the clock is right."""
    path = write_csv(tmp_path / "a.csv", rows(1, decided_on="2026-11-20"))
    early = send(path, day=DAY - timedelta(30))
    assert (early.accepted, early.returned) == (0, 1)
    assert send(path).accepted == 1


def test_a_batch_cut_off_is_ended_by_a_clock_that_stepped(tmp_path: Path) -> None:
    """The parts that are stored keep their day; those that follow have the day of the second sending."""
    path = write_csv(tmp_path / "a.csv", rows(1, 2))
    first = send(path, day=DAY)
    Batch.objects.update(state=State.FILING)
    again = send(path, day=DAY - timedelta(3))
    assert (again.batch, again.accepted, again.state) == (first.batch, 2, State.FILED)
    assert set(Record.objects.values_list("recorded_on", flat=True)) == {DAY}


def test_two_clerks_send_one_file_at_once(tmp_path: Path) -> None:
    """The same name too: they share a batch, or the second finds nothing new; each row is stored once."""
    path = write_csv(tmp_path / "a.csv", rows(*range(1, 30)))
    together = threading.Barrier(2)

    def clerk() -> object:
        together.wait(timeout=30)
        return send(path)

    with beside() as start:
        told = [future.result(timeout=60) for future in [start(clerk), start(clerk)]]
    batches = {receipt.batch: receipt for receipt in told if isinstance(receipt, Receipt)}
    assert sum(receipt.accepted for receipt in batches.values()) == 29
    assert {receipt.state for receipt in batches.values()} == {State.FILED}
    assert (Record.objects.count(), JournalLine.objects.count()) == (29, 29)


def test_two_clerks_withdraw_one_record_at_once() -> None:
    """It is withdrawn once; the other is told that it has ended."""
    factories.accepted(factories.document(code=SUBJECT))
    reference = Record.objects.get().record_ref
    together = threading.Barrier(2)

    def clerk() -> str:
        together.wait(timeout=30)
        try:
            withdraw(reference)
        except XinshuError as told:
            return type(told).__name__
        return "withdrawn"

    with beside() as start:
        told = [future.result(timeout=60) for future in [start(clerk), start(clerk)]]
    assert sorted(map(str, told)) == ["NotHeld", "withdrawn"]
    assert (Withdrawal.objects.count(), Filing.objects.filter(withdraws=True).count()) == (1, 1)
