"""`xinshu worker`: does the jobs of the queue until it is told to stop."""

import asyncio
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from types import FrameType

import click
from django.core.exceptions import ImproperlyConfigured
from procrastinate.contrib.django import app
from procrastinate.contrib.django.django_connector import DjangoConnector
from procrastinate.contrib.django.utils import connector_params
from procrastinate.exceptions import ConnectorException
from procrastinate.psycopg_connector import PsycopgConnector

from xinshu.doors.cli.store import store
from xinshu.kit.clock import now

GRACE = 60.0
"""Seconds that jobs in hand get to end when `xinshu run` stops; what is left is gone on with later."""

STOPS = (signal.SIGINT, signal.SIGTERM)

AGAIN_AFTER = 5.0
STOP_WITH_PARENT = 1  # PR_SET_PDEATHSIG of prctl(2)
ITSELF = (sys.executable, "-c", "from xinshu.doors.cli.main import main; main()", "worker")


@click.command()
@click.option(
    "--jobs", default=2, show_default=True, type=click.IntRange(1, 64), help="同时办理的作业数 Jobs at a time."
)
@click.option("--until-empty", is_flag=True, help="办完即停 Stop when the queue is empty.")
@click.option("--parent", type=int, hidden=True, help="Process that this one is to end with.")
def worker(jobs: int, until_empty: bool, parent: int | None) -> None:
    """办理后台作业 Do the jobs of the queue: checks, filings, connectors, receipts, the daily sweep.

    收到SIGTERM或Ctrl-C后，办完手上的作业再停。SIGTERM or Ctrl-C: the jobs in hand are finished first.

    例 Example: xinshu worker --jobs 2
    """
    signal.signal(signal.SIGTERM, leave)
    if parent is not None:
        _end_with(parent)
    with store(now()):
        while not work(jobs=jobs, wait=not until_empty):
            click.echo("数据库中断，稍后再连。The database was lost; trying again.", err=True)
            time.sleep(AGAIN_AFTER)


def work(*, jobs: int = 1, wait: bool = False, queues: Sequence[str] | None = None) -> bool:
    """Work until stopped, or until the queue is empty if not to `wait`. False: the database was lost meanwhile.

    Whoever tells it to stop is obeyed, though the database was lost at that very moment. The queue's own worker ends in
    an error where it meets the loss in its loop, and ends quietly where one of its side tasks does.
    """
    if not isinstance(app.connector, DjangoConnector):
        raise ImproperlyConfigured("a worker is at work in this process")
    told: list[bool] = []
    before = {sign: signal.getsignal(sign) for sign in STOPS}
    with app.replace_connector(_connector()):
        try:
            asyncio.run(_work(told, jobs=jobs, wait=wait, queues=queues))
        except ConnectorException:
            return bool(told)
        finally:
            for sign, handler in before.items():
                signal.signal(sign, handler)
    return bool(told) or not wait


def _connector() -> PsycopgConnector:
    """What the queue's worker speaks through: hardly more than one session, besides the one that listens.

    Each session that turns out dead doubles the time until the pool tries the next one (1, 2, 4 s ...): with the four
    of the library's own worker, a stop or a job just after a loss of the database waited for up to half a minute.
    """
    return PsycopgConnector(kwargs=connector_params("default"), min_size=1, max_size=2)


async def _work(told: list[bool], *, jobs: int, wait: bool, queues: Sequence[str] | None) -> None:
    """Each signal to stop is taken here, however often it comes: no job is given up half done because of it.

    `told` then says so. A job that outlives us is marked as in hand still; the next worker goes on with it.
    """
    async with app.open_async():
        working = asyncio.ensure_future(
            app.run_worker_async(
                name="xinshu",
                concurrency=jobs,
                wait=wait,
                queues=queues,  # type: ignore[arg-type]  # None stands for every queue
                install_signal_handlers=False,
            )
        )

        def stop() -> None:
            if not told:
                told.append(working.cancel())

        for sign in STOPS:
            asyncio.get_running_loop().add_signal_handler(sign, stop)
        with suppress(asyncio.CancelledError):
            await working


@contextmanager
def beside() -> Iterator[None]:
    """A worker in a process of its own for as long as the block lasts; it ends with us, however we end."""
    process = subprocess.Popen([*ITSELF, "--parent", str(os.getpid())])  # noqa: S603 our own program
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(GRACE + 5)
        except subprocess.TimeoutExpired:
            process.kill()


def leave(_signal: int, _frame: FrameType | None) -> None:
    """A polite end before and after the queue's own: the embedded database is left cleanly."""
    sys.exit(0)


def _end_with(parent: int) -> None:
    """Have the kernel send us SIGTERM when our parent dies, were it by SIGKILL; it may have died already."""
    ctypes.CDLL(None).prctl(STOP_WITH_PARENT, signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(0)
