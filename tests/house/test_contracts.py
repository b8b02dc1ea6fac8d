"""Rule: imports go down the floors only; every contract of tools/importlinter.toml holds, and catches its faults."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.house.tree import CONTRACTS, ROOT, SOURCE, parsed, python_files, relative, told


class Fault(NamedTuple):
    """An import that must not be: the file it is planted in (made if need be), the line, and the contract that tells."""

    what: str
    file: str
    line: str
    contract: str


UNDER_TYPE_CHECKING = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from django.db import models"
IN_A_FUNCTION = "def late() -> None:\n    from xinshu.doors import threshold"

FAULTS = [
    Fault("django in law", "law/terms.py", "from django.db import models", "Pure cellar"),
    Fault("django in law for types only", "law/terms.py", UNDER_TYPE_CHECKING, "Pure cellar"),
    Fault("polars in law", "law/publicity.py", "import polars", "Pure cellar"),
    Fault("psycopg in kit", "kit/postgres.py", "import psycopg", "Pure cellar"),
    Fault("django in bulk", "bulk/files.py", "from django.conf import settings", "Bulk without Django"),
    Fault("law in tlog", "tlog/merkle.py", "from xinshu.law import terms", "Floors: down only"),
    Fault("law -> register", "law/catalogue.py", "from xinshu.register.catalogues import files", "Floors: down only"),
    Fault("register -> proceedings", "register/records/actions.py", "import xinshu.proceedings", "Floors: down only"),
    Fault("register -> doors", "register/subjects/queries.py", "from xinshu.doors import threshold", "Floors: down only"),
    Fault("register -> doors, late", "register/subjects/queries.py", IN_A_FUNCTION, "Floors: down only"),
    Fault("a floor that no contract knows", "shared/words.py", "WORDS = ()", "Floors: down only"),
    Fault("subjects -> records", "register/subjects/queries.py", "from xinshu.register.records import gate", "Register in order"),
    Fault("a room that no contract knows", "register/gossip/queries.py", "HEARD = ()", "Register in order"),
    Fault("lists -> repair", "proceedings/lists/queries.py", "import xinshu.proceedings.repair", "Proceedings in order"),
    Fault("mandates -> notices", "parties/mandates/queries.py", "from xinshu.parties.notices import states", "Parties in order"),
    Fault("notices -> cases", "parties/notices/actions.py", "import xinshu.proceedings.cases", "Floors: down only"),
    Fault("disclosure -> reports", "uses/disclosure/queries.py", "import xinshu.uses.reports", "Uses in order"),
    Fault("regime -> regime", "regimes/people/queries.py", "import xinshu.regimes.judiciary", "Regimes apart"),
    Fault("models -> actions", "register/subjects/models.py", "from xinshu.register.subjects import actions", "In a room"),
    Fault("queries -> api", "uses/monitoring/queries.py", "from xinshu.uses.monitoring import api", "In a room"),
    Fault("a file of a room without a place", "register/records/service.py", "SERVICE = ()", "In a room"),
    Fault("queries -> actions", "register/records/queries.py", "from xinshu.register.subjects import actions", "Reading never writes"),
    Fault("a use writes a record", "uses/evaluation/actions.py", "from xinshu.register.records import actions", "Uses never write the register"),
    Fault("another room's models", "uses/disclosure/queries.py", "from xinshu.register.records.models import Record", "Rooms keep their tables"),
    Fault("a door opens models", "doors/portal/pages.py", "from xinshu.register.records import models", "Rooms keep their tables"),
    Fault("django in the follower", "doors/follower/copy.py", "from django.db import connection", "Follower on its own"),
    Fault("the follower reads our tables", "doors/follower/feed.py", "from xinshu.register.publog import queries", "Follower on its own"),
    Fault("the clock in law", "law/publicity.py", "from xinshu.kit.clock import now", "Clock at doors"),
    Fault("the clock in queries", "register/records/queries.py", "from xinshu.kit import clock", "Clock at doors"),
    Fault("the clock in actions", "proceedings/intake/actions.py", "from xinshu.kit.clock import now", "Clock at doors"),
]  # fmt: skip

CELLAR = ("kit", "law", "tlog")

TO_COME = ("regimes.judiciary", "proceedings.repair", "uses.reports")
"""Rooms that a fault imports and that are not built yet: the copy gets them empty."""


def broken_contracts(source: Path) -> tuple[set[str], str]:
    """Names of the contracts that the package below `source` breaks, and all that the linter said."""
    environment = os.environ | {"PYTHONPATH": f"{source}{os.pathsep}{ROOT}", "COLUMNS": "200"}
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--config", CONTRACTS, "--no-cache", "--no-logo"],
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Contracts: " in done.stdout, f"the linter did not come to an end: {done.stdout}{done.stderr}"
    return set(re.findall(r"^(.+) BROKEN", done.stdout, re.MULTILINE)), done.stdout


def plant(package: Path, file: str, text: str) -> None:
    """Append the text to a file of the package; folders on the way become packages."""
    path = package / file
    path.parent.mkdir(parents=True, exist_ok=True)
    for folder in path.relative_to(package).parents:
        (package / folder / "__init__.py").touch()
    with path.open("a", encoding="utf-8") as opened:
        opened.write(f"\n{text}\n")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package, to be spoiled."""
    unread = shutil.ignore_patterns("__pycache__", "templates", "static")
    return shutil.copytree(SOURCE, tmp_path / "xinshu", ignore=unread)


def test_every_contract_holds() -> None:
    """No import of the house goes against the floors, the rooms, the gate or the clock."""
    broken, said = broken_contracts(SOURCE.parent)
    assert not broken, said
    assert "0 broken" in said


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.what)
def test_a_planted_fault_is_caught(copy: Path, fault: Fault) -> None:
    """Each contract catches what it is there for."""
    if any(fault.line.endswith(room) for room in TO_COME):
        for room in TO_COME:
            plant(copy, f"{room.replace('.', '/')}/queries.py", "")
    plant(copy, fault.file, fault.line)
    broken, said = broken_contracts(copy.parent)
    assert fault.contract in broken, said


def test_each_contract_has_a_planted_fault() -> None:
    """A contract that nothing tries may be asleep."""
    named = set(re.findall(r'^name = "(.+)"$', CONTRACTS.read_text(encoding="utf-8"), re.MULTILINE))
    assert named == {fault.contract for fault in FAULTS}


def test_the_cellar_stands_on_python_alone() -> None:
    """kit, law and tlog import the standard library and one another; the contract names the usual others only."""
    cellar = [path for floor in CELLAR for path in python_files(SOURCE / floor)]
    assert told(lambda path: _from_elsewhere(parsed(path)), cellar) == {}
    assert list(_from_elsewhere(ast.parse("import yaml\nfrom attrs import define"))) == ["yaml", "attrs"]


def test_no_module_is_loaded_behind_the_linter() -> None:
    """A module loaded by its name is an import that no contract sees; only the list of commands does so."""
    loaders = ("import_module", "__import__", "import_string")
    found = [path for path in python_files() if any(name in path.read_text(encoding="utf-8") for name in loaders)]
    assert [relative(path) for path in found] == ["src/xinshu/doors/cli/main.py"]


def _from_elsewhere(tree: ast.Module) -> Iterator[str]:
    """Packages that a module imports and that are neither Python's own nor ours."""
    for node in ast.walk(tree):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        packages = [name.partition(".")[0] for name in names]
        yield from (name for name in packages if name not in {*sys.stdlib_module_names, "xinshu"})
