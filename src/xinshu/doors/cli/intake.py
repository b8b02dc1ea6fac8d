"""`xinshu intake`: takes in one file and prints the receipt."""

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
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.kit.moment import Moment
from xinshu.proceedings.intake.actions import Progress as Step
from xinshu.proceedings.intake.actions import Receipt, receive

STEPS = 3
QUESTIONS_TOLD = 10


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organ", required=True, help="报送机关的统一社会信用代码 Code of the organ that sends.")
@click.option("--kind", required=True, help="类目，如 ADMIN_PENALTY Kind of record in the catalogue.")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="收到日 Day of receipt (default: today).")
@click.option("--returned", type=click.Path(dir_okay=False, path_type=Path), help="退回文件 Where returned rows go.")
@click.option("--json", "as_json", is_flag=True, help="以JSON输出回执 Print the receipt as JSON.")
def intake(file: Path, organ: str, kind: str, on: datetime | None, returned: Path | None, as_json: bool) -> None:
    """归集一个文件 Take in FILE (CSV or XLSX, 双公示 template) of an organ.

    未收的行连同原因写入退回文件，改正后可再报。Rows not taken in come back with reasons; mend and send them again.

    例 Example: xinshu intake penalties.csv --organ 11999999TE5T001041 --kind ADMIN_PENALTY
    """
    begun = perf_counter()
    moment = _moment(on)
    place = returned or file.with_name(f"{file.stem}.returned{file.suffix}")
    with store(moment), _steps(quiet=as_json) as progress:
        receipt = receive(
            path=file,
            organ_code=organ,
            kind=kind,
            actor=f"cli:{getuser()}",
            moment=moment,
            returned=place,
            progress=progress,
        )
    click.echo(_json(receipt, perf_counter() - begun) if as_json else _text(receipt, perf_counter() - begun))


def _moment(on: datetime | None) -> Moment:
    """Now, counting for the past legal day that the operator names, if any."""
    present = now()
    if on is None or on.date() == present.day:
        return present
    if on.date() > present.day:
        raise click.BadParameter("收到日不能晚于今天 the day of receipt cannot lie ahead", param_hint="--on")
    return Moment(present.instant, on.date())


@contextmanager
def _steps(*, quiet: bool) -> Iterator[Step]:
    """A progress bar over the steps, on standard error; none for a machine."""
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), disable=quiet, transient=True) as bar:
        task = bar.add_task("准备 prepare", total=STEPS)

        def step(name: str) -> None:
            bar.update(task, description=name, advance=1)

        yield step


def _fields(receipt: Receipt, seconds: float) -> dict[str, object]:
    fields = asdict(receipt) | {"batch": str(receipt.batch), "seconds": round(seconds, 3)}
    fields["returned_file"] = None if receipt.returned_file is None else str(receipt.returned_file)
    return fields


def _json(receipt: Receipt, seconds: float) -> str:
    return orjson.dumps(_fields(receipt, seconds)).decode()


def _text(receipt: Receipt, seconds: float) -> str:
    lines = [
        f"批次 batch            {receipt.batch}",
        f"收到 received         {receipt.received}",
        f"  入库 accepted       {receipt.accepted}",
        f"  未变 unchanged      {receipt.unchanged}",
        f"  更正 corrected      {receipt.corrected}",
        f"  退回 returned       {receipt.returned}",
        f"  系统外 outside      {receipt.outside}",
        f"删去的证件号 personal  {receipt.dropped_personal}",
        f"待问程度 questions    {len(receipt.questions)}",
        f"用时 seconds          {seconds:.3f}",
    ]
    lines += [f"  第{asked.row}行 {asked.document_number}：{asked.zh}" for asked in receipt.questions[:QUESTIONS_TOLD]]
    if len(receipt.questions) > QUESTIONS_TOLD:
        lines.append("  ……其余见 --json the rest with --json")
    if receipt.returned_file is not None:
        lines.append(f"退回文件 returned_file {receipt.returned_file}")
    return "\n".join(lines)
