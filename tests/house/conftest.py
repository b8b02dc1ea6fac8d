"""What the tests of the house start from: a day, and a house with a little in every cupboard."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
import time_machine

from tests import factories, filings
from tests.drafts import LAWFUL
from tests.measures import a_room, effects_reported
from tests.proceedings.listings import entered, noticed
from tests.proceedings.listings import proposed as listing_proposed
from tests.proceedings.shields import granted
from xinshu.bulk.ledgers import ledger_of
from xinshu.doors.policies.proposals import proposed
from xinshu.doors.policies.running import assess
from xinshu.law.terms import ClaimCause
from xinshu.proceedings.cases.actions import open_case
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.intake.actions import receive, remember_headers
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Door, State
from xinshu.proceedings.objections.actions import lodge
from xinshu.proceedings.objections.contests import object_to
from xinshu.proceedings.objections.states import Ground
from xinshu.proceedings.repair.actions import begin, prelodge, save
from xinshu.proceedings.repair.actions import lodge as lodge_repair
from xinshu.proceedings.repair.inbound import Outcome
from xinshu.proceedings.repair.inbound import receive as receive_decisions
from xinshu.proceedings.repair.states import DELISTING
from xinshu.proceedings.shield.states import SHIELD
from xinshu.regimes.agencies.actions import audit, register_agency
from xinshu.regimes.agencies.clearing import issue_slip, report_copy
from xinshu.regimes.agencies.states import Source
from xinshu.register.catalogues.actions import decide_comment, open_consultation, say
from xinshu.register.catalogues.states import Speaker
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import number_filings
from xinshu.register.records.models import Record
from xinshu.register.records.withholding import Ending, end_again
from xinshu.uses.disclosure.actions import count_measures, count_shown
from xinshu.uses.disclosure.models import ShownNumber
from xinshu.uses.disclosure.queries import subject_answer
from xinshu.uses.monitoring.actions import reconcile

GRAVER = {"severity": "严重", "penalties": "吊销许可证件", "confiscated": "", "licence": "示例证1号"}


@pytest.fixture
def today() -> Iterator[date]:
    """The world stands still at noon of a day."""
    with time_machine.travel(factories.noon(factories.TODAY).instant, tick=False):
        yield factories.TODAY


@pytest.fixture
def furnished(db: None, today: date, tmp_path: Path) -> str:
    """Catalogue, organ, records shown, ended and never public, batches; the reference of a record that is shown."""
    factories.adopted_catalogue()
    factories.registered_organ()
    document, accepted = factories.document, factories.accepted
    minor = document(penalties=["WARNING"], severity="MINOR", document_number="示市监罚〔2026〕0002号")
    ended = document(decided_on=date(2024, 1, 15), document_number="示市监罚〔2024〕0001号")
    accepted(ended, on_day=date(2024, 1, 20))
    accepted(document(), minor)
    accepted(document(source_code=factories.MARKET.code, source_name=factories.MARKET.name))
    graver = document(penalties=["LICENCE_REVOCATION"], severity="SERIOUS", document_number="示市监罚〔2026〕0003号")
    accepted(graver | {"penalties": ["CONFISCATION_OF_GAINS"], "severity": "ORDINARY"})
    accepted(graver, citation="示市监更〔2026〕1号更正决定书")
    accepted(document("ADMIN_LICENCE", document_number="示市监许〔2026〕0001号"))
    accepted(document("HONOUR", document_number="示荣〔2026〕1号", fields={"HONOUR_LEVEL": "NATIONAL"}))
    _held_back()
    _batches(tmp_path)
    _claimed()
    _reconciled()
    _returned_rows_wait()
    _counted()
    _case_open()
    _in_doubt()
    _shielded()
    a_room(factories.SUBJECT, factories.UNKNOWN)
    _proposed()
    _listed()
    integrate(moment=factories.noon(today))
    _copied()
    answer = orjson.loads(subject_answer(factories.SUBJECT, on_date=today))
    return str(answer["bodies"][0]["records"][0]["ref"])


def _held_back() -> None:
    """A record that was corrected after a backup, as a restore leaves it."""
    factories.accepted(factories.document(document_number="示市监罚〔2026〕0004号"))
    record = Record.objects.get(document_number="示市监罚〔2026〕0004号")
    corrected = Ending(2, str(record.record_ref), "CORRECTED", 2, factories.TODAY, None, None)
    moment = factories.noon(factories.TODAY)
    assert end_again(endings=[corrected], actor="test", moment=moment).held == 1
    number_filings(moment=moment)


def _batches(folder: Path) -> None:
    """One dry-run with a row that goes back, one filed, one that would raise its class, one refused for its header."""
    sound, wrong = filings.penalty(), filings.penalty(number="示市监罚〔2026〕0009号", decided_on="2026-02-30")
    files = {
        filings.write_csv(folder / "checked.csv", [sound, wrong]): False,
        filings.write_csv(folder / "filed.csv", [filings.penalty(number="示市监罚〔2026〕0010号"), wrong]): True,
        filings.write_csv(folder / "graver.csv", [filings.penalty(number="示市监罚〔2026〕0010号", **GRAVER)]): False,
        folder / "refused.csv": False,
    }
    (folder / "refused.csv").write_text("行政相对人名称,奇怪的列\n一,二\n", encoding="utf-8")
    said = {"organ_code": factories.MARKET.code, "kind": "ADMIN_PENALTY", "actor": "test"}
    moment = factories.noon(factories.TODAY)
    for path, attested in files.items():
        receive(path=path, door=Door.DESK, attested=attested, moment=moment, progress=lambda step: None, **said)
    remember_headers(mapping={"处罚的日子": "CF_JDRQ"}, moment=moment, **said)


def _copied() -> None:
    """An agency has a copy of what has ended and of what is shown, and a row that cannot be read; one was reported."""
    moment = factories.noon(factories.TODAY)
    factories.accepted(factories.document(document_number="示市监罚〔2026〕0005号"))
    record = Record.objects.get(document_number="示市监罚〔2026〕0005号")
    factories.taken_back(record.subject_id, record.record_ref)
    number_filings(moment=moment)
    integrate(moment=moment)
    slip = issue_slip(code=factories.SUBJECT, record_ref=record.record_ref, actor="test", moment=moment)
    register_agency(
        name="示例征信", contact="copies@agency.example", site="agency.example", actor="test", moment=moment
    )
    parts = {name: str(value) for name, value in slip.items()}
    for place in ("https://agency.example/company/1", "https://other.example/1"):
        report_copy(parts=parts, address=place, moment=moment)
    row = {"ref": str(record.record_ref), "subject": factories.SUBJECT, "as_of": "2026-11-23T08:00:00+08:00"}
    content = orjson.dumps(row) + b"\n[]\n"
    audit(name="示例征信", content=content, source=Source.SAMPLE, actor="test", moment=moment)


def _case_open() -> None:
    """Repair is being asked for, of one record in a draft, of another ahead of its day; to that one there is an objection."""
    record = Record.objects.get(document_number="示市监罚〔2026〕0003号")
    said = {"side": Side.SUBJECT, "actor": "test", "moment": factories.noon(factories.TODAY)}
    mine = [record.subject_id]
    begin(subjects=mine, record_ref=record.record_ref, **said)
    form = {"duties_done": True, "words": "罚没款已缴清", "commitment": True, "signed_by": "示例甲"}
    ahead = Record.objects.get(document_number="示市监罚〔2026〕0001号")
    handed_in = begin(subjects=mine, record_ref=ahead.record_ref, **said)
    save(case=handed_in, subjects=mine, form=form, **said)
    prelodge(case=handed_in, subjects=mine, **said)
    due = factories.document(decided_on=date(2026, 5, 1), document_number="示市监罚〔2026〕0006号")
    factories.accepted(due, on_day=date(2026, 5, 7))
    lodged = Record.objects.get(document_number="示市监罚〔2026〕0006号")
    case = begin(subjects=mine, record_ref=lodged.record_ref, **said)
    save(case=case, subjects=mine, form=form, **said)
    lodge_repair(case=case, subjects=mine, **said)
    listed = {"subject": record.subject_id, "record_ref": record.record_ref, "organ": factories.MARKET.code}
    asked = {"repaired": str(lodged.record_ref), "number": lodged.document_number}
    open_case(course=DELISTING, event="ask", form=asked, **listed, **said | {"side": Side.HOUSE})
    words = "处罚期限有误。"
    object_to(subject=record.subject_id, record_ref=ahead.record_ref, ground=Ground.TERM, words=words, **said)


def _in_doubt() -> None:
    """A repair was granted elsewhere, of a decision by its number and by the reference of another."""
    other = Record.objects.get(document_number="示市监罚〔2026〕0003号")
    row = {
        "decider": factories.MARKET.code,
        "case_number": "修〔2026〕8号",
        "decided_on": factories.TODAY.isoformat(),
        "subject_code": factories.SUBJECT,
        "document_number": "示市监罚〔2026〕0001号",
        "record_ref": str(other.record_ref),
        "result": "GRANTED",
    }
    said = {"sender": factories.MARKET.code, "actor": "test", "moment": factories.noon(factories.TODAY)}
    (told,) = receive_decisions(lines=[orjson.dumps(row)], **said)
    assert told.outcome is Outcome.DOUBTFUL


def _listed() -> None:
    """A listing waits for the proof of its notice; another body is on a list, and is proposed for it again."""
    noticed(factories.TODAY)
    entered(code=factories.OTHER_SUBJECT)
    listing_proposed(factories.TODAY, code=factories.OTHER_SUBJECT)


def _shielded() -> None:
    """A plan's order of an early day shields one record, and another shield is being asked for."""
    covered = factories.document(decided_on=date(2026, 4, 15), document_number="示市监罚〔2026〕0011号")
    factories.accepted(covered, on_day=date(2026, 4, 20))
    granted(factories.TODAY, ordered_on="2026-04-30")
    who = {"side": Side.SUBJECT, "actor": "test", "moment": factories.noon(factories.TODAY)}
    open_case(course=SHIELD, event="begin", subject=factories.body(factories.SUBJECT), record_ref=None, organ="", **who)


def _proposed() -> None:
    """A draft that nobody but the desk sees yet, and one laid open, with a comment to read, one shown, one not."""
    moment = factories.noon(factories.TODAY)
    said = {"actor": "test", "moment": moment}
    assess(proposed(LAWFUL.replace("months: 12", "months: 6").encode(), "draft.yaml"), **said)
    report = assess(proposed(LAWFUL.encode(), "draft.yaml"), **said)
    open_consultation(report, last_on=date(2026, 12, 23), **said)
    words = ("期限过长。", "已阅，赞成。", "与草案无关")
    _, shown, withheld = (say(report, words=one, speaker=Speaker.ANYONE, moment=moment) for one in words)
    decide_comment(shown, shown=True, ground="", **said)
    decide_comment(withheld, shown=False, ground="与草案无关", **said)
    count_measures(moment=moment)
    effects_reported()
    ShownNumber.objects.create(
        count_id=factories.TODAY, kind="GRAVE_RECORD_IN_PROCUREMENT", part="MEASURE", value="", number=10
    )


def _claimed() -> None:
    """Someone said of the licence that their name appears in it, and of another record that it is not that body's."""
    for number, cause in (("示市监许〔2026〕0001号", ClaimCause.NAME), ("示市监罚〔2026〕0003号", ClaimCause.BODY)):
        record = Record.objects.get(document_number=number)
        moment = factories.noon(factories.TODAY)
        lodge(subject=record.subject_id, record_ref=record.record_ref, cause=cause, words="示例", moment=moment)


def _reconciled() -> None:
    """The organ has reconciled the month of its decisions: one is held, one is missing here."""
    kind, month = "ADMIN_PENALTY", date(2026, 9, 1)
    rows = [{"number": number, "code": factories.SUBJECT} for number in ("示市监罚〔2026〕0001号", "示漏报〔2026〕1号")]
    ledger = ledger_of(rows, organ=factories.MARKET.code, kind_name=kind, month=month)
    reconcile(
        organ_code=factories.MARKET.code,
        kind=kind,
        month=month,
        count=ledger.count,
        digest=ledger.digest,
        ledger=ledger,
        actor="test",
        moment=factories.noon(factories.TODAY),
    )


def _returned_rows_wait() -> None:
    """A filed batch of which rows went back: its deadline is that very day."""
    Batch.objects.create(
        id=uuid4(),
        organ_code=factories.MARKET.code,
        kind="ADMIN_PENALTY",
        door=Door.API,
        file_name="made-up.csv",
        actor="test",
        state=State.FILED,
        attested_by="test",
        on_day=factories.TODAY,
        received_at=factories.noon(factories.TODAY).instant,
        received=2,
        returned=2,
        returned_due_on=factories.TODAY,
    )


def _counted() -> None:
    """The day's statistics, with numbers that so few records do not make."""
    count_shown(moment=factories.noon(factories.TODAY))
    for kind, part, value in (("", "TOTAL", ""), ("ADMIN_PENALTY", "TOTAL", ""), ("", "MONTH", "2026-09")):
        ShownNumber.objects.create(count_id=factories.TODAY, kind=kind, part=part, value=value, number=10)
