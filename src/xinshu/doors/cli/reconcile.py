"""`xinshu reconcile`: the count and digest of an organ's ledger, and what is missing on either side."""

from dataclasses import asdict
from datetime import date, datetime
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import click
import orjson

from xinshu.bulk.ledgers import Ledger, LedgerRefused, read_ledger
from xinshu.doors.cli.store import store
from xinshu.kit.clock import now
from xinshu.kit.identifiers import check_uscc, normalise
from xinshu.law.entries import Kind
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.monitoring.actions import reconcile as compare
from xinshu.uses.monitoring.states import Comparison, Named

TOLD: Final = 20
SORTS: Final = {
    "missing_here": "本系统没有 missing here",
    "missing_there": "台账没有 missing in the ledger",
    "different": "内容不同 content differs",
    "withdrawn": "本系统已撤回 withdrawn here",
}


@click.command()
@click.argument("ledger", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--organ", required=True, help="机关的统一社会信用代码 Code of the organ.")
@click.option("--kind", required=True, help="类目，如 ADMIN_PENALTY Kind of record in the catalogue.")
@click.option(
    "--month", required=True, type=click.DateTime(["%Y-%m"]), help="决定日期所在月 Month of decision, YYYY-MM."
)
@click.option("--compare", "comparing", is_flag=True, help="与库中比对并留存结果 Compare with the store, and keep it.")
@click.option("--json", "as_json", is_flag=True, help="以JSON输出 Print JSON.")
def reconcile(ledger: Path, organ: str, kind: str, month: datetime, comparing: bool, as_json: bool) -> None:
    """归集对账 The count and digest of LEDGER: an organ's own list of documents of one kind and month.

    台账为文书号、主体代码两列（另可有事项、决定机关代码、决定日期、内容摘要），其余列不读。算法见 docs/quality.md。
    Columns: document number, subject code; also item, organ_code, decided_on, content_digest. See docs/quality.md.

    例 Example: xinshu reconcile ledger.csv --organ 11999999TE5T001041 --kind ADMIN_PENALTY --month 2026-10
    """
    moment = now()
    organ = normalise(organ)
    if not check_uscc(organ).valid:
        raise click.BadParameter("不是有效的统一社会信用代码 not a valid code", param_hint="--organ")
    if month.date() > moment.day:
        raise click.BadParameter("月份不能晚于本月 the month cannot lie ahead", param_hint="--month")
    with store(moment):
        kinds = catalogue_on(moment.day).catalogue.kinds
        if kind not in kinds:
            known = ", ".join(kinds)
            raise click.BadParameter(f"目录中没有这个类目 the catalogue has: {known}", param_hint="--kind")
        read = _read(ledger, organ, kind, kinds[kind], month.date())
        told = None
        if comparing:
            told = compare(
                organ_code=organ,
                kind=kind,
                month=month.date(),
                count=read.count,
                digest=read.digest,
                ledger=read,
                actor=f"cli:{getuser()}",
                moment=moment,
            )
    click.echo(_json(read, told) if as_json else _text(read, told))


def _read(path: Path, organ: str, name: str, kind: Kind, month: date) -> Ledger:
    found = read_ledger(path, organ=organ, kind_name=name, kind=kind, month=month)
    if not found.count and (found.outside or found.of_other_months):
        raise LedgerRefused(
            f"台账中没有该月的文书：其他月份{found.of_other_months}行，系统外{found.outside}行。"
            f"No document of that month: {found.of_other_months} rows of other months, {found.outside} outside."
        )
    return found


def _json(read: Ledger, told: Comparison | None) -> str:
    fields: dict[str, Any] = {
        "count": read.count,
        "digest": read.digest.hex(),
        "repeated": read.repeated,
        "of_other_months": read.of_other_months,
        "outside": read.outside,
    }
    if told is not None:
        fields |= {"agrees": told.row.agrees, "our_count": told.row.our_count, "our_digest": told.row.our_digest}
        fields |= {sort: [asdict(document) for document in _sort(told, sort)] for sort in SORTS}
    return orjson.dumps(fields).decode()


def _text(read: Ledger, told: Comparison | None) -> str:
    lines = [
        f"台账件数 count         {read.count}",
        f"摘要 digest            {read.digest.hex()}",
        f"重复行 repeated        {read.repeated}",
        f"其他月份 other months  {read.of_other_months}",
        f"系统外 outside         {read.outside}",
    ]
    if told is not None:
        lines += [
            f"本系统件数 our count   {told.row.our_count}",
            f"本系统摘要 our digest  {told.row.our_digest}",
            f"结果 result            {'一致 agrees' if told.row.agrees else '不一致 differs'}",
        ]
        lines += [line for sort in SORTS for line in _sort_lines(told, sort)]
    return "\n".join(lines)


def _sort_lines(told: Comparison, sort: str) -> list[str]:
    documents = _sort(told, sort)
    lines = [f"{SORTS[sort]}: {len(documents)}"]
    lines += [f"  {document.number} {document.code}" for document in documents[:TOLD]]
    return lines + (["  ……其余见 --json the rest with --json"] if len(documents) > TOLD else [])


def _sort(told: Comparison, sort: str) -> tuple[Named, ...]:
    found: tuple[Named, ...] = getattr(told, sort)
    return found
