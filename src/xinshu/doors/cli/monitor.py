"""`xinshu log monitor`: a stranger watches that the log only grows, and that site and feed show the same."""

import random
import secrets
import signal
import time
from contextlib import closing
from pathlib import Path

import click

from xinshu.doors.cli.follow import TOKEN, TRIES, Address, NotReached, Waiting, leave, opened, say
from xinshu.doors.cli.keys import KEY
from xinshu.doors.follower.following import following
from xinshu.doors.follower.lies import Away
from xinshu.doors.follower.monitoring import AGAIN, Monitor, Report
from xinshu.doors.published_log import NotThere
from xinshu.tlog.note import VerifierKey


@click.command()
@click.argument("url", type=Address())
@KEY
@click.option(
    "--state",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="保存检查点和副本的文件夹 Folder that keeps the last checkpoint and a copy.",
)
@click.option("--every", type=click.IntRange(1), help="每隔几秒再看 Look again every so many seconds, until stopped.")
@click.option("--once", is_flag=True, help="只看一次（默认）Look once (the default).")
@click.option("--sample", type=click.IntRange(1), help="只比对随机若干条 Compare so many records, drawn at random.")
@click.option("--seed", type=int, help="随机数种子：重现同一抽样 Seed of the draw, to draw the same again.")
@click.option(
    "--again",
    type=click.FloatRange(0),
    default=AGAIN,
    show_default=True,
    help="发现不一致后几秒再问 Seconds before a difference is asked about again.",
)
@TOKEN
@TRIES
def monitor(
    url: str,
    key: VerifierKey,
    folder: Path,
    every: int | None,
    once: bool,
    sample: int | None,
    seed: int | None,
    again: float,
    token: str | None,
    tries: int,
) -> None:
    """监看平台：日志只增不改，网站与变更接口逐条一致 Watch that the log only grows, and that site and feed agree.

    无误退出码为0，发现不实为2（证据留存），联系不上为1。没有令牌时不比对不利信息。
    Exit status 0: sound; 2: a lie, whose evidence is kept; 1: the server could not be reached. Adverse records are
    compared with a token only.

    例 Example: xinshu log monitor https://credit.example/ --key log.key --state watch --sample 500
    """
    if every is not None and once:
        raise click.UsageError("--every 与 --once 不能同用。 --every and --once exclude one another.")
    if seed is not None and sample is None:
        raise click.UsageError("--seed 须与 --sample 同用。 --seed goes with --sample.")
    signal.signal(signal.SIGTERM, leave)
    feed = opened(url, token, tries)
    with closing(feed), Waiting() as waiting, following(folder, feed, key, watch=waiting.tell) as follower:
        watching = Monitor(follower, feed, key, again=again, say=say)
        _watch(watching, waiting, every=every, sample=sample, seed=seed)


def _watch(watching: Monitor, waiting: Waiting, *, every: int | None, sample: int | None, seed: int | None) -> None:
    while True:
        try:
            say(_told(watching.look(_drawn(sample, seed), sample or 0)), err=False)
        except (Away, NotThere) as error:
            if every is None:
                raise NotReached(str(error)) from error
            say(str(error))
        waiting.stop()
        if every is None:
            return
        time.sleep(every)


def _drawn(sample: int | None, seed: int | None) -> random.Random | None:
    """What draws the sample; its seed is told."""
    if sample is None:
        return None
    seed = secrets.randbits(32) if seed is None else seed
    say(f"抽样 sample: {sample}，种子 seed: {seed}", err=False)
    return random.Random(seed)  # noqa: S311 a draw that anybody can repeat


def _told(report: Report) -> str:
    return (
        f"无误 Sound: {report.size} 条日志条目 entries，"
        f"已比对 compared: {report.codes} 个代码 codes，{report.records} 条信息 records。"
    )
