"""`xinshu follow`: a copy of what is shown, kept in step and proven; what a bank or an agency runs."""

import signal
import sys
import time
from contextlib import closing
from pathlib import Path
from types import FrameType
from typing import Final
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.progress import Progress, TaskID

from xinshu.doors.cli.keys import KEY
from xinshu.doors.follower.feed import BackOff, Feed
from xinshu.doors.follower.following import Follower, following
from xinshu.doors.follower.lies import Away
from xinshu.doors.follower.streaming import Listener
from xinshu.doors.published_log import NotThere
from xinshu.tlog.note import VerifierKey

ROUND: Final = 5.0
"""Seconds that a round takes at least: a server that can hold no more answers is not asked without a pause."""

QUICK: Final = 2
"""Tries of one who hears a stream meanwhile."""

HERE: Final = frozenset({"localhost", "127.0.0.1", "::1"})


class NotReached(click.ClickException):
    """Nothing could be learnt, and nothing is said of the log: exit status 1."""

    exit_code = 1

    def show(self, file: object = None) -> None:  # noqa: ARG002 click's own parameter
        """In the words of every other error."""
        click.echo(f"错误 Error: {self.message}", err=True)


class Address(click.ParamType[str]):
    """An address of the web; anything else is told before a request is sent."""

    name = "url"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """As it is, where it is one."""
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            self.fail(f"不是网址（https://…）。Not an address of the web: {value}", param, ctx)
        return value


class Token(click.ParamType[str]):
    """A token, out of the file that holds nothing else."""

    name = "file"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """The content of the file."""
        try:
            token = Path(value).read_text(encoding="ascii").strip()
        except (OSError, ValueError):
            token = ""
        if not token or not token.isprintable() or " " in token:
            self.fail(f"读不到令牌。There is no token in the file: {value}", param, ctx)
        return token


TOKEN = click.option(
    "--token-file",
    "token",
    type=Token(),
    help="登记接收方的令牌文件：含不利信息 A file with a registered recipient's token: adverse records too.",
)

TRIES = click.option(
    "--tries",
    type=click.IntRange(1, 20),
    default=BackOff().tries,
    show_default=True,
    help="联系不上时试几次，间隔渐长 How often a server that is away is tried, at growing intervals.",
)


@click.command()
@click.argument("url", type=Address())
@KEY
@click.option(
    "--to",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    required=True,
    help="副本所在文件夹 Folder of the copy.",
)
@TOKEN
@click.option(
    "--stream", type=Address(), help="推送流地址：终止即时送达 Address of the stream, where endings come at once."
)
@click.option("--once", is_flag=True, help="跟上即止 Catch up, then end.")
@click.option(
    "--parquet",
    type=click.Path(dir_okay=False, path_type=Path),
    help="另写一个Parquet文件 Write what is shown as Parquet too.",
)
@TRIES
def follow(
    url: str,
    key: VerifierKey,
    folder: Path,
    token: str | None,
    stream: str | None,
    once: bool,
    parquet: Path | None,
    tries: int,
) -> None:
    """保持一份与公示一致的副本 Keep a proven copy of what the platform at URL shows, in FOLDER/copy.sqlite.

    终止即删，未经核对的不显示；发现不实即停，证据留存，退出码为2；联系不上时退出码为1。
    What ends is deleted at once, and nothing is visible unproven. A lie stops it: the evidence is kept, exit status 2.
    Where the server cannot be reached: exit status 1.

    例 Example: xinshu follow https://credit.example/ --key log.key --to copy
    """
    if once and stream:
        raise click.UsageError("--once 与 --stream 不能同用。 --once and --stream exclude one another.")
    signal.signal(signal.SIGTERM, leave)
    feed = opened(url, token, tries if stream is None else min(tries, QUICK))
    with (
        closing(feed),
        Waiting() as waiting,
        following(folder, feed, key, parquet=parquet, watch=waiting.tell) as follower,
    ):
        if once:
            caught_up(follower)
            waiting.stop()
            say(_done(follower), err=False)
        elif stream is None:
            _go_on(follower)
        else:
            Listener(follower, feed, say).keep_in_step(stream)


def opened(url: str, token: str | None, tries: int) -> Feed:
    """The platform at an address, each question tried so often; a token is sent over a sealed line only."""
    parts = urlsplit(url)
    if token is not None and parts.scheme != "https" and parts.hostname not in HERE:
        raise click.UsageError("令牌只经 https 发送。 A token is sent by https only.")
    return Feed(url, token=token, back_off=BackOff(tries))


def caught_up(follower: Follower) -> None:
    """Catch up; a server that cannot be reached is told with a status of its own."""
    try:
        follower.catch_up()
    except (Away, NotThere) as error:
        raise NotReached(str(error)) from error


def say(text: str, *, err: bool = True) -> None:
    """A line for the one who watches."""
    click.echo(text, err=err)


class Waiting:
    """A bar while a snapshot comes in; it is drawn at a terminal only."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self._bar = Progress(transient=True, console=console, disable=not console.is_terminal)
        self._tasks: dict[str, TaskID] = {}

    def __enter__(self) -> "Waiting":
        self._bar.start()
        return self

    def __exit__(self, *told: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the bar away."""
        self._bar.stop()

    def tell(self, what: str, done: int, total: int | None) -> None:
        """How far a part of the work is."""
        if what not in self._tasks:
            self._tasks[what] = self._bar.add_task(what, total=total)
        self._bar.update(self._tasks[what], completed=done, total=total)


def _go_on(follower: Follower) -> None:
    while True:
        began = time.monotonic()
        try:
            follower.catch_up(patient=True)
        except (Away, NotThere) as error:
            say(str(error))
        time.sleep(max(0.0, began + ROUND - time.monotonic()))


def _done(follower: Follower) -> str:
    state = follower.state
    size, count = (0, 0) if state is None else (state.size, follower.copy.count())
    return f"已跟上 In step: {size} 条日志条目已核对 entries proven，公示中 shown: {count}。"


def leave(_signal: int, _frame: FrameType | None) -> None:
    """SIGTERM: a polite end: what is in hand is not committed, and is done again."""
    sys.exit(0)
