"""`xinshu organ` and `xinshu staff`: who files, and who works at the desk."""

from datetime import datetime

import click

from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.register.access.actions import employ, issue_token, register_organs, revoke_token
from xinshu.register.access.queries import OrganRow, organs, tokens_of
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on


@click.group()
def organ() -> None:
    """机关 Organs that file or decide.

    例 Example: xinshu organ list
    """


@organ.command(name="add")
@click.argument("code")
@click.option("--name", required=True, help="机关全称 Official name.")
@click.option("--division", required=True, help="行政区划代码，六位 Division code, six digits.")
@click.option("--department", required=True, help="部门类别 Department, a value of the catalogue's vocabulary.")
def add_organ(code: str, name: str, division: str, department: str) -> None:
    """登记机关 Register an organ, or bring its entry up to date.

    例 Example: xinshu organ add 11999999TE5T001041 --name 示范市市场监督管理局 --division 990100
    --department MARKET_REGULATION
    """
    moment = now()
    with store(moment):
        known = catalogue_on(moment.day).catalogue.vocabularies["DEPARTMENT"].choices
        if department not in known:
            raise click.BadParameter(f"应为 must be one of: {', '.join(known)}", param_hint="--department")
        if not (len(division) == 6 and division.isascii() and division.isdigit()):
            raise click.BadParameter("应为六位数字 must be six digits", param_hint="--division")
        register_organs([OrganRow(code, name, division, department)], actor="operator", moment=moment)
    click.echo(f"已登记 registered: {name} {code}")


@organ.command(name="list")
def list_organs() -> None:
    """列出机关 List the organs.

    例 Example: xinshu organ list
    """
    with store(now()):
        for row in organs():
            click.echo(f"{row.code}  {row.division}  {row.department:<20} {row.name}")


@click.group()
def staff() -> None:
    """人员 Members of staff.

    例 Example: xinshu staff add clerk1 --name 示例 --role CLERK --organ 11999999TE5T001041
    """


@staff.command(name="add")
@click.argument("username")
@click.option("--name", required=True, help="姓名 Full name.")
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]), help="角色 Role.")
@click.option("--organ", "organ_code", help="机关代码 Organ; none for a post of the whole platform.")
@click.password_option(help="口令（不给则询问）Password; asked for when not given.")
def add_staff(username: str, name: str, role: str, organ_code: str | None, password: str) -> None:
    """登记人员并任职 Register a member of staff and appoint them from today.

    例 Example: xinshu staff add auditor1 --name 示例 --role AUDITOR
    """
    moment = now()
    with store(moment):
        employ(
            username=username,
            full_name=name,
            password=password,
            role=Role(role),
            organ=organ_code,
            actor="operator",
            moment=moment,
        )
    click.echo(f"已登记 registered: {username} {role}")


@organ.group()
def token() -> None:
    """接口令牌 Tokens by which an organ's own system files.

    例 Example: xinshu organ token new 11999999TE5T001041 --name case-system
    """


@token.command(name="new")
@click.argument("code")
@click.option("--name", required=True, help="系统名称 What the token is for.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="失效日 Day from which it holds no more.")
def new_token(code: str, name: str, until: datetime | None) -> None:
    """签发令牌，只显示一次 Issue a token; it is shown once.

    例 Example: xinshu organ token new 11999999TE5T001041 --name case-system --until 2027-12-31
    """
    moment = now()
    with store(moment):
        made = issue_token(
            organ_code=code,
            name=name,
            from_day=moment.day,
            until=None if until is None else until.date(),
            actor="operator",
            moment=moment,
        )
    click.echo(made)
    click.echo("请妥善保存，之后无法再次查看。Keep it safe: it cannot be shown again.", err=True)


@token.command(name="list")
@click.argument("code")
def list_tokens(code: str) -> None:
    """列出有效令牌 List the tokens that hold today.

    例 Example: xinshu organ token list 11999999TE5T001041
    """
    moment = now()
    with store(moment):
        for row in tokens_of(code, on_date=moment.day):
            click.echo(f"{row.name}\t{row.valid_from}\t{row.valid_until or '长期 open'}")


@token.command(name="revoke")
@click.argument("code")
@click.option("--name", required=True, help="系统名称 The token's name.")
def end_token(code: str, name: str) -> None:
    """吊销令牌 Revoke a token at once.

    例 Example: xinshu organ token revoke 11999999TE5T001041 --name case-system
    """
    moment = now()
    with store(moment):
        revoke_token(organ_code=code, name=name, actor="operator", moment=moment)
    click.echo(f"已吊销 revoked: {name}")
