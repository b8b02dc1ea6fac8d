"""A process that has everything imported and no connection open: for each order it forks a child that does the work.

Run as `python -m tests.faults.nursery`, with DATABASE_URL and XINSHU_DATA_FOLDER. One order a line on standard input
(JSON), one answer a line on standard output.
"""

import os
import shutil
import sys
import traceback
import warnings
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import django
import orjson

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "xinshu.project.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import InterfaceError, OperationalError, connection  # noqa: E402

from tests.factories import TODAY  # noqa: E402
from tests.faults import events, state  # noqa: E402
from tests.faults.scenarios import SCENARIOS  # noqa: E402
from xinshu.kit.errors import XinshuError  # noqa: E402
from xinshu.register.catalogues.queries import NoCatalogue, catalogue_on  # noqa: E402

DONE, LOST, REFUSED, FAILED = 0, 10, 11, 12
"""How a child ends: well, without its database, with a refusal of ours, with an error that nobody foresaw."""

KEPT = ("records_%", "subjects_%", "publog_%", "intake_%", "access_%")


def migrate(_order: dict[str, Any]) -> None:
    """The tables."""
    call_command("migrate", verbosity=0, interactive=False)


def keep(_order: dict[str, Any]) -> None:
    """Set what the tables hold aside, to come back to it before each trial."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA kept")
        for table in _tables():
            cursor.execute(f"CREATE TABLE kept.{table} AS TABLE public.{table}")


def reset(_order: dict[str, Any]) -> None:
    """As it was when it was kept."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'struck'")
        cursor.execute("BEGIN")
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table in _tables():
            cursor.execute(f"DELETE FROM public.{table}")
            cursor.execute(f"INSERT INTO public.{table} SELECT * FROM kept.{table}")
        cursor.execute("COMMIT")


def _tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND NOT relispartition AND relname LIKE ANY(%s) ORDER BY relname",
            [list(KEPT)],
        )
        return [row[0] for row in cursor.fetchall()]


def look(_order: dict[str, Any]) -> dict[str, Any]:
    """What stands, what is shown, and which rules are broken."""
    return {
        "broken": state.broken(),
        "told": state.told(),
        "shown": state.shown(),
        "waiting": state.waiting(),
        "half": state.readable_beyond_counts(),
        "files": state.files(),
    }


def do(order: dict[str, Any]) -> None:
    """A scenario; where the order says so, something is struck at one of its events."""
    _strike(order)
    SCENARIOS[order["scenario"]](Path(order["folder"]))


def _strike(order: dict[str, Any]) -> None:
    strikes: dict[str, Callable[[], Callable[[], None]]] = {
        "kill": lambda: events.end_this_process,
        "kill soon": lambda: events.end_this_process_soon(order["delay"]),
        "database": lambda: events.end_the_database(Path(order["cluster"])),
        "connection": lambda: events.lose_connection(os.environ["DATABASE_URL"]),
        "": lambda: events.end_this_process,
    }
    settings.DATABASES["default"]["OPTIONS"]["application_name"] = "struck"
    connection.settings_dict["OPTIONS"]["application_name"] = "struck"
    strike = strikes[order.get("strike", "")]()
    counted = events.Events(Path(order["log"]), strike, at=order.get("at", 0), when=order.get("when", ""))
    counted.watch()


VERBS: dict[str, Callable[[dict[str, Any]], Any]] = {verb.__name__: verb for verb in (migrate, keep, reset, look, do)}


def child(order: dict[str, Any], answer: Path) -> int:
    """The work, in a process of its own."""
    said, ending = None, DONE
    try:
        said = VERBS[order["verb"]](order)
    except (OperationalError, InterfaceError) as error:
        said, ending = f"{type(error).__name__}: {error}", LOST
    except XinshuError as error:
        said, ending = f"{type(error).__name__}: {error}", REFUSED
    except BaseException:  # noqa: BLE001 told to whoever gave the order
        said, ending = traceback.format_exc(), FAILED
    answer.write_bytes(orjson.dumps(said, option=orjson.OPT_NON_STR_KEYS))
    return ending


def main() -> None:
    """Take orders until nobody gives any."""
    warnings.filterwarnings("ignore", message=".*use of fork.*")
    with TemporaryDirectory() as folder:
        for line in sys.stdin.buffer:
            order = orjson.loads(line)
            # Ours, not the child's: a child that is killed tidies nothing up.
            answer, log, files = Path(folder, "answer"), Path(folder, "log"), Path(folder, "files")
            for path in (answer, log):
                path.unlink(missing_ok=True)
            shutil.rmtree(files, ignore_errors=True)
            files.mkdir()
            process = os.fork()
            if process == 0:
                os._exit(child({**order, "log": str(log), "folder": str(files)}, answer))
            status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
            said = orjson.loads(answer.read_bytes()) if answer.exists() else None
            happened = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
            sys.stdout.buffer.write(orjson.dumps({"status": status, "said": said, "events": happened}) + b"\n")
            sys.stdout.buffer.flush()
            if order["verb"] == "keep":
                warm()


def warm() -> None:
    """Read the catalogue once, so that no child has to; the connection is closed again before the next fork."""
    try:
        catalogue_on(TODAY)
    except NoCatalogue:
        pass
    finally:
        connection.close()


if __name__ == "__main__":
    main()
