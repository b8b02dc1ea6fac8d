"""Who signs a listing, on which day and after what: attacks on the persons and the days of a case (guard-rail G6)."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests import factories
from tests.factories import MARKET, OTHER_SUBJECT, body, noon, registered_organ
from tests.proceedings.listings import (
    CLERK,
    DECIDED,
    FORM,
    HEAD,
    NOTICED,
    PROPOSED,
    REVIEWER,
    SECOND,
    decided,
    entered,
    listing,
    noticed,
    prepared,
    proposed,
    proved,
    told,
)
from tests.proceedings.repairs import officer, row
from xinshu.proceedings.cases.models import Case, CaseEvent
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.lists import actions, deciding, revoking
from xinshu.proceedings.lists.states import AnotherPerson, NotListable, NotTheirListing
from xinshu.register.access.actions import appoint
from xinshu.register.access.models import Post
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CHANGED = {**FORM, "ground": "DRUGS", "facts": "另查明经营假药。"}


@pytest.fixture(autouse=True)
def house(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path / "data"
    factories.adopted_catalogue()
    registered_organ()


def refused(act: Callable[[], object], error: type[Exception] = NotListable) -> Any:
    before = list(Case.objects.values()), CaseEvent.objects.count(), Record.objects.count()
    with pytest.raises(error) as why:
        act()
    assert (list(Case.objects.values()), CaseEvent.objects.count(), Record.objects.count()) == before
    return why.value


def also(name: str, *roles: Role) -> None:
    """Somebody holds these posts too."""
    for role in roles:
        appoint(username=name, role=role, organ=MARKET.code, from_day=PROPOSED, actor="test", moment=noon(PROPOSED))


def revised(case: Any, actor: str, day: date = NOTICED, **changes: str) -> None:
    actions.revise(case=case, form={**CHANGED, **changes}, actor=actor, moment=noon(day))


def signs(case: Any, actor: str, day: date = DECIDED) -> None:
    deciding.decide(case=case, number="示市监列〔2026〕1号", months="", actor=actor, moment=noon(day))


# --- who ------------------------------------------------------------------------------------------


def test_who_rewrote_the_proposal_neither_notices_nor_reviews_nor_signs_it() -> None:
    case = proposed()
    revised(case, REVIEWER)
    refused(lambda: actions.notice(case=case, number="1号", actor=REVIEWER, moment=noon(NOTICED)), AnotherPerson)
    actions.notice(case=case, number="1号", actor=SECOND, moment=noon(NOTICED))
    proved(case, NOTICED, "告知")
    actions.serve_notice(case=case, how="DIRECT", served_on=NOTICED.isoformat(), actor=CLERK, moment=noon(NOTICED))
    said = {"case": case, "words": "同意", "moment": noon(DECIDED)}
    refused(lambda: deciding.review(actor=REVIEWER, **said), AnotherPerson)  # type: ignore[arg-type]
    refused(lambda: deciding.approve(actor=REVIEWER, **said), AnotherPerson)  # type: ignore[arg-type]
    also(REVIEWER, Role.HEAD)
    deciding.approve(actor=SECOND, **said)  # type: ignore[arg-type]
    refused(lambda: signs(case, REVIEWER), AnotherPerson)
    signs(case, HEAD)


def test_a_change_of_the_proposal_is_a_line_of_its_history() -> None:
    case = proposed()
    revised(case, REVIEWER, months="12")
    line = listing(case).happened("revise")
    assert line is not None
    assert (line.actor, line.side, line.before, line.after) == (REVIEWER, Side.ORGAN, "PROPOSED", "PROPOSED")
    assert (line.said["ground"], line.said["facts"], line.said["months"]) == ("DRUGS", CHANGED["facts"], 12)


def test_a_change_holds_no_less_than_a_proposal() -> None:
    case = proposed()
    for field, wrong in (("ground", "NONE"), ("facts", " "), ("months", "37"), ("months", "0"), ("not_exempt", "")):
        assert field in refused(lambda field=field, wrong=wrong: revised(case, CLERK, **{field: wrong})).faults  # type: ignore[misc]
    assert "facts" in refused(lambda: revised(case, CLERK, facts="当事人宗教信仰：佛教。")).faults


def test_who_wrote_the_defence_down_does_not_sign() -> None:
    case = told()
    also(HEAD, Role.CLERK)
    also(SECOND, Role.HEAD)
    actions.defend(case=case, subjects=None, words="不服。", side=Side.COUNTER, actor=HEAD, moment=noon(NOTICED))
    deciding.answer(case=case, words="不采纳。", actor=CLERK, moment=noon(NOTICED))
    prepared(case, DECIDED)
    refused(lambda: signs(case, HEAD), AnotherPerson)


def test_no_other_post_signs_and_no_head_of_another_organ_or_another_day() -> None:
    case = told()
    prepared(case, DECIDED)
    other = registered_organ(factories.OrganRow("11999999TE5T003026", "另一示范局", "990100", "MARKET_REGULATION"))
    foreign = officer("外单位负责人", Role.HEAD, organ=other.code)
    operator = officer("运行", Role.OPERATOR, organ=None)
    auditor = officer("审计", Role.AUDITOR, organ=None)
    for name in (CLERK, REVIEWER, SECOND, foreign, operator, auditor, "无此人"):
        refused(lambda name=name: signs(case, name), NotTheirListing)  # type: ignore[misc]
    late = officer("后任负责人")
    appoint(
        username=late, role=Role.HEAD, organ=MARKET.code, from_day=DECIDED + DAY, actor="test", moment=noon(DECIDED)
    )
    refused(lambda: signs(case, late), NotTheirListing)
    Post.objects.filter(user__username=HEAD).update(valid_until=DECIDED)
    refused(lambda: signs(case, HEAD), NotTheirListing)
    signs(case, late, DECIDED + DAY)


def test_a_removal_is_signed_by_the_head_and_by_nobody_who_proposed_it() -> None:
    case = entered()
    also(HEAD, Role.REVIEWER)
    said = {"number": "1号", "way": "WRONGLY_LISTED", "words": "不应列入。"}
    revoking.propose_removal(case=case, actor=HEAD, moment=noon(DECIDED), **said)
    for name, why in ((HEAD, AnotherPerson), (CLERK, NotTheirListing), (REVIEWER, NotTheirListing)):
        refused(lambda name=name: revoking.confirm_removal(case=case, actor=name, moment=noon(DECIDED)), why)  # type: ignore[misc]


# --- on which day, and after what -----------------------------------------------------------------


@pytest.mark.parametrize(
    "served_on",
    ["2026-06-01", "2026-06-04", "2025-06-02", "2027-06-02", "", "2026-02-30", "二〇二六年六月二日"],
)
def test_a_notice_is_not_served_before_it_was_issued_nor_on_a_day_to_come(served_on: str) -> None:
    case = noticed()
    proved(case, NOTICED, "告知")
    said = {"how": "DIRECT", "served_on": served_on, "actor": CLERK, "moment": noon(NOTICED + DAY)}
    assert "served_on" in refused(lambda: actions.serve_notice(case=case, **said)).faults  # type: ignore[arg-type]


def test_a_proof_from_before_the_paper_proves_nothing_and_one_proof_proves_one_service() -> None:
    case = proposed()
    proved(case, PROPOSED, "早于告知")
    actions.notice(case=case, number="1号", actor=REVIEWER, moment=noon(NOTICED))
    said: dict[str, Any] = {"how": "DIRECT", "actor": CLERK}
    on = {"served_on": NOTICED.isoformat(), "moment": noon(NOTICED)}
    assert "document" in refused(lambda: actions.serve_notice(case=case, **said, **on)).faults  # type: ignore[arg-type]
    proved(case, NOTICED, "告知")
    actions.serve_notice(case=case, **said, **on)  # type: ignore[arg-type]
    refused(lambda: actions.serve_notice(case=case, **said, **on), NotNow)  # type: ignore[arg-type]
    prepared(case, DECIDED)
    signs(case, HEAD)
    on = {"served_on": DECIDED.isoformat(), "moment": noon(DECIDED)}
    assert "document" in refused(lambda: deciding.serve_decision(case=case, **said, **on)).faults  # type: ignore[arg-type]


def test_the_proof_of_another_case_serves_nothing_here() -> None:
    case, other = noticed(), proposed(code=OTHER_SUBJECT)
    assert body(OTHER_SUBJECT)
    proved(other, NOTICED, "别案")
    said = {"how": "DIRECT", "served_on": NOTICED.isoformat(), "actor": CLERK, "moment": noon(NOTICED)}
    assert "document" in refused(lambda: actions.serve_notice(case=case, **said)).faults  # type: ignore[arg-type]


def test_after_a_new_notice_no_earlier_step_counts() -> None:
    """Served, reviewed and approved on the first notice; the second has to be served, and its time to run."""
    case = told()
    prepared(case, DECIDED)
    revised(case, CLERK, DECIDED)
    actions.notice(case=case, number="2号", actor=REVIEWER, moment=noon(DECIDED))
    refused(lambda: signs(case, HEAD), NotNow)
    proved(case, DECIDED, "再告知")
    actions.serve_notice(case=case, how="DIRECT", served_on=DECIDED.isoformat(), actor=CLERK, moment=noon(DECIDED))
    error = refused(lambda: signs(case, HEAD))
    assert {str(one.step) for one in error.missing} >= {"DEFENCE", "APPROVAL"}
    later = DECIDED + 14 * DAY
    error = refused(lambda: signs(case, HEAD, later))
    assert {str(one.step) for one in error.missing} == {"APPROVAL"}


@pytest.mark.parametrize("months", ["0", "-1", "1.5", "九", "9" * 40, "٣"])
def test_a_decision_states_whole_months_that_its_list_may_have(months: str) -> None:
    case = told()
    prepared(case, DECIDED)
    said = {"number": "1号", "months": months, "actor": HEAD, "moment": noon(DECIDED)}
    assert "months" in refused(lambda: deciding.decide(case=case, **said)).faults  # type: ignore[arg-type]


def test_what_was_not_served_or_was_dropped_is_entered_by_nobody() -> None:
    case = decided()
    for name in (CLERK, REVIEWER, HEAD):
        refused(lambda name=name: deciding.enter_listing(case=case, actor=name, moment=noon(DECIDED)), NotNow)  # type: ignore[misc]
    actions.drop(case=case, words="复核后不予列入。", actor=CLERK, moment=noon(DECIDED))
    refused(lambda: deciding.enter_listing(case=case, actor=CLERK, moment=noon(DECIDED)), NotNow)
    assert row(case).state == "DROPPED"
