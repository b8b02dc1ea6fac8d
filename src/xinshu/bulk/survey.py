"""Surveys a file before anything of it is stored: reads and checks every part, and sets aside what is needed later.

A file that cannot be read at its last row is refused before its first is stored; two contents for one document are
seen however far apart they stand.
"""

from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
import polars as pl

from xinshu.bulk.ahead import one_ahead, two_at_once
from xinshu.bulk.checks import Checked, RowFault, RowReason, check_table
from xinshu.bulk.files import Table, read_parts
from xinshu.bulk.given_names import shown_name
from xinshu.bulk.headers import HeadersRefused, match_headers
from xinshu.bulk.reasons import by_article, sentences
from xinshu.bulk.spool import Spool
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRole, Kind

Keys = npt.NDArray[np.uint64]
REASONS = {"index": pl.UInt32, "row": pl.UInt32, "reasons": pl.String}


@dataclass(frozen=True, slots=True)
class Step:
    """Where the work on a batch stands: its present step, records done, and how many there are, once that is known."""

    name_zh: str
    name_en: str
    done: int = 0
    total: int | None = None


Progress = Callable[[Step], None]
"""Told each step as it begins, and each part as it is done."""


@dataclass(frozen=True, slots=True)
class Notice:
    """Something the organ should know of its file, which is no fault of a row: a sheet that was left out."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """By what a file is checked: its kind in the catalogue, the sender's division, the day, and its own headers."""

    kind_name: str
    catalogue: Catalogue
    division: str
    on_date: date
    mapping: Mapping[str, str]

    @property
    def kind(self) -> Kind:
        """The kind's rules."""
        return self.catalogue.kinds[self.kind_name]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a file: where its frames are set aside, in what form it came, and what its check counted.

    `good`: sound documents. `cells`: the records as they stand. `returned`: the columns of REASONS.
    """

    good: int
    cells: int
    returned: int
    form: Table
    headers: Mapping[str, str]
    checked: Checked


@dataclass(slots=True, kw_only=True)
class Survey:
    """A file that can be read: its parts, the documents that it says twice and differently, and what to tell of it.

    `named_again`: the numbers of the identities that several of its parts name, for whatever subject.
    """

    spool: Spool
    parts: list[Part] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    clashing: Keys = field(default_factory=lambda: np.empty(0, np.uint64))
    named_again: Keys = field(default_factory=lambda: np.empty(0, np.uint64))

    @property
    def received(self) -> int:
        """How many records the file holds."""
        return sum(part.checked.received for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """What of a part's sound rows is compared across parts: a number for each document, each content, each identity."""

    documents: Keys
    contents: Keys
    identities: Keys


def survey(book: Rulebook, path: Path, spool: Spool, progress: Progress) -> Survey:
    """Read and check the whole file. Raises UnreadableFile, of which HeadersRefused names the headers."""
    found = Survey(spool=spool)
    keys: list[Keys] = []
    contents: list[Keys] = []
    identities: list[Keys] = []
    with (
        one_ahead(_tables(book, path, found)) as tables,
        two_at_once(partial(_checked, book, spool), tables) as checked,
    ):
        for part, numbers in checked:
            found.parts.append(part)
            keys.append(numbers.documents)
            contents.append(numbers.contents)
            identities.append(numbers.identities)
            progress(Step("检查", "check", found.received))
    if len(found.parts) > 1:
        found.clashing = _clashing(np.concatenate(keys), np.concatenate(contents))
        found.named_again = _several(np.concatenate(identities))
    return found


def identity_numbers(identities: pl.Series) -> pl.Series:
    """A number for each identity (SHA-256): its first eight bytes."""
    return identities.bin.slice(0, 8).bin.reinterpret(dtype=pl.UInt64, endianness="little")


def _several(numbers: Keys) -> Keys:
    """The numbers that stand more than once."""
    numbers = np.sort(numbers)
    return np.unique(numbers[1:][numbers[1:] == numbers[:-1]])


def document_keys(good: pl.DataFrame) -> Keys:
    """Which document about which body each row is, as a number; it holds for one process only."""
    return good.select(pl.struct("identity", "subject_code").hash(seed=0)).to_series().to_numpy()


def _tables(book: Rulebook, path: Path, found: Survey) -> Generator[tuple[Table, Mapping[str, str]], None, None]:
    """Every part whose columns can be this kind's; a sheet beside it that holds none is left out, and told."""
    refused: HeadersRefused | None = None
    left_out: set[str | None] = set()
    any_taken = False
    for table in read_parts(path, hidden_too=True):
        match = match_headers(table.frame.columns, book.kind, mapping=book.mapping)
        if table.is_hidden:
            # Lists of choices lie on hidden sheets of many templates; one with our headers may be meant as data.
            if match.fields:
                found.notices.append(_hidden(table.sheet or ""))
            continue
        if table.sheet is not None and not match.fields:
            refused = refused or HeadersRefused(match, book.kind)
            if table.sheet not in left_out:
                left_out.add(table.sheet)
                found.notices.append(_left_out(table.sheet))
            continue
        any_taken = True
        yield table, match.fields
    if refused is not None and not any_taken:
        raise refused


def _hidden(name: str) -> Notice:
    sheet = shown_name(name)
    return Notice(
        f"工作表“{sheet}”是隐藏的，未导入；如其中有数据，请取消隐藏后另行报送。",
        f"The sheet “{sheet}” is hidden and was left out; if it holds data, unhide it and send it again.",
    )


def _left_out(name: str) -> Notice:
    sheet = shown_name(name)
    return Notice(
        f"工作表“{sheet}”没有任何已知表头，未导入；如其中有数据，请按模板补上表头后另行报送。",
        f"The sheet “{sheet}” has no known header and was left out; if it holds data, add headers and send it again.",
    )


def _checked(book: Rulebook, spool: Spool, read: tuple[Table, Mapping[str, str]]) -> tuple[Part, Numbers]:
    table, headers = read
    checked = check_table(
        table,
        kind_name=book.kind_name,
        kind=book.kind,
        catalogue=book.catalogue,
        division=book.division,
        on_date=book.on_date,
        mapping=book.mapping,
    )
    good = checked.good
    rows = [(row.index, row.row, _reasons(row.reasons)) for row in checked.returned]
    part = Part(
        good=spool.put(good),
        cells=spool.put(table.frame.with_columns(table.rows.alias(ROW))),
        returned=spool.put(pl.DataFrame(rows, schema=REASONS, orient="row")),
        form=_without_frames(table),
        headers=headers,
        checked=_light(checked),
    )
    return part, _numbers(good)


def _numbers(good: pl.DataFrame) -> Numbers:
    return Numbers(
        documents=document_keys(good),
        contents=good.select(pl.col("content_digest").hash(seed=0)).to_series().to_numpy(),
        identities=identity_numbers(good["identity"]).unique().to_numpy(),
    )


ROW = "\x00row"
"""The column of row numbers beside a part's own cells; no header can be called so."""


def _without_frames(table: Table) -> Table:
    return Table(
        frame=table.frame.clear(),
        rows=table.rows.clear(),
        format=table.format,
        encoding=table.encoding,
        delimiter=table.delimiter,
        sheet=table.sheet,
    )


def _light(checked: Checked) -> Checked:
    """The counts of a check without its frames, which are set aside."""
    return replace(checked, good=checked.good.clear(), returned=())


def _reasons(reasons: Iterable[RowReason]) -> str:
    return told(*((why.field, why.header, why.code, why.zh, why.en) for why in reasons))


def told(*reasons: tuple[str, str, str, str, str]) -> str:
    """Reasons as they are kept: a JSON list of [field, header, code, zh, en]."""
    return orjson.dumps([[*reason[:2], str(reason[2]), *reason[3:]] for reason in reasons]).decode()


def _clashing(keys: Keys, contents: Keys) -> Keys:
    """The keys under which the file says two things; what it says twice alike is no clash."""
    order = np.lexsort((contents, keys))
    keys, contents = keys[order], contents[order]
    same_document = keys[1:] == keys[:-1]
    return np.unique(keys[1:][same_document & (contents[1:] != contents[:-1])])


def clash_reason(book: Rulebook, headers: Mapping[str, str]) -> str:
    """What is told of a document that stands elsewhere in the same file with another content."""
    name = next((name for name, rule in book.kind.fields.items() if rule.role is FieldRole.DOCUMENT_NUMBER), "")
    header = headers.get(name, name)
    said = sentences(
        RowFault.TWO_CONTENTS,
        header=header,
        name_en=book.kind.fields[name].name_en,
        others="（另一部分 another part）",
    )
    zh, en = ("".join(parts) for parts in zip(said, by_article(RowFault.TWO_CONTENTS, book.catalogue), strict=True))
    return told((name, header, RowFault.TWO_CONTENTS, zh, en))
