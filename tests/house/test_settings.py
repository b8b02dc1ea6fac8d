"""Rule: what an operator may set is in docs/settings.md, all of it and nothing else; one file reads the environment."""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.tree import ROOT, parsed, python_files, relative, told
from xinshu.project.settings import Environment

PAGE = ROOT / "docs" / "settings.md"
SETTINGS = "src/xinshu/project/settings.py"
BEGINNINGS = {"src/xinshu/doors/cli/main.py", "src/xinshu/project/stream.py", "src/xinshu/project/wsgi.py"}
"""Programs begin here: they may say by default where the settings are."""

READERS = frozenset({"environ", "environb", "getenv", "getenvb", "envvar", "auto_envvar_prefix", "dotenv_values"})
BY_DEFAULT = re.compile(r"os\.environ\.setdefault\('DJANGO_SETTINGS_MODULE', 'xinshu\.project\.settings'\)")


def test_every_setting_is_documented_and_every_documented_one_exists() -> None:
    """One row of the table for each field of Environment, under the name that the operator writes."""
    documented = re.findall(r"^\| `([A-Z_]+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(documented) == sorted(_names())


def test_each_row_says_what_it_is_for() -> None:
    """Name, default, and a sentence in Chinese and in English."""
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    for row in rows:
        _, name, default, zh, en, _ = (cell.strip() for cell in row.split("|"))
        assert default, name
        assert zh.endswith("。"), name
        assert en.endswith("."), name


def test_nothing_else_reads_the_environment() -> None:
    """Neither by os.environ nor by an option of the command line that would fall back on it."""
    others = [path for path in python_files() if relative(path) != SETTINGS]
    assert told(lambda path: _reads(parsed(path), may_begin=relative(path) in BEGINNINGS), others) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "import os\nDEBUG = os.environ.get('DEBUG')",
        "from os import environ",
        "import os\nDEBUG = os.getenv('DEBUG')",
        "import click\nhost = click.option('--host', envvar='HOST')",
        "import os\nos.environ.setdefault('DJANGO_SETTINGS_MODULE', 'tests.settings')",
    ],
)
def test_a_planted_look_at_the_environment_is_caught(planted: str) -> None:
    """Even where a program begins."""
    assert list(_reads(ast.parse(planted), may_begin=True))


def test_no_switch_is_for_tests() -> None:
    """Nothing in the source asks whether it is being tested."""
    asking = [path for path in python_files() if re.search(r"\bTESTING\b|PYTEST_|sys\.argv", path.read_text("utf-8"))]
    assert [relative(path) for path in asking] == []


def _names() -> Iterator[str]:
    prefix = Environment.model_config.get("env_prefix", "")
    for name, field in Environment.model_fields.items():
        yield str(field.validation_alias) if field.validation_alias else f"{prefix}{name}".upper()


def _reads(tree: ast.Module, *, may_begin: bool) -> Iterator[str]:
    """Each look at the environment; a program's beginning may set the default place of the settings."""
    allowed = [
        part
        for node in ast.walk(tree)
        if may_begin and isinstance(node, ast.Call) and BY_DEFAULT.fullmatch(ast.unparse(node))
        for part in ast.walk(node)
    ]
    for node in ast.walk(tree):
        if node in allowed:
            continue
        match node:
            case ast.Attribute(attr=name) | ast.alias(name=name) | ast.keyword(arg=name) if name in READERS:
                yield name
