"""The command line, as a new user tries it: help with examples, right and wrong arguments."""

import json
import subprocess
import sys
from pathlib import Path

import click
import pytest

from xinshu.doors.cli.main import COMMANDS, cli
from xinshu.law.catalogue import NATIONAL

TOOL = Path(sys.executable).with_name("xinshu")


def xinshu(*arguments: str, given: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([TOOL, *arguments], input=given, capture_output=True, text=True, check=False)


def every_command() -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    context = click.Context(cli)
    for name in COMMANDS:
        command = cli.get_command(context, name)
        assert command is not None
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {part}", inner) for part, inner in command.commands.items()]
    return found


@pytest.mark.parametrize(
    ("name", "command"), every_command(), ids=lambda value: value if isinstance(value, str) else ""
)
def test_every_help_shows_an_example(name: str, command: click.Command) -> None:
    text = command.get_help(click.Context(command, info_name=name))
    assert "Example" in text
    assert f"xinshu {name}" in " ".join(text.split())


def test_code_check_prints_one_object_a_line() -> None:
    result = xinshu("code", "check", "919999990000002110", "N2999999TE5T00008Y")
    assert result.returncode == 0
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["valid"] for answer in answers] == [True, True]
    assert all(list(answer) == ["code", "valid", "scheme", "reasons", "warnings"] for answer in answers)


def test_code_check_reads_standard_input_and_fails_if_any_is_invalid() -> None:
    result = xinshu("code", "check", given="919999990000002110\n\n919999990000002111\n")
    assert result.returncode == 1
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert [answer["valid"] for answer in answers] == [True, False]
    assert answers[1]["reasons"] == ["CHECK_DIGIT"]


def test_code_check_never_prints_an_identity_number() -> None:
    result = xinshu("code", "check", "11010519491231002X")
    assert result.returncode == 1
    assert "11010519491231002X" not in result.stdout + result.stderr


def test_catalogue_check_is_content_with_the_shipped_one() -> None:
    result = xinshu("catalogue", "check")
    assert result.returncode == 0, result.stdout
    assert "sound" in result.stdout


def test_catalogue_check_names_file_line_key_and_rule(tmp_path: Path) -> None:
    folder = tmp_path / NATIONAL / "bases"
    folder.mkdir(parents=True)
    (folder / "laws.yaml").write_text("LAW-A:\n  title: 示例法\n  from: 2026-02-30\n", encoding="utf-8")
    result = xinshu("catalogue", "check", str(tmp_path))
    assert result.returncode == 1
    assert "national/bases/laws.yaml:3: LAW-A.from: [IMPOSSIBLE_DATE]" in result.stdout


@pytest.mark.parametrize("arguments", [("nonsense",), ("catalogue", "check", "/no/such/folder"), ("code", "cheque")])
def test_wrong_arguments_are_told_in_words(arguments: tuple[str, ...]) -> None:
    result = xinshu(*arguments)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert result.stderr.strip()
