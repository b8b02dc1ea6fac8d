"""Rule: what is committed names no package registry and no folder of one machine; it must run anywhere."""

import re
from pathlib import Path

import pytest

from tests.house.tree import ROOT, committed_files, relative

HOSTS = (
    ("pypi", "org"),
    ("files", "python" + "hosted", "org"),
    ("registry", "npmjs", "org"),
    ("registry", "yarnpkg", "com"),
    ("deb", "debian", "org"),
    ("security", "debian", "org"),
    ("archive", "ubuntu", "com"),
    ("proxy", "golang", "org"),
    ("sum", "golang", "org"),
    ("mirrors", "aliyun", "com"),
    ("tuna", "tsinghua", "edu", "cn"),
)
FOLDERS = (
    ("work", "main"),
    ("work", "shared"),
    ("root", "x"),
    ("tmp", "xs-"),
    ("home", "someone"),
    ("Users", "someone"),
)

UNWANTED = re.compile(
    r"\b({hosts})\b|(?<![\w./~])/(work/(main|shared)|root/|tmp/xs-|home/\w|Users/\w)".format(
        hosts="|".join(r"\.".join(parts) for parts in HOSTS)
    )
)
"""Hosts are put together from parts, so that this file does not hold what it forbids."""

LARGEST_TEXT = 2_000_000


def unwanted(text: str) -> list[str]:
    """Hosts and folders that a text names."""
    return [found[0] for found in UNWANTED.finditer(text)]


def test_no_file_names_a_registry_or_a_machine() -> None:
    """Whoever clones the repository has neither."""
    found = {relative(path): unwanted(text) for path in committed_files() if (text := _text(path))}
    assert {path: words for path, words in found.items() if words} == {}


def test_the_walk_sees_what_is_committed() -> None:
    """It goes through every part of the repository, hidden files too, and no cache."""
    paths = {relative(path) for path in committed_files()}
    assert {"pyproject.toml", ".ci/run", ".gitignore", "src/xinshu/kit/clock.py", "tests/house/test_words.py"} <= paths
    assert not [path for path in paths if path.startswith((".git/", ".venv/")) or "__pycache__" in path]


@pytest.mark.parametrize("word", [*(".".join(host) for host in HOSTS), *("/" + "/".join(folder) for folder in FOLDERS)])
def test_a_planted_word_is_caught(word: str) -> None:
    """In any line of any text."""
    assert unwanted(f"--index-url https://{word}/simple" if "." in word else f"cd {word}")


def test_other_words_are_not() -> None:
    """Paths inside the repository, and sites that a reader may visit."""
    assert unwanted("see docs/homework/mainly.md, ../shared/data, https://www.gov.cn/, $HOME/.local and /tmp/x") == []


def _text(path: Path) -> str:
    """The file as text; nothing for pictures and other data."""
    octets = path.read_bytes()
    assert len(octets) <= LARGEST_TEXT, f"{path.relative_to(ROOT)} is too large to be committed"
    return "" if b"\0" in octets else octets.decode("utf-8", errors="replace")
