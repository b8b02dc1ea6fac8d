"""An organ's own ledger of a month, and the digest of it by which it is compared with what is held here.

The canonical form stands in docs/quality.md, so that an organ can compute it with a program of its own.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

import polars as pl

from xinshu.bulk.documents import SEPARATOR, compared, normalised_number
from xinshu.bulk.files import read_parts
from xinshu.bulk.headers import fold_header
from xinshu.bulk.values import as_date
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code, is_identity_number, is_old_identity_number, normalise
from xinshu.law.entries import FieldRole, Kind

MOST_DOCUMENTS: Final = 2_000_000
"""Documents of one ledger; more than any organ decides in a month."""

LARGEST_LEDGER: Final = 64 << 20
"""Bytes of a ledger's file that comes in by the desk or the API."""

ROWS_TOLD: Final = 10
NUMBER, CODE, ITEM, ORGAN, DECIDED, CONTENT = "number", "code", "item", "organ", "decided_on", "content_digest"
COLUMNS: Final[Mapping[str, tuple[tuple[FieldRole, ...], tuple[str, ...]]]] = {
    NUMBER: ((FieldRole.DOCUMENT_NUMBER,), ("文书号", "document_number", "number")),
    CODE: ((FieldRole.SUBJECT_CODE,), ("主体代码", "subject_code", "统一社会信用代码", "code")),
    ITEM: ((FieldRole.ITEM,), ("事项", "item")),
    ORGAN: ((FieldRole.ORGAN_CODE,), ("决定机关代码", "organ_code")),
    DECIDED: ((FieldRole.DECIDED_ON,), ("决定日期", "decided_on")),
    CONTENT: ((), ("内容摘要", "content_digest")),
}
"""What is read of a ledger: the fields of the kind by their role, and plain names. No other column is read."""

DOCUMENT: Final = {
    NUMBER: pl.String,
    CODE: pl.String,
    ITEM: pl.String,
    ORGAN: pl.String,
    "identity": pl.Binary,
    CONTENT: pl.Binary,
}


class LedgerRefused(XinshuError):
    """A ledger cannot be used as it is; the sentence says which rows, and what to do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The documents of a ledger, each once, in the order of their lines.

    `documents`: the columns of DOCUMENT. `repeated`: rows that named a document again. `of_other_months`: rows whose
    day of decision lies in another month. `outside`: rows about natural persons or without a code, which are outside
    the system; nothing of them is in the digest.
    """

    documents: pl.DataFrame
    digest: bytes
    repeated: int
    of_other_months: int
    outside: int

    @property
    def count(self) -> int:
        """How many documents."""
        return self.documents.height


@contextmanager
def in_memory(chunks: Iterable[bytes], *, most: int) -> Iterator[Path]:
    """What is sent as a file in memory for as long as it is read; it ends with the process, however that ends.

    Raises LedgerRefused beyond `most` bytes.
    """
    with os.fdopen(os.memfd_create("ledger"), "wb") as file:
        for chunk in chunks:
            file.write(chunk)
            if file.tell() > most:
                raise LedgerRefused(
                    f"台账文件超过{most >> 20} MB；请只保留所需的列，或按类目和月份分开。"
                    f"The ledger's file is larger than {most >> 20} MB; keep the columns that are needed, or part it."
                )
        file.flush()
        yield Path(f"/proc/self/fd/{file.fileno()}")


def line_of(identity: bytes, code: str) -> bytes:
    """One document's line in the canonical form: digest of its key in hex, a blank, its body's code, a line feed."""
    return identity.hex().encode() + b" " + code.encode() + b"\n"


def digest_of(lines: Iterable[bytes]) -> bytes:
    """SHA-256 over the lines, each once, sorted by their bytes; of no line at all, that of nothing."""
    whole = hashlib.sha256()
    for line in sorted(set(lines)):
        whole.update(line)
    return whole.digest()


def read_ledger(path: Path, *, organ: str, kind_name: str, kind: Kind, month: date) -> Ledger:
    """The ledger in a file of any form that is taken in here. Raises UnreadableFile, LedgerRefused."""
    frames = []
    for part in read_parts(path):
        columns = _columns(part.frame.columns, kind)
        cells = (
            pl.col(columns[name]).alias(name) if name in columns else pl.lit(None, pl.String).alias(name)
            for name in COLUMNS
        )
        frames.append(part.frame.select(*cells).with_columns(part.rows.cast(pl.Int64).alias("row")))
        if sum(map(len, frames)) > MOST_DOCUMENTS:
            raise LedgerRefused(
                f"台账超过{MOST_DOCUMENTS}件，请按类目或月份分开。"
                f"The ledger has more than {MOST_DOCUMENTS} documents; part it by kind or month."
            )
    return _ledger(pl.concat(frames), organ=organ, kind_name=kind_name, month=month)


def ledger_of(documents: Sequence[Mapping[str, str | None]], *, organ: str, kind_name: str, month: date) -> Ledger:
    """The ledger in a list of documents, by the names of COLUMNS. Raises LedgerRefused."""
    rows = [{name: (given.get(name) or "").strip() or None for name in COLUMNS} for given in documents]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(COLUMNS, pl.String)).with_row_index("row", offset=1)
    return _ledger(frame.with_columns(pl.col("row").cast(pl.Int64)), organ=organ, kind_name=kind_name, month=month)


def _columns(headers: Sequence[str], kind: Kind) -> dict[str, str]:
    """Which header holds what; number and code must be there, and none twice."""
    found: dict[str, str] = {}
    for name, (roles, plain) in COLUMNS.items():
        rules = [(field, rule) for field, rule in kind.fields.items() if rule.role in roles]
        said = [*plain, *(word for field, rule in rules for word in (field, rule.name_zh, *rule.spellings))]
        known = {fold_header(word) for word in said}
        named = [header for header in headers if fold_header(header) in known]
        if len(named) > 1:
            raise LedgerRefused(
                f"有{len(named)}列都像“{plain[0]}”，请保留一列：{'、'.join(named)}。"
                f"{len(named)} columns could be “{plain[1]}”; keep one of them."
            )
        if named:
            found[name] = named[0]
    if missing := [COLUMNS[name][1] for name in (NUMBER, CODE) if name not in found]:
        raise LedgerRefused(
            f"台账缺少列：{'、'.join(plain[0] for plain in missing)}；可用本类目模板的表头，或用上述列名。"
            f"The ledger lacks a column: {', '.join(plain[1] for plain in missing)}; the headers of the kind's"
            " template will do as well."
        )
    return found


def _ledger(rows: pl.DataFrame, *, organ: str, kind_name: str, month: date) -> Ledger:
    dated = rows.with_columns(as_date(pl.col(DECIDED)).alias("day"))
    _refuse(
        dated.filter(pl.col(DECIDED).is_not_null() & pl.col("day").is_null()), "决定日期不能识读", "day of decision"
    )
    first = pl.lit(month.replace(day=1))
    of_month = dated.filter((pl.col("day").dt.truncate("1mo") == first).fill_null(value=True))
    codes = pl.Series("code", [None if code is None else normalise(code) for code in of_month[CODE]], pl.String)
    coded = of_month.with_columns(codes)
    bodies = {code: _is_body(code) for code in codes.unique()}
    ours = coded.filter(pl.Series([bodies[code] for code in codes], dtype=pl.Boolean))
    _refuse(ours.filter(pl.col(NUMBER).is_null()), "缺少文书号", "document number")
    documents = _documents(ours, organ=organ, kind_name=kind_name)
    once = documents.unique(["identity", CODE], keep="first", maintain_order=True)
    lines = [line_of(identity, code) for identity, code in once.select("identity", CODE).iter_rows()]
    return Ledger(
        documents=once,
        digest=digest_of(lines),
        repeated=documents.height - once.height,
        of_other_months=dated.height - of_month.height,
        outside=of_month.height - ours.height,
    )


def _documents(rows: pl.DataFrame, *, organ: str, kind_name: str) -> pl.DataFrame:
    own = [organ if code is None else normalise(code) for code in rows[ORGAN]]
    named = rows.with_columns(pl.Series(ORGAN, own, pl.String))
    keys = named.select(
        pl.concat_str(
            pl.col(ORGAN),
            pl.lit(kind_name),
            normalised_number(pl.col(NUMBER)),
            compared(pl.col(ITEM)).fill_null(""),
            separator=SEPARATOR,
        )
    ).to_series()
    identities = [hashlib.sha256(key.encode()).digest() for key in keys]
    contents = [_content(digest, row) for digest, row in named.select(CONTENT, "row").iter_rows()]
    return named.with_columns(
        pl.Series("identity", identities, pl.Binary), pl.Series(CONTENT, contents, pl.Binary)
    ).select(*DOCUMENT)


def _content(digest: str | None, row: int) -> bytes | None:
    if digest is None:
        return None
    try:
        octets = bytes.fromhex(digest)
    except ValueError:
        octets = b""
    if len(octets) != hashlib.sha256().digest_size:
        raise LedgerRefused(
            f"第{row}行的内容摘要不是64位十六进制SHA-256。"
            f"The content digest of row {row} is not a SHA-256 of 64 hexadecimal digits."
        )
    return octets


def _is_body(code: str | None) -> bool:
    """Whether a code can be a body's: natural persons are outside the system, and what has no code matches nobody."""
    if not code or check_code(code).valid:
        return bool(code)
    return not (is_identity_number(code) or is_old_identity_number(code))


def _refuse(rows: pl.DataFrame, zh: str, en: str) -> None:
    if rows.height:
        told = ", ".join(str(row) for row in rows["row"].head(ROWS_TOLD))
        raise LedgerRefused(
            f"共{rows.height}行{zh}，如第{told}行；请改正后再对账。"
            f"{rows.height} rows have no readable {en}, such as {told}; mend them and reconcile again."
        )
