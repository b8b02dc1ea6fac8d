"""How long an entry of a list may last: the law, the check of a file and the register's own action say the same."""

from datetime import date, timedelta
from typing import Any, Final

import polars as pl
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.kinds import sample_row
from tests.law.test_every_category import shipped
from tests.proceedings.test_listing_matrix import LISTS
from xinshu.bulk.checks import check_table
from xinshu.bulk.files import Format, Table
from xinshu.bulk.listings import with_listing
from xinshu.bulk.rules import OPEN_END
from xinshu.kit.legal_dates import Rounding, last_day_of_term
from xinshu.law.listing import STEP_FIELDS, against_end, demanded
from xinshu.law.terms import ListingStep

TODAY: Final = date(2026, 11, 23)
FIRST: Final = date(2025, 6, 2)
DAY: Final = timedelta(days=1)
ENDS_OF_MONTHS: Final = [date(2025, 8, 31), date(2025, 11, 30), date(2026, 1, 31), date(2026, 2, 28), date(2026, 8, 31)]
DECIDED: Final = st.sampled_from(ENDS_OF_MONTHS) | st.dates(FIRST, date(2026, 9, 1))
ENTRIES: Final = st.tuples(st.sampled_from(sorted(LISTS)), DECIDED, st.integers(-40, 40) | st.none())
"""The list, the day of the decision, and how many days after the latest one it is to end; None: never."""


def row_of(name: str, decided: date, until: date) -> dict[str, str]:
    """A row of the list with every step in its time, that is to last until that day."""
    rule, catalogue = LISTS[name], shipped()
    days = {
        ListingStep.NOTICE: decided - 60 * DAY,
        ListingStep.DEFENCE: decided - DAY,
        ListingStep.LEGAL_REVIEW: decided,
        ListingStep.APPROVAL: decided,
        ListingStep.DECISION: decided,
        ListingStep.SERVICE: decided,
    }
    kind = catalogue.kinds[rule.kind]
    said = {STEP_FIELDS[step]: day.isoformat() if step in demanded(rule) else None for step, day in days.items()}
    changes = {field: day for field, day in said.items() if field in kind.fields} | {"LISTED_UNTIL": until.isoformat()}
    if rule.in_field is not None:
        choices = catalogue.vocabularies[kind.fields[rule.in_field].vocabulary or ""].choices
        changes[rule.in_field] = choices[rule.choice or ""].name_zh
    return sample_row(rule.kind, catalogue, **changes)


def until_of(name: str, decided: date, beyond: int | None) -> date:
    latest = last_day_of_term(decided, months=LISTS[name].term.months or 24, rounding=Rounding.DOWN)
    return OPEN_END if beyond is None else latest + DAY * beyond


def checked(name: str, row: dict[str, str]) -> Any:
    rule = LISTS[name]
    frame = pl.DataFrame([row], schema=dict.fromkeys(row, pl.String))
    table = Table(frame=frame, rows=pl.Series("row", [2], pl.UInt32), format=Format.NDJSON)
    asked = {"kind_name": rule.kind, "kind": shipped().kinds[rule.kind], "catalogue": shipped(), "on_date": TODAY}
    return check_table(table, division="990100", **asked)


@settings(max_examples=150, deadline=None)
@given(entry=ENTRIES)
@example(entry=("MARKET_REGULATION_LIST", date(2025, 8, 31), 1))
@example(entry=("TAX_LIST", date(2026, 2, 28), 0))
@example(entry=("COURT_DEFAULTERS", date(2026, 2, 28), None))
def test_the_law_a_file_and_the_register_say_the_same_end(entry: tuple[str, date, int | None]) -> None:
    name, decided, beyond = entry
    until = until_of(name, decided, beyond)
    reasons, latest = against_end(LISTS[name], decided_on=decided, until=None if until == OPEN_END else until)
    found = checked(name, row_of(name, decided, until))
    told = [(one.field, str(one.code), str(one)) for back in found.returned for one in back.reasons]
    if not reasons:
        assert told == []
        (lacks,) = _registered(name, found.good)
        assert not lacks
        return
    ((field, fault, said),) = told
    assert (field, fault) == ("LISTED_UNTIL", "LISTED_TOO_LONG")
    assert str(latest) in said
    kept = checked(name, row_of(name, decided, latest))  # type: ignore[arg-type]
    changed = kept.good.with_columns(event_on=pl.lit(None if until == OPEN_END else until, pl.Date))
    assert _registered(name, changed) == [True]


def _registered(name: str, documents: pl.DataFrame) -> list[bool]:
    """What the register's own action asks of documents before it stores them."""
    told = documents.with_columns(department=pl.lit(LISTS[name].department, pl.String))
    found = with_listing(told, kind=LISTS[name].kind, catalogue=shipped(), on_date=TODAY)
    return found["lacks_steps"].to_list()
