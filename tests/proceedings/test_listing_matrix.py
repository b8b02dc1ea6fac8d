"""For each list, each step that it demands, and each path: without the step, no publication (guard-rail G6).

Paths: a case at the desk, a batch as an organ sends it, the interface for machines, the register's own action called
by code, and SQL as the application's own role.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson
import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from tests import factories
from tests.factories import SUBJECT, SUBJECT_NAME, accepted, body, document, noon, registered_organ
from tests.journeys.conftest import on
from tests.kinds import sample_row
from tests.law.test_every_category import shipped
from tests.proceedings.listings import FORM, PDF
from tests.proceedings.repairs import officer, row
from xinshu.kit.workdays import add_working_days
from xinshu.law.list_rules import ListRule
from xinshu.law.listing import STEP_FIELDS, demanded, listing_period
from xinshu.law.terms import ListingStep, Standing
from xinshu.proceedings.cases.documents import attach
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.own import returned
from xinshu.proceedings.intake.states import Door
from xinshu.proceedings.lists import actions, deciding
from xinshu.proceedings.lists.states import ListingState
from xinshu.register.access.actions import issue_token
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.models import Record
from xinshu.register.records.queries import shown_page

TODAY: Final = date(2026, 11, 23)
DAYS: Final[Mapping[ListingStep, date]] = {
    ListingStep.NOTICE: date(2026, 8, 3),
    ListingStep.DEFENCE: date(2026, 9, 14),
    ListingStep.LEGAL_REVIEW: date(2026, 9, 15),
    ListingStep.APPROVAL: date(2026, 9, 16),
    ListingStep.DECISION: date(2026, 9, 17),
    ListingStep.SERVICE: date(2026, 9, 18),
}
"""A course of steps that is long enough for every list; WAIT has no day of its own."""

LISTS: Final = {name: rule for name, rule in shipped().lists.items() if rule.standing is Standing.ACTIVE}
UNUSED: Final = [
    name for name, rule in shipped().lists.items() if rule.standing is not Standing.ACTIVE and rule.choice is not None
]
"""Those to come have no choice yet that a row could name."""
MATRIX: Final = [(name, step) for name, rule in LISTS.items() for step in demanded(rule)]
BY_CASE: Final = [(name, step) for name, step in MATRIX if not LISTS[name].external]
COLUMNS: Final = {step: name.lower() for step, name in STEP_FIELDS.items()}
PEOPLE: Final = {"甲": Role.CLERK, "乙": Role.REVIEWER, "丙": Role.REVIEWER, "丁": Role.HEAD}


@pytest.fixture(autouse=True)
def house(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path / "data"
    factories.adopted_catalogue()


def unit_of(rule: ListRule) -> OrganRow:
    """An organ of the list's department."""
    department = rule.department or "JUSTICE"
    return registered_organ(OrganRow(factories.MARKET.code, "示范机关", "990100", department))


def shown() -> list[Any]:
    return list(shown_page(subject=body(SUBJECT), on_date=TODAY)[0])


def days_without(rule: ListRule, step: ListingStep | None) -> dict[ListingStep, date]:
    """The days of the steps that a list demands but for one; of a wait that has not run, the service is today's."""
    days = {one: day for one, day in DAYS.items() if one in demanded(rule) and one is not step}
    if step is ListingStep.WAIT:
        days[ListingStep.SERVICE] = TODAY
    return days


# --- a batch, as an organ sends it ----------------------------------------------------------------


def row_of(rule: ListRule, step: ListingStep | None, unit: OrganRow) -> dict[str, str]:
    """A row of the list by the template's own headers, one step left out."""
    catalogue = shipped()
    kind = catalogue.kinds[rule.kind]
    changes: dict[str, str] = {"SUBJECT_CODE": SUBJECT, "SUBJECT_NAME": SUBJECT_NAME, "LISTED_UNTIL": "2028-09-17"}
    changes |= dict.fromkeys(("ORGAN_CODE", "SOURCE_CODE"), unit.code)
    if rule.in_field is not None:
        choices = catalogue.vocabularies[kind.fields[rule.in_field].vocabulary or ""].choices
        changes[rule.in_field] = choices[rule.choice or ""].name_zh
    days = days_without(rule, step)
    for one, name in STEP_FIELDS.items():
        if name in kind.fields:
            changes[name] = days[one].isoformat() if one in days else ""
    return sample_row(rule.kind, catalogue, **changes)


def sent(path: Path, rule: ListRule, step: ListingStep | None) -> Any:
    unit = unit_of(rule)
    path.write_bytes(orjson.dumps(row_of(rule, step, unit)) + b"\n")
    said = {"organ_code": unit.code, "kind": rule.kind, "door": Door.CLI, "actor": "test", "moment": noon(TODAY)}
    return receive(path=path, progress=lambda _step: None, **said)


@pytest.mark.parametrize("name", LISTS)
def test_a_row_with_every_step_is_published(name: str, tmp_path: Path) -> None:
    receipt = sent(tmp_path / "whole.ndjson", LISTS[name], None)
    assert (receipt.accepted, receipt.returned) == (1, 0)
    assert len(shown()) == 1
    assert Record.objects.get().listed_in == name


@pytest.mark.parametrize(("name", "step"), MATRIX)
def test_a_row_without_a_step_goes_back_with_the_reason(name: str, step: ListingStep, tmp_path: Path) -> None:
    receipt = sent(tmp_path / "less.ndjson", LISTS[name], step)
    assert (receipt.accepted, receipt.returned) == (0, 1)
    assert Record.objects.count() == 0
    (row,) = returned(receipt.batch).rows  # type: ignore[union-attr]
    codes = {code for _, _, code, _, _ in row.reasons}
    assert "LISTING_STEP" in codes
    assert all("依据" in zh for _, _, code, zh, _ in row.reasons if code == "LISTING_STEP")


@pytest.mark.parametrize("name", UNUSED)
def test_a_row_of_a_list_that_is_not_in_use_goes_back(name: str, tmp_path: Path) -> None:
    receipt = sent(tmp_path / "unused.ndjson", shipped().lists[name], None)
    assert (receipt.accepted, receipt.returned) == (0, 1)
    assert Record.objects.count() == 0


# --- the interface for machines -------------------------------------------------------------------


@pytest.mark.parametrize(("name", "step"), MATRIX)
def test_the_interface_files_no_row_without_a_step(name: str, step: ListingStep) -> None:
    rule = LISTS[name]
    unit = unit_of(rule)
    said = {"organ_code": unit.code, "name": "示范系统", "from_day": TODAY, "until": None}
    token = issue_token(**said, actor="test", moment=noon(TODAY))
    with on(TODAY):
        answer = Client().post(
            f"/api/v1/batches?kind={rule.kind}&file_name=rows.ndjson&attested=true",
            orjson.dumps(row_of(rule, step, unit)) + b"\n",
            content_type="application/octet-stream",
            headers={"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())},
        )
    assert answer.status_code == 200, answer.content
    told = answer.json()
    assert (told["state"], told["accepted"], told["returned"]) == ("FILED", 0, 1)
    assert Record.objects.count() == 0
    assert shown() == []


# --- code: the register's own action --------------------------------------------------------------


@pytest.mark.parametrize(("name", "step"), MATRIX)
def test_the_register_itself_holds_what_lacks_a_step(name: str, step: ListingStep) -> None:
    rule = LISTS[name]
    unit_of(rule)
    days = days_without(rule, step)
    fields = {STEP_FIELDS[one]: days[one].isoformat() if one in days else "" for one in STEP_FIELDS}
    fields = {name: day for name, day in fields.items() if name in shipped().kinds[rule.kind].fields}
    if rule.in_field:
        fields[rule.in_field] = rule.choice or ""
    named = {"decided_on": days.get(ListingStep.DECISION), "served_on": days.get(ListingStep.SERVICE)}
    given = document(rule.kind, event_on=date(2028, 9, 17), **(named | {"decided_on": DAYS[ListingStep.DECISION]}))
    given |= {"fields": fields, **named}
    outcome = accepted(given, on_day=TODAY)
    assert (outcome.accepted, list(outcome.held.values())) == (0, ["LISTING_STEPS"])
    assert Record.objects.count() == 0


# --- SQL, as the application's own role -----------------------------------------------------------

INSERT = """
INSERT INTO records_record (subject_id, record_ref, kind, identity, organ_code, document_number, decided_on, question,
    audience, public_from, public_until, public_form, edition, version, filing_id, recorded_on, recorded_at,
    listed_in, notified_on, defence_until, reviewed_on, approved_on, served_on, effective_from)
VALUES (%(subject)s, %(ref)s, %(kind)s, %(identity)s, 'X', 'X', %(decided_on)s, false, 'PUBLIC', %(public_from)s, NULL,
    '{}', %(edition)s, 1, 0, %(public_from)s, now(), %(listed_in)s, %(notified_on)s, %(defence_until)s,
    %(reviewed_on)s, %(approved_on)s, %(served_on)s, %(effective_from)s)
"""


def stored(name: str, days: Mapping[ListingStep, date], *, listed_in: str | None = None) -> None:
    """Written by SQL, with these days."""
    rule, edition = LISTS[name], catalogue_on(TODAY)
    served, decided = days.get(ListingStep.SERVICE), days.get(ListingStep.DECISION)
    effective = served
    if served and decided:
        asked = {"decided_on": decided, "served_on": served, "months": None}
        effective = listing_period(rule, **asked, catalogue=shipped()).effective_from
    said = {column: days.get(step) for step, column in COLUMNS.items()}
    said |= {"subject": body(SUBJECT), "ref": uuid4(), "kind": rule.kind, "identity": uuid4().bytes}
    said |= {"edition": bytes.fromhex(edition.hash), "effective_from": effective, "public_from": TODAY}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(INSERT, said | {"listed_in": listed_in or name})


@pytest.mark.parametrize("name", LISTS)
def test_sql_stores_what_has_every_step(name: str) -> None:
    stored(name, days_without(LISTS[name], None))
    assert Record.objects.count() == 1


@pytest.mark.parametrize(("name", "step"), MATRIX)
def test_sql_stores_nothing_that_is_shown_without_a_step(name: str, step: ListingStep) -> None:
    with pytest.raises(DatabaseError, match=r"record_listed_by|lacks a step"):
        stored(name, days_without(LISTS[name], step))
    assert Record.objects.count() == 0


@pytest.mark.parametrize(("name", "step"), [(name, step) for name, step in MATRIX if step in COLUMNS])
def test_sql_takes_no_step_away_from_what_is_shown(name: str, step: ListingStep) -> None:
    stored(name, days_without(LISTS[name], None))
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE records_record SET {COLUMNS[step]} = NULL")


@pytest.mark.parametrize("name", LISTS)
def test_sql_names_no_list_that_is_not_there(name: str) -> None:
    with pytest.raises(DatabaseError, match="lacks a step"):
        stored(name, days_without(LISTS[name], None), listed_in="NO_SUCH_LIST")


def test_sql_cannot_make_the_edition_demand_less() -> None:
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE catalogues_edition SET listing_steps = '{}'")


# --- a case at the desk ---------------------------------------------------------------------------


class Desk:
    """The four of a unit take the steps of a listing on their days, but for one step."""

    def __init__(self, name: str, without: ListingStep | None) -> None:
        self.name, self.without, self.unit = name, without, unit_of(LISTS[name])
        for person, role in PEOPLE.items():
            officer(person, role, organ=self.unit.code)
        body(SUBJECT)
        form = {**FORM, "ground": LISTS[name].grounds[0].row}
        said = {"organ": self.unit.code, "name": name, "code": SUBJECT, "form": form}
        self.case = actions.propose(**said, actor="甲", moment=noon(DAYS[ListingStep.NOTICE]))

    def goes(self) -> None:
        """All of the steps; raises what refuses one."""
        rule, days = LISTS[self.name], dict(DAYS)
        notified = days[ListingStep.NOTICE]
        if self.without is not ListingStep.NOTICE:
            actions.notice(case=self.case, number="告1号", actor="乙", moment=noon(notified))
            self._serves(actions.serve_notice, notified)
        decided = days[ListingStep.DECISION]
        if self.without is ListingStep.DEFENCE:
            decided = notified
        for step, event, actor in (
            (ListingStep.LEGAL_REVIEW, deciding.review, "乙"),
            (ListingStep.APPROVAL, deciding.approve, "丙"),
        ):
            if step in demanded(rule) and step is not self.without:
                event(case=self.case, words="同意", actor=actor, moment=noon(decided))
        if self.without is not ListingStep.DECISION:
            deciding.decide(case=self.case, number="列1号", months="", actor="丁", moment=noon(decided))
        served = days[ListingStep.SERVICE]
        if self.without is not ListingStep.SERVICE:
            self._serves(deciding.serve_decision, served)
        entered = served if self.without is ListingStep.WAIT else TODAY
        deciding.enter_listing(case=self.case, actor="甲", moment=noon(entered))

    def _serves(self, event: Any, day: date) -> None:
        content = PDF.replace(b"<< >>", f"<< /{uuid4().hex} >>".encode())
        proof = {"name": "回证.pdf", "chunks": [content], "side": Side.ORGAN, "actor": "甲", "moment": noon(day)}
        attach(case=self.case, **proof)
        event(case=self.case, how="DIRECT", served_on=day.isoformat(), actor="甲", moment=noon(day))


@pytest.mark.parametrize("name", sorted({name for name, _ in BY_CASE}))
def test_a_case_with_every_step_is_published(name: str) -> None:
    Desk(name, None).goes()
    assert len(shown()) == 1


@pytest.mark.parametrize(("name", "step"), BY_CASE)
def test_a_case_without_a_step_is_published_by_nobody(name: str, step: ListingStep) -> None:
    desk = Desk(name, step)
    with pytest.raises(Exception, match="。"):
        desk.goes()
    assert Record.objects.count() == 0
    assert row(desk.case).state != ListingState.LISTED


def test_the_matrix_is_whole() -> None:
    """Every list that is in use, with its floor; and one at least by a case."""
    assert len(LISTS) >= 5
    assert {step for name, step in MATRIX if name == "COURT_DEFAULTERS"} == {ListingStep.DECISION, ListingStep.SERVICE}
    assert BY_CASE
    assert add_working_days(DAYS[ListingStep.NOTICE], 25, shipped().calendar) <= DAYS[ListingStep.DEFENCE]  # type: ignore[operator]
