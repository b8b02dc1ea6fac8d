"""`xinshu backup`: the store in one sealed file."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeElapsedColumn

from xinshu.doors.backups import reading, sealing
from xinshu.doors.backups.writing import write_backup
from xinshu.doors.cli.store import store
from xinshu.kit.clock import now

FILE = click.Path(path_type=Path, dir_okay=False)
EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)
identity_option = click.option("--identity", type=EXISTING, help="age 私钥文件 File with the secret key of age.")
passphrase_option = click.option("--passphrase-file", type=EXISTING, help="口令文件 File with the passphrase.")


class ToAFile(click.Group):
    """A group whose usual command needs no name: `xinshu backup FILE`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """What is no command and asks no help is the usual command's."""
        if args and args[0] not in {*self.commands, "-h", "--help"}:
            args = ["make", *args]
        return super().parse_args(ctx, args)


@click.group(cls=ToAFile, subcommand_metavar="FILE | verify FILE")
def backup() -> None:
    """备份：数据库、保险库和密钥，加密为一个文件 The store in one sealed file: database, vault, secrets.

    必须加密：--recipient age1…（推荐，私钥离线保管）或 --passphrase-file。
    It is always encrypted: for a key (best; keep the secret one elsewhere), or by a passphrase.

    例 Examples:

      xinshu backup /backup/xinshu-2026-11-26.age --recipient age1…

      xinshu backup /backup/xinshu.age --passphrase-file /etc/xinshu/backup-passphrase

      xinshu backup verify /backup/xinshu.age --identity /secure/key.txt
    """


@backup.command(name="make")
@click.argument("file", type=FILE)
@click.option("--recipient", help="age 公钥 The public key of age to seal it for (age1…).")
@passphrase_option
def make_backup(file: Path, recipient: str | None, passphrase_file: Path | None) -> None:
    """写入备份 Write a backup; whole or not at all.

    例 Example: xinshu backup make /backup/xinshu.age --recipient age1…
    """
    key = None if recipient is None else sealing.recipient_of(recipient)
    words = "" if passphrase_file is None else sealing.passphrase_in(passphrase_file)
    moment = now()
    with store(moment), progress("备份 backup") as told:
        manifest = write_backup(file.absolute(), recipient=key, passphrase=words, moment=moment, told=told)
    click.echo(f"已备份 backed up: {file}  {summary(manifest)}")


@backup.command()
@click.argument("file", type=EXISTING)
@identity_option
@passphrase_option
def verify(file: Path, identity: Path | None, passphrase_file: Path | None) -> None:
    """核验备份 Read a backup to its end and compare every digest.

    例 Example: xinshu backup verify /backup/xinshu.age --identity /secure/key.txt
    """
    with progress("核验 verify") as told:
        manifest = reading.verify(file, told=told, **keys(identity, passphrase_file))
    click.echo(f"完好 sound: {file}  {summary(manifest)}")


def keys(identity: Path | None, passphrase_file: Path | None) -> dict[str, Any]:
    """What opens a backup, out of the files that the options name."""
    return {
        "identity": None if identity is None else sealing.identity_in(identity),
        "passphrase": "" if passphrase_file is None else sealing.passphrase_in(passphrase_file),
    }


def summary(manifest: dict[str, Any]) -> str:
    """When it was made, by which version, up to which number."""
    return f"{manifest['made_at']}  Xinshu {manifest['version']}  №{manifest['point'][0]}"


@contextmanager
def progress(what: str) -> Iterator[Callable[[int], None]]:
    """A bar of the bytes done, on the terminal only; how many there will be is not known before."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(what, total=None)
        yield lambda more: bar.advance(task, more)
