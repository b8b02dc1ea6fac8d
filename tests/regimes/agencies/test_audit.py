"""An audit compares copies with what is shown today: same, late, altered, not shown; a faulty row says how to mend it."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest

from tests import factories
from tests.factories import OTHER_SUBJECT, SUBJECT, TODAY, accepted, adopted_catalogue, document, noon
from tests.regimes.agencies.made_up import AS_OF, NAME, agency_of, lines, part, reference, whole
from xinshu.regimes.agencies.actions import AgencyRefused, UnknownAgency, audit, end_agency, register_agency
from xinshu.regimes.agencies.copies import MOST_ROWS, RULES, NoSample, read_sample
from xinshu.regimes.agencies.models import Audit, Finding, MatterStep
from xinshu.regimes.agencies.queries import agencies, agency, findings, last_audit, matters
from xinshu.regimes.agencies.states import Found, Source
from xinshu.register.access.models import TrailLine
from xinshu.register.publog.models import Entry
from xinshu.register.records.actions import number_filings

pytestmark = pytest.mark.django_db
MOMENT = noon(TODAY)
GONE = "示市监罚〔2026〕0002号"


@pytest.fixture(autouse=True)
def shown(db: None) -> None:
    """Two penalties and a licence are shown, of which an agency has copies."""
    adopted_catalogue()
    factories.registered_organ()
    accepted(document(), document(document_number=GONE))
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))
    register_agency(name=NAME, contact="copies@agency.example", actor="test", moment=MOMENT)


def found(*rows: Any, source: Source = Source.SAMPLE) -> dict[str, tuple[Found, tuple[str, ...]]]:
    """What an audit of these rows finds, by reference."""
    audit(name=NAME, content=lines(*rows), source=source, actor="test", moment=MOMENT)
    return {str(row.record_ref): (row.found, row.fields) for row in findings(agency_of().id)}


def corrected(*, on_day: date = TODAY) -> None:
    """The organ corrects the first penalty: another fine."""
    accepted(document(fine=8, fields={"CF_NR": "另一内容"}), on_day=on_day)


def withdrawn(number: str = GONE) -> None:
    record = reference(number)
    subject = factories.body(SUBJECT)
    factories.taken_back(subject, record)
    number_filings(moment=MOMENT)


# --- compared -------------------------------------------------------------------------------------


def test_the_same_is_the_same_whole_and_in_parts_and_what_is_not_copied_never_counts() -> None:
    assert found(whole(), part(GONE)) == {}
    told = last_audit(agency_of().id)
    assert told is not None
    assert (told.rows, told.same, told.clean) == (2, 2, True)
    assert matters(on_date=TODAY) == ()


def test_an_older_version_is_late_and_the_log_proves_it() -> None:
    copy = whole()
    corrected()
    copy["as_of"] = "2026-11-23T13:00:00+08:00"
    ((how, fields),) = found(copy).values()
    assert how is Found.LATE
    assert "fields.CF_NR" in fields
    forged = whole()
    forged["record"]["organ"]["name"] = "另一机关"
    forged["as_of"] = AS_OF
    assert set(found(forged).values()) == {(Found.ALTERED, ("organ",))}


def test_parts_taken_before_the_correction_are_late_and_after_it_altered() -> None:
    said = {"fields": {"CF_NR": "示例处罚内容"}}
    corrected()
    before, after = (part(as_of=instant, **said) for instant in (AS_OF, "2026-11-23T20:00:00+08:00"))
    assert {how for how, _ in found(before).values()} == {Found.LATE}
    assert set(found(after).values()) == {(Found.ALTERED, ("fields.CF_NR",))}


def test_another_term_and_a_field_that_is_not_shown_are_altered() -> None:
    assert set(found(part(as_of="2026-11-24T00:00:00+08:00", shown_until="2099-01-01")).values()) == {
        (Found.ALTERED, ("shown_until",))
    }
    longer = whole()
    longer["record"]["fields"]["CF_FRDB"] = "示例丁"
    assert set(found(longer).values()) == {(Found.ALTERED, ("fields.CF_FRDB",))}


def test_ended_never_there_and_under_another_code_are_one_finding() -> None:
    ended = whole(GONE)
    withdrawn()
    made_up, foreign = whole(), part()
    made_up["record"]["ref"] = str(uuid4())
    foreign |= {"subject": OTHER_SUBJECT}
    assert set(found(ended, made_up, foreign).values()) == {(Found.NOT_SHOWN, ())}
    assert {row.found for row in findings(agency_of().id)} == {Found.NOT_SHOWN}
    assert len(findings(agency_of().id)) == 3


def test_a_table_is_read_like_lines() -> None:
    form = whole()["record"]
    table = (
        "﻿ref,subject,shown_until,as_of,document_number,decided_on,CF_NR\r\n"
        f'{form["ref"]},{SUBJECT},{form["shown_until"]},{AS_OF},{form["document_number"]},{form["decided_on"]},"{form["fields"]["CF_NR"]}"\r\n'
    )
    _, told = audit(name=NAME, content=table.encode(), source=Source.SAMPLE, actor="test", moment=MOMENT)
    assert (told.same, told.differing) == (1, [])


def test_erased_salts_prove_no_older_version() -> None:
    copy = whole()
    corrected()
    Entry.objects.filter(record_ref=reference(), event=1).update(
        salt=None, subject_id=None, record_ref=None, subject_code=None, of_lot=None, of_place=None
    )
    assert {how for how, _ in found(copy).values()} == {Found.ALTERED}


# --- what stays -----------------------------------------------------------------------------------


def test_no_value_of_a_sample_is_kept_anywhere() -> None:
    altered = whole()
    altered["record"]["fields"]["CF_NR"] = secret = "只在样本里的文字"
    altered["record"]["why"] = {secret: secret}
    audit(name=NAME, content=lines(altered, b"{" + secret.encode()), source=Source.SAMPLE, actor="test", moment=MOMENT)
    for table in (Audit, Finding, MatterStep, TrailLine):
        assert secret not in str(list(table.objects.values_list()))
    assert Finding.objects.get().fields == ["why", "fields.CF_NR"]


def test_the_next_audit_takes_the_place_of_the_findings_and_counts_stay() -> None:
    ended = whole(GONE)
    withdrawn()
    assert len(found(ended)) == 1
    assert found(whole()) == {}
    assert list(Audit.objects.order_by("id").values_list("not_shown", "same")) == [(1, 0), (0, 1)]


# --- what cannot be read --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field", "rule"),
    [
        ({"ref": "1"}, "ref", "NOT_A_REFERENCE"),
        ({"ref": 7}, "ref", "NOT_A_REFERENCE"),
        ({"subject": "919999990000002111"}, "subject", "NOT_A_CODE"),
        ({"as_of": "2026-11-23"}, "as_of", "NOT_AN_INSTANT"),
        ({"as_of": "2026-11-23T08:00:00"}, "as_of", "NOT_AN_INSTANT"),
        ({"shown_until": "2026-02-30"}, "shown_until", "NOT_A_DAY"),
        ({"shown_until": 2026}, "shown_until", "NOT_A_DAY"),
        ({"fields": {"CF_NR": 1}}, "fields.CF_NR", "NOT_TEXT"),
        ({"fields": "text"}, "fields", "NOT_TEXT"),
        ({"record": "text"}, "record", "NOT_JSON"),
    ],
)
def test_a_faulty_row_comes_back_with_number_field_rule_and_way_out(
    change: dict[str, Any], field: str, rule: str
) -> None:
    sample = read_sample(lines(part(GONE), part() | change, b"[]"))
    assert [tuple(fault) for fault in sample.faults] == [(2, field, rule), (3, "", "NOT_JSON")]
    assert len(sample.copies) == 1
    assert all(RULES[fault.rule][1] for fault in sample.faults)


def test_a_row_that_stands_twice_is_told() -> None:
    assert [fault.rule for fault in read_sample(lines(part(), part())).faults] == ["TWICE"]


def test_a_faulty_row_makes_no_audit_clean() -> None:
    assert found(part(), b"{") == {}
    told = last_audit(agency_of().id)
    assert told is not None
    assert (told.clean, told.faults) == (False, ((2, "", "NOT_JSON"),))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xff\xfe", "UTF-8"),
        ("编号,主体\n1,2\n".encode(), "as_of"),
        (b'ref,subject,as_of,shown_until\n"a,b\n', "quotes"),
        (b"{}\n" * (MOST_ROWS + 1), str(MOST_ROWS)),
    ],
)
def test_what_is_no_sample_is_refused_whole(content: bytes, said: str) -> None:
    with pytest.raises(NoSample, match=said):
        read_sample(content)


def test_nothing_copied_is_clean() -> None:
    assert read_sample(b"").copies == read_sample(b"\n").faults == []
    assert found() == {}


# --- who is audited -------------------------------------------------------------------------------


def test_an_agency_is_linked_with_the_recipient_of_its_name() -> None:
    factories.registered_recipient()
    register_agency(name="示范银行", contact="x", feed="https://www.Bank.example/copies", actor="test", moment=MOMENT)
    row = agency("示范银行")
    assert row is not None
    assert (row.recipient, row.site) == ("示范银行", "bank.example")
    assert [row.name for row in agencies()] == ["示例征信", "示范银行"]


@pytest.mark.parametrize(
    ("said", "way_out"),
    [
        ({"name": " "}, "1 to 100"),
        ({"contact": ""}, "contact"),
        ({"code": "919999990000002111"}, "code"),
        ({"feed": "ftp://agency.example/"}, "http"),
        ({"site": "https://agency.example/"}, "host"),
        ({"recipient": "无此银行"}, "recipient"),
        ({"name": NAME}, "already"),
    ],
)
def test_an_agency_that_cannot_be_is_refused_in_a_sentence(said: dict[str, str], way_out: str) -> None:
    usual = {"name": "另一机构", "contact": "x"}
    with pytest.raises(AgencyRefused, match=way_out):
        register_agency(**usual | said, actor="test", moment=MOMENT)


def test_one_that_has_ended_is_audited_no_more_and_may_come_again() -> None:
    withdrawn_copy = whole(GONE)
    withdrawn()
    assert found(withdrawn_copy)
    end_agency(name=NAME, actor="test", moment=MOMENT)
    assert not Finding.objects.exists()
    assert matters(on_date=TODAY) == ()
    with pytest.raises(UnknownAgency):
        audit(name=NAME, content=b"", source=Source.SAMPLE, actor="test", moment=MOMENT)
    assert register_agency(name=NAME, contact="x", actor="test", moment=MOMENT)
