"""`xinshu past`: the whole past of a body, to be handed to the body itself, on a recorded ground."""

from getpass import getuser

import click
import orjson

from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.kit.identifiers import check_code
from xinshu.register.access.actions import note
from xinshu.register.records.own import past_of
from xinshu.register.subjects.queries import named_by

PAGE = 500


@click.command()
@click.argument("code")
@click.option(
    "--ground", required=True, help="依据：申请书编号等，写入留痕 The number of the application, for the trail."
)
def past(code: str, ground: str) -> None:
    """交给主体本人的全部历史 The whole past of body CODE, for the body itself: a JSON line for each change.

    先核实申请人身份。Make sure first that who asks is the body itself.

    例 Example: xinshu past 919999990000002110 --ground "本人申请〔2026〕3号"
    """
    checked = check_code(code)
    if not checked.valid:
        raise click.BadParameter("不是有效的代码 not a valid code", param_hint="CODE")
    if len(ground.strip()) < 4:
        raise click.BadParameter("请写明申请书编号 name the application", param_hint="--ground")
    moment = now()
    with store(moment):
        purpose = f"SUBJECT: {ground.strip()}"[:200]
        actor = f"cli:{getuser()}"
        note(actor=actor, act="LOOK_PAST", matter=checked.code, purpose=purpose, organ="", moment=moment)
        bodies, skip = [body.subject for body in named_by(checked.code)], 0
        while lines := past_of(bodies, most=PAGE, skip=skip)[0]:
            skip += len(lines)
            for line in lines:
                told = line._asdict() | {
                    "content": orjson.Fragment(line.content),
                    "reasons": orjson.Fragment(line.reasons),
                }
                click.echo(orjson.dumps(told).decode())
    if not skip:
        click.echo("这个代码没有任何信息。There is nothing under this code.", err=True)
