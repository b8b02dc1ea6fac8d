"""`xinshu seed`: makes up a believable country and takes its files in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import click
from django.urls import reverse

from xinshu.doors.cli.country.organs import MARKET
from xinshu.doors.cli.country.sowing import Sown, sow
from xinshu.doors.cli.demo import open_demo_accounts
from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.proceedings.intake.queries import batches_of

SITE: Final = "http://127.0.0.1:8000"
"""Where `xinshu run` serves unless told otherwise."""

DEMO_SUBJECTS, DEMO_RECORDS, DEMO_SEED = 400, 1500, 1


class NotEmpty(XinshuError):
    """The store holds batches already; made-up data are never mixed with others unasked."""


@click.command()
@click.option("--subjects", required=True, type=click.IntRange(1, 1_000_000), help="主体数 How many bodies.")
@click.option("--records", required=True, type=click.IntRange(1, 10_000_000), help="信息条数 How many records.")
@click.option("--seed", "number", default=DEMO_SEED, show_default=True, help="随机种子 Same seed, same country.")
@click.option("--keep", type=click.Path(file_okay=False, path_type=Path), help="保留文件 Keep the files in FOLDER.")
@click.option("--add", is_flag=True, help="库中已有批次时仍添加 Add to a store that holds batches already.")
def seed(subjects: int, records: int, number: int, keep: Path | None, add: bool) -> None:
    """示范数据 Make up a believable country: its organs' files are written, and taken in through intake.

    代码属于不存在的区划，名称不属于任何人。The codes are of divisions that do not exist, the names belong to nobody.

    例 Example: xinshu seed --subjects 2000 --records 6000 --seed 7 --keep ./files
    """
    moment = now()
    with store(moment, setting_up=True):
        if not add:
            refuse_unless_empty()
        with _folder(keep) as folder:
            sown = sow(moment=moment, subjects=subjects, records=records, seed=number, folder=folder)
    click.echo(_text(sown, keep=keep, site=SITE))


def sow_if_empty(moment: Moment) -> None:
    """Sow a small country where no batch was ever received, and say what was sown and who may sign in to try it."""
    if batches_of(None, most=1):
        return
    with _folder(None) as folder:
        sown = sow(moment=moment, subjects=DEMO_SUBJECTS, records=DEMO_RECORDS, seed=DEMO_SEED, folder=folder)
    click.echo(_text(sown, keep=None, site=""))
    if sown.examples.penalties is not None:
        click.echo("\n".join(open_demo_accounts(sown.examples.penalties, moment=moment).lines()))


def refuse_unless_empty() -> None:
    """Raise NotEmpty where any batch was received."""
    if batches_of(None, most=1):
        raise NotEmpty(
            "库中已有归集批次，未添加示范数据；确需添加的，请加--add。"
            "The store holds batches already, so nothing was added; to add to it all the same, give --add."
        )


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where the files go: the folder to keep, else one that is gone afterwards."""
    if keep is None:
        with TemporaryDirectory(prefix="xinshu-seed-") as folder:
            yield Path(folder)
    else:
        keep.mkdir(parents=True, exist_ok=True)
        yield keep


def _text(sown: Sown, *, keep: Path | None, site: str) -> str:
    counts = sown.counts
    lines = [
        "示范数据，纯属虚构。All of it is made up.",
        f"主体 subjects        {sown.subjects}",
        f"批次 batches         {sown.batches}",
        f"登记 registrations   {sown.registrations}（信息条数之外 on top of --records）",
        f"收到 received        {counts['received']}",
        f"  入库 accepted      {counts['accepted']}",
        f"  未变 unchanged     {counts['unchanged']}",
        f"  更正 corrected     {counts['corrected']}",
        f"  退回 returned      {counts['returned']}",
        f"  系统外 outside     {counts['outside']}",
        f"今日公示 shown today {sown.shown}",
        *([] if keep is None else [f"文件 files           {keep}"]),
        *_examples(sown, site),
        f"登记人员 Add staff: xinshu staff add clerk1 --name 示例甲 --role CLERK --organ {MARKET.code}",
    ]
    return "\n".join(lines)


def _examples(sown: Sown, site: str) -> list[str]:
    told = {
        "有公示中的处罚 with shown penalties": sown.examples.penalties,
        "今日为最后公示日 has a record that is gone tomorrow": sown.examples.ending,
        "没有公示中的信息 nothing is public": sown.examples.nothing,
    }
    return [
        f"{label}\n  {site}{reverse('portal:subject', args=[code])}" for label, code in told.items() if code is not None
    ]
