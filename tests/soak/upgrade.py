"""`make soak-upgrade`: a store that the release before listings filled is brought up to today's, as an operator does it.

The old release is taken out of the history of git, and runs in today's environment. It seeds a country and takes in
entries of lists, some of them unlawful. Today's release must refuse these by name and leave the old one going; once
they are mended it must come up while the old portal answers, show the same to the byte, and go on in journal and log.
"""

import argparse
import os
import re
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Final, NamedTuple

import httpx
import polars as pl
import psycopg

from bench.subject import serving
from tests.house.tree import ROOT
from tests.kinds import made_up_code
from tests.soak.load_site import market
from xinshu.kit.postgres import connection_parameters

PORT: Final = 8763
TOOL: Final = (sys.executable, "-c", "from xinshu.doors.cli.main import main; main()")
FIRST: Final = "src/xinshu/register/records/migrations/0011_listings.py"
"""The release before the commit that added this is the old one."""

SHOWN: Final = """
import hashlib, django
django.setup()
from django.conf import settings
from xinshu.kit import postgres
from xinshu.kit.clock import now
from xinshu.register.records.queries import shown_stream
with postgres.running(settings.DATA_FOLDER):
    rows = sorted(repr(sorted(row.items())) for part in shown_stream(on_date=now().day) for row in part.to_pylist())
print(len(rows), hashlib.sha256("\\n".join(rows).encode()).hexdigest())
"""
"""All that a release shows today, as it says it itself."""

ENVIRONMENT: Final = {"DJANGO_SETTINGS_MODULE": "xinshu.project.settings"}
LAST: Final = "SELECT max(first_number + lines - 1), sum(lines) FROM records_filing"
UNLAWFUL: Final = 7
LISTS: Final = ("市场监督管理严重违法失信名单", "拖欠农民工工资失信名单", "政府采购严重违法失信名单")


class Wrong(AssertionError):
    """Something was lost, or told otherwise than an operator needs it."""


class Release(NamedTuple):
    """The source of a release, and what its commands are told."""

    source: Path
    environment: Mapping[str, str]

    def at(self, data: Path) -> dict[str, str]:
        """The environment of its commands on a data folder."""
        paths = os.pathsep.join((str(self.source / "src"), str(self.source)))
        return {**self.environment, "PYTHONPATH": paths, "XINSHU_DATA_FOLDER": str(data)}

    def run(self, data: Path, *order: str) -> subprocess.CompletedProcess[str]:
        """A command of it, whatever comes of it."""
        command = [*TOOL, *order]
        return subprocess.run(
            command, check=False, capture_output=True, text=True, cwd=self.source, env=self.at(data), timeout=3600
        )

    def says(self, data: Path, *order: str) -> str:
        """What a command of it prints, which must end well."""
        done = self.run(data, *order)
        _must(done.returncode == 0, f"{order}: {done.stderr[-2000:]}")
        return done.stdout

    def shown(self, data: Path) -> str:
        """How many records it shows, and the digest of all it says of them."""
        command = [sys.executable, "-c", SHOWN]
        return subprocess.run(
            command, check=True, capture_output=True, text=True, cwd=self.source, env=self.at(data)
        ).stdout


def main() -> None:
    """Run it and print what was seen; where there is no history of git, say so."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--subjects", type=int, default=2000)
    asked.add_argument("--records", type=int, default=8000)
    asked.add_argument("--entries", type=int, default=1000)
    chosen = asked.parse_args()
    commit = _before()
    if commit is None:
        sys.stdout.write("SKIPPED: the history of git is not here, and the old release stands in it alone\n")
        return
    with tempfile.TemporaryDirectory(prefix="xinshu-upgrade.") as place:
        folder = Path(place)
        folder.chmod(0o755)
        old, new = (Release(source, _environment()) for source in (folder / "old", ROOT))
        _taken_out(commit, old.source)
        _filled(old, folder, subjects=chosen.subjects, records=chosen.records, entries=chosen.entries)
        _refused(old, new, folder)
        _brought_up(old, new, folder)
        _goes_on(new, folder)
        _restored(new, folder)
    sys.stdout.write("nothing lost\n")


def _environment() -> dict[str, str]:
    """The embedded database, and folders beneath the data folder, whatever is set for the house itself."""
    ours = {
        name: value for name, value in os.environ.items() if not name.startswith("XINSHU_") and name != "DATABASE_URL"
    }
    return ours | ENVIRONMENT


def _before() -> str | None:
    """The commit before listings; None where the history does not reach."""
    found = _git("log", "--diff-filter=A", "--format=%P", "--", FIRST).decode().split()
    return found[0] if found else None


def _git(*order: str) -> bytes:
    try:
        return subprocess.run(["git", *order], cwd=ROOT, check=True, capture_output=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return b""


def _taken_out(commit: str, into: Path) -> None:
    with tarfile.open(fileobj=BytesIO(_git("archive", commit))) as release:
        release.extractall(into, filter="data")


def _filled(old: Release, folder: Path, *, subjects: int, records: int, entries: int) -> None:
    site = folder / "site"
    old.says(site, "seed", "--subjects", str(subjects), "--records", str(records))
    _filed(old, folder, "lawful", range(entries), defence_until="2026-05-13")
    _filed(old, folder, "unlawful", range(entries, entries + UNLAWFUL), defence_until="2026-06-20")
    (folder / "log.key").write_text(_key(old, site), encoding="utf-8")
    (folder / "passphrase").write_text("made up for this trial", encoding="utf-8")
    (folder / "passphrase").chmod(0o600)
    _told("filled by the old release; it shows", old.shown(site))


def _filed(release: Release, folder: Path, name: str, numbers: range, *, defence_until: str) -> str:
    """Entries of three lists; the receipt."""
    code, organ = market(release.says(folder / "site", "organ", "list"))
    rows = [
        _entry(number, defence_until) | {"列入决定机关": organ, "列入决定机关统一社会信用代码": code}
        for number in numbers
    ]
    file = folder / f"{name}.csv"
    pl.DataFrame(rows).write_csv(file)
    order = ("intake", str(file), "--organ", code, "--kind", "SERIOUS_DISHONESTY", "--attested", "--on", "2026-06-10")
    return release.says(folder / "site", *order)


def _entry(number: int, defence_until: str) -> dict[str, str]:
    return {
        "主体名称": f"云汀旧例{number}商贸有限公司",
        "主体类别": "法人及非法人组织",
        "统一社会信用代码": made_up_code(2_000_000 + number),
        "名单名称": LISTS[number % len(LISTS)],
        "失信事实": "连续隐瞒真实情况",
        "列入条件依据": "市场监督管理严重违法失信名单管理办法第七条",
        "事前告知日期": "2026-05-06",
        "陈述申辩截止日期": defence_until,
        "列入决定书文号": f"示市监列〔2026〕{number}号",
        "列入决定日期": "2026-06-01",
        "送达日期": "2026-06-03",
        "列入期限届满日期": "2029-05-31",
    }


def _refused(old: Release, new: Release, folder: Path) -> None:
    """Today's release refuses the unlawful entries by name; the old one goes on, and they are mended in it."""
    site = folder / "site"
    before = old.shown(site)
    refused = new.run(site, "setup")
    _must(refused.returncode == 2, f"not refused: {refused.stdout}{refused.stderr}")
    named = set(re.findall(r"示市监列〔2026〕(\d+)号 --organ", refused.stderr))
    _must(len(named) == UNLAWFUL, f"not every entry is named: {refused.stderr}")
    _must(old.shown(site) == before, "the refused upgrade changed what the old release shows")
    first = min(map(int, named))
    mended = _filed(old, folder, "mended", range(first, first + UNLAWFUL), defence_until="2026-05-20")
    _must(re.search(rf"corrected +{UNLAWFUL}\b", mended) is not None, f"not mended: {mended}")
    _told("refused by name, and mended in the old release;", f"{UNLAWFUL} entries")


def _brought_up(old: Release, new: Release, folder: Path) -> None:
    """Today's tables, while the old portal answers; the same is shown."""
    site = folder / "site"
    order = ("backup", str(folder / "old.age"), "--passphrase-file", str(folder / "passphrase"))
    old.says(site, *order)
    before = old.shown(site)
    with serving([*TOOL, "run", "--port", str(PORT), "--without-worker"], old.at(site), PORT):
        begun = time.monotonic()
        new.says(site, "setup")
        took = time.monotonic() - begun
        answer = httpx.get(f"http://127.0.0.1:{PORT}/subjects/{made_up_code(2_000_000)}/", timeout=60)
        _must(answer.status_code == 200, f"the old portal says {answer.status_code}")
    _must(new.shown(site) == before, "not the same is shown")
    _told("brought up while the old portal answered;", f"{took:.1f} s, the same is shown")


def _goes_on(new: Release, folder: Path) -> None:
    """Journal and public log go on from where they were."""
    site = folder / "site"
    with serving([*TOOL, "run", "--port", str(PORT)], new.at(site), PORT):
        last, lines = _numbers(site)
        _must(last == lines, f"{lines} lines, and the last number is {last}")
        _filed(new, folder, "later", range(900_000, 900_020), defence_until="2026-05-13")
        _must(_numbers(site) == (last + 20, last + 20), "the journal does not go on by one")
        ready = httpx.get(f"http://127.0.0.1:{PORT}/readyz", timeout=60)
        _must(ready.status_code == 200, f"not ready: {ready.text}")
        _must(_key(new, site) == (folder / "log.key").read_text("utf-8"), "the log has another key")
    verified = new.says(site, "log", "verify", str(site / "publog"), "--key", str(folder / "log.key"))
    _told("the journal goes on, and the log:", verified)


def _restored(new: Release, folder: Path) -> None:
    """The old release's backup, in another place."""
    other, site = folder / "other", folder / "site"
    other.mkdir()
    for kept in ("endings", "publog"):
        subprocess.run(["cp", "-a", str(site / kept), str(other / kept)], check=True)
    order = ("restore", str(folder / "old.age"), "--passphrase-file", str(folder / "passphrase"))
    new.says(other, *order)
    _told("the old backup is restored by today's release; it shows", new.shown(other))


def _key(release: Release, site: Path) -> str:
    return release.says(site, "log", "key").strip()


def _numbers(site: Path) -> tuple[int, int]:
    with psycopg.connect(**connection_parameters(site)) as database:
        last, lines = database.execute(LAST).fetchone() or (0, 0)
    return int(last), int(lines)


def _told(what: str, said: str) -> None:
    sys.stdout.write(f"{what} {said.strip()}\n")
    sys.stdout.flush()


def _must(held: bool, what: str) -> None:
    if not held:
        raise Wrong(what)


if __name__ == "__main__":
    main()
