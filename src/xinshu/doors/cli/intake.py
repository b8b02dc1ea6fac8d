"""`xinshu intake`: takes in one file and prints the receipt."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from getpass import getuser
from pathlib import Path
from time import perf_counter

import click
import orjson
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from xinshu.bulk.files import UnreadableFile
from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.kit.moment import Moment
from xinshu.proceedings.intake.actions import receive, remember_headers
from xinshu.proceedings.intake.own import returned_file
from xinshu.proceedings.intake.states import Door, Receipt, Step
from xinshu.proceedings.intake.states import Progress as Told

QUESTIONS_TOLD = 10
ATTEST_FIRST = (
    "以上为试算，尚未入库。确认已完成保密、商业秘密和个人信息审查后，加 --attested 再次运行即正式报送。\n"
    "A dry run: nothing is stored. Once secrecy, trade secrets and privacy are reviewed, run it with --attested."
)


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organ", required=True, help="报送机关的统一社会信用代码 Code of the organ that sends.")
@click.option("--kind", required=True, help="类目，如 ADMIN_PENALTY Kind of record in the catalogue.")
@click.option(
    "--attested", is_flag=True, help="已完成保密、商业秘密、个人信息审查，正式报送 Reviewed: file it for good."
)
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="表头=字段",
    help="本机关表头的含义，记住供以后使用；“表头=”不导入该列 What a header of yours stands for; remembered.",
)
@click.option("--first-load", "first_time", is_flag=True, help="库中尚无信息时的首次装载 First load of an empty store.")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="收到日 Day of receipt (default: today).")
@click.option("--returned", type=click.Path(dir_okay=False, path_type=Path), help="退回文件 Where returned rows go.")
@click.option("--json", "as_json", is_flag=True, help="以JSON输出回执 Print the receipt as JSON.")
def intake(
    file: Path,
    organ: str,
    kind: str,
    attested: bool,
    headers: tuple[str, ...],
    first_time: bool,
    on: datetime | None,
    returned: Path | None,
    as_json: bool,
) -> None:
    """归集一个文件 Take in FILE of an organ: CSV, XLSX, NDJSON, Parquet, or these in gzip or zip.

    不加 --attested 只试算，不入库。未收的行连同原因写入退回文件，改正后可再报。
    Without --attested it is a dry run. Rows not taken in come back with reasons; mend and send them again.

    例 Example: xinshu intake penalties.csv --organ 11999999TE5T001041 --kind ADMIN_PENALTY --attested
    """
    begun, moment, mapping = perf_counter(), _moment(on), dict(map(_header, headers))
    with store(moment), _steps(quiet=as_json) as progress:
        _remember(mapping, organ=organ, kind=kind, moment=moment)
        receipt = receive(
            path=file,
            organ_code=organ,
            kind=kind,
            door=Door.CLI,
            actor=f"cli:{getuser()}",
            moment=moment,
            progress=progress,
            attested=attested,
            first_time=first_time,
        )
        place = _put_returned(receipt, file, returned)
    _tell(receipt, place, perf_counter() - begun, as_json=as_json)
    if not attested and not as_json:
        click.echo(ATTEST_FIRST, err=True)


def _remember(mapping: dict[str, str], *, organ: str, kind: str, moment: Moment) -> None:
    if mapping:
        remember_headers(organ_code=organ, kind=kind, mapping=mapping, actor=f"cli:{getuser()}", moment=moment)


def _tell(receipt: Receipt, place: Path | None, seconds: float, *, as_json: bool) -> None:
    """The receipt. Raises UnreadableFile where the file as a whole was refused."""
    if receipt.refusal is not None:
        raise UnreadableFile(receipt.refusal.zh, receipt.refusal.en)
    click.echo(_json(receipt, place, seconds) if as_json else _text(receipt, place, seconds))


def _header(said: str) -> tuple[str, str]:
    """What `表头=字段` says; the last equals sign parts them."""
    header, mark, field = said.rpartition("=")
    if not mark or not header:
        raise click.BadParameter("请写成“表头=字段” write 表头=字段, such as 决定文号=CF_WSH", param_hint="--header")
    return header, field


def _put_returned(receipt: Receipt, file: Path, place: Path | None) -> Path | None:
    """Write the rows that come back where the clerk wants them, for the clerk's eyes only."""
    found = returned_file(receipt.batch)
    if found is None:
        return None
    place = place or file.with_name(f"{file.stem}.returned{Path(found[0]).suffix}")
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as written:
        os.fchmod(descriptor, 0o600)
        written.write(found[1])
    return place


def _moment(on: datetime | None) -> Moment:
    """Now, counting for the past legal day that the operator names, if any."""
    present = now()
    if on is None or on.date() == present.day:
        return present
    if on.date() > present.day:
        raise click.BadParameter("收到日不能晚于今天 the day of receipt cannot lie ahead", param_hint="--on")
    return Moment(present.instant, on.date())


@contextmanager
def _steps(*, quiet: bool) -> Iterator[Told]:
    """A progress bar over the records, on standard error; none for a machine."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task("准备 prepare", total=None)

        def step(now_at: Step) -> None:
            description = f"{now_at.name_zh} {now_at.name_en}"
            bar.update(task, description=description, completed=now_at.done, total=now_at.total)

        yield step


def _fields(receipt: Receipt, place: Path | None, seconds: float) -> dict[str, object]:
    fields = asdict(receipt) | {"batch": str(receipt.batch), "seconds": round(seconds, 3)}
    fields["returned_file"] = None if place is None else str(place)
    return fields


def _json(receipt: Receipt, place: Path | None, seconds: float) -> str:
    return orjson.dumps(_fields(receipt, place, seconds)).decode()


def _text(receipt: Receipt, place: Path | None, seconds: float) -> str:
    lines = [
        f"批次 batch            {receipt.batch}",
        f"状态 state            {receipt.state}",
        f"收到 received         {receipt.received}",
        f"  入库 accepted       {receipt.accepted}",
        f"  未变 unchanged      {receipt.unchanged}",
        f"  更正 corrected      {receipt.corrected}",
        f"  退回 returned       {receipt.returned}",
        f"  系统外 outside      {receipt.outside}",
        f"迟报 late             {receipt.late}",
        f"删去的证件号 personal  {receipt.dropped_personal}",
        f"隐去的个人信息 masked  {receipt.masked}",
        f"待问 questions        {len(receipt.questions)}",
        f"用时 seconds          {seconds:.3f}",
    ]
    lines += [f"  第{asked.row}行 {asked.document_number}：{asked.zh}" for asked in receipt.questions[:QUESTIONS_TOLD]]
    if len(receipt.questions) > QUESTIONS_TOLD:
        lines.append("  ……其余见 --json the rest with --json")
    lines += [f"提示 notice            {notice.zh} {notice.en}" for notice in receipt.notices]
    if receipt.returned_due_on is not None:
        lines.append(f"退回行最早期限 due     {receipt.returned_due_on}")
    if place is not None:
        lines.append(f"退回文件 returned_file {place}")
    return "\n".join(lines)
