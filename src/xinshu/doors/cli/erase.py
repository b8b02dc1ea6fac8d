"""`xinshu erase`: what is past its retention goes; by itself each night, by hand at any time."""

from collections.abc import Iterator
from contextlib import contextmanager

import click
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from xinshu.doors.cli.store import store
from xinshu.doors.erasing import erase_past_term
from xinshu.kit.clock import now
from xinshu.proceedings.retention.actions import Told, count_past_term, kinds_with_a_term


@click.command()
@click.option("--dry-run", is_flag=True, help="只计数，不删除 Count, and erase nothing.")
def erase(dry_run: bool) -> None:
    """删除保存期满的信息 Erase what is past its retention, with everything that lets guess it.

    每晚自动执行；公开日志的证明始终有效。It is done each night by itself; every proof of the public log stays valid.

    例 Example: xinshu erase --dry-run
    """
    moment = now()
    with store(moment), _bar() as bar:
        if dry_run:
            counts = count_past_term(moment=moment, told=bar)
            names = kinds_with_a_term(moment.day)
            lines = [
                f"{kind}  {counts.get(kind, 0)}  （保存{months}个月 kept {months} months）"
                for kind, months in names.items()
            ]
            click.echo(
                "\n".join(["将删除 would be erased:", *lines, "其他类目无规定月数，继续保存 Other kinds are kept."])
            )
            return
        erased = erase_past_term(moment=moment, told=bar, actor="cli")
    click.echo(
        f"已删除 erased: 信息 records {erased.records}；日志条目 entries {erased.entries}；主体 bodies {erased.bodies}"
    )


class _Bar:
    """Shows how far it is."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._task = progress.add_task("保存期满 past retention", total=None)

    def __call__(self, told: Told) -> None:
        words = f"查看 looked at {told.looked_at}，期满 due {told.due}"
        self._progress.update(self._task, description=words)


@contextmanager
def _bar() -> Iterator[_Bar]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        yield _Bar(progress)
