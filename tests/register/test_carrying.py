"""An edition that changes terms reaches what stands, on the day on which it is adopted (adr/0042)."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

import orjson
import pytest
from django.db import connection, transaction

from tests.beside import beside, waits
from tests.drafts import of_ordinary_penalties
from tests.factories import MARKET, SUBJECT, TODAY, accepted, adopted_catalogue, body, document, noon, taken_back
from xinshu.doors.policies.adopting import Adopted, adopt
from xinshu.doors.policies.proposals import proposed
from xinshu.doors.policies.running import assess
from xinshu.law.terms import Mark
from xinshu.register.catalogues.actions import open_consultation
from xinshu.register.catalogues.queries import EditionRow, catalogue_on
from xinshu.register.publog.leaf import Event
from xinshu.register.publog.models import Entry
from xinshu.register.records import display
from xinshu.register.records.actions import number_filings
from xinshu.register.records.carrying import carry_over
from xinshu.register.records.models import Filing, JournalLine, Record
from xinshu.register.records.queries import shown_json
from xinshu.register.records.withholding import endings_since, mask

pytestmark = pytest.mark.django_db
NUMBER = "示市监罚〔2026〕0001号"
ADOPTED = TODAY + timedelta(days=1)
BEGINS = date(2027, 1, 15)


@pytest.fixture(autouse=True)
def shown_today(db: None) -> None:
    adopted_catalogue()
    accepted(document())


def months(longest: int, least: int = 3, to_older: str | None = None) -> str:
    """An ordinary penalty is shown for so many months, and can be repaired after so many."""
    return of_ordinary_penalties(to_older, max_months=longest, min_months=least)


def not_shown() -> str:
    """An ordinary penalty is not shown any more."""
    return of_ordinary_penalties(term="NOT_SHOWN", min_months=None, max_months=None, department_months=None)


def ready(text: str) -> str:
    """The assessment of a draft that can be adopted."""
    found = assess(proposed(text.encode(), "draft.yaml"), actor="test", moment=noon(TODAY))
    open_consultation(found, last_on=TODAY, actor="test", moment=noon(TODAY))
    return found


def taken(report_hash: str) -> Adopted:
    return adopt(report_hash, in_force_from=BEGINS, actor="test", moment=noon(ADOPTED))


def adopted(text: str) -> Adopted:
    return taken(ready(text))


def record(number: str = NUMBER) -> Record:
    return Record.objects.get(document_number=number)


def forms(day: date) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = orjson.loads(shown_json(subject=body(SUBJECT), on_date=day))
    return found


def line() -> JournalLine:
    found = JournalLine.objects.filter(record_ref=record().record_ref).order_by("-filing_id").first()
    assert found is not None
    return found


def events() -> list[str]:
    found = Entry.objects.order_by("lot_id", "place").values_list("event", flat=True)
    return [Event(event).name for event in found if event != Event.RULES]


DECIDED = date(2026, 9, 30)
TWELVE, EIGHT, THREE = date(2027, 10, 1), date(2027, 5, 31), date(2026, 12, 31)
"""The first day on which a penalty of that day is not shown, after so many months."""


def test_a_shorter_term_reaches_what_stands_on_the_day_of_the_adoption() -> None:
    assert (record().decided_on, record().public_until) == (DECIDED, TWELVE)
    found = adopted(months(8))
    assert found.carried == 1
    assert record().public_until == EIGHT
    assert [len(forms(day)) for day in (BEGINS, EIGHT - timedelta(days=1), EIGHT)] == [1, 1, 0]
    (form,) = forms(ADOPTED)
    assert form["shown_until"] == str(EIGHT - timedelta(days=1))
    assert str(EIGHT - timedelta(days=1)) in form["why"]["zh"]
    said = line()
    assert (said.change, bytes(said.edition).hex(), said.public_until) == ("CARRIED_OVER", found.edition, EIGHT)
    assert ["SHORTENED_BY_TRANSITION", "NDRC-36", "12"] in orjson.loads(said.reasons)
    assert events() == ["SHOWN", "CHANGED"]


def test_what_the_new_term_has_ended_already_is_shown_until_the_edition_begins() -> None:
    adopted(months(3))
    assert THREE < BEGINS
    assert record().public_until == BEGINS
    assert [len(forms(day)) for day in (BEGINS - timedelta(days=1), BEGINS)] == [1, 0]


def test_what_may_not_be_shown_any_more_ends_when_the_edition_begins() -> None:
    adopted(not_shown())
    assert record().public_until == BEGINS
    (form,) = forms(ADOPTED)
    assert form["fields"]


def test_nothing_is_shown_longer_by_an_edition() -> None:
    before = record()
    assert adopted(months(36, to_older="NEW")).carried == 0
    assert Record.objects.values().get(record_ref=before.record_ref)["public_until"] == TWELVE
    assert events() == ["SHOWN"]


def test_repair_opens_earlier_and_not_before_the_edition_begins() -> None:
    number = "示市监罚〔2026〕0002号"
    accepted(document(document_number=number, decided_on=date(2026, 11, 20)))
    before = record(number)
    assert before.repair_from == date(2027, 2, 21)
    assert adopted(months(12, least=0)).carried == 1
    assert (record(number).repair_from, record(number).public_until) == (BEGINS, before.public_until)
    assert [form["repair_from"] for form in forms(ADOPTED) if form["document_number"] == number] == [str(BEGINS)]


def test_carried_twice_is_carried_once() -> None:
    old = catalogue_on(TODAY)
    found = adopted(months(8))
    before = list(Record.objects.values()), JournalLine.objects.count()
    assert found.carried == 1
    assert carry_over(old=old, new=catalogue_on(BEGINS), actor="test", moment=noon(ADOPTED)) == 0
    assert before == (list(Record.objects.values()), JournalLine.objects.count())


def test_what_is_filed_before_the_edition_begins_stands_as_what_was_carried() -> None:
    adopted(months(8))
    accepted(document(document_number="示市监罚〔2026〕0002号"), on_day=ADOPTED)
    carried, filed = record(), record("示市监罚〔2026〕0002号")
    assert (filed.public_until, filed.repair_from) == (carried.public_until, carried.repair_from)
    one, other = sorted(forms(ADOPTED), key=lambda form: str(form["document_number"]))
    assert one["why"] == other["why"]
    assert one["regime"] == other["regime"]


def test_a_correction_after_the_adoption_is_no_lengthening() -> None:
    adopted(months(8))
    outcome = accepted(document(fields={"CF_SY": "更正后的事实"}), on_day=ADOPTED)
    assert (outcome.corrected, outcome.held) == (1, {})
    assert record().public_until == EIGHT


def test_what_was_withheld_stays_withheld() -> None:
    found = record()
    said = {"subject": found.subject_id, "record_ref": found.record_ref, "organ": MARKET.code, "actor": "officer"}
    rules = adopted_catalogue().catalogue
    mask(mark=Mark.NAME_WITHHELD, catalogue=rules, moment=noon(TODAY), **said)
    number_filings(moment=noon(TODAY))
    adopted(months(8))
    (form,) = forms(ADOPTED)
    assert "示例违法事实" not in str(form)
    assert form["mark"]["code"] == "NAME_WITHHELD"
    assert form["shown_until"] == str(EIGHT - timedelta(days=1))


def test_a_repair_that_is_revoked_shows_no_more_than_is_left_under_the_edition() -> None:
    found = record()
    said = {"subject": found.subject_id, "record_ref": found.record_ref, "organ": MARKET.code, "actor": "officer"}
    display.end_publication(words="已纠正", moment=noon(TODAY), **said)
    number_filings(moment=noon(TODAY))
    assert adopted(months(8)).carried == 1
    assert forms(ADOPTED) == []
    assert record().public_from is None
    until = display.reinstate(words="材料虚假", catalogue=catalogue_on(ADOPTED).catalogue, moment=noon(ADOPTED), **said)
    number_filings(moment=noon(ADOPTED))
    assert until == EIGHT
    (form,) = forms(ADOPTED)
    assert form["shown_until"] == str(EIGHT - timedelta(days=1))


def test_whoever_restores_a_backup_of_before_is_told_the_shorter_term() -> None:
    adopted(months(8))
    told = [ending for _, endings in endings_since(0) for ending in endings if ending.change == "CARRIED_OVER"]
    assert [ending.public_until for ending in told] == [EIGHT]


def test_many_records_are_one_filing_without_a_gap() -> None:
    accepted(*(document(document_number=f"示市监罚〔2026〕1{number:03d}号") for number in range(40)))
    assert adopted(months(8)).carried == 41
    assert set(Record.objects.values_list("public_until", flat=True)) == {EIGHT}
    assert len(forms(ADOPTED)) == 41
    filing = Filing.objects.order_by("-id").first()
    assert filing is not None
    places = JournalLine.objects.filter(filing_id=filing.id).values_list("place", flat=True)
    assert (filing.lines, sorted(places)) == (41, list(range(41)))
    assert filing.first_number is not None


def test_an_edition_that_leaves_the_terms_alone_reads_no_record() -> None:
    old = catalogue_on(TODAY)
    read: list[int] = []
    new = EditionRow(old.hash, BEGINS, replace(old.catalogue, measures=MappingProxyType({})))
    assert carry_over(old=old, new=new, actor="test", moment=noon(ADOPTED), told=read.append) == 0
    assert read == []


def test_a_field_that_the_edition_withholds_is_withheld_at_once() -> None:
    old = catalogue_on(TODAY)
    kind = old.catalogue.kinds["ADMIN_PENALTY"]
    closed = replace(
        kind, fields=MappingProxyType({**kind.fields, "CF_SY": replace(kind.fields["CF_SY"], public=False)})
    )
    kinds = MappingProxyType({**old.catalogue.kinds, "ADMIN_PENALTY": closed})
    new = EditionRow(old.hash, BEGINS, replace(old.catalogue, kinds=kinds))
    (before,) = forms(TODAY)
    assert carry_over(old=old, new=new, actor="test", moment=noon(ADOPTED)) == 1
    number_filings(moment=noon(ADOPTED))
    (form,) = forms(ADOPTED)
    assert before["fields"].keys() - form["fields"].keys() == {"CF_SY"}
    assert form["shown_until"] == before["shown_until"]
    assert events() == ["SHOWN", "CHANGED"]


# --- beside others --------------------------------------------------------------------------------


@contextmanager
def not_yet_committed(act: Callable[[], object]) -> Iterator[None]:
    """Somebody does that in a transaction of their own, which commits at the end of the block."""
    done, may_commit = threading.Event(), threading.Event()

    def work() -> None:
        try:
            with transaction.atomic():
                act()
                done.set()
                assert may_commit.wait(60)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        assert done.wait(60)
        try:
            yield
        finally:
            may_commit.set()
        working.result()


@pytest.mark.django_db(transaction=True)
def test_what_is_being_filed_while_the_edition_is_adopted_is_carried_too() -> None:
    found = ready(months(8))
    with (
        beside() as start,
        not_yet_committed(lambda: accepted(document(document_number="示市监罚〔2026〕0002号"), on_day=ADOPTED)),
    ):
        adopting = start(lambda: taken(found))
        assert waits(adopting)
    assert adopting.result() == Adopted(catalogue_on(BEGINS).hash, 2)
    assert set(Record.objects.values_list("public_until", flat=True)) == {EIGHT}


@pytest.mark.django_db(transaction=True)
def test_what_is_being_repaired_while_the_edition_is_adopted_stays_repaired() -> None:
    found, held = ready(months(8)), record()
    said = {"subject": held.subject_id, "record_ref": held.record_ref, "organ": MARKET.code, "actor": "officer"}
    with (
        beside() as start,
        not_yet_committed(lambda: display.end_publication(words="已纠正", moment=noon(ADOPTED), **said)),
    ):
        adopting = start(lambda: taken(found))
        assert waits(adopting)
    assert adopting.result() == Adopted(catalogue_on(BEGINS).hash, 1)
    number_filings(moment=noon(ADOPTED))
    assert forms(ADOPTED) == []
    assert (record().ended, record().public_until) == ("REPAIRED", None)
    assert orjson.loads(record().ended_form or "")["shown_until"] == str(EIGHT - timedelta(days=1))


@pytest.mark.django_db(transaction=True)
def test_what_is_being_withdrawn_while_the_edition_is_adopted_is_left_alone() -> None:
    found, held = ready(months(8)), record()
    with beside() as start, not_yet_committed(lambda: taken_back(held.subject_id, held.record_ref)):
        adopting = start(lambda: taken(found))
        assert waits(adopting)
    assert adopting.result() == Adopted(catalogue_on(BEGINS).hash, 0)
    assert (record().ended, record().ended_form) == ("WITHDRAWN", None)
