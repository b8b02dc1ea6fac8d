"""Masks: what is withheld is withheld in every form of the gate, survives a correction, and ends with the record."""

from datetime import date
from typing import Any

import orjson
import pytest
from click.testing import CliRunner
from django.test import Client

from tests.factories import MARKET, SUBJECT, TODAY, accepted, adopted_catalogue, body, document, noon
from tests.journeys.conftest import on
from xinshu.doors.cli.shown import shown
from xinshu.law.terms import ClaimCause, Mark
from xinshu.register.records import queries
from xinshu.register.records.actions import Change, number_filings, withdraw
from xinshu.register.records.gate import FORM
from xinshu.register.records.models import Filing, JournalLine, Record
from xinshu.register.records.own import whole_form
from xinshu.register.records.queries import shown_json, shown_page, shown_record, shown_stream
from xinshu.register.records.withholding import Ending, NotShown, end_again, mask, unmask

pytestmark = pytest.mark.django_db
FACTS = "示例违法事实"
NUMBER = "示市监罚〔2026〕0001号"


@pytest.fixture(autouse=True)
def catalogue() -> None:
    adopted_catalogue()


def under(mark: Mark) -> None:
    record = Record.objects.get(document_number=NUMBER)
    said = {"subject": record.subject_id, "record_ref": record.record_ref, "organ": "", "actor": "public"}
    mask(mark=mark, catalogue=adopted_catalogue().catalogue, moment=noon(TODAY), **said)
    number_filings(moment=noon(TODAY))


def without(cause: ClaimCause) -> None:
    record = Record.objects.get(document_number=NUMBER)
    said = {"subject": record.subject_id, "record_ref": record.record_ref, "organ": MARKET.code, "actor": "test"}
    unmask(cause=cause, catalogue=adopted_catalogue().catalogue, moment=noon(TODAY), **said)
    number_filings(moment=noon(TODAY))


def form() -> dict[str, Any]:
    (only,), _ = shown_page(subject=body(SUBJECT), on_date=TODAY)
    return only


def everywhere() -> list[str]:
    """The one record as JSON of the subject, page of records, record, stream, web pages, API, and command line."""
    reference = Record.objects.get().record_ref
    addresses = (f"/subjects/{SUBJECT}/", f"/subjects/{SUBJECT}/records/{reference}/")
    with on(TODAY):
        told = [
            Client().get(way + address.rstrip(end))
            for way, end in (("", ""), ("/api/v1", "/"))
            for address in addresses
        ]
        said = CliRunner().invoke(shown, [SUBJECT], catch_exceptions=False).output
        as_json = CliRunner().invoke(shown, [SUBJECT, "--json"], catch_exceptions=False).output
    assert {answer.status_code for answer in told} == {200}
    return [
        shown_json(subject=body(SUBJECT), on_date=TODAY),
        orjson.dumps(form()).decode(),
        orjson.dumps(shown_record(subject=body(SUBJECT), record_ref=reference, on_date=TODAY)).decode(),
        *(str(batch.to_pylist()) for batch in shown_stream(on_date=TODAY)),
        *(answer.content.decode() for answer in told),
        *(said, as_json),
    ]


@pytest.mark.django_db(transaction=True)
def test_what_is_withheld_is_withheld_in_every_form() -> None:
    accepted(document())
    before = everywhere()
    assert len(before) == 10
    assert [FACTS in text for text in before] == [True] * 4 + [False, *[True] * 3, False, True], "two only list it"
    under(Mark.NAME_CLAIMED)
    assert [FACTS in text for text in everywhere()] == [False] * 10
    assert [NUMBER in text for text in everywhere()] == [True] * 10
    under(Mark.BODY_CLAIMED)
    assert [NUMBER in text or FACTS in text for text in everywhere()] == [False] * 10
    said = "有人提出本信息不属于该主体"
    assert [said in text for text in everywhere()] == [True] * 10


def test_no_statement_of_the_gate_goes_round_the_mask() -> None:
    """A further form of the gate that forgot it would show what is withheld."""
    statements = {name: value for name, value in vars(queries).items() if "records_record" in str(value)}
    assert [name for name, text in statements.items() if "_form" in str(text).replace(FORM, "")] == []
    assert sum(FORM in str(text) for text in statements.values()) >= 4


def test_a_mask_is_undone_for_its_own_cause_only() -> None:
    accepted(document())
    whole = form()
    under(Mark.NAME_CLAIMED)
    under(Mark.BODY_CLAIMED)
    without(ClaimCause.BODY)
    assert form()["mark"]["code"] == "NAME_CLAIMED"
    under(Mark.NAME_WITHHELD)
    assert Record.objects.get().masked_for == "NAME_WITHHELD", "one mark a cause"
    without(ClaimCause.BODY)
    assert form()["mark"]["code"] == "NAME_WITHHELD"
    without(ClaimCause.NAME)
    assert form() == whole


def test_each_leaves_its_line_and_its_number_and_moves_no_day() -> None:
    accepted(document())
    under(Mark.NAME_CLAIMED)
    without(ClaimCause.NAME)
    without(ClaimCause.NAME)
    lines = JournalLine.objects.order_by("filing_id")
    assert [line.change for line in lines] == [Change.ACCEPTED, Change.MASKED, Change.UNMASKED]
    assert len({(line.public_from, line.public_until, line.repair_from, line.severity) for line in lines}) == 1
    assert [orjson.loads(line.reasons)[0][0] for line in lines][1:] == ["NAME_CLAIMED"] * 2
    assert [line.organ_code for line in lines] == [MARKET.code, "", MARKET.code]
    assert sorted(Filing.objects.values_list("first_number", flat=True)) == [1, 2, 3]


def test_a_correction_keeps_the_mask_and_withholds_what_is_new() -> None:
    accepted(document())
    under(Mark.NAME_CLAIMED)
    assert accepted(document(decided_on=date(2026, 8, 31))).corrected == 1
    assert form()["decided_on"] == "2026-08-31"
    assert form()["mark"]["code"] == "NAME_CLAIMED"
    assert FACTS not in str(form())
    record = Record.objects.get()
    assert FACTS in str(whole_form(subject=record.subject_id, record_ref=record.record_ref))
    without(ClaimCause.NAME)
    assert (form()["decided_on"], FACTS in str(form())) == ("2026-08-31", True)


def test_a_correction_that_ends_the_display_leaves_nothing_to_show() -> None:
    accepted(document())
    under(Mark.NAME_CLAIMED)
    minor = document(penalties=["WARNING"], severity="MINOR")
    assert accepted(minor).corrected == 1
    record = Record.objects.get()
    assert (record.masked_form, record.masked_for, record.public_form) == (None, "NAME_CLAIMED", None)
    assert shown_page(subject=body(SUBJECT), on_date=TODAY)[1] == 0


def test_a_withdrawal_ends_the_mask_too() -> None:
    accepted(document())
    under(Mark.BODY_DOUBTED)
    record = Record.objects.get()
    withdraw(
        subjects=[record.subject_id],
        record_ref=record.record_ref,
        organ=MARKET.code,
        ground="ENTERED_WRONGLY",
        words="",
        actor="test",
        moment=noon(TODAY),
    )
    assert Record.objects.values_list("masked_for", "masked_form", "public_form").get() == (None, None, None)
    number_filings(moment=noon(TODAY))
    for refused in (lambda: under(Mark.NAME_CLAIMED), lambda: without(ClaimCause.BODY)):
        with pytest.raises(NotShown):
            refused()


def test_what_is_never_shown_is_never_masked() -> None:
    accepted(document(penalties=["WARNING"], severity="MINOR"))
    with pytest.raises(NotShown):
        under(Mark.NAME_CLAIMED)
    assert Filing.objects.count() == 1


def test_a_record_masked_since_the_backup_comes_back_masked() -> None:
    """A restore that knows only that it was masked holds it back; filed again, it is under every mark."""
    accepted(document())
    record = Record.objects.get(document_number=NUMBER)
    masked_since = Ending(9, str(record.record_ref), "MASKED", 1, TODAY, record.public_from, record.public_until)
    assert end_again(endings=[masked_since], actor="test", moment=noon(TODAY)).held == 1
    number_filings(moment=noon(TODAY))
    assert shown_page(subject=body(SUBJECT), on_date=TODAY) == ([], 0)
    accepted(document(organ_name="示范市市场监督管理局（重报）"))
    assert form()["mark"]["code"] == "BODY_CLAIMED"
    assert (form()["fields"], form()["document_number"]) == ({}, "")


def test_a_mask_lifted_again_since_the_backup_leaves_none() -> None:
    accepted(document())
    record = Record.objects.get(document_number=NUMBER)
    lines = [
        Ending(number, str(record.record_ref), change, 1, TODAY, record.public_from, record.public_until)
        for number, change in ((9, "MASKED"), (10, "UNMASKED"))
    ]
    assert end_again(endings=lines, actor="test", moment=noon(TODAY)).held == 1
    number_filings(moment=noon(TODAY))
    accepted(document(organ_name="示范市市场监督管理局（重报）"))
    assert "mark" not in form()
