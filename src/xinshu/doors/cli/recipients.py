"""`xinshu recipient`: who may fetch adverse records in bulk, for what, and until when."""

from datetime import datetime

import click

from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.register.access.actions import end_recipient, register_recipient
from xinshu.register.access.queries import recipients


@click.group()
def recipient() -> None:
    """数据接收方 Registered recipients of bulk data; their duties: docs/recipients.md.

    例 Example: xinshu recipient list
    """


@recipient.command(name="add")
@click.argument("name")
@click.option("--contact", required=True, help="单位联系方式，不公开 Contact of the organisation; not public.")
@click.option("--purpose", required=True, help="用途 What the data is for.")
@click.option(
    "--until",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="失效日，至多一年 Day from which it holds no more; a year at most.",
)
@click.option(
    "--accepts-terms", is_flag=True, help="接收方已书面接受义务 The recipient has accepted its duties in writing."
)
def add_recipient(name: str, contact: str, purpose: str, until: datetime, accepts_terms: bool) -> None:
    """登记接收方，令牌只显示一次 Register a recipient; its token is shown once.

    例 Example: xinshu recipient add 示范银行 --contact data@bank.example --purpose 贷前核查 --until 2027-06-30
    --accepts-terms
    """
    moment = now()
    with store(moment):
        token = register_recipient(
            name=name,
            contact=contact,
            purpose=purpose,
            accepts_terms=accepts_terms,
            until=until.date(),
            actor="operator",
            moment=moment,
        )
    click.echo(token)
    click.echo("请妥善保存，之后无法再次查看。Keep it safe: it cannot be shown again.", err=True)


@recipient.command(name="list")
def list_recipients() -> None:
    """列出有效的接收方 List the recipients that hold today.

    例 Example: xinshu recipient list
    """
    moment = now()
    with store(moment):
        for row in recipients(on_date=moment.day):
            click.echo(f"{row.name}\t{row.purpose}\t{row.valid_from}\t{row.valid_until}\t{row.contact}")


@recipient.command(name="revoke")
@click.argument("name")
def revoke_recipient(name: str) -> None:
    """终止登记，令牌即刻失效 End a registration; its token holds no more at once.

    例 Example: xinshu recipient revoke 示范银行
    """
    moment = now()
    with store(moment):
        end_recipient(name=name, actor="operator", moment=moment)
    click.echo(f"已终止 ended: {name}")
