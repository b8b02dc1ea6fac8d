"""Jobs of intake: check or file a batch later, number what a crash left, erase old uploads, go on after a kill.

A job's arguments are the batch's id and the actor, nothing else; no error that leaves a job holds a value of a row.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from traceback import extract_tb
from uuid import UUID

import psycopg
from django.db import InterfaceError, OperationalError, connection
from procrastinate import BaseRetryStrategy, JobContext, RetryDecision
from procrastinate.contrib.django import app
from procrastinate.jobs import Job
from procrastinate.tasks import Task

from xinshu.kit.clock import now
from xinshu.kit.durable import NoRoom
from xinshu.kit.errors import XinshuError
from xinshu.proceedings.endings import catch_up, number_and_note
from xinshu.proceedings.intake import actions, queries
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Step
from xinshu.register.queueing import asked_once
from xinshu.register.records.entries import turn_the_day

LOG = logging.getLogger(__name__)
LOSSES = (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)
DAYS_KEPT = 60
"""Finished jobs are kept this long: what ran when, and how it ended."""


class DatabaseLost(Exception):
    """The database went away under a job; only the class of the error is told."""

    without_values = True


class JobFailed(Exception):
    """A job ended in an error nobody foresaw: its class and place are told; its text may quote a row."""

    without_values = True


class BackingOff(BaseRetryStrategy):
    """Tries again after certain errors, each time after twice as long; never after any other."""

    def __init__(self, *errors: type[Exception], first: int, most: int, attempts: int) -> None:
        self.errors, self.first, self.most, self.attempts = errors, first, most, attempts

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        """When to try again, in whole seconds; None: not at all."""
        if not isinstance(exception, self.errors) or job.attempts >= self.attempts:
            return None
        return RetryDecision(retry_in={"seconds": min(self.first * 2 ** min(job.attempts, 30), self.most)})


AFTER_A_LOSS = BackingOff(DatabaseLost, NoRoom, first=2, most=300, attempts=12)


def check_later(*, batch: UUID, actor: str) -> None:
    """Have the dry run of a batch done by a worker, once the present transaction is committed."""
    _defer(_check, f"check {batch}", batch=batch, actor=actor)


def file_later(*, batch: UUID, actor: str) -> None:
    """Have an attested batch filed by a worker, once the present transaction is committed.

    Calling it is the attestation: the caller has asked for it, and `actor` is who gave it.
    """
    _defer(_file, f"file {batch}", batch=batch, actor=actor)


@contextmanager
def told_without_values(matter: str, *passed_on: type[Exception]) -> Iterator[None]:
    """Around the work of a job: a refusal ends it, a lost database is tried again, and no error tells a value.

    `passed_on` are errors of ours that the caller's own strategy wants to see. The job's connection is closed.
    """
    try:
        yield
    except passed_on:
        raise
    except XinshuError as refusal:
        LOG.warning("%s: %s", matter, refusal)
    except LOSSES as error:
        raise DatabaseLost(f"{matter}: {type(error).__name__}") from None
    except Exception as error:  # noqa: BLE001 raised again, without its text
        places = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(extract_tb(error.__traceback__)))
        raise JobFailed(f"{matter}: {type(error).__name__} in {places}") from None
    finally:
        connection.close()


@app.task(name="intake.check", queue="intake", retry=AFTER_A_LOSS)
def _check(batch: str, actor: str) -> None:
    with told_without_values(f"check {batch}", NoRoom), _standing_still_at_the_end(batch):
        actions.check(batch=UUID(batch), actor=actor, moment=now(), progress=_kept_by_the_batch)


@app.task(name="intake.file", queue="intake", retry=AFTER_A_LOSS)
def _file(batch: str, actor: str) -> None:
    with told_without_values(f"file {batch}", NoRoom), _standing_still_at_the_end(batch):
        actions.file(batch=UUID(batch), actor=actor, moment=now(), attested=True, progress=_kept_by_the_batch)


@app.periodic(cron="* * * * *")
@app.task(name="intake.number", queue="timers", queueing_lock="number", lock="number")
def _number(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """What a crash left committed but unnumbered becomes visible within the minute; the ledger too."""
    with told_without_values("number"):
        number_and_note(moment=now())
    with told_without_values("ledger of endings"):
        catch_up()


@app.periodic(cron="0 16 * * *")
@app.task(name="intake.turn_the_day", queue="timers", queueing_lock="turn", lock="turn", retry=AFTER_A_LOSS)
def _turn_the_day(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """At midnight here: the public log says what ended and what began with the day. The site never waits for it."""
    with told_without_values("turn the day"):
        moment = now()
        turn_the_day(moment=moment)
        number_and_note(moment=moment)


@app.periodic(cron="30 18 * * *")
@app.task(name="intake.sweep", queue="timers", queueing_lock="sweep", lock="sweep", retry=AFTER_A_LOSS)
def _sweep(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Daily, in the small hours here (the queue's own schedule counts in UTC)."""
    with told_without_values("sweep"):
        actions.sweep(moment=now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="intake.finish", queue="timers", queueing_lock="finish", lock="finish")
def _finish(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """What was attested is filed to its end, though the request or the last attempt that did it was cut off."""
    with told_without_values("finish"):
        for batch, actor in queries.unfinished():
            file_later(batch=batch, actor=actor)


@app.periodic(cron="* * * * *")
@app.task(name="intake.go_on", queue="timers", queueing_lock="go_on", lock="go_on", pass_context=True)
async def _go_on(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """A job whose worker was killed is given to another one."""
    for job in await context.app.job_manager.get_stalled_jobs():
        await context.app.job_manager.retry_job(job)


@app.periodic(cron="45 18 * * *")
@app.task(name="intake.forget_jobs", queue="timers", queueing_lock="forget_jobs", pass_context=True)
async def _forget_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Jobs that ended long ago."""
    await context.app.job_manager.delete_old_jobs(
        nb_hours=24 * DAYS_KEPT, include_failed=True, include_cancelled=True, include_aborted=True
    )


def _defer(task: "Task[[str, str], None, [str, str]]", queued_as: str, *, batch: UUID, actor: str) -> None:
    """One waiting job of a sort for one batch; the batch is the lock under which its jobs run one at a time."""
    with asked_once():
        Batch.objects.filter(id=batch).update(step_zh="排队", step_en="queued", done=0, total=None)
        task.configure(lock=str(batch), queueing_lock=queued_as).defer(batch=str(batch), actor=actor)


@contextmanager
def _standing_still_at_the_end(batch: str) -> Iterator[None]:
    """A job that ends in an error leaves no step behind, as if it went on; one that is tried again does."""
    try:
        yield
    except LOSSES:
        raise
    except Exception:
        Batch.objects.filter(id=batch).update(step_zh="", step_en="")
        raise


def _kept_by_the_batch(step: Step) -> None:
    """The batch keeps its own progress for the page that shows it; a job has nobody else to tell."""
