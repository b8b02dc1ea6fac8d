"""`xinshu restore`: a backup in the place of the store; nothing that ended since comes back."""

from contextlib import nullcontext
from pathlib import Path

import click
from django.conf import settings

from xinshu.doors.backups import reading
from xinshu.doors.cli.backup import EXISTING, identity_option, keys, passphrase_option, progress, summary
from xinshu.kit import postgres
from xinshu.kit.clock import now
from xinshu.proceedings.endings import kept_until


@click.command()
@click.argument("file", type=EXISTING)
@identity_option
@passphrase_option
@click.option("--replace", is_flag=True, help="替换现有内容，先询问 Replace what is there, after asking.")
@click.option("--yes", is_flag=True, help="不再询问 Do not ask.")
@click.option(
    "--ledger-lost",
    is_flag=True,
    help="终止台账已丢失：失信信息一律暂不公示，待重新报送 The ledger of endings is lost: hold back what is adverse.",
)
def restore(
    file: Path, identity: Path | None, passphrase_file: Path | None, replace: bool, yes: bool, ledger_lost: bool
) -> None:
    """恢复备份 Put a backup back, all or nothing. Stop `xinshu run` and `xinshu worker` first.

    备份之后撤回的信息再次撤回；之后更正的暂不公示，待机关重新报送。
    What was withdrawn since the backup is withdrawn again; what was corrected since is held back from display until its
    organ files it again. Every token of an organ is revoked, and everybody signs in anew.

    例 Examples:

      xinshu restore /backup/xinshu.age --identity /secure/key.txt

      xinshu restore /backup/xinshu.age --identity /secure/key.txt --replace
    """
    if replace and not yes:
        click.confirm("将替换现有的全部内容。Everything that is there will be replaced. Go on?", abort=True)
    opened, moment = keys(identity, passphrase_file), now()
    server = postgres.running(settings.DATA_FOLDER) if settings.EMBEDDED_DATABASE else nullcontext()
    click.echo(f"终止台账 ledger of endings: {kept_until() or '无 none'}", err=True)
    with server, progress("恢复 restore") as told:
        done = reading.restore(file, **opened, replace=replace, ledger_lost=ledger_lost, moment=moment, told=told)
    click.echo(f"已恢复 restored: {file}  {summary(done.manifest)}")
    click.echo(
        f"再次撤回 withdrawn again: {done.again.withdrawn}；暂不公示 held back: {done.again.held}；"
        f"吊销令牌 tokens revoked: {done.tokens}；撤销授权 mandates revoked: {done.mandates}"
    )
    if done.ledger_lost:
        click.echo(
            "终止台账丢失：备份中的失信信息均暂不公示，请通知各机关重新报送。"
            " The ledger was lost: every adverse record of the backup is held back until filed again. Tell the organs."
        )
    click.echo(
        "请核对任职（xinshu staff）并签发新令牌（xinshu organ token new）。"
        "Check who holds which post, and issue new tokens."
    )
