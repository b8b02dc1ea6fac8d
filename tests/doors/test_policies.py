"""A draft at the command line and the desk: refused with the article, or compared, kept by hash, and then adopted."""

import hashlib
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest
from click.testing import CliRunner, Result
from django.db import DatabaseError, connection, transaction

from tests.drafts import DEPARTMENT_RULE, LAWFUL, LOCAL_HONOUR, REPRESENTATIVES, THREE_MINOR
from tests.factories import TODAY, adopted_catalogue, noon
from tests.journeys.conftest import on
from tests.policies import made_up_register
from xinshu.doors.cli.policy import policy
from xinshu.doors.policies.proposals import DraftRefused, NothingProposed, proposed, proposed_by_folder
from xinshu.doors.policies.running import assess
from xinshu.law.reading import Rule
from xinshu.register.catalogues.actions import (
    AssessmentMissing,
    CommentRefused,
    NotAdoptable,
    adopt_assessed,
    decide_comment,
    open_consultation,
    say,
)
from xinshu.register.catalogues.models import Edition
from xinshu.register.catalogues.queries import assessment, assessments, catalogue_on, comments, report_of
from xinshu.register.catalogues.states import CommentState, Speaker

pytestmark = pytest.mark.django_db


def assessed(text: str = LAWFUL) -> str:
    return assess(proposed(text.encode(), "draft.yaml"), actor="test", moment=noon(TODAY))


def outcome(report: dict[str, Any], effect: str, what: str = "TEST-TRADING") -> dict[str, Any]:
    (found,) = [one for one in report["outcomes"] if (one["effect"], one["what"]) == (effect, what)]
    return found


def test_a_lawful_draft_gets_a_report_of_whom_it_would_touch() -> None:
    made_up_register()
    report_hash = assessed()
    report = report_of(report_hash)
    gains = outcome(report, "GAINS")
    assert gains["bodies"] == 25
    assert outcome(report, "LOSES")["bodies"] is None
    assert [row[-1] for row in gains["divisions"]] == [25]
    assert report["read"] == {"records": 30, "bodies": 25}
    assert report["day"] == TODAY.isoformat()
    assert report["against"] == catalogue_on(TODAY).hash
    text = orjson.dumps(report, option=orjson.OPT_SORT_KEYS)
    assert hashlib.sha256(text).hexdigest() == report_hash


def test_the_same_draft_on_the_same_day_is_the_same_report() -> None:
    made_up_register(12)
    assert assessed() == assessed()
    assert len(assessments(public_only=False)) == 1


def test_small_numbers_are_not_told() -> None:
    made_up_register(8)
    gains = outcome(report_of(assessed()), "GAINS")
    assert (gains["bodies"], gains["divisions"], gains["industries"], gains["sizes"]) == (None, [], [], [])


# --- the command ----------------------------------------------------------------------------------


@pytest.fixture
def _own_store(settings: Any, tmp_path: Path) -> None:
    settings.EMBEDDED_DATABASE = False
    settings.DATA_FOLDER, settings.ENDINGS_FOLDER = tmp_path / "data", tmp_path / "endings"


def run(*words: object, day: date = TODAY) -> Result:
    with on(day):
        return CliRunner().invoke(policy, [str(word) for word in words])


@pytest.mark.usefixtures("_own_store")
@pytest.mark.django_db(transaction=True)
def test_the_command_assesses_consults_and_adopts(tmp_path: Path) -> None:
    made_up_register()
    draft = tmp_path / "draft.yaml"
    draft.write_text(LAWFUL, encoding="utf-8")
    said = run("assess", draft, "--out", tmp_path / "report")
    assert said.exit_code == 0, said.output
    assert "新受此措施影响的主体 Bodies that would come under it: 25+" in said.output
    report_hash = said.output.split("评估 assessment: ")[1].strip()
    assert hashlib.sha256((tmp_path / "report" / "report.json").read_bytes()).hexdigest() == report_hash
    assert (tmp_path / "report" / "report.pdf").read_bytes().startswith(b"%PDF-1.7")
    assert isinstance(run("adopt", report_hash, "--from", "2027-03-01").exception, NotAdoptable)
    assert "2026-12-23" in run("consult", report_hash).output
    assert isinstance(run("adopt", report_hash, "--from", "2027-03-01").exception, NotAdoptable)
    adopted = run("adopt", report_hash, "--from", "2027-03-01", day=date(2026, 12, 24))
    assert adopted.exit_code == 0, adopted.output
    assert "施行 in force 2027-03-01" in run("list").output
    assert "TEST-TRADING" not in catalogue_on(date(2027, 2, 28)).catalogue.measures
    assert "TEST-TRADING" in catalogue_on(date(2027, 3, 1)).catalogue.measures


@pytest.mark.usefixtures("_own_store")
@pytest.mark.django_db(transaction=True)
def test_the_command_refuses_with_the_line_and_status_one(tmp_path: Path) -> None:
    adopted_catalogue()
    draft = tmp_path / "draft.yaml"
    draft.write_text(LAWFUL.replace("kind: ADMIN_PENALTY,", "kind: ADMIN_PENALTY, weight: 3,"), encoding="utf-8")
    said = run("assess", draft)
    assert said.exit_code == 1
    assert "draft.yaml:26: TEST-TRADING.grounds.0.weight: [UNKNOWN_KEY 没有这一项" in said.output
    assert assessments(public_only=False) == ()


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("draft: [1", "NOT_YAML"),
        ("- 1", "NOT_YAML"),
        ("national: {}", "MISSING_KEY"),
        (LAWFUL.split("national:", maxsplit=1)[0], "INCOMPLETE"),
        (LAWFUL.replace("name: procurement-of", "name: Procurement of"), "OUT_OF_RANGE"),
        (LAWFUL + "elsewhere: {}\n", "UNKNOWN_KEY"),
        (LAWFUL + "local: {99: {}}\n", "UNKNOWN_VALUE"),
        (LAWFUL.replace("  measures:", "  mesures:"), "UNKNOWN_CHAPTER"),
        (LAWFUL.replace("national:\n", "national:\n  powers: 1\n"), "WRONG_TYPE"),
        (LAWFUL.replace("basis: PRC-GPL", "basis: NONE"), "MISSING_BASIS"),
    ],
)
def test_a_draft_that_cannot_be_read_is_told_each_fault(text: str, rule: str) -> None:
    adopted_catalogue()
    with pytest.raises(DraftRefused) as refused:
        proposed(text.encode(), "draft.yaml")
    assert rule in {one.fault.rule for one in refused.value.refusals}
    assert {one.fault.file for one in refused.value.refusals} == {"draft.yaml"}


# --- adoption (G32) -------------------------------------------------------------------------------


def test_what_is_in_force_already_needs_no_assessment(settings: Any) -> None:
    adopted_catalogue()
    with pytest.raises(NothingProposed):
        proposed_by_folder(settings.CATALOGUE_FOLDER)


def test_no_edition_is_adopted_without_an_assessment_of_exactly_its_content() -> None:
    """Neither by the action, nor by the database itself, in whatever way it is asked."""
    made_up_register(12)
    with pytest.raises(AssessmentMissing):
        adopt_assessed("0" * 64, in_force_from=date(2027, 3, 1), actor="test", moment=noon(TODAY))
    row = assessment(assessed())
    assert row is not None
    later = {
        "in_force_from": date(2027, 3, 1),
        "adopted_at": noon(TODAY).instant,
        "adopted_by": "test",
        "founding": False,
    }
    mine = {"hash": bytes.fromhex(row.edition), "content": "{}"}
    for given in (
        later | mine | {"assessment": None},
        later | mine | {"assessment": bytes.fromhex(row.hash)},
        later | {"hash": b"\0" * 32, "content": "{}", "assessment": bytes.fromhex(row.hash)},
        later | mine | {"assessment": b"\0" * 32},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            Edition.objects.create(**given)
    assert Edition.objects.count() == 1


def test_an_edition_is_adopted_after_its_comments_from_a_day_ahead_and_once() -> None:
    made_up_register(12)
    found = assessed()

    def take(day: date, begins: date = date(2027, 3, 1)) -> str:
        return adopt_assessed(found, in_force_from=begins, actor="test", moment=noon(day))

    with pytest.raises(NotAdoptable, match="征求意见"):
        take(TODAY)
    open_consultation(found, last_on=date(2026, 12, 20), actor="test", moment=noon(TODAY))
    with pytest.raises(NotAdoptable, match="尚未结束"):
        take(date(2026, 12, 20))
    said = say(found, words="期限过长。", speaker=Speaker.ANYONE, moment=noon(TODAY))
    with pytest.raises(NotAdoptable, match="没有处理"):
        take(date(2026, 12, 21))
    decide_comment(said, shown=True, ground="", actor="test", moment=noon(date(2026, 12, 21)))
    with pytest.raises(NotAdoptable, match="晚于今天"):
        take(date(2026, 12, 21), begins=date(2026, 12, 21))
    edition = take(date(2026, 12, 21))
    assert take(date(2026, 12, 21)) == edition == catalogue_on(date(2027, 3, 1)).hash
    assert Edition.objects.count() == 2
    again = LAWFUL.replace("months: 12", "months: 6")
    row = assessment(assessed(again))
    assert row is not None
    assert row.against == edition


def test_an_assessment_of_another_newest_edition_is_of_no_use() -> None:
    made_up_register(12)
    first, second = assessed(), assessed(LAWFUL.replace("months: 12", "months: 6"))
    for found in (first, second):
        open_consultation(found, last_on=TODAY, actor="test", moment=noon(TODAY))
    day = date(2026, 11, 24)
    adopt_assessed(first, in_force_from=date(2027, 3, 1), actor="test", moment=noon(day))
    with pytest.raises(NotAdoptable, match="重新评估"):
        adopt_assessed(second, in_force_from=date(2027, 4, 1), actor="test", moment=noon(day))


def test_a_change_that_touches_no_body_needs_no_comments() -> None:
    made_up_register(12)
    head = LAWFUL.split("national:", maxsplit=1)[0]
    sentence = 'national: {reasons: {TERM_FIXED: {zh: "依据{law}公示。", en: "Shown by {law}."}}}\n'
    found = assessed(head + sentence)
    edition = adopt_assessed(found, in_force_from=date(2026, 11, 24), actor="test", moment=noon(TODAY))
    assert catalogue_on(date(2026, 11, 24)).hash == edition


def test_assessments_and_consultations_cannot_be_changed() -> None:
    made_up_register(12)
    found = assessed()
    open_consultation(found, last_on=None, actor="test", moment=noon(TODAY))
    for statement in (
        "UPDATE catalogues_assessment SET report = '{}'",
        "DELETE FROM catalogues_consultation",
        "UPDATE catalogues_consultation SET last_on = '2026-11-23'",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


# --- comments -------------------------------------------------------------------------------------


def test_a_comment_is_shown_only_after_somebody_read_it_and_one_that_is_not_loses_its_words() -> None:
    made_up_register(12)
    found = assessed()
    with pytest.raises(CommentRefused, match="不征求意见"):
        say(found, words="意见", speaker=Speaker.ANYONE, moment=noon(TODAY))
    open_consultation(found, last_on=date(2026, 12, 20), actor="test", moment=noon(TODAY))
    for words in ("", " ", "长" * 2001):
        with pytest.raises(CommentRefused, match="不超过"):
            say(found, words=words, speaker=Speaker.ANYONE, moment=noon(TODAY))
    good = say(found, words="期限过长。", speaker=Speaker.ANYONE, moment=noon(TODAY))
    bad = say(found, words="辱骂", speaker=Speaker.ANYONE, moment=noon(TODAY))
    assert comments(found, states=frozenset({CommentState.SHOWN})) == ()
    decide_comment(good, shown=True, ground="", actor="test", moment=noon(TODAY))
    with pytest.raises(CommentRefused, match="理由"):
        decide_comment(bad, shown=False, ground=" ", actor="test", moment=noon(TODAY))
    decide_comment(bad, shown=False, ground="与草案无关", actor="test", moment=noon(TODAY))
    with pytest.raises(CommentRefused, match="没有这条"):
        decide_comment(bad, shown=True, ground="", actor="test", moment=noon(TODAY))
    assert {one.words for one in comments(found, states=frozenset(CommentState))} == {"期限过长。", ""}
    with pytest.raises(CommentRefused, match="不征求意见"):
        say(found, words="迟", speaker=Speaker.ANYONE, moment=noon(date(2026, 12, 21)))


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "rule", "key", "law"),
    [
        (DEPARTMENT_RULE, "RANK_TOO_LOW", "TEST-TRADING.basis", "《关于健全社会信用体系的意见》第12条"),
        (THREE_MINOR, "BY_COUNT", "TEST-TRADING.grounds.0.at_least", "《关于健全社会信用体系的意见》第12条"),
        (
            REPRESENTATIVES,
            "LIABILITY_SPREADS",
            "TEST-TRADING.grounds.0.relations",
            "《关于健全社会信用体系的意见》第12条",
        ),
        (LOCAL_HONOUR, "LOCAL_ONLY", "TEST-TRADING.grounds.0.kind", "《公平竞争审查条例》第9条"),
    ],
    ids=["class I on a department rule", "three minor make one serious", "representatives", "a local honour in a bid"],
)
def test_an_unlawful_draft_is_refused_with_the_article(text: str, rule: str, key: str, law: str) -> None:
    adopted_catalogue()
    with pytest.raises(DraftRefused) as refused:
        proposed(text.encode(), "draft.yaml")
    told = {(one.fault.rule, one.fault.key): one for one in refused.value.refusals}
    one = told[Rule(rule), key]
    assert one.law is not None
    assert one.law[0] == law
    assert one.said is not None
    assert one.said[0] in str(one)
    line = text.splitlines()[one.fault.line - 1]
    assert "row: A" in line or key.rpartition(".")[2] in line
    assert assessments(public_only=False) == ()
