"""`xinshu shown`: the same answer as page and API, for a day."""

import sys
from datetime import date, datetime
from typing import Any

import click
import orjson

from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.kit.identifiers import SENTENCES, check_code
from xinshu.uses.disclosure.queries import subject_answer


@click.command()
@click.argument("code")
@click.option("--on", "on", type=click.DateTime(["%Y-%m-%d"]), help="哪一天 The day asked about (default: today).")
@click.option("--json", "as_json", is_flag=True, help="输出与API相同的JSON The JSON of the API.")
def shown(code: str, on: datetime | None, as_json: bool) -> None:
    """查询公示 What is publicly shown for CODE on a day.

    代码无效时退出码为1。Exit status 1 if the code is not valid.

    例 Example: xinshu shown 919999990000002110 --on 2026-11-23 --json
    """
    checked = check_code(code)
    if not checked.valid:
        for reason in checked.reasons:
            click.echo(" ".join(SENTENCES[reason]), err=True)
        sys.exit(1)
    moment = now()
    with store(moment):
        answer = subject_answer(checked.code, on_date=on.date() if on else moment.day)
    click.echo(answer.decode() if as_json else _text(orjson.loads(answer), on.date() if on else moment.day))


def _text(answer: dict[str, Any], day: date) -> str:
    """The answer for a reader at a terminal."""
    if not answer["bodies"]:
        return f"{day}：该代码没有公示中的信息。Nothing is publicly shown for this code."
    lines = []
    for body in answer["bodies"]:
        lines.append(f"{body['name'] or '（名称不公开 name withheld）'}  {body['code']}")
        for form in body["records"]:
            until = form["shown_until"] or "长期 open"
            lines.append(f"  {form['kind']}  {form['document_number']}  {form['organ']['name']}")
            lines.append(f"    公示至 shown until {until}；最早可申请修复 repair from {form['repair_from'] or '—'}")
            lines += [f"    {said['zh']} {said['en']}" for said in (form["why"], form.get("mark")) if said]
    return "\n".join(lines)
