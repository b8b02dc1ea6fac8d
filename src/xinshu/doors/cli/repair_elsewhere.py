"""`xinshu repair receive`, `doubtful`, `settle` and `hand-off`: repairs that are decided elsewhere."""

from collections import Counter
from getpass import getuser
from pathlib import Path
from uuid import UUID

import click

from xinshu.doors.cli.repair import repair
from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.kit.durable import keep
from xinshu.kit.identifiers import normalise
from xinshu.proceedings.cases.queries import cases_before
from xinshu.proceedings.repair.inbound import (
    ELSEWHERE,
    Outcome,
    candidates_of,
    dismiss_doubtful,
    match_doubtful,
    receive,
)
from xinshu.proceedings.repair.relay import hand_off


@repair.command("receive")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sender", required=True, help="报送机关的统一社会信用代码 Code of the organ that sends it.")
def receive_file(file: Path, sender: str) -> None:
    """接收他处的修复决定 Take decisions of other windows (JSON, one a line); each ends its record at once.

    一行的字段 Fields of a row: decider, case_number, decided_on, subject_code, record_organ, document_number or
    record_ref, result (GRANTED).

    例 Example: xinshu repair receive decisions.jsonl --sender 11999999TE5T001041
    """
    moment = now()
    with store(moment), file.open("rb") as lines:
        answers = receive(lines=lines, sender=normalise(sender), actor=f"cli:{getuser()}", moment=moment)
    for told in answers:
        if told.outcome is not Outcome.APPLIED:
            click.echo(f"{told.line}\t{told.outcome}\t{told.why or told.case}\t{told.sentence}")
    counts = Counter(told.outcome for told in answers)
    click.echo("  ".join(f"{outcome} {counts[outcome]}" for outcome in Outcome))


@repair.command("doubtful")
def doubtful() -> None:
    """待人工核对的决定 Decisions that fit several records; none of them ends until a person says which.

    例 Example: xinshu repair doubtful
    """
    with store(now()):
        found, _ = cases_before(None, courses=[ELSEWHERE.name], states=["DOUBTFUL"])
        for one in found:
            click.echo(f"{one.id}  {one.form['decider']} {one.form['case_number']}")
            for record in candidates_of(one.id):
                click.echo(f"  {record['record_ref']}  {record['kind']} {record['document_number']}")


@repair.command("settle")
@click.argument("case", type=click.UUID)
@click.option("--record", type=click.UUID, help="所指的信息；不写则都不是 The record that was meant; without it: none.")
@click.option("--words", required=True, help="理由 Why.")
def settle(case: UUID, record: UUID | None, words: str) -> None:
    """核对一项决定 Say which record a doubtful decision means, or that it means none.

    例 Example: xinshu repair settle 5f6e0c1e-8d6e-4f4e-9a57-0c6f5a5f3c11 --words 案号与卷宗不符
    """
    moment, actor = now(), f"cli:{getuser()}"
    with store(moment):
        if record is None:
            done = dismiss_doubtful(case_id=case, words=words, actor=actor, moment=moment)
        else:
            done = match_doubtful(case_id=case, record_ref=record, words=words, actor=actor, moment=moment)
    click.echo(done.state)


@repair.command("hand-off")
@click.argument("case", type=click.UUID)
@click.argument("target", type=click.Path(dir_okay=False, path_type=Path))
def hand_over(case: UUID, target: Path) -> None:
    """转办 Write the archive of a case for the national window; prints the SHA-256 of its manifest.

    例 Example: xinshu repair hand-off 5f6e0c1e-8d6e-4f4e-9a57-0c6f5a5f3c11 case.zip
    """
    moment, digests = now(), []
    with store(moment):
        keep(target, lambda file: digests.append(hand_off(case, file, actor=f"cli:{getuser()}", moment=moment)))
    click.echo(digests[0])
