"""The columnar assessment says of each body what `law.measures_for` says of it, on random registers."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.measure_rows import DAY, catalogue_with, ground, measure
from xinshu.bulk.assessment import BETWEEN, ROWS, Assessing, whole_subjects
from xinshu.law.catalogue import Catalogue
from xinshu.law.measures import Fact, Trait, measures_for
from xinshu.law.terms import Area, Mark, Penalty, Procedure, Severity, SubjectKind, UseContext

SERIOUS = {"severity": ["SERIOUS"]}
IN_FORCE = {
    "M-SERIOUS": measure(grounds=[ground(when=SERIOUS)], ending={"end": "AFTER_MONTHS", "months": 12}),
    "M-ABNORMAL": measure(grounds=[ground(kind="ABNORMAL_OPERATION")], contexts=["SUPERVISION", "FINANCE"]),
    "M-HONOUR": measure(nature="INCENTIVE", grounds=[ground(kind="HONOUR")], contexts=["FAST_TRACK"]),
}
DRAFTED = {
    "M-SERIOUS": measure(
        grounds=[ground(when={"severity": ["SERIOUS", "ORDINARY"]})], ending={"end": "AFTER_MONTHS", "months": 24}
    ),
    "M-FINES": measure(
        grounds=[
            ground("A", when={"any_penalty": ["FINE"]}),
            ground("B", when={"area": ["FOOD"], "procedure": ["ORDINARY"]}),
        ],
        contexts=["PUBLIC_TRADING", "FINANCE"],
    ),
    "M-HONOUR": measure(
        nature="INCENTIVE",
        grounds=[ground(kind="HONOUR", says={"HONOUR_LEVEL": ["NATIONAL"]})],
        contexts=["FAST_TRACK"],
    ),
}
LOCAL = {"990100": {"M-LOCAL": measure(nature="INCENTIVE", grounds=[ground(kind="HONOUR")], contexts=["FAST_TRACK"])}}

KINDS = ["ADMIN_PENALTY", "ABNORMAL_OPERATION", "HONOUR", "ADMIN_LICENCE"]
DAYS = st.dates(date(2018, 1, 1), DAY)


def choices(enum: Any, most: int = 2) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(list(enum)), max_size=most, unique=True).map(
        lambda several: BETWEEN.join(sorted(several))
    )


RECORDS = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "severity": st.none() | st.sampled_from(list(Severity)).map(str),
        "procedure": st.none() | st.sampled_from(list(Procedure)).map(str),
        "area": st.none() | st.sampled_from(list(Area)).map(str),
        "penalties": choices(Penalty),
        "marks": choices(Mark),
        "says": st.sampled_from(["", "HONOUR_LEVEL=NATIONAL", f"HONOUR_LEVEL=NATIONAL{BETWEEN}X=Y"]),
        "decided_on": st.none() | DAYS,
        "public_until": st.none() | st.integers(1, 900).map(lambda days: DAY + timedelta(days)),
    }
)
BODIES = st.lists(
    st.tuples(
        st.sampled_from(["ENTERPRISE", "INDIVIDUAL_BUSINESS", "GOVERNMENT_BODY"]),
        st.sampled_from(["990100", "990101", "990200", "UNKNOWN"]),
        st.lists(RECORDS, min_size=1, max_size=4),
    ),
    min_size=1,
    max_size=5,
)


def rules() -> tuple[Catalogue, Catalogue]:
    if not MADE:
        MADE.extend((catalogue_with(IN_FORCE), catalogue_with(DRAFTED, local=LOCAL)))
    return MADE[0], MADE[1]


MADE: list[Catalogue] = []


def applied(body: tuple[str, str, list[dict[str, Any]]], catalogue: Catalogue) -> set[str]:
    """What the law says of one body: each measure that applies in any context."""
    kind, division, records = body
    facts = [fact(str(index), record) for index, record in enumerate(records)]
    return {
        found.measure
        for context in UseContext
        for found in measures_for(
            SubjectKind(kind),
            facts,
            context,
            catalogue,
            on_date=DAY,
            division=None if division == "UNKNOWN" else division,
        ).applied
    }


def fact(ref: str, record: dict[str, Any]) -> Fact:
    says = defaultdict(set)
    for one in filter(None, record["says"].split(BETWEEN)):
        name, _, choice = one.partition("=")
        says[name].add(choice)
    trait = Trait(
        kind=record["kind"],
        severity=record["severity"] and Severity(record["severity"]),
        procedure=record["procedure"] and Procedure(record["procedure"]),
        area=record["area"] and Area(record["area"]),
        penalties=frozenset(map(Penalty, filter(None, record["penalties"].split(BETWEEN)))),
        marks=frozenset(map(Mark, filter(None, record["marks"].split(BETWEEN)))),
        says={name: frozenset(several) for name, several in says.items()},
    )
    until = record["public_until"]
    return Fact(ref=ref, trait=trait, decided_on=record["decided_on"], last_day=until and until - timedelta(1))


@given(BODIES, st.integers(1, 6))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_who_gains_and_who_loses_is_what_the_law_says_of_each_body(
    bodies: list[tuple[str, str, list[dict[str, Any]]]], part: int
) -> None:
    old, new = rules()
    rows = [
        {
            **record,
            "subject": number,
            "subject_kind": kind,
            "division": division,
            "industry": f"BODY-{number}",
            "size": kind,
            "public_from": date(2023, 1, 1),
            "duty_unmet": False,
        }
        for number, (kind, division, records) in enumerate(bodies)
        for record in records
    ]
    frame = pl.DataFrame([{name: row.get(name) for name in ROWS} for row in rows], schema=ROWS)
    found = Assessing(old, new, on_date=DAY)
    for whole in whole_subjects(frame.slice(start, part) for start in range(0, len(frame), part)):
        found.take(whole)
    told = {(cell.kind, cell.industry) for cell in found.cells()}
    assert (found.records, found.bodies) == (len(rows), len(bodies))
    for number, body in enumerate(bodies):
        before, after = applied(body, old), applied(body, new)
        for effect, names in (("GAINS", after - before), ("LOSES", before - after)):
            said = {
                kind.split(" ")[1]
                for kind, industry in told
                if industry == f"BODY-{number}" and kind.startswith(effect)
            }
            assert said == names, (effect, body)
