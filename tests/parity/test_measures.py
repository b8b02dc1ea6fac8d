"""What follows from records, asked one by one and in columns, is the same of every history in every context."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import orjson
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.measures import catalogue_folder
from xinshu.bulk.consequences import fields_asked, followed, trait_of
from xinshu.law.catalogue import Catalogue
from xinshu.law.measures import Fact, fields_looked_at, grounds_in, measures_for
from xinshu.law.terms import Mark, Penalty, Procedure, Severity, SubjectKind, UseContext
from xinshu.law.verdict import ReasonCode
from xinshu.register.catalogues.files import load_catalogue

FIRST, LAST = date(2020, 1, 1), date(2027, 12, 31)
DAYS = st.dates(FIRST, LAST)
SCHEMA = {
    **{"subject_kind": pl.String, "record_ref": pl.String, "kind": pl.String, "severity": pl.String},
    **{"decided_on": pl.Date, "last_day": pl.Date, "said": pl.String, "marks": pl.String},
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    found, faults = load_catalogue(catalogue_folder(tmp_path_factory.mktemp("law")))
    assert found is not None, faults
    return found


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """A record as the gate may tell it."""
    fields = {
        "CF_CFLB": sorted(draw(st.sets(st.sampled_from([str(one) for one in Penalty]), max_size=3))),
        "PROCEDURE": draw(st.none() | st.sampled_from([str(one) for one in Procedure])),
    }
    kept = {name: value for name, value in fields.items() if value}
    marks = draw(st.lists(st.sampled_from([str(one) for one in Mark]), max_size=2, unique=True))
    return {
        "subject_kind": str(draw(st.sampled_from(list(SubjectKind)))),
        "kind": draw(st.sampled_from(["ADMIN_PENALTY", "ADMIN_LICENCE", "HONOUR"])),
        "severity": draw(st.none() | st.sampled_from([str(one) for one in Severity])),
        "decided_on": draw(st.none() | DAYS),
        "last_day": draw(st.none() | DAYS),
        "said": orjson.dumps(kept).decode() if kept else None,
        "marks": ",".join(marks) or None,
    }


def one_by_one(rows: list[dict[str, Any]], context: UseContext, catalogue: Catalogue, day: date) -> Iterator[Any]:
    chosen = sorted(fields_looked_at(grounds_in(context, catalogue, on_date=day), catalogue))
    for row in rows:
        trait = trait_of(row["kind"], row["severity"], row["said"], row["marks"], catalogue, chosen)
        fact = Fact(ref=row["record_ref"], trait=trait, decided_on=row["decided_on"], last_day=row["last_day"])
        verdict = measures_for(SubjectKind(row["subject_kind"]), [fact], context, catalogue, on_date=day)
        for one in verdict.applied:
            why, ends = one.reasons
            yield (
                *(one.ref, one.measure, one.ground, one.measure_class, one.last_day),
                *(why.code, why.basis, why.article, ends.code, ends.article),
            )
        for reason in verdict.reasons:
            if reason.code is ReasonCode.MEASURE_HELD:
                yield row["record_ref"], reason.code, reason.basis, reason.article


def in_columns(rows: list[dict[str, Any]], context: UseContext, catalogue: Catalogue, day: date) -> Iterator[Any]:
    frame = pl.DataFrame(rows, schema=SCHEMA)
    for row in followed(frame, context, catalogue, on_date=day).iter_rows(named=True):
        if row["why"] == ReasonCode.MEASURE_HELD:
            yield row["record_ref"], row["why"], row["basis"], row["article"]
            continue
        yield (
            *(row["record_ref"], row["measure"], row["ground"], row["measure_class"], row["last_day"]),
            *(row["why"], row["basis"], row["article"], row["end_code"], row["end_article"]),
        )


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(facts(), max_size=12), context=st.sampled_from(list(UseContext)), day=DAYS)
def test_one_by_one_and_in_columns_are_the_same(
    catalogue: Catalogue, drawn: list[dict[str, Any]], context: UseContext, day: date
) -> None:
    rows = [{"record_ref": str(place), **row} for place, row in enumerate(drawn)]
    assert set(in_columns(rows, context, catalogue, day)) == set(one_by_one(rows, context, catalogue, day))


def test_something_follows_at_all(catalogue: Catalogue) -> None:
    """The trial above is not one of nothing."""
    row = {
        **{"subject_kind": "ENTERPRISE", "record_ref": "1", "kind": "ADMIN_PENALTY", "severity": "SERIOUS"},
        **{"decided_on": LAST - timedelta(days=9), "last_day": None, "said": '{"CF_CFLB":["FINE"]}', "marks": None},
    }
    told = set(in_columns([row], UseContext.PUBLIC_TRADING, catalogue, LAST))
    assert {one[1] for one in told} == {"EX_NO_TENDERS", "EX_NO_FINES"}
    grounds = grounds_in(UseContext.PUBLIC_TRADING, catalogue, on_date=LAST)
    assert "CF_CFLB" in fields_asked(["ADMIN_PENALTY"], grounds, catalogue)


@pytest.mark.parametrize(
    ("decided_on", "follows"), [(date(2021, 7, 14), False), (date(2021, 7, 15), True), (None, False)]
)
def test_no_restraint_looks_back_either_way_it_is_asked(
    catalogue: Catalogue, decided_on: date | None, follows: bool
) -> None:
    """The made-up article is in force from 15 July 2021."""
    row = {
        **{"subject_kind": "ENTERPRISE", "record_ref": "1", "kind": "ADMIN_PENALTY", "severity": "SERIOUS"},
        **{"decided_on": decided_on, "last_day": None, "said": '{"CF_CFLB":["LICENCE_REVOCATION"]}', "marks": None},
    }
    day = date(2021, 12, 1)
    for asked in (in_columns, one_by_one):
        told = {one[1] for one in asked([row], UseContext.PUBLIC_TRADING, catalogue, day)}
        assert ("EX_NO_TENDERS" in told) is follows
