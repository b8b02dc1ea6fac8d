"""`xinshu setup`: tables and catalogue."""

import click

from xinshu.doors.cli.store import store
from xinshu.kit.clock import now


@click.command()
def setup() -> None:
    """建库并采纳目录 Make the tables, or bring them up to date, and adopt the founding catalogue.

    例 Example: DATABASE_URL=postgresql://xinshu@db/xinshu xinshu setup
    """
    with store(now(), setting_up=True):
        click.echo("已就绪。Ready.")
