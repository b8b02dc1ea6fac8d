"""`xinshu`: the group of commands. Each is loaded when it is called, so that a code check needs no database."""

import importlib
import os
import sys
from typing import NamedTuple

import click
import django
from django.db.utils import DatabaseError, InterfaceError, OperationalError

from xinshu.kit.errors import XinshuError


class Entry(NamedTuple):
    """Where a command lives, whether it needs Django, and its line in the list."""

    module: str
    name: str
    needs_django: bool
    line: str


COMMANDS = {
    "run": Entry("run", "run", True, "启动门户 Serve the portal, the desk and the API."),
    "setup": Entry("setup", "setup", True, "建库并采纳目录 Make the tables and adopt the catalogue."),
    "intake": Entry("intake", "intake", True, "归集一个文件 Take in a file of an organ."),
    "withdraw": Entry("withdraw", "withdraw", True, "撤回一条错误信息 Take back one wrong record."),
    "reconcile": Entry("reconcile", "reconcile", True, "归集对账 Compare an organ's ledger with what is held."),
    "shown": Entry("shown", "shown", True, "查询公示 What is publicly shown for a code."),
    "log": Entry("log", "log", True, "透明日志 The public log: its key, proofs, and checking all of it."),
    "follow": Entry("follow", "follow", False, "跟随副本 Keep a proven copy of what a platform shows."),
    "past": Entry("past", "past", True, "全部历史 The whole past of a body, for the body itself."),
    "code": Entry("codes", "code", False, "校验代码 Check codes."),
    "catalogue": Entry("catalogues", "catalogue", False, "校验目录 Check the catalogue."),
    "organ": Entry("staff", "organ", True, "机关 Register and list organs."),
    "staff": Entry("staff", "staff", True, "人员 Register staff and appoint them."),
    "mandates": Entry("mandates", "mandates", True, "单位授权 Who may act for an organisation; letters."),
    "recipient": Entry("recipients", "recipient", True, "数据接收方 Registered recipients of bulk data."),
    "agency": Entry("agencies", "agency", True, "信用服务机构 Agencies: register them, audit their copies."),
    "slip": Entry("slips", "slip", True, "清除凭条 Clean-up slips: issue one, check one."),
    "repair": Entry("repair_elsewhere", "repair", True, "信用修复 Repair: overdue, decided elsewhere, handed over."),
    "connect": Entry("connect", "connect", True, "连接器 Connectors: list, check and run them."),
    "stream": Entry("stream", "stream", True, "推送变更流 Send the feed as server-sent events."),
    "worker": Entry("worker", "worker", True, "后台作业 Do the jobs of the queue."),
    "backup": Entry("backup", "backup", True, "备份 The store in one sealed file."),
    "restore": Entry("restore", "restore", True, "恢复 Put a backup back."),
    "policy": Entry("policy", "policy", True, "政策评估 Assess a draft of rules; adopt what was assessed."),
    "erase": Entry("erase", "erase", True, "删除 Erase what is past its retention."),
    "seed": Entry("seed", "seed", True, "示范数据 Make up a believable country."),
}


class Commands(click.Group):
    """The commands, loaded on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Every command, in the order of the table."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of that name."""
        entry = COMMANDS.get(cmd_name)
        return None if entry is None else _load(entry)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The list, without loading any."""
        with formatter.section("命令 Commands"):
            formatter.write_dl([(name, entry.line) for name, entry in COMMANDS.items()])


def _load(entry: Entry) -> click.Command:
    if entry.needs_django:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinshu.project.settings")
        django.setup()
    command = getattr(importlib.import_module(f"xinshu.doors.cli.{entry.module}"), entry.name)
    if not isinstance(command, click.Command):
        raise TypeError(f"{entry.module}.{entry.name} is no command")
    return command


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="xinshu")
def cli() -> None:
    """信枢 Xinshu：公共信用信息平台 public credit information platform.

    例 Example: xinshu code check 919999990000002110
    """


def main() -> None:
    """Run the command line; an anticipated error is told in one sentence, with exit status 2."""
    try:
        cli()
    except XinshuError as error:
        _fail(str(error))
    except (OperationalError, InterfaceError) as error:
        _fail(
            "数据库不可用或存储空间不足；请检查 DATABASE_URL、数据库服务和磁盘，然后原样再次运行。"
            " The database is away or out of room; see to it, then run the same again."
            f" ({str(error).partition(chr(10))[0]})"
        )
    except DatabaseError as error:
        # Its text may quote a row, and what a command prints is mailed and kept.
        _fail(f"数据库拒绝了该操作，未写入。The database refused; nothing was stored: {type(error).__name__}")
    except OSError as error:
        _fail(f"文件不能读写 A file cannot be read or written: {error}")


def _fail(message: str) -> None:
    click.echo(f"错误 Error: {message}", err=True)
    sys.exit(2)
