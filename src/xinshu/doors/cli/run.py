"""`xinshu run`: serves the portal, the desk and the API."""

import multiprocessing
import signal
from contextlib import nullcontext
from typing import Any

import click
from django.conf import settings
from granian import Granian
from granian.constants import Interfaces

from xinshu.doors.cli.seed import sow_if_empty
from xinshu.doors.cli.store import store
from xinshu.doors.cli.worker import beside, leave
from xinshu.doors.metrics import start_anew
from xinshu.kit.clock import now

FORMATS = ("generic", "access")
"""Granian's own names."""
JSON = {"()": "xinshu.kit.log_lines.JsonLines"}

THREADS = 4
"""In each process: who sends slowly holds one of them, and the others serve."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="监听地址 Address to listen on.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535), help="端口 Port.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1, 64), help="进程数 Processes.")
@click.option("--without-worker", is_flag=True, help="不带后台作业进程 No worker beside it: there is one elsewhere.")
@click.option("--demo", is_flag=True, help="空库时先造示范数据 Seed made-up data first if there is none.")
def run(host: str, port: int, workers: int, without_worker: bool, demo: bool) -> None:
    """启动门户 Serve the portal, the desk and the API.

    例 Example: xinshu run --demo --port 8000
    """
    signal.signal(signal.SIGTERM, leave)
    moment = now()
    with store(moment, setting_up=True):
        if demo:
            sow_if_empty(moment)
        click.echo(f"信枢 Xinshu: http://{host}:{port}/  （Ctrl-C 停止 to stop）")
        start_anew()
        # Made up data were taken in by threads of this process; a fork would inherit their locks and not the threads.
        multiprocessing.set_start_method("spawn")
        with nullcontext() if without_worker else beside():
            Granian(
                "xinshu.project.wsgi:application",
                address=host,
                port=port,
                interface=Interfaces.WSGI,
                workers=workers,
                blocking_threads=THREADS,
                log_access=False,
                websockets=False,
                log_dictconfig=_as_the_operator_wants(),
            ).serve()


def _as_the_operator_wants() -> dict[str, Any]:
    """Granian's own lines (that it listens, that a process ended) as JSON too, where all others are."""
    return {"formatters": dict.fromkeys(FORMATS, JSON)} if settings.LOG_FORMAT == "json" else {}
