"""Jobs of intake on a real queue and a real worker: what is deferred, retried, given up, made up for, and kept quiet."""

import errno
import re
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError, connection, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob
from procrastinate.jobs import Job

from tests import factories, filings
from tests.house.tree import SOURCE
from tests.timers import due, work_far_ahead
from xinshu.doors.cli.worker import work
from xinshu.kit.durable import NoRoom, room
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.intake import actions, queries
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Door, State
from xinshu.proceedings.intake.tasks import (
    AFTER_A_LOSS,
    DatabaseLost,
    JobFailed,
    check_later,
    file_later,
    told_without_values,
)
from xinshu.register.records.models import Filing

PERSON = "11010519491231002X"
NOON = factories.noon(factories.TODAY)


@pytest.fixture(autouse=True)
def ready(transactional_db: None) -> None:
    factories.adopted_catalogue()
    factories.registered_organ()


def uploaded(folder: Path, content: bytes | None = None) -> UUID:
    path = filings.write_csv(folder / "a.csv", [filings.penalty()])
    who = {"organ_code": factories.MARKET.code, "kind": "ADMIN_PENALTY", "actor": "test", "moment": NOON}
    batch = actions.open_batch(file_name="a.csv", door=Door.DESK, **who).id
    chunks = [path.read_bytes() if content is None else content]
    actions.add_content(batch=batch, offset=0, chunks=chunks)
    return batch


def state(batch: UUID) -> str:
    row = queries.batch(batch)
    assert row is not None
    return row.state


def jobs(task: str) -> list[tuple[str, int]]:
    found = ProcrastinateJob.objects.filter(task_name=task).order_by("id")
    return list(found.values_list("status", "attempts"))


def test_a_batch_is_checked_and_filed_by_a_worker(tmp_path: Path) -> None:
    batch = uploaded(tmp_path)
    check_later(batch=batch, actor="test-clerk")
    assert state(batch) == State.UPLOADING
    assert work()
    assert state(batch) == State.CHECKED
    file_later(batch=batch, actor="test-clerk")
    assert work()
    assert state(batch) == State.FILED
    assert queries.receipt(batch).accepted == 1
    assert (jobs("intake.check"), jobs("intake.file")) == ([("succeeded", 1)], [("succeeded", 1)])


def test_a_job_vanishes_with_the_transaction_that_deferred_it() -> None:
    with transaction.atomic():
        check_later(batch=uuid4(), actor="test")
        transaction.set_rollback(True)
    assert jobs("intake.check") == []


def test_one_waiting_job_a_batch_is_enough_and_a_second_harms_no_transaction() -> None:
    batch, other = uuid4(), uuid4()
    with transaction.atomic():
        for which in (batch, batch, other):
            check_later(batch=which, actor="test")
    assert jobs("intake.check") == [("todo", 0)] * 2


def test_jobs_of_one_batch_run_one_at_a_time() -> None:
    """While one is in hand, no worker can fetch the other."""
    batch = uuid4()
    check_later(batch=batch, actor="test")
    file_later(batch=batch, actor="test")
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers DEFAULT VALUES RETURNING id")
        (worker,) = cursor.fetchone()
        cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
        assert cursor.fetchone() == ("intake.check",)
        cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
        assert cursor.fetchone() == (None,)


def test_a_refusal_is_not_tried_again(tmp_path: Path) -> None:
    batch = uploaded(tmp_path, b"BAD\0\1\2 neither text nor workbook")
    file_later(batch=batch, actor="test")
    assert work()
    assert state(batch) == State.REFUSED
    assert jobs("intake.file") == [("succeeded", 1)]


def test_a_job_of_a_batch_that_is_gone_ends_without_another_try() -> None:
    check_later(batch=uuid4(), actor="test")
    assert work()
    ((_, attempts),) = jobs("intake.check")
    assert attempts == 1


def test_a_lost_database_is_tried_again_later() -> None:
    """The server ends the job's own session; the job waits for its next attempt."""

    def losing() -> None:
        with told_without_values("losing"), connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    app.task(name="test.losing", retry=AFTER_A_LOSS)(losing)
    try:
        app.configure_task("test.losing").defer()
        assert work_far_ahead()
        assert jobs("test.losing") == [("todo", 1)]
    finally:
        del app.tasks["test.losing"]


def test_waits_after_a_loss_double_and_end() -> None:
    def wait(attempts: int, error: Exception) -> Any:
        job = Job(id=1, queue="q", lock=None, queueing_lock=None, task_name="t", attempts=attempts)
        return AFTER_A_LOSS.get_retry_decision(exception=error, job=job)

    assert wait(12, DatabaseLost()) is None
    assert wait(0, JobFailed()) is None
    assert wait(0, XinshuError()) is None
    apart = wait(3, DatabaseLost()).retry_at - wait(0, DatabaseLost()).retry_at
    assert 13 <= apart.total_seconds() <= 15


def test_no_error_of_a_job_tells_a_value(caplog: pytest.LogCaptureFixture) -> None:
    """Neither the log nor the queue's tables hold what the error said; class and place are told."""

    def failing() -> None:
        with told_without_values("failing"):
            raise ValueError(f"duplicate key value: ({PERSON})")

    app.task(name="test.failing", retry=AFTER_A_LOSS)(failing)
    try:
        app.configure_task("test.failing").defer()
        assert work()
    finally:
        del app.tasks["test.failing"]
    assert jobs("test.failing") == [("failed", 1)]
    assert "ValueError in failing" in caplog.text
    assert PERSON not in caplog.text
    rows = [*ProcrastinateJob.objects.values(), *ProcrastinateEvent.objects.values()]
    assert PERSON not in str(rows)


def test_a_database_error_is_told_without_its_detail() -> None:
    with pytest.raises(DatabaseLost) as told, told_without_values("matter"):
        raise OperationalError(f"Key (code)=({PERSON})")
    assert str(told.value) == "matter: OperationalError"
    assert told.value.__cause__ is None
    assert told.value.__suppress_context__


def test_what_a_crash_left_unnumbered_is_numbered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(factories, "number_filings", lambda moment: 0)
    factories.accepted(factories.document())
    assert Filing.objects.filter(first_number__isnull=True).count() == 1
    due("intake.number")
    assert work()
    assert Filing.objects.filter(first_number__isnull=True).count() == 0


def test_a_job_whose_worker_was_killed_is_given_to_another(tmp_path: Path) -> None:
    batch = uploaded(tmp_path)
    file_later(batch=batch, actor="test")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
        )
        (killed,) = cursor.fetchone()
        cursor.execute("SELECT task_name FROM procrastinate_fetch_job_v2(NULL, %s)", [killed])
        assert cursor.fetchone() == ("intake.file",)
    due("intake.go_on")
    assert work()
    assert work()
    assert state(batch) == State.FILED


def test_the_sweep_and_the_clearing_of_old_jobs_run() -> None:
    for name in ("intake.sweep", "intake.forget_jobs"):
        due(name)
    assert work()
    assert {status for name in ("intake.sweep", "intake.forget_jobs") for status, _ in jobs(name)} == {"succeeded"}


def test_every_job_that_is_deferred_by_name_exists() -> None:
    app.perform_import_paths()
    texts = [path.read_text(encoding="utf-8") for path in SOURCE.rglob("*.py")]
    named = {name for text in texts for name in re.findall(r"configure_task\(\s*\"([\w.]+)\"", text)}
    assert named
    assert named - set(app.tasks) == set()


def test_a_batch_whose_request_was_cut_off_is_filed_to_its_end(tmp_path: Path) -> None:
    """Filing had begun within a request, so no job knows of it; its upload is there."""
    batch = uploaded(tmp_path)
    actions.file(batch=batch, actor="test", moment=NOON, attested=True, progress=lambda _: None)
    Batch.objects.filter(id=batch).update(state=State.FILING)
    for _ in range(2):
        due("intake.finish")
        assert work()
        assert work()
    assert state(batch) == State.FILED
    assert jobs("intake.file") == [("succeeded", 1)]


def test_a_full_disk_is_tried_again_later() -> None:
    def full() -> None:
        with told_without_values("full", NoRoom), room():
            raise OSError(errno.ENOSPC, "No space left on device")

    app.task(name="test.full", retry=AFTER_A_LOSS)(full)
    try:
        app.configure_task("test.full").defer()
        assert work_far_ahead()
        assert jobs("test.full") == [("todo", 1)]
    finally:
        del app.tasks["test.full"]
