"""Breaks rules of ours on purpose, one at a time, in a copy of the house, and sees that the test named for each fails.

python -m tests.mutations.trial            every mutation of guard-rails.yaml
python -m tests.mutations.trial G7 G10     those of these guard-rails
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

ROOT: Final = Path(__file__).parents[2]
LIST: Final = Path(__file__).parent / "guard-rails.yaml"
COPIED: Final = ("src", "tests", "tools", "catalogue", "docs", "bench", "pyproject.toml", "README.md")
FAILED: Final = 1
"""What pytest returns when tests ran and some failed; anything else says nothing of the rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """One rule, broken: in `file` the text `old`, which stands there once, becomes `new`; `test` must then fail."""

    guard_rail: str
    breaks: str
    file: str
    old: str
    new: str
    test: str

    def broken(self, text: str) -> str:
        """The file's text with the rule broken. Raises ValueError where `old` does not stand there exactly once."""
        if text.count(self.old) != 1:
            raise ValueError(f"{self.guard_rail} ({self.breaks}): “{self.old}” stands {text.count(self.old)} times")
        return text.replace(self.old, self.new)


def mutations() -> tuple[Mutation, ...]:
    """Every mutation of the list, in its order."""
    return tuple(Mutation(**one) for one in yaml.safe_load(LIST.read_text(encoding="utf-8")))


def survivors(chosen: Iterable[Mutation]) -> Iterator[tuple[Mutation, str]]:
    """Those that no test noticed, with the end of what the test said; each trial is told as it is made.

    Every test must pass before anything is broken, or its failing would say nothing.
    """
    with tempfile.TemporaryDirectory(prefix="xinshu-mutations-") as folder:
        house = Path(folder) / "house"
        for name in COPIED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy2
            house.mkdir(exist_ok=True)
            copy(ROOT / name, house / name)
        chosen = tuple(chosen)
        data = Path(folder) / "data"
        for test in dict.fromkeys(one.test for one in chosen):
            code, said = _run(test, house, data)
            if code != 0:
                raise SystemExit(f"{test} fails before anything is broken\n{said}")
        for one in chosen:
            place = house / one.file
            sound = place.read_text(encoding="utf-8")
            place.write_text(one.broken(sound), encoding="utf-8")
            code, said = _run(one.test, house, data)
            place.write_text(sound, encoding="utf-8")
            sys.stdout.write(f"{one.guard_rail:4} {'noticed' if code == FAILED else 'SURVIVED'}  {one.breaks}\n")
            sys.stdout.flush()
            if code != FAILED:
                yield one, said


def _run(test: str, house: Path, data: Path) -> tuple[int, str]:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    place = {"PYTHONPATH": f"{house / 'src'}{os.pathsep}{house}", "XINSHU_DATA_FOLDER": str(data)}
    done = subprocess.run(
        command, cwd=house, env={**os.environ, **place}, capture_output=True, text=True, timeout=1200, check=False
    )
    return done.returncode, done.stdout[-2000:]


def main() -> int:
    """0 when every mutation was noticed."""
    asked = set(sys.argv[1:])
    chosen = [one for one in mutations() if not asked or one.guard_rail in asked]
    if not chosen:
        sys.stderr.write(f"没有这些护栏 none of these guard-rails: {', '.join(sorted(asked))}\n")
        return 2
    survived = list(survivors(chosen))
    for one, said in survived:
        sys.stdout.write(f"\n{one.guard_rail} {one.test}\n{said}\n")
    sys.stdout.write(f"{len(chosen)} mutations, {len(survived)} survived\n")
    return 1 if survived else 0


if __name__ == "__main__":
    sys.exit(main())
