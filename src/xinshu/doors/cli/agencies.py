"""`xinshu agency`: who copies what is shown, and whether the copies keep to it."""

from pathlib import Path

import click
from rich.progress import Progress

from xinshu.doors.agency_feeds import audit_feed
from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.regimes.agencies.actions import UnknownAgency, audit, end_agency, register_agency
from xinshu.regimes.agencies.copies import RULES, Compared, Sample
from xinshu.regimes.agencies.queries import agencies
from xinshu.regimes.agencies.queries import agency as registered
from xinshu.regimes.agencies.states import Found, Source

SAID = {
    Found.LATE: "仍是旧版本 still an older version",
    Found.ALTERED: "内容或期限不符 content or term differs",
    Found.NOT_SHOWN: "今天没有公示，须删除 not shown today, to be removed",
}
MOST_LINES = 200


@click.group()
def agency() -> None:
    """信用服务机构 Agencies and others who copy what is shown; the format of a feed: docs/agencies.md.

    例 Example: xinshu agency audit 示例征信
    """


@agency.command(name="add")
@click.argument("name")
@click.option("--contact", required=True, help="联系方式，不公开 How to reach it; not public.")
@click.option("--code", default="", help="统一社会信用代码 Its code.")
@click.option("--feed", default="", help="副本数据的公开地址 Public address of its copies (docs/agencies.md).")
@click.option("--site", default="", help="展示副本的主机名 Host that shows them (default: the feed's).")
@click.option("--recipient", default="", help="在数据接收方中的名称 Its name among the registered recipients.")
def add_agency(name: str, contact: str, code: str, feed: str, site: str, recipient: str) -> None:
    """登记机构，给出其通知地址 Register an agency; prints the address of its notices, which is for it alone.

    例 Example: xinshu agency add 示例征信 --contact copies@agency.example --feed https://agency.example/copies.ndjson
    """
    moment = now()
    with store(moment):
        box = register_agency(
            name=name,
            contact=contact,
            code=code,
            feed=feed,
            site=site,
            recipient=recipient,
            actor="operator",
            moment=moment,
        )
    click.echo(f"/agencies/notices/{box}/")
    click.echo("请只交给该机构：凭此地址可见通知并答复。Give it to that agency alone: it opens its notices.", err=True)


@agency.command(name="list")
def list_agencies() -> None:
    """列出机构 List the agencies that are registered.

    例 Example: xinshu agency list
    """
    moment = now()
    with store(moment):
        for row in agencies():
            click.echo(f"{row.name}\t{row.code}\t{row.feed}\t{row.site}\t{row.recipient}\t{row.contact}")


@agency.command(name="end")
@click.argument("name")
def end(name: str) -> None:
    """终止登记 End a registration; its notices are no longer told.

    例 Example: xinshu agency end 示例征信
    """
    moment = now()
    with store(moment):
        end_agency(name=name, actor="operator", moment=moment)
    click.echo(f"已终止 ended: {name}")


@agency.command(name="audit")
@click.argument("name")
@click.option(
    "--file",
    "path",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="样本文件，代替数据地址；不留存 A sample in place of the feed; nothing of it is kept.",
)
def audit_agency(name: str, path: Path | None) -> None:
    """核对副本与今天的公示 Compare an agency's copies with what is shown today; exit status 1 where they differ.

    例 Example: xinshu agency audit 示例征信 --file copies.ndjson
    """
    moment = now()
    with store(moment):
        found = registered(name)
        if found is None:
            raise UnknownAgency("没有登记这个机构；见 xinshu agency list。No such agency; see: xinshu agency list.")
        if path is not None:
            content = path.read_bytes()
            sample, told = audit(name=name, content=content, source=Source.SAMPLE, actor="operator", moment=moment)
        else:
            with Progress(transient=True) as bar:
                task = bar.add_task("字节 bytes", total=None)
                sample, told = audit_feed(
                    found,
                    actor="operator",
                    moment=moment,
                    progress=lambda done, total: bar.update(task, completed=done, total=total),
                )
    _tell(sample, told)
    if told.differing or sample.faults:
        raise SystemExit(1)


def _tell(sample: Sample, told: Compared) -> None:
    click.echo(f"{len(sample.copies)} 条副本 copies；一致 same {told.same}")
    for row in told.differing[:MOST_LINES]:
        fields = f"：{', '.join(row.fields)}" if row.fields else ""
        click.echo(f"{row.record_ref}\t{row.found}\t{SAID[row.found]}{fields}")
    for fault in sample.faults[:MOST_LINES]:
        zh, en = RULES[fault.rule]
        click.echo(f"第 {fault.row} 行 row\t{fault.field}\t{fault.rule}\t{zh} {en}")
    left = max(0, len(told.differing) - MOST_LINES) + max(0, len(sample.faults) - MOST_LINES)
    if left:
        click.echo(f"另有 {left} 行 more")
