"""The house as files: its Python modules, rooms and floors, and every file that is committed."""

import ast
import os
import tomllib
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "xinshu"
CONTRACTS = ROOT / "tools" / "importlinter.toml"
WINGS = ("register", "parties", "proceedings", "uses", "regimes")


def python_files(folder: Path = SOURCE, *, migrations: bool = True) -> list[Path]:
    """Every Python file below the folder."""
    found = sorted(path for path in folder.rglob("*.py") if "__pycache__" not in path.parts)
    return [path for path in found if migrations or "migrations" not in path.parts]


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a Python file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def relative(path: Path) -> str:
    """The path as a reader of the repository knows it."""
    return path.relative_to(ROOT).as_posix()


def told(faults: Callable[[Path], Iterable[str]], paths: Iterable[Path] | None = None) -> dict[str, list[str]]:
    """The faults found in each file (of the source, if none are given); files without any are left out."""
    found = {relative(path): list(faults(path)) for path in (python_files() if paths is None else paths)}
    return {path: faults for path, faults in found.items() if faults}


def rooms() -> list[Path]:
    """The folder of every room, wing by wing."""
    wings = [SOURCE / wing for wing in WINGS if (SOURCE / wing).is_dir()]
    return sorted(room for wing in wings for room in wing.iterdir() if (room / "__init__.py").exists())


def stairs() -> dict[str, tuple[int, int]]:
    """How high each floor or room stands, by its dotted name below `xinshu`: (floor, place in its wing); ground is 0.

    Read from the import contracts, so that keys, templates and imports follow one order.
    """
    contracts = tomllib.loads(CONTRACTS.read_text(encoding="utf-8"))["tool"]["importlinter"]["contracts"]
    orders = {contract["id"]: _places(contract["layers"]) for contract in contracts if contract["type"] == "layers"}
    floors = orders["floors"]
    places = {name: (floor, 0) for name, floor in floors.items()}
    for wing in WINGS:
        places |= {f"{wing}.{room}": (floors[wing], place) for room, place in orders.get(wing, {}).items()}
    return places


def _places(layers: list[str]) -> dict[str, int]:
    """Each member of a list of layers, highest first, with its height."""
    return {name.strip(" ()"): height for height, layer in enumerate(reversed(layers)) for name in layer.split("|")}


def committed_files() -> Iterator[Path]:
    """Every file that is, or would be, committed: the tree without what .gitignore names."""
    lines = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    ignored = [".git", *(line.strip("/") for line in lines if line)]
    for folder, folders, files in os.walk(ROOT):
        folders[:] = [name for name in folders if not _matches(name, ignored)]
        yield from (Path(folder, name) for name in files if not _matches(name, ignored))


def _matches(name: str, patterns: list[str]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
