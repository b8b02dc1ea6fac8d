"""Brings the tables up to date, of the store itself and of one that is being restored."""

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from psycopg.errors import LockNotAvailable

from xinshu.kit.errors import XinshuError


class TablesBusy(XinshuError):
    """Somebody used a table for longer than the upgrade waits for it."""


def bring_up() -> None:
    """Run the migrations that wait, each whole or not at all. Raises TablesBusy, or what a migration refuses by."""
    if not _waiting():
        return
    try:
        call_command("migrate", verbosity=0, interactive=False)
    except OperationalError as error:
        if not isinstance(error.__cause__, LockNotAvailable):
            raise
        step = _waiting()[0]
        raise TablesBusy(
            f"升级停在 {step}：表正被使用，等候已到时限；已完成的步骤保留。请停止门户和后台作业，再运行 xinshu setup。"
            f" The upgrade stops before {step}: the table is in use, and whoever changes it gives way after a time. The"
            " steps before it stay done. Stop `xinshu run` and `xinshu worker`, then run xinshu setup again."
        ) from error


def _waiting() -> list[str]:
    """The migrations to come; asked first, since `migrate` takes a while to find that it has nothing to do."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]
