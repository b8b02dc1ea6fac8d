"""`xinshu log`: the key of the public log, the proof of a record, and the checks that a stranger makes."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
import orjson
from rich.progress import Progress

from xinshu.doors.cli.keys import KEY, WITNESSES
from xinshu.doors.cli.monitor import monitor
from xinshu.doors.cli.store import store
from xinshu.doors.cli.witness import witness
from xinshu.doors.kept_checkpoints import check_and_keep
from xinshu.doors.published_log import check_proof, source, witnessed
from xinshu.kit.clock import now
from xinshu.kit.errors import XinshuError
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.tlog.note import VerifierKey
from xinshu.uses.disclosure.queries import record_proof


class Unproven(XinshuError):
    """There is nothing to prove."""


@click.group()
def log() -> None:
    """透明日志 The public log: prove what is shown, and check that nothing was rewritten.

    例 Example: xinshu log verify https://credit.example/log/ --key log.key
    """


log.add_command(monitor)


@log.command()
def key() -> None:
    """日志的公钥 The public key of this store's log.

    例 Example: xinshu log key > log.key
    """
    moment = now()
    with store(moment):
        integrate(moment=moment)
    click.echo(tiles.key())


@log.command()
@click.argument("code")
@click.argument("reference", type=click.UUID)
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), help="写入文件 A file to write (default: print)."
)
def prove(code: str, reference: UUID, to: Path | None) -> None:
    """一条公示信息的证明 The proof of a record of CODE that is shown now, by its REFERENCE.

    例 Example: xinshu log prove 919999990000002110 5b0c…-… --to record.tlog-proof
    """
    moment = now()
    with store(moment):
        integrate(moment=moment)
        found = record_proof(code, reference, on_date=moment.day)
    if found is None or found.proof is None:
        raise Unproven("没有公示中的这条信息，无可证明。 No such record is shown, so that there is nothing to prove.")
    if to is None:
        click.echo(str(found.proof), nl=False)
    else:
        to.write_text(str(found.proof), encoding="utf-8")
        click.echo(f"已写入 written: {to}")


@log.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@KEY
@WITNESSES
def check(file: Path, key: VerifierKey, witnesses: tuple[VerifierKey, ...]) -> None:
    """核对一个证明 Check a FILE of proof; needs no database and no network.

    例 Example: xinshu log check record.tlog-proof --key log.key
    """
    found, told = check_proof(file.read_text(encoding="utf-8", errors="replace"), key)
    who = witnessed(found.checkpoint, witnesses)
    said = orjson.loads(found.extra or b"{}")
    click.echo(f"成立 It holds: {said['event']}，第 {found.index} 号条目 entry {found.index} of {told.size}.")
    _tell_witnesses(who)
    click.echo(orjson.dumps(said["content"], option=orjson.OPT_INDENT_2).decode())


@log.command()
@click.argument("place")
@KEY
@WITNESSES
@click.option(
    "--keep",
    type=click.Path(dir_okay=False, path_type=Path),
    help="保存检查点，下次据此核对没有回退或改写 Keep the checkpoint; next time the log must go on from it.",
)
def verify(place: str, key: VerifierKey, witnesses: tuple[VerifierKey, ...], keep: Path | None) -> None:
    """核对整本日志 Check every entry, tile and the signed root of the log at PLACE: an address or a folder.

    不符则指出条目，退出码为2。What does not fit is named by its entry; exit status 2.

    例 Example: xinshu log verify https://credit.example/log/ --key log.key --keep seen.checkpoint
    """
    with Progress(transient=True) as bar:
        task = bar.add_task("条目 entries", total=None)
        found = check_and_keep(
            source(place), key, keep, witnesses, lambda done, total: bar.update(task, completed=done, total=total)
        )
    click.echo(f"无误 Sound: {found.told.size} 条 entries，{found.told.origin}")
    if found.before is not None:
        click.echo(f"由先前所见延续而来 It goes on from what was seen before: {found.before.size} 条 entries")
    _tell_witnesses(found.witnesses)


def _tell_witnesses(found: Sequence[tuple[str, datetime]]) -> None:
    for name, at in found:
        click.echo(f"见证 Witnessed: {name}，{at:%Y-%m-%d %H:%M:%S}")


log.add_command(witness)
