"""`xinshu policy`: a draft of rules is assessed before it is adopted; nothing is adopted without that (G32)."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import click
import orjson
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from xinshu.doors.cli.store import store
from xinshu.doors.desk.policy_pdf import policy_pdf
from xinshu.doors.policies.adopting import adopt as adopt_edition
from xinshu.doors.policies.proposals import DraftRefused, Proposal, proposed, proposed_by_folder
from xinshu.doors.policies.running import assess
from xinshu.doors.policies.telling import summary
from xinshu.kit.clock import now
from xinshu.law.case_terms import CaseTerm, case_due
from xinshu.law.terms import CountedFrom
from xinshu.register.catalogues.actions import open_consultation
from xinshu.register.catalogues.queries import assessment, assessments, catalogue_on, report_of

DRAFT = click.Path(exists=True, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def policy() -> None:
    """政策评估 Assess a draft of rules before it is adopted; adopt what was assessed.

    例 Example: xinshu policy assess DRAFT.yaml --out ./report
    """


@policy.command(name="assess")
@click.argument("draft", type=DRAFT)
@click.option("--out", type=FOLDER, help="写入报告的文件夹 A folder for report.json and report.pdf.")
@click.option("--actor", default="cli", show_default=True, help="由谁评估 Who assesses.")
def assess_draft(draft: Path, out: Path | None, actor: str) -> None:
    """评估一份草案 Assess DRAFT: one draft file, or a whole folder of the catalogue.

    不合法的草案不予评估，退出码为1，逐条说明文件、行、规则和条文。合法的，与现行规则对照，在全部公示信息上计算影响，报告按其摘要
    留存。An unlawful draft is refused: exit status 1, each fault with file, line, rule and article. A lawful one is run
    beside the rules in force over all that is shown, and its report is kept by its hash. No record changes.

    例 Example: xinshu policy assess DRAFT.yaml --out ./report
    """
    moment = now()
    with store(moment):
        try:
            found = _proposed(draft)
        except DraftRefused as refused:
            click.echo(str(refused))
            number = len(refused.refusals)
            click.echo(f"草案有 {number} 处不合规定，未评估。Faults in the draft: {number}; not assessed.", err=True)
            sys.exit(1)
        with _bar("评估 assessing") as progress:

            def told(records: int, bodies: int) -> None:
                progress(f"信息 records {records:,}，主体 bodies {bodies:,}")

            report_hash = assess(found, actor=actor, moment=moment, told=told)
        report = report_of(report_hash)
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            (out / "report.json").write_bytes(orjson.dumps(report, option=orjson.OPT_SORT_KEYS))
            (out / "report.pdf").write_bytes(policy_pdf(report, report_hash))
    click.echo("\n".join(summary(report)))
    click.echo(f"评估 assessment: {report_hash}")


@policy.command()
@click.argument("assessment_hash")
@click.option("--actor", default="cli", show_default=True, help="由谁公开 Who lays it open.")
def consult(assessment_hash: str, actor: str) -> None:
    """公开征求意见 Lay a draft open for comments, by the hash of its assessment; its report is public from then on.

    例 Example: xinshu policy consult 3f0c…
    """
    moment = now()
    with store(moment):
        rules = catalogue_on(moment.day).catalogue
        days = {CountedFrom.NOTICE: moment.day}
        last_on = case_due(CaseTerm.POLICY_CONSULTATION, days, rules, on_date=moment.day)
        open_consultation(assessment_hash, last_on=last_on, actor=actor, moment=moment)
        found = assessment(assessment_hash)
    last = None if found is None else found.last_on
    click.echo(f"征求意见至 open for comments until: {last or '待公布放假安排 until the calendar is announced'}")


@policy.command()
@click.argument("assessment_hash")
@click.option(
    "--from", "in_force_from", type=click.DateTime(["%Y-%m-%d"]), required=True, help="施行日期 From which day."
)
@click.option("--actor", default="cli", show_default=True, help="由谁采纳 Who adopts.")
def adopt(assessment_hash: str, in_force_from: date, actor: str) -> None:
    """采纳已评估的版本 Adopt exactly the edition that was assessed, from a day that lies ahead.

    在库信息随即按新版衔接：公示期或者修复日期只会提前，不会推后；中断则全部不作数，可再执行。
    What stands is carried into it at once: its display ends, or its repair opens, earlier and never later. All of it,
    or nothing when it is interrupted; then run it again.

    例 Example: xinshu policy adopt 3f0c… --from 2027-03-01
    """
    moment = now()
    day = date(in_force_from.year, in_force_from.month, in_force_from.day)
    with store(moment), _bar("衔接在库信息 carrying over") as progress:
        found = adopt_edition(
            assessment_hash,
            in_force_from=day,
            actor=actor,
            moment=moment,
            told=lambda compared: progress(f"信息 records {compared:,}"),
        )
    click.echo(f"已采纳 adopted: {found.edition}  施行 in force from {day}")
    click.echo(f"在库信息公示期或者修复日期提前 records that end, or open to repair, earlier: {found.carried:,}")


@policy.command(name="list")
def list_assessments() -> None:
    """已有的评估 The assessments that are kept, newest first.

    例 Example: xinshu policy list
    """
    with store(now()):
        rows = assessments(public_only=False)
    for row in rows:
        state = (
            f"施行 in force {row.in_force_from}" if row.in_force_from else f"征求意见 comments {row.opened_on or '—'}"
        )
        click.echo(f"{row.hash}  {row.on_day}  {row.name}  {state}")


def _proposed(draft: Path) -> Proposal:
    return proposed_by_folder(draft) if draft.is_dir() else proposed(draft.read_bytes(), draft.name)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[str], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        yield lambda said: progress.update(task, description=f"{what}：{said}")
