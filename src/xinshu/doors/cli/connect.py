"""`xinshu connect`: the connectors, listed, looked at, and run."""

import time
from datetime import datetime

import click
from croniter import croniter  # type: ignore[import-untyped]

from xinshu.doors.cli.store import store
from xinshu.doors.cli.worker import work
from xinshu.doors.connectors import configuration, running
from xinshu.doors.connectors.delivery import Delivered
from xinshu.doors.connectors.entries import Connector
from xinshu.doors.connectors.faults import Busy, Unavailable
from xinshu.doors.connectors.tasks import RECEIPTS
from xinshu.kit.clock import now
from xinshu.kit.moment import LEGAL_ZONE


@click.group()
def connect() -> None:
    """连接器 Connectors: folders, buckets, databases and services of departments (docs/connectors.md).

    例 Example: xinshu connect list
    """


@connect.command(name="list")
def list_connectors() -> None:
    """列出连接器 List the connectors of XINSHU_CONNECTORS, and when each runs next.

    例 Example: XINSHU_CONNECTORS=/etc/xinshu/connectors.yaml xinshu connect list
    """
    known = configuration.connectors()
    if not known:
        click.echo(
            "没有连接器；用 XINSHU_CONNECTORS 指明配置文件。No connectors; name their file in XINSHU_CONNECTORS."
        )
    for entry in known:
        click.echo(
            f"{entry.name:<24} {entry.source.type:<9} {entry.organ}  {entry.kind:<24} {_next(entry):%Y-%m-%d %H:%M:%S}"
        )


@connect.command()
@click.argument("name")
def check(name: str) -> None:
    """检查连接器 Look whether NAME would work: organ, kind, secrets, source. Takes nothing in.

    例 Example: xinshu connect check market-penalties
    """
    moment = now()
    entry = configuration.connector(name)
    with store(moment):
        click.echo(f"{name}: {running.looked_at(entry, moment)}")


@connect.command()
@click.argument("name")
@click.option("--once", is_flag=True, help="只运行一次 Run once, now, and end.")
def run(name: str, once: bool) -> None:
    """运行连接器 Run NAME at once, and then on its schedule until Ctrl-C.

    平时由 xinshu worker 按计划运行；两者不会同时运行同一个。`xinshu worker` does this for all; never both at once.

    例 Example: xinshu connect run market-penalties --once
    """
    entry = configuration.connector(name)
    with store(now()):
        if once:
            _run(entry)
            return
        while True:
            try:
                _run(entry)
            except (Busy, Unavailable) as error:
                click.echo(f"{name}: {error}", err=True)
            _wait(_next(entry))


def _run(entry: Connector) -> None:
    if not running.run(entry, told=_tell):
        click.echo(f"{entry.name}: 没有新的数据 nothing new")
    if entry.receipts:
        work(queues=[RECEIPTS])


def _tell(delivered: Delivered) -> None:
    receipt = delivered.receipt
    if not delivered.is_filed:
        why = f"{receipt.refusal.zh} {receipt.refusal.en}" if receipt.refusal else "已由机关撤销 undone by its organ"
        click.echo(f"{delivered.file_name}: 整件未收 not taken in: {why}")
        return
    click.echo(
        f"{delivered.file_name}: 收到 received {receipt.received}，入库 accepted {receipt.accepted}，"
        f"未变 unchanged {receipt.unchanged}，更正 corrected {receipt.corrected}，退回 returned {receipt.returned}，"
        f"系统外 outside {receipt.outside}；批次 batch {delivered.batch}"
    )


def _next(entry: Connector) -> datetime:
    coming: datetime = croniter(entry.cron, now().instant.astimezone(LEGAL_ZONE)).get_next(datetime)
    return coming


def _wait(until: datetime) -> None:
    time.sleep(max(0.0, (until - now().instant).total_seconds()))
