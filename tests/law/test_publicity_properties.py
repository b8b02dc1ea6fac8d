"""What holds for the publicity of every record whatever: no case can say it, so random records are asked."""

import json
from calendar import monthrange
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.catalogue import shipped_pages
from tests.law.test_cases import catalogue_with
from xinshu.kit.period import ONE_DAY
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldType
from xinshu.law.publicity import publicity
from xinshu.law.terms import Area, Penalty, Procedure, Record, Severity, SubjectKind, Transition

PENALTY_FILE = "national/publicity/administrative-penalty.yaml"
REGIMES = ("R2019_527", "ORDER_58", "ORDER_36")
ORDER_36 = date(2026, 4, 1)
ORDER_58 = date(2023, 5, 1)
DAYS = st.dates(date(2017, 1, 1), date(2033, 12, 31))
KINDS = (
    *("ADMIN_PENALTY", "ADMIN_LICENCE", "ABNORMAL_OPERATION", "HONOUR", "JUDGMENT_DEFAULTER"),
    *("SERIOUS_DISHONESTY", "TAX_ARREARS", "ENTERPRISE_REGISTRATION"),
)


def catalogue(**to_older: Transition) -> Catalogue:
    """The catalogue, with other transition rows of the penalty regimes where they are named."""
    changes = {f"ADMIN_PENALTY.regimes.{name}.to_older": word.value for name, word in to_older.items()}
    return catalogue_with(json.dumps({PENALTY_FILE: changes} if changes else {}, sort_keys=True))


def without(regime: str) -> Catalogue:
    """The catalogue as it was before that penalty regime was made."""
    (page,) = (page for page in shipped_pages() if page.file == PENALTY_FILE)
    regimes = page.data["ADMIN_PENALTY"]["regimes"]
    kept = {name: regimes[name] for name in REGIMES[: REGIMES.index(regime)]}
    return catalogue_with(json.dumps({PENALTY_FILE: {"ADMIN_PENALTY.regimes": kept}}, sort_keys=True))


@pytest.fixture(scope="module", autouse=True)
def _built() -> None:
    """Build each catalogue once before any example is timed."""
    catalogue(), without("ORDER_36"), without("ORDER_58")
    for word in Transition:
        catalogue(ORDER_36=word)


def later(day: date, low: int, high: int) -> st.SearchStrategy[date]:
    return st.integers(low, high).map(lambda count: day + timedelta(days=count))


@st.composite
def records(draw: st.DrawFn, kinds: tuple[str, ...] = KINDS) -> Record:
    decided_on = draw(DAYS)
    near = st.none() | later(decided_on, -3, 1200)
    return Record(
        kind=draw(st.sampled_from(kinds)),
        subject_kind=draw(st.sampled_from(SubjectKind)),
        recorded_on=draw(later(decided_on, 0, 10) | later(decided_on, -2, 1400)),
        decided_on=decided_on,
        served_on=draw(near),
        event_on=draw(near),
        department=draw(st.none() | st.just("WORK_SAFETY")),
        penalties=draw(st.frozensets(st.sampled_from(Penalty), max_size=3)),
        procedure=draw(st.none() | st.sampled_from(Procedure)),
        area=draw(st.none() | st.sampled_from(Area)),
        severity=draw(st.none() | st.sampled_from(Severity)),
        publicity_reason=draw(st.none() | st.just("reason")),
        duty_unmet=draw(st.booleans()),
        already_ended=draw(st.sampled_from([False] * 5 + [True])),
    )


PENALTIES = records(("ADMIN_PENALTY",))
FAR = date(9999, 1, 1)


def end_of(record: Record, rules: Catalogue) -> date:
    """The first day after display; the first day of all for what is never shown, a far one for what is open."""
    period = publicity(record, rules).period
    return date.min if period is None else period.until or FAR


def corresponding_day(day: date, months: int) -> date:
    """Civil Code art. 202, written a second time: the same day of the month, or the month's last."""
    year, month = day.year + (day.month - 1 + months) // 12, (day.month - 1 + months) % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


# --- the answer itself ----------------------------------------------------------------------------


@given(record=records(), day=DAYS)
def test_the_period_and_the_day_agree(record: Record, day: date) -> None:
    verdict = publicity(record, catalogue())
    assert verdict.shown_on(day) == (verdict.period is not None and day in verdict.period)
    assert verdict.reasons
    if verdict.period is None:
        assert verdict.repair_from is None
    else:
        edges = [verdict.period.start, verdict.period.last_day or day]
        assert verdict.shown_on(edges[0])
        assert not verdict.shown_on(edges[0] - ONE_DAY)
        if verdict.period.until:
            assert verdict.shown_on(edges[1])
            assert not verdict.shown_on(verdict.period.until)


@given(record=records())
def test_the_answer_depends_on_nothing_but_what_is_asked(record: Record) -> None:
    assert publicity(record, catalogue()) == publicity(replace(record), catalogue())


@given(record=records())
def test_nothing_is_shown_before_document_service_and_arrival(record: Record) -> None:
    period = publicity(record, catalogue()).period
    if period is not None:
        assert record.decided_on is not None
        assert period.start >= max(record.decided_on, record.recorded_on, record.served_on or date.min)


@given(record=records())
def test_repair_opens_inside_the_display_or_not_at_all(record: Record) -> None:
    verdict = publicity(record, catalogue())
    if verdict.repair_from is not None:
        assert verdict.period is not None
        assert verdict.repair_from in verdict.period


@given(record=records())
def test_personal_fields_are_withheld_whatever_the_record(record: Record) -> None:
    rules = catalogue()
    fields = rules.kinds[record.kind].fields
    withheld = publicity(record, rules).withheld
    assert withheld >= {name for name, rule in fields.items() if rule.type is FieldType.PERSONAL or not rule.public}
    assert withheld <= fields.keys()


@given(record=records())
def test_of_an_individual_business_no_more_is_shown_than_of_an_enterprise(record: Record) -> None:
    one, other = (
        publicity(replace(record, subject_kind=kind), catalogue())
        for kind in (SubjectKind.INDIVIDUAL_BUSINESS, SubjectKind.ENTERPRISE)
    )
    assert one.withheld > other.withheld
    assert one.period in (other.period, None)


# --- ends -----------------------------------------------------------------------------------------


@given(record=PENALTIES)
@settings(max_examples=200)
def test_no_penalty_is_shown_longer_than_three_years_from_its_document(record: Record) -> None:
    period = publicity(record, catalogue()).period
    if period is not None:
        assert record.decided_on is not None
        assert period.last_day is not None
        assert period.last_day <= corresponding_day(record.decided_on, 36)


@given(record=records(("SERIOUS_DISHONESTY",)))
@settings(max_examples=200)
def test_no_entry_of_a_serious_list_outlasts_its_removal_or_three_years(record: Record) -> None:
    period = publicity(record, catalogue()).period
    if period is not None:
        assert record.decided_on is not None
        longest = corresponding_day(record.decided_on, 36)
        assert period.last_day is not None
        assert period.last_day == min(record.event_on or longest, longest)


@given(record=records(), delay=st.integers(1, 1500))
@settings(max_examples=200)
def test_a_later_arrival_never_extends_the_end_nor_brings_the_start_forward(record: Record, delay: int) -> None:
    assume(record.decided_on is not None and record.recorded_on >= record.decided_on)
    early = publicity(record, catalogue())
    late = publicity(replace(record, recorded_on=record.recorded_on + timedelta(days=delay)), catalogue())
    if late.period is not None:
        assert early.period is not None
        assert late.period.until == early.period.until
        assert late.period.start >= early.period.start


@given(record=records(), delay=st.integers(1, 1500))
def test_a_later_service_never_extends_the_end(record: Record, delay: int) -> None:
    served = record.served_on or record.decided_on
    assert served is not None
    late = replace(record, served_on=served + timedelta(days=delay))
    assert end_of(late, catalogue()) <= end_of(record, catalogue())


@pytest.mark.parametrize("severity", [Severity.ORDINARY, Severity.SERIOUS, Severity.MINOR])
def test_the_days_of_order_36_by_a_second_hand(severity: Severity) -> None:
    """Each day of five years, a leap year among them: the last shown day and the day of repair, exact."""
    least, most = {Severity.ORDINARY: (3, 12), Severity.SERIOUS: (12, 36), Severity.MINOR: (0, 3)}[severity]
    for count in range(5 * 366):
        day = ORDER_36 + timedelta(days=count)
        verdict = publicity(penalty(day, severity), catalogue())
        assert verdict.period is not None
        assert (verdict.period.start, verdict.period.last_day) == (day, corresponding_day(day, most))
        assert verdict.repair_from == (corresponding_day(day, least) + ONE_DAY if least else day)


def test_the_days_of_2019_by_a_second_hand() -> None:
    """General matters from the notice's first day until the last whose year ends before Order 58."""
    for count in range((date(2022, 4, 29) - date(2019, 7, 1)).days):
        day = date(2019, 7, 1) + timedelta(days=count)
        verdict = publicity(penalty(day, Severity.ORDINARY), catalogue())
        assert verdict.period is not None
        assert (verdict.period.start, verdict.period.last_day) == (day, corresponding_day(day, 12))
        assert verdict.repair_from == corresponding_day(day, 3) + ONE_DAY


def penalty(day: date, severity: Severity) -> Record:
    return Record(
        kind="ADMIN_PENALTY",
        subject_kind=SubjectKind.ENTERPRISE,
        recorded_on=day,
        decided_on=day,
        severity=severity,
        publicity_reason="reason",
    )


# --- transitions ----------------------------------------------------------------------------------


@given(record=PENALTIES)
@settings(max_examples=200)
def test_a_later_regime_with_shorter_never_lengthens_an_older_record(record: Record) -> None:
    assert record.decided_on is not None
    for commencement, before, after in (
        (ORDER_36, without("ORDER_36"), catalogue()),
        (ORDER_58, without("ORDER_58"), without("ORDER_36")),
    ):
        if record.decided_on < commencement:
            assert end_of(record, after) <= end_of(record, before)


@given(record=PENALTIES)
@settings(max_examples=200)
def test_a_later_regime_with_shorter_never_delays_repair_of_an_older_record(record: Record) -> None:
    assume(record.decided_on is not None and record.decided_on < ORDER_36)
    before, after = publicity(record, without("ORDER_36")), publicity(record, catalogue())
    if before.repair_from is not None and after.period is not None and before.repair_from in after.period:
        assert after.repair_from is not None
        assert after.repair_from <= before.repair_from


@given(record=PENALTIES, word=st.sampled_from(Transition))
@settings(max_examples=200)
def test_what_has_ended_before_a_regime_never_comes_back_under_it(record: Record, word: Transition) -> None:
    assume(record.decided_on is not None and record.decided_on < ORDER_36)
    before = publicity(record, without("ORDER_36")).period
    if before is None or (before.until is not None and before.until <= ORDER_36):
        assert publicity(record, catalogue(ORDER_36=word)).period == before


@given(record=PENALTIES)
def test_keep_leaves_an_older_record_as_it_was(record: Record) -> None:
    assume(record.decided_on is not None and record.decided_on < ORDER_36)
    kept, before = publicity(record, catalogue(ORDER_36=Transition.KEEP)), publicity(record, without("ORDER_36"))
    assert (kept.period, kept.repair_from, kept.regime) == (before.period, before.repair_from, before.regime)


@given(record=PENALTIES, word=st.sampled_from(Transition), day=DAYS)
@settings(max_examples=200)
def test_a_regime_changes_nothing_before_its_own_first_day(record: Record, word: Transition, day: date) -> None:
    assume(day < ORDER_36)
    before, after = publicity(record, without("ORDER_36")), publicity(record, catalogue(ORDER_36=word))
    assert before.shown_on(day) == after.shown_on(day)


@given(record=PENALTIES, word=st.sampled_from(Transition))
@settings(max_examples=200)
def test_a_regime_takes_away_no_repair_that_is_open_before_it(record: Record, word: Transition) -> None:
    before, after = publicity(record, without("ORDER_36")), publicity(record, catalogue(ORDER_36=word))
    if before.repair_from is not None and before.repair_from < ORDER_36:
        assert after.repair_from is not None
        assert after.repair_from <= before.repair_from


# --- minor matters --------------------------------------------------------------------------------


@given(record=PENALTIES, reason=st.sampled_from([None, "", " ", "\t", "\u3000"]))
def test_a_minor_matter_without_a_reason_is_never_shown_under_order_36(record: Record, reason: str | None) -> None:
    minor = replace(record, severity=Severity.MINOR, publicity_reason=reason)
    assert end_of(minor, catalogue()) <= ORDER_36
