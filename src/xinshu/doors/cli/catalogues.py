"""`xinshu catalogue check`: every fault of the catalogue's files in one run."""

import sys
from pathlib import Path

import click

from xinshu.law.catalogue import Catalogue
from xinshu.register.catalogues.files import load_catalogue

SHIPPED = Path(__file__).resolve().parents[4] / "catalogue"


@click.group()
def catalogue() -> None:
    """校验目录 The catalogue: the law as data.

    例 Example: xinshu catalogue check
    """


@catalogue.command()
@click.argument("path", required=False, type=click.Path(exists=True, file_okay=False, path_type=Path))
def check(path: Path | None) -> None:
    """校验目录文件 Check the catalogue in PATH (default: the shipped one); all faults are told at once.

    有错误时退出码为1，每行：文件:行: 键: [规则] 说明。Exit status 1 if there is a fault; each line names file, line,
    key and rule.

    例 Example: xinshu catalogue check ./catalogue
    """
    found, faults = load_catalogue(path or SHIPPED)
    for fault in faults:
        click.echo(str(fault))
    if found is None:
        click.echo(f"目录有 {len(faults)} 处错误。The catalogue has {len(faults)} faults.", err=True)
        sys.exit(1)
    click.echo(_summary(found))


def _summary(found: Catalogue) -> str:
    local = sum(layer != "national" for layer in found.layers.values())
    return (
        f"目录无误 sound: {len(found.instruments)} 依据 bases, {len(found.kinds)} 类目 kinds ({local} 地方 local), "
        f"{len(found.schemes)} 公示规则 schemes, {len(found.class_tables)} 分类表 class tables, "
        f"{len(found.calendar.years)} 年历 calendar years"
    )
