"""`/metrics` for Prometheus: how the site runs, in numbers about no one. Told to who holds the token, to nobody else.

What each process counts lies in files of the data folder, which granian's workers add up; what the database knows is
asked when somebody looks. No label holds an address, a code or a name.
"""

import errno
import hmac
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import Error, connection
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from procrastinate.contrib.django.models import ProcrastinateJob
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from xinshu.kit.durable import make
from xinshu.proceedings import endings
from xinshu.proceedings.intake.queries import batches_in_states
from xinshu.register.access.audience import moment_of, public
from xinshu.register.publog import queries as publog
from xinshu.register.records.withholding import numbering

TOKEN: Final = "metrics_token"  # noqa: S105 the name of a file
LAST_BACKUP: Final = "last_backup"
ROOM_FOR_COUNTS: Final = 1 << 20
"""Bytes of each process's file. They are taken at once: a file that is mapped and finds no room kills its process."""

ANSWERS = Histogram(
    "xinshu_answers_seconds",
    "Requests answered, by the name of the route and the class of the status, and how long it took.",
    ["route", "status"],
    registry=None,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
FAILURES = Counter("xinshu_database_errors", "Requests under which the database failed.", ["door"], registry=None)
WAITING: Final = ("todo", "doing", "failed")


def count_answer(route: str, status: int, seconds: float) -> None:
    """One request answered."""
    if _room():
        ANSWERS.labels(route, f"{status // 100}xx").observe(seconds)


def count_failure(door: str) -> None:
    """The database failed under a request of the pages or of the API."""
    if _room():
        FAILURES.labels(door).inc()


def start_anew() -> None:
    """Forget what earlier processes counted; before the first one of a new run."""
    shutil.rmtree(settings.METRICS_FOLDER, ignore_errors=True)


@public
def metrics(request: HttpRequest) -> HttpResponse:
    """All of it as text, for the holder of the token; to anybody else, and by any other method, nothing is here."""
    if request.method not in {"GET", "HEAD"} or not _holds_the_token(request):
        raise Http404
    registry = CollectorRegistry()
    if _room():
        MultiProcessCollector(registry, path=str(settings.METRICS_FOLDER))  # type: ignore[no-untyped-call]
    registry.register(Standing(moment_of(request).instant))
    return HttpResponse(generate_latest(registry), content_type="text/plain; version=0.0.4; charset=utf-8")


class Standing(Collector):
    """What is asked when somebody looks: queues, numbering, batches, room on the disk, the last backup."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Without the database what it knows is left out, and `xinshu_database_up` is 0."""
        free = os.statvfs(settings.DATA_FOLDER)
        yield _one("xinshu_data_folder_free_bytes", "Free bytes of the data folder.", free.f_bavail * free.f_frsize)
        if (last := last_backup()) is not None:
            since = (self.at - last).total_seconds()
            yield _one("xinshu_seconds_since_backup", "Seconds since the last backup that succeeded.", since)
        try:
            known = [*self._numbering(), *self._jobs(), *self._batches(), *self._log(), *self._witnesses()]
        except Error:
            connection.close()
            yield _one("xinshu_database_up", "Whether the database answers.", 0)
            return
        yield _one("xinshu_database_up", "Whether the database answers.", 1)
        yield from known

    def _numbering(self) -> Iterator[GaugeMetricFamily]:
        found = numbering()
        waited = 0.0 if found.waiting_since is None else (self.at - found.waiting_since).total_seconds()
        yield _one("xinshu_filings_unnumbered", "Filings that wait for their number.", found.waiting)
        yield _one("xinshu_filings_unnumbered_seconds", "Age of the oldest filing that waits.", waited)
        yield _one("xinshu_last_number", "The last number of the journal.", found.last)
        behind = endings.behind(found.last)
        lag = "Numbers that the ledger of endings has not seen; below 0 the database was put back by other means."
        yield _one("xinshu_endings_behind", lag, found.last if behind is None else behind)

    def _jobs(self) -> Iterator[GaugeMetricFamily]:
        jobs = GaugeMetricFamily("xinshu_jobs", "Jobs by queue and status.", labels=["queue", "status"])
        counted = ProcrastinateJob.objects.filter(status__in=WAITING).values_list("queue_name", "status")
        for queue, status, count in counted.annotate(Count("id")).order_by():
            jobs.add_metric([queue, status], count)
        yield jobs

    def _batches(self) -> Iterator[GaugeMetricFamily]:
        batches = GaugeMetricFamily("xinshu_batches", "Batches by state.", labels=["state"])
        for state, count in batches_in_states().items():
            batches.add_metric([state], count)
        yield batches

    def _log(self) -> Iterator[GaugeMetricFamily]:
        waits, found = publog.delay().since, publog.trouble()
        waited = 0.0 if waits is None else (self.at - waits).total_seconds()
        yield _one("xinshu_log_unsigned_seconds", "Age of the oldest entry that no checkpoint tells of.", waited)
        what = "Whether the writer of the public log fails, by cause; nothing new is published after ten minutes of it."
        troubles = GaugeMetricFamily("xinshu_log_trouble", what, labels=["cause"])
        for cause in publog.Cause:
            if cause is not publog.Cause.IDLE:
                troubles.add_metric([cause], float(found is not None and found.cause is cause))
        yield troubles

    def _witnesses(self) -> Iterator[GaugeMetricFamily]:
        what = "Entries of the signed tree that a witness has not cosigned."
        behind = GaugeMetricFamily("xinshu_witness_behind", what, labels=["witness"])
        failing = GaugeMetricFamily("xinshu_witness_failing", "Whether its last answer failed.", labels=["witness"])
        size = publog.stand().size
        for row in publog.witnesses():
            name = row.key.partition("+")[0]
            behind.add_metric([name], size - row.size)
            failing.add_metric([name], float(bool(row.failure)))
        yield from (behind, failing)


def last_backup() -> datetime | None:
    """When the last backup succeeded, as far as this data folder knows."""
    kept = Path(settings.DATA_FOLDER) / LAST_BACKUP
    try:
        return datetime.fromisoformat(kept.read_text(encoding="ascii"))
    except (FileNotFoundError, ValueError):
        return None


def _one(name: str, what: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(name, what, value=value)


def _holds_the_token(request: HttpRequest) -> bool:
    """Compared in constant time; without a token file nobody holds it."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        token = (settings.SECRETS_FOLDER / TOKEN).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        return False
    same = hmac.compare_digest(given.strip().encode(), token.encode())
    return same and bool(token) and scheme.lower() == "bearer"


def _room() -> bool:
    """Whether this process has its files to count in."""
    return _room_of(os.getpid())


@cache
def _room_of(process: int) -> bool:
    try:
        make(settings.METRICS_FOLDER)
        for kind in ("counter", "histogram"):
            with (settings.METRICS_FOLDER / f"{kind}_{process}.db").open("ab") as file:
                os.posix_fallocate(file.fileno(), 0, ROOM_FOR_COUNTS)
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES}:
            raise
        return False
    return True
