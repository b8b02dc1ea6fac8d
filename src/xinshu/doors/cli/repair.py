"""`xinshu repair`: which applications are overdue, and filing what was handed in ahead."""

import click

from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.proceedings.repair.actions import file_due
from xinshu.proceedings.repair.queries import repairs_before
from xinshu.register.catalogues.queries import catalogue_on


@click.group()
def repair() -> None:
    """信用修复 Repair; who decides what, until when: docs/repair.md.

    例 Example: xinshu repair overdue
    """


@repair.command(name="overdue")
@click.option("--organ", default="", help="只列这个单位，其统一社会信用代码 Of this unit only, by its code.")
def overdue(organ: str) -> None:
    """列出逾期的申请 Applications whose unit is late: unit, number of the case, state, both last days.

    例 Example: xinshu repair overdue --organ 11999999TE5T001041
    """
    moment = now()
    with store(moment):
        catalogue = catalogue_on(moment.day).catalogue
        found, _ = repairs_before([organ] if organ else None, catalogue, open_only=True, on_date=moment.day)
        late = [case for case in found if case.late_on(moment.day)]
        for case in late:
            told = (
                case.row.organ,
                case.row.id,
                case.row.state,
                case.clocks.accept_by or "",
                case.clocks.result_by or "",
            )
            click.echo("\t".join(map(str, told)))
    click.echo(f"逾期 overdue: {len(late)}", err=True)


@repair.command(name="file-due")
def file_due_now() -> None:
    """提交已到首个合法日的预约 File what was handed in ahead and has its first lawful day; twice is the same.

    例 Example: xinshu repair file-due
    """
    moment = now()
    with store(moment):
        filed = file_due(moment=moment)
    click.echo(f"已提交 filed: {filed}")
