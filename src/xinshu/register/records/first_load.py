"""A first load: where no record is held, all are written without keys, and these are built once at the end.

Nobody sees any of it before the transaction commits, and no check is left out: what would be looked up in the tables is
remembered here, for the few documents that a file names more than once (docs/adr/0010).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import polars as pl
from django.db import connection, transaction

from xinshu.bulk.survey import identity_numbers
from xinshu.kit.errors import XinshuError
from xinshu.kit.fresh_tables import FreshTables
from xinshu.register.records.statements import ACCEPTING, KNOWN
from xinshu.register.subjects.actions import Acquainted, build_names_anew, lock_openings

TABLES: Final = ("records_record", "records_recordversion", "records_journalline")
ANY_HELD: Final = """
SELECT EXISTS (SELECT FROM records_record) OR EXISTS (SELECT FROM records_recordversion)
    OR EXISTS (SELECT FROM records_journalline)
"""
REMEMBERED: Final = {
    "subject": pl.Int64,
    "identity": pl.Binary,
    "record_ref": pl.String,
    "recorded_on": pl.Date,
    "version": pl.Int32,
    "settled": pl.String,
    "public_from": pl.Date,
    "public_until": pl.Date,
    "content_digest": pl.Binary,
    "source_code": pl.String,
}


class NotFirst(XinshuError):
    """The register holds records already, or the file corrects what it has just said."""


class FirstLoad:
    """What a first load has stored of the documents whose identity its file names more than once."""

    def __init__(self, named_again: pl.Series) -> None:
        """`named_again`: numbers of such identities (`bulk.survey.identity_numbers`)."""
        self.bodies = Acquainted()
        self._named_again = named_again
        self._stored = [pl.DataFrame(schema=REMEMBERED)]

    def known(self, documents: pl.DataFrame) -> pl.DataFrame:
        """The columns of KNOWN for the documents that are stored already. Raises NotFirst where one says otherwise."""
        asked = documents.select("index", "subject", "identity", pl.col("content_digest").alias("now"), "source_code")
        found = asked.join(pl.concat(self._stored), on=["subject", "identity"], how="inner", suffix="_known")
        if not found["now"].equals(found["content_digest"]):
            raise NotFirst(
                "文件中有同一主体的同一决定以两个代码、两种内容出现；请按普通批次报送。"
                " The file says one decision about one body twice, under two codes and differently; file it as an"
                " ordinary batch, which tells the rows."
            )
        return found.select(
            pl.col("index").cast(pl.UInt32),
            "record_ref",
            "recorded_on",
            pl.col("version").alias("known_version"),
            pl.col("settled").alias("known_severity"),
            pl.col("public_from").alias("known_from"),
            pl.col("public_until").alias("known_until"),
            pl.lit(value=False).alias("has_ended"),
            pl.lit(value=False).alias("was_shown"),
            pl.lit(value=True).alias("is_equal"),
        ).cast(KNOWN)  # type: ignore[arg-type]

    def remember(self, stored: pl.DataFrame) -> None:
        """Remember what may come again."""
        if len(self._named_again) and len(stored):
            again = identity_numbers(stored["identity"]).is_in(self._named_again.implode())
            self._stored.append(
                stored.filter(again).select(pl.col(name).cast(kind) for name, kind in REMEMBERED.items())
            )


@contextmanager
def first_load(*, kind: str, named_again: pl.Series) -> Iterator[FirstLoad]:
    """Around the filings of a first load, in one transaction: the tables are built anew and put in place at its end.

    Others read on meanwhile, and wait where they would write records. Raises NotFirst when any record is held.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        # Taken in the order of every filing, so that no two wait for one another.
        lock_openings()
        cursor.execute(ACCEPTING, [f"accept {kind}"])
        cursor.execute(f"LOCK TABLE {', '.join(TABLES)} IN SHARE MODE")
        cursor.execute(ANY_HELD)
        if cursor.fetchone()[0]:
            raise NotFirst(
                "库中已有信用信息，不是首次装载；请不加 --first-load 报送。"
                " The register holds records already: this is no first load; file it without --first-load."
            )
        tables = FreshTables(cursor)
        tables.begin(TABLES)
        build_names_anew(tables)
        yield FirstLoad(named_again)
        tables.put_in_place()
