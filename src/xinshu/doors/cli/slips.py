"""`xinshu slip`: the clean-up slip of a record that has ended, issued at the counter; and its check by anyone."""

from pathlib import Path
from uuid import UUID

import click
import orjson
from django.conf import settings

from xinshu.doors.cli.keys import KEY
from xinshu.doors.cli.store import store
from xinshu.doors.desk.slip_pdf import slip_pdf
from xinshu.kit.clock import now
from xinshu.regimes.agencies.clearing import issue_slip
from xinshu.regimes.agencies.copies import read_sample
from xinshu.regimes.agencies.slips import check_slip, read_slip
from xinshu.register.publog.actions import integrate
from xinshu.tlog.note import VerifierKey


@click.group()
def slip() -> None:
    """清除凭条 Clean-up slips: this must be removed, and not a word of what it was.

    例 Example: xinshu slip check slip.json --key log.key --copy copies.ndjson
    """


@slip.command()
@click.argument("code")
@click.argument("reference", type=click.UUID)
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), required=True, help="写入文件 The file to write."
)
@click.option(
    "--pdf", type=click.Path(dir_okay=False, path_type=Path), help="另写一份带二维码的PDF Also a paper with a QR code."
)
def issue(code: str, reference: UUID, to: Path, pdf: Path | None) -> None:
    """签发凭条 Issue a slip for a record of CODE that has ended, by its REFERENCE.

    例 Example: xinshu slip issue 919999990000002110 5b0c…-… --to slip.json
    """
    moment = now()
    with store(moment):
        integrate(moment=moment)
        told = issue_slip(code=code, record_ref=reference, actor="operator", moment=moment)
    to.write_bytes(orjson.dumps(told, option=orjson.OPT_INDENT_2))
    if pdf is not None:
        host = settings.PUBLOG_ORIGIN.partition("/")[0]
        pdf.write_bytes(slip_pdf(told, site=f"https://{host}"))
    click.echo(f"已签发 issued: {told['number']} → {to}")


@slip.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@KEY
@click.option(
    "--copy",
    "copies",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="自己的副本（NDJSON或CSV）Copies of one's own, in the format of docs/agencies.md.",
)
def check(file: Path, key: VerifierKey, copies: Path | None) -> None:
    """核对凭条 Check a slip; needs no database and no network. With copies: which of them is to be removed.

    没有须删除的副本时退出码为1。Exit status 1 where none of the copies is meant.

    例 Example: xinshu slip check slip.json --key log.key --copy copies.ndjson
    """
    found = check_slip(read_slip(file.read_bytes()), key)
    click.echo(f"成立 It holds: {found.number}，{found.issued_on}，第 {found.entry} 号条目 entry {found.entry}.")
    if copies is None:
        return
    sample = read_sample(copies.read_bytes())
    meant = [copy for copy in sample.copies if found.is_about(copy.record_ref, copy.subject)]
    for copy in meant:
        click.echo(f"须删除 to be removed: 第 {copy.row} 行 row {copy.row}\t{copy.record_ref}")
    for fault in sample.faults:
        click.echo(f"未能读出 not read: 第 {fault.row} 行 row {fault.row}\t{fault.field}\t{fault.rule}", err=True)
    if not meant:
        click.echo("其中没有这一条 None of them is meant.")
        raise SystemExit(1)
