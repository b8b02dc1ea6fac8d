"""`xinshu mandates`: who may act for an organisation, the letters with codes, a second factor that was lost."""

from datetime import datetime
from pathlib import Path
from uuid import UUID

import click
from django.conf import settings

from xinshu.doors.cli.store import store
from xinshu.doors.desk.letter_pdf import letter_pdf
from xinshu.doors.space.telling import tell_given, tell_revoked
from xinshu.kit.clock import now
from xinshu.parties.mandates.actions import give, in_a_year, print_letter, revoke
from xinshu.parties.mandates.factors import forget_factor
from xinshu.parties.mandates.queries import bodies_of, history_of_code, letter, letters_due
from xinshu.parties.mandates.states import Proof
from xinshu.parties.mandates.visits import end_every_visit

ACTOR = "operator"


@click.group()
def mandates() -> None:
    """单位授权 Who may act for an organisation in its own space.

    例 Example: xinshu mandates list 919999990000002110
    """


@mandates.command(name="list")
@click.argument("code")
def list_mandates(code: str) -> None:
    """列出一家单位的授权 Every mandate for a code, the newest first.

    例 Example: xinshu mandates list 919999990000002110
    """
    with store(now()):
        for one in history_of_code(code):
            over = "" if one.revoked_at is None else f"  已撤销 revoked {one.revoked_at:%Y-%m-%d}"
            click.echo(f"{one.id}  {one.username}  {one.proof}  {one.valid_from} — {one.valid_until}{over}")


@mandates.command(name="give")
@click.argument("username")
@click.argument("code")
@click.option("--paper", required=True, help="核对的材料（不写证件号码） Papers seen, without identity numbers.")
@click.option(
    "--until", type=click.DateTime(["%Y-%m-%d"]), help="失效日 Day from which it holds no more; a year if not given."
)
def give_one(username: str, code: str, paper: str, until: datetime | None) -> None:
    """开通授权 Open a mandate after seeing the papers, as at a counter.

    例 Example: xinshu mandates give zhang-san 919999990000002110 --paper 营业执照正本、授权书
    """
    moment = now()
    with store(moment):
        made = give(
            username=username,
            code=code,
            proof=Proof.COUNTER,
            paper=paper,
            until=in_a_year(moment.day) if until is None else until.date(),
            actor=ACTOR,
            tell=tell_given,
            moment=moment,
        )
    click.echo(f"已开通 opened: {made}")


@mandates.command(name="revoke")
@click.argument("code")
@click.argument("mandate", type=click.UUID)
def end(code: str, mandate: UUID) -> None:
    """撤销授权，立即生效 Revoke a mandate at once.

    例 Example: xinshu mandates revoke 919999990000002110 0c6f0a52-0d0e-4a53-9d0a-6b1f4f1b7a11
    """
    moment = now()
    with store(moment):
        revoke(mandate=mandate, code=code, actor=ACTOR, tell=tell_revoked, moment=moment)
    click.echo("已撤销 revoked")


@mandates.command(name="letters")
@click.option(
    "--print", "folder", type=click.Path(file_okay=False, path_type=Path), help="打印到目录 Make the PDFs in FOLDER."
)
@click.option("--site", default="http://127.0.0.1:8000", show_default=True, help="平台网址 Address of the site.")
def letters(folder: Path | None, site: str) -> None:
    """待寄的信函 Letters that are due; printed, each code is drawn, and stands on its paper only.

    例 Example: xinshu mandates letters --print ./letters --site https://credit.example
    """
    moment = now()
    with store(moment):
        for one in letters_due():
            click.echo(f"{one.code}  {one.username}  {one.asked_at:%Y-%m-%d}")
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                drawn = print_letter(letter=one.id, days=settings.LETTER_DAYS, actor=ACTOR, moment=moment)
                name = next((body.name for body in bodies_of(one.code)), "")
                paper = letter_pdf(letter(one.id), drawn, name=name, day=moment.day, address=f"{site}/own/prove/")
                (folder / f"{one.id}.pdf").write_bytes(paper)


@mandates.command(name="forget-factor")
@click.argument("username")
def forget(username: str) -> None:
    """重设第二重验证 Someone lost telephone and recovery codes, and proved at a counter who they are.

    例 Example: xinshu mandates forget-factor zhang-san
    """
    moment = now()
    with store(moment):
        forget_factor(username=username, actor=ACTOR, moment=moment)
        end_every_visit(moment=moment, username=username)
    click.echo("已重设，下次登录时重新设置 forgotten; it is set up anew at the next sign-in")
