"""An auditor who means harm: each way around the steps of a listing that is not one step left out (guard-rail G6).

Editions, lists and kinds that demand less, days in another order, parts of the table, a first load, what was hidden or
repaired, a correction, and roles of the database.
"""

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import orjson
import psycopg
import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import HealthCheck, given
from hypothesis import settings as drawn
from hypothesis import strategies as st

from tests import factories
from tests.editions import followed_by_the_shipped, no_editions
from tests.factories import OTHER_SUBJECT, SUBJECT, body, noon, registered_organ
from tests.kinds import made_up_code
from tests.law.test_every_category import shipped
from tests.proceedings.test_listing_matrix import (
    COLUMNS,
    DAYS,
    INSERT,
    LISTS,
    MATRIX,
    TODAY,
    days_without,
    row_of,
    shown,
    stored,
    unit_of,
)
from tests.register.test_partitioning import split_as_the_page_says
from xinshu.law.listing import demanded, listing_period, missing_steps
from xinshu.law.terms import ListingStep
from xinshu.law.verdict import ReasonCode
from xinshu.proceedings.intake.actions import receive
from xinshu.proceedings.intake.own import returned
from xinshu.proceedings.intake.states import Door
from xinshu.register.access.queries import OrganRow
from xinshu.register.catalogues.models import Edition
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.display import Hidden, end_publication, hide, reinstate, unhide
from xinshu.register.records.models import Record

DAY: Final = timedelta(days=1)
NOBODYS: Final = bytes(32)
"""The hash of no edition."""

GUARDS: Final = """
SELECT c.relname, EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'listed_by_its_steps'
                                                     AND t.tgenabled IN ('O', 'A')),
       EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = c.oid AND k.conname = 'record_listed_by_due_process'
                                            AND k.convalidated)
  FROM pg_class c
 WHERE c.oid IN (SELECT 'records_record'::regclass UNION SELECT relid FROM pg_partition_tree('records_record'))
"""
UNSEEN: Final = INSERT.replace("'PUBLIC', %(public_from)s, NULL,\n    '{}'", "'PUBLIC', NULL, NULL,\n    NULL")


@pytest.fixture(autouse=True)
def house(db: None, settings: Any, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path / "data"
    factories.adopted_catalogue()


def entry(name: str, **changes: Any) -> dict[str, Any]:
    """The columns of an entry with every step, and what is otherwise."""
    rule, days = LISTS[name], days_without(LISTS[name], None)
    asked: dict[str, Any] = {"decided_on": days[ListingStep.DECISION], "served_on": days[ListingStep.SERVICE]}
    said: dict[str, Any] = {column: days.get(step) for step, column in COLUMNS.items()}
    said |= {"subject": body(SUBJECT), "ref": uuid4(), "kind": rule.kind, "identity": uuid4().bytes}
    said |= {"edition": bytes.fromhex(catalogue_on(TODAY).hash), "listed_in": name, "public_from": TODAY}
    said["effective_from"] = listing_period(rule, months=None, catalogue=shipped(), **asked).effective_from
    return said | changes


def written(said: Mapping[str, Any], sql: str = INSERT) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, said)


def updated(sql: str, **said: Any) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE records_record SET {sql}", said or None)


def refused(act: Callable[[], object]) -> None:
    """The database says no, by one of the guards, and everything is as it was."""
    before = list(Record.objects.order_by("record_ref").values())
    said = r"record_listed_by|lacks a step|an entry of a list"
    with pytest.raises((DatabaseError, psycopg.Error), match=said), transaction.atomic():
        act()
    assert list(Record.objects.order_by("record_ref").values()) == before


def in_two_steps(said: Mapping[str, Any]) -> None:
    """Stored without being shown, which no guard asks after, and shown afterwards."""
    written(said, UNSEEN)
    updated("public_from = %(day)s, public_form = '{}'", day=TODAY)


# --- an edition, a list or a kind that demands less -----------------------------------------------


def an_older_edition() -> bytes:
    """The edition of the tests becomes the second one, of this year; before it one without lists was in force."""
    no_editions()
    old = hashlib.sha256(b"old").digest()
    Edition.objects.create(**factories.ADOPTED | {"hash": old, "content": "[]", "listing_steps": {}})
    followed_by_the_shipped(date(2026, 1, 1))
    return old


@pytest.mark.parametrize("name", LISTS)
def test_an_edition_that_nobody_adopted_shows_nothing(name: str) -> None:
    refused(lambda: written(entry(name, edition=NOBODYS, listed_in="X")))
    stored(name, days_without(LISTS[name], None))
    refused(lambda: updated("edition = %(edition)s, reviewed_on = NULL, approved_on = NULL", edition=NOBODYS))
    refused(lambda: updated("edition = %(edition)s, version = version + 1", edition=NOBODYS))


@pytest.mark.parametrize("name", LISTS)
def test_an_edition_that_is_no_longer_in_force_shows_nothing_new(name: str) -> None:
    old = an_older_edition()
    said = entry(name, edition=old, listed_in="X")
    refused(lambda: written(said))
    refused(lambda: in_two_steps(said))
    stored(name, days_without(LISTS[name], None))
    refused(lambda: updated("edition = %(edition)s", edition=old))
    refused(lambda: updated("edition = %(edition)s, recorded_on = '2025-01-01', version = 2", edition=old))


def test_what_an_older_edition_derived_in_its_time_stands() -> None:
    old = an_older_edition()
    days = {column: DAYS[step].replace(year=2025) for step, column in COLUMNS.items()}
    at = {"effective_from": days["served_on"], "public_from": date(2025, 12, 1)}
    written(entry("MARKET_REGULATION_LIST", edition=old, listed_in="X", **days, **at))
    updated("severity = NULL, public_from = '2025-12-02'")
    assert Record.objects.get().public_from == date(2025, 12, 2)


@pytest.mark.parametrize(("name", "step"), MATRIX)
def test_nothing_is_stored_unseen_and_shown_afterwards_without_a_step(name: str, step: ListingStep) -> None:
    days = days_without(LISTS[name], step)
    less: dict[str, Any] = {column: days.get(one) for one, column in COLUMNS.items()}
    if step in {ListingStep.WAIT, ListingStep.SERVICE}:
        less["effective_from"] = days.get(ListingStep.SERVICE)
    refused(lambda: in_two_steps(entry(name, **less)))


@pytest.mark.parametrize("name", LISTS)
def test_an_entry_stays_on_its_list_and_in_its_kind(name: str) -> None:
    stored(name, days_without(LISTS[name], None))
    kind = LISTS[name].kind
    for other in (other for other, rule in LISTS.items() if other != name and rule.kind == kind):
        refused(lambda other=other: updated("listed_in = %(other)s", other=other))  # type: ignore[misc]
    other_kind = "JUDGMENT_DEFAULTER" if kind == "SERIOUS_DISHONESTY" else "SERIOUS_DISHONESTY"
    refused(lambda: updated("kind = %(kind)s", kind=other_kind))


@pytest.mark.parametrize("name", LISTS)
def test_an_entry_stays_with_the_body_that_was_heard(name: str) -> None:
    stored(name, days_without(LISTS[name], None))
    other = body(OTHER_SUBJECT)
    refused(lambda: updated("subject_id = %(other)s", other=other))
    refused(lambda: updated("record_ref = %(other)s", other=uuid4()))


# --- days in another order ------------------------------------------------------------------------

UNTOLD: Final = {ReasonCode.DEFENCE_TOO_SHORT, ReasonCode.WAIT_RUNS, ReasonCode.STEP_NOT_COMPUTABLE}
"""What takes a calendar of working days, which the database does not have; the law and the batch say it."""


@drawn(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(sorted(LISTS)),
    moved=st.dictionaries(st.sampled_from(list(DAYS)), st.integers(-60, 60), min_size=1, max_size=2),
)
def test_what_the_database_shows_the_law_has_nothing_against_but_lengths(
    name: str, moved: dict[ListingStep, int]
) -> None:
    rule = LISTS[name]
    days = {step: day + DAY * moved.get(step, 0) for step, day in DAYS.items() if step in demanded(rule)}
    effective = days[ListingStep.SERVICE] + DAY * 60
    said = {column: days.get(step) for step, column in COLUMNS.items()}
    missing = {one.reason.code for one in missing_steps(rule, days, shipped(), on_date=date(2027, 1, 29))}
    try:
        written(entry(name, **said, effective_from=effective, public_from=date(2027, 1, 29)))
    except DatabaseError:
        assert missing, "the database refuses what the law allows"
    else:
        assert missing <= UNTOLD, missing


@pytest.mark.parametrize("name", sorted({name for name, step in MATRIX if step is ListingStep.DEFENCE}))
@pytest.mark.parametrize("later", [0, 1])
def test_a_defence_of_no_day_is_none(name: str, later: int) -> None:
    refused(lambda: written(entry(name, notified_on=DAYS[ListingStep.DEFENCE] + DAY * later)))


# --- parts of the table, and what may take the guards off -----------------------------------------


def guards() -> list[tuple[str, bool, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(GUARDS)
        return list(cursor.fetchall())


def test_the_guards_are_on_the_table() -> None:
    assert guards() == [("records_record", True, True)]


def test_the_guards_are_on_every_part_of_a_table_that_was_split() -> None:
    name = "MARKET_REGULATION_LIST"
    stored(name, days_without(LISTS[name], None))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    split_as_the_page_says()
    found = guards()
    assert len(found) == 65
    assert [part for part, trigger, check in found if not (trigger and check)] == []
    refused(lambda: updated("approved_on = NULL"))
    refused(lambda: written(entry(name, approved_on=None)))
    part = _part_of(body(SUBJECT))
    for code in range(20):  # bodies of other parts among them
        other = body(made_up_code(code + 1, "91"))
        refused(lambda other=other: updated("subject_id = %(other)s", other=other))  # type: ignore[misc]
    refused(lambda: written(entry(name, approved_on=None), INSERT.replace("records_record", part)))
    refused(lambda: _copied(part, entry(name, approved_on=None)))
    refused(lambda: _copied(part, entry(name, notified_on=None)))
    _copied(part, entry(name))
    assert Record.objects.count() == 2


def _part_of(subject: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text FROM records_record WHERE subject_id = %s", [subject])
        return str(cursor.fetchone()[0])


def _copied(table: str, said: Mapping[str, Any]) -> None:
    """One row by COPY, which is how the house itself fills these tables."""
    fixed = {"organ_code": "X", "document_number": "X", "question": False, "audience": "PUBLIC", "public_form": "{}"}
    fixed |= {"version": 1, "filing_id": 0, "recorded_on": TODAY, "recorded_at": noon(TODAY).instant}
    row = {"subject_id": said["subject"], "record_ref": said["ref"], **fixed}
    row |= {name: value for name, value in said.items() if name not in {"subject", "ref"}}
    sql = f"COPY {table} ({', '.join(row)}) FROM STDIN"
    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(sql) as copy:
        copy.write_row(list(row.values()))


@pytest.mark.parametrize("name", LISTS)
def test_copy_into_the_table_asks_for_each_step(name: str) -> None:
    for step, column in COLUMNS.items():
        if step in demanded(LISTS[name]):
            refused(lambda column=column: _copied("records_record", entry(name, **{column: None})))  # type: ignore[misc]
    _copied("records_record", entry(name))
    assert Record.objects.count() == 1


@pytest.mark.parametrize(
    "off",
    [
        "ALTER TABLE records_record DISABLE TRIGGER listed_by_its_steps",
        "ALTER TABLE records_record DROP CONSTRAINT record_listed_by_due_process",
        "DROP TRIGGER listed_by_its_steps ON records_record",
        "SET session_replication_role = replica",
        "CREATE OR REPLACE FUNCTION records_listing_has_its_steps() RETURNS trigger LANGUAGE plpgsql"
        " AS 'BEGIN RETURN NEW; END'",
    ],
)
def test_who_may_write_rows_and_owns_nothing_takes_no_guard_off(off: str) -> None:
    name = "MARKET_REGULATION_LIST"
    lacking, whole = entry(name, approved_on=None), entry(name)
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE listing_auditor")
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO listing_auditor")
        cursor.execute("SET LOCAL ROLE listing_auditor")
        with pytest.raises(DatabaseError, match=r"must be owner|permission denied"), transaction.atomic():
            cursor.execute(off)
    refused(lambda: written(lacking))
    written(whole)
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert Record.objects.count() == 1


# --- the register's own ways: a first load, a correction, what was hidden, what was repaired -------


def sent(path: Path, name: str, step: ListingStep | None, *, first: bool = False, **changes: str) -> Any:
    unit = unit_of(LISTS[name])
    path.write_bytes(orjson.dumps(row_of(LISTS[name], step, unit) | changes) + b"\n")
    said = {"organ_code": unit.code, "kind": LISTS[name].kind, "door": Door.CLI, "actor": "test", "moment": noon(TODAY)}
    return receive(path=path, progress=lambda _step: None, first_time=first, **said)


@pytest.mark.parametrize(("name", "step"), MATRIX)
def test_a_first_load_takes_no_row_without_a_step(name: str, step: ListingStep, tmp_path: Path) -> None:
    receipt = sent(tmp_path / "first.ndjson", name, step, first=True)
    assert (receipt.accepted, receipt.returned, Record.objects.count()) == (0, 1, 0)


def test_after_a_first_load_the_guards_are_on_the_table(tmp_path: Path) -> None:
    name = "MARKET_REGULATION_LIST"
    assert sent(tmp_path / "first.ndjson", name, None, first=True).accepted == 1
    assert guards() == [("records_record", True, True)]
    refused(lambda: updated("approved_on = NULL"))


@pytest.mark.parametrize(("name", "step"), [(name, step) for name, step in MATRIX if step in COLUMNS])
def test_a_correction_takes_no_step_away(name: str, step: ListingStep, tmp_path: Path) -> None:
    assert sent(tmp_path / "whole.ndjson", name, None).accepted == 1
    before = shown()
    receipt = sent(tmp_path / "less.ndjson", name, step)
    assert (receipt.corrected, receipt.returned) == (0, 1)
    assert shown() == before


@pytest.mark.parametrize("name", LISTS)
def test_what_was_hidden_or_repaired_comes_back_with_its_steps_alone(name: str, tmp_path: Path) -> None:
    assert sent(tmp_path / "whole.ndjson", name, None).accepted == 1
    held = Record.objects.get()
    who: dict[str, Any] = {"subject": held.subject_id, "record_ref": held.record_ref, "organ": held.organ_code}
    who |= {"actor": "test", "moment": noon(TODAY)}
    hide(cause=Hidden.NOT_US, **who)
    refused(lambda: updated("served_on = NULL"))
    unhide(cause=Hidden.NOT_US, **who)
    end_publication(words="", **who)
    updated("served_on = NULL")
    refused(lambda: reinstate(words="", catalogue=shipped(), **who))


DEPARTMENTS_LISTS: Final = [name for name, rule in LISTS.items() if rule.department is not None]


@pytest.mark.parametrize("name", DEPARTMENTS_LISTS)
def test_an_organ_of_another_department_puts_nobody_on_a_list(name: str, tmp_path: Path) -> None:
    rule = LISTS[name]
    other = "TAX" if rule.department != "TAX" else "MARKET_REGULATION"
    foreign = registered_organ(OrganRow("11999999TE5T003026", "另一部门示范机关", "990100", other))
    path = tmp_path / "foreign.ndjson"
    path.write_bytes(orjson.dumps(row_of(rule, None, foreign)) + b"\n")
    said = {"organ_code": foreign.code, "kind": rule.kind, "door": Door.CLI, "actor": "test", "moment": noon(TODAY)}
    receipt = receive(path=path, progress=lambda _step: None, **said)  # type: ignore[arg-type]
    assert (receipt.accepted, receipt.returned, Record.objects.count()) == (0, 1, 0)
    (back,) = returned(receipt.batch).rows  # type: ignore[union-attr]
    assert [(code, "另一部门" in zh or "其他部门" in zh) for _, _, code, zh, _ in back.reasons] == [
        ("LIST_OF_ANOTHER", True)
    ]
