"""The open data files on disk: each made once for a day and a state of the journal, and never served for another.

DATA_FOLDER/open-data/ holds `<set>.<key>.<form>` and beside it `<set>.<key>.<form>.json`, the facts, written last:
without them a file is not there. The key is day, log number, mark of the journal's state, and edition; whatever changes
a record or its display changes the key. Making takes the lock `<set>.<form>.lock`; older files of both go then.
"""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final

import orjson
from django.conf import settings

from xinshu.bulk.open_files import WRITERS, Part
from xinshu.kit.durable import keep, make
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import LEGAL_ZONE
from xinshu.register.catalogues.queries import EditionRow, catalogue_on
from xinshu.register.records.queries import LogState, log_state, shown_as_many
from xinshu.uses.disclosure.data_sets import LICENCE, TERMS, DataSet

FORMS: Final = tuple(WRITERS)

MOST_AT_ONCE: Final = 20_000
"""A file of more rows is not made while a reader waits, but by the worker."""

ATTEMPTS: Final = 2
"""How often a file is made anew when the journal grew meanwhile."""


class BeingMade(XinshuError):
    """The file of this moment is not there yet; `seconds`: when to ask again."""

    zh = "文件正在按最新状态生成，请稍后再试。"
    en = "The file is being made from the present state; please try again."

    def __init__(self, seconds: int) -> None:
        super().__init__(f"{self.zh}{self.en}")
        self.seconds = seconds


class TooManyRows(XinshuError):
    """The file is too large to be made while a reader waits; have it made by the worker."""

    def __init__(self) -> None:
        super().__init__(
            "文件较大，须由后台生成，请稍后再试。The file is large and made in the background; please try again later."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFile:
    """A file that may be served now: where it lies, and its facts.

    `good_until`: the midnight until which a copy of it may be used. `sha256`: hexadecimal.
    """

    path: Path
    data_set: str
    form: str
    day: date
    good_until: datetime
    log_number: int
    edition: str
    rows: int
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The name under which it is saved, in plain ASCII."""
        return f"xinshu-{self.data_set}-{self.day}.{self.form}"


@dataclass(frozen=True, slots=True)
class State:
    """What a file must have been made from to be served: the day, the edition of that day, where the journal stands."""

    day: date
    edition: EditionRow
    log: LogState

    @property
    def key(self) -> str:
        """Part of the name of every file that was made from it."""
        return f"{self.day}-{self.log.number}-{self.log.mark}-{self.edition.hash[:16]}"

    @property
    def good_until(self) -> datetime:
        """Midnight in Asia/Shanghai, at which displays end."""
        return datetime.combine(self.day + timedelta(days=1), time(), LEGAL_ZONE)

    def facts(self) -> dict[str, Any]:
        """What files, pages and the manifest say of it; days and instants as ISO text.

        The journal's number stays inside (Decision 8): its steps would tell that something came in that is not shown.
        """
        return {
            "day": self.day.isoformat(),
            "good_until": self.good_until.isoformat(),
            "edition": self.edition.hash,
        }


def state_on(day: date) -> State:
    """The state of this moment, on that day."""
    return State(day, catalogue_on(day), log_state())


def file_at_hand(data_set: DataSet, form: str, *, state: State) -> OpenFile | None:
    """The file made from that very state, if it is there."""
    path = _folder() / f"{data_set.name}.{state.key}.{form}"
    try:
        facts = orjson.loads(_facts_of(path).read_bytes())
    except FileNotFoundError:
        return None
    days = {"day": date.fromisoformat(facts["day"]), "good_until": datetime.fromisoformat(facts["good_until"])}
    return OpenFile(path=path, **facts | days)


def file_for_reader(data_set: DataSet, form: str, *, on_date: date) -> OpenFile:
    """The file of this moment, made if need be. Raises BeingMade, or TooManyRows when the worker is to make it."""
    _asked(data_set, form, on_date)
    state = state_on(on_date)
    found = file_at_hand(data_set, form, state=state)
    if found is not None:
        return found
    kinds = list(data_set.kinds(state.edition.catalogue))
    if kinds and shown_as_many(kinds=kinds, on_date=on_date, most=MOST_AT_ONCE + 1) > MOST_AT_ONCE:
        raise TooManyRows
    return make_file(data_set, form, on_date=on_date)


def make_file(data_set: DataSet, form: str, *, on_date: date) -> OpenFile:
    """The file of this moment, made if it is not there; the older ones of its set and form go.

    Raises BeingMade while another makes it, and when the journal grew under each attempt.
    """
    with _locked(data_set, form):
        for _ in range(ATTEMPTS):
            state = state_on(on_date)
            found = file_at_hand(data_set, form, state=state)
            if found is None:
                _sweep(data_set, form, but=None)
                found = _written(data_set, form, state)
            _sweep(data_set, form, but=None if found is None else found.path)
            if found is not None:
                return found
    raise BeingMade(10)


def asked_lately(data_set: DataSet, form: str, *, on_date: date) -> bool:
    """Whether anyone asked for the set in that form on that day or the day before: only then is it made ahead."""
    try:
        asked_at = _asked_of(data_set, form).stat().st_mtime
    except FileNotFoundError:
        return False
    return on_date - datetime.fromtimestamp(asked_at, LEGAL_ZONE).date() <= timedelta(days=1)


def sweep(data_set: DataSet, form: str) -> None:
    """Have no file of the set in that form lie here. Raises BeingMade while one is being made."""
    with _locked(data_set, form):
        _sweep(data_set, form, but=None)


def manifest(data_sets: Iterable[DataSet], *, on_date: date) -> dict[str, Any]:
    """What is offered at this moment: for each set and form its facts, null where the file waits to be asked for."""
    state = state_on(on_date)
    licence = dict(zip(("zh", "en"), LICENCE, strict=True))
    return {
        **state.facts(),
        "licence": licence,
        "terms": [dict(zip(("zh", "en"), term, strict=True)) for term in TERMS],
        "files": [_offered(data_set, form, state) for data_set in data_sets for form in FORMS],
    }


def _offered(data_set: DataSet, form: str, state: State) -> dict[str, Any]:
    found = file_at_hand(data_set, form, state=state)
    facts = {name: found and getattr(found, name) for name in ("rows", "size", "sha256")}
    return {"data_set": data_set.name, "form": form, "kinds": list(data_set.kinds(state.edition.catalogue)), **facts}


def _written(data_set: DataSet, form: str, state: State) -> OpenFile | None:
    """The file, or None when the journal grew while it was made: then it may be of neither state, and goes."""
    path = _folder() / f"{data_set.name}.{state.key}.{form}"
    facts = {"data_set": data_set.name, "form": form, **state.facts()}
    layout = data_set.layout(state.edition.catalogue, _about(facts))
    parts = _Counted(data_set.parts(state.edition.catalogue, on_date=state.day))

    def write(file: IO[bytes]) -> None:
        with TemporaryDirectory(prefix=f".{data_set.name}.{form}.", dir=path.parent) as scratch:
            WRITERS[form](file, layout, parts, Path(scratch))

    keep(path, write)
    if state_on(state.day).key != state.key:
        return None
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    facts |= {"log_number": state.log.number, "rows": parts.rows, "size": path.stat().st_size, "sha256": digest}
    keep(_facts_of(path), lambda file: _put(file, orjson.dumps(facts)))
    return file_at_hand(data_set, form, state=state)


class _Counted:
    """Parts, and how many rows have gone through."""

    def __init__(self, parts: Iterator[Part]) -> None:
        self._parts, self.rows = parts, 0

    def __iter__(self) -> Iterator[Part]:
        for part in self._parts:
            self.rows += len(part)
            yield part


def _about(facts: dict[str, Any]) -> dict[str, str]:
    """What a file says of itself."""
    terms = [" ".join(words) for words in (LICENCE, *TERMS)]
    return {f"xinshu.{name}": str(value) for name, value in facts.items()} | {"xinshu.terms": "\n".join(terms)}


@contextmanager
def _locked(data_set: DataSet, form: str) -> Iterator[None]:
    """One maker at a time of a set in a form, in whatever process; who comes second is told to come again."""
    lock = os.open(_folder() / f"{data_set.name}.{form}.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise BeingMade(5) from None
    finally:
        os.close(lock)


def _sweep(data_set: DataSet, form: str, *, but: Path | None) -> None:
    """Under the lock: every other file of that set and form goes, drafts of who was cut off too. Facts go first."""
    kept = () if but is None else (but, _facts_of(but))
    drafts = [*_folder().glob(f".{data_set.name}.*.{form}.*"), *_folder().glob(f".{data_set.name}.{form}.*")]
    made = [*_folder().glob(f"{data_set.name}.*.{form}.json"), *_folder().glob(f"{data_set.name}.*.{form}")]
    for path in [*made, *drafts]:
        if path.is_dir():
            shutil.rmtree(path)
        elif path not in kept:
            path.unlink(missing_ok=True)


def _asked(data_set: DataSet, form: str, day: date) -> None:
    """Note the day on which a set was asked for, as the time of an empty file."""
    at = datetime.combine(day, time(12), LEGAL_ZONE).timestamp()
    noted = _asked_of(data_set, form)
    noted.touch(0o600)
    os.utime(noted, (at, at))


def _asked_of(data_set: DataSet, form: str) -> Path:
    return _folder() / f"{data_set.name}.{form}.asked"


def _folder() -> Path:
    found = Path(settings.DATA_FOLDER) / "open-data"
    make(found)
    return found


def _facts_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _put(file: IO[bytes], content: bytes) -> None:
    file.write(content)
