"""Repairs that were decided elsewhere: each is checked like a row of intake and ends its record in one transaction.

Only the unit that determined the fact decides, or a window that is registered to (REPAIR_WINDOWS), and only the decider
or such a window sends. What fits several records waits for a person, and ends and shows nothing until then.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code, normalise
from xinshu.kit.moment import Moment
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.actions import NoSuchCase, advance, open_case
from xinshu.proceedings.cases.queries import CaseRow, case, case_of_key, of_record
from xinshu.proceedings.cases.turns import BEGINNING, NONE_RUNS, Course, Side, Turn, by, on
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.repair.actions import NotRepairable, notify_of, plain
from xinshu.proceedings.repair.states import REPAIR, WAITING, RepairState
from xinshu.register.records.display import end_publication
from xinshu.register.records.own import own_records
from xinshu.register.subjects.queries import named_by

ELSEWHERE: Final = Course(
    "ELSEWHERE",
    (
        # in state, event, by whom, leads to, document, deadline that then begins
        Turn(BEGINNING, "apply", by(Side.HOUSE), "APPLIED", "decision of another window", NONE_RUNS),
        Turn(BEGINNING, "doubt", by(Side.HOUSE), "DOUBTFUL", "decision of another window", NONE_RUNS),
        Turn(on("DOUBTFUL"), "match", by(Side.OPERATOR), "APPLIED", "", NONE_RUNS),
        Turn(on("DOUBTFUL"), "dismiss", by(Side.OPERATOR), "DISMISSED", "", NONE_RUNS),
    ),
    frozenset({"APPLIED", "DISMISSED"}),
)
"""A decision of others: applied at once, or doubtful until a person has looked."""

MOST: Final = 5_000
"""Rows of one sending."""

LONGEST: Final = 64
"""Characters of a number."""


class Outcome(StrEnum):
    """What became of a row: the record ended, it was so before, a person looks at it, or it goes back."""

    APPLIED = "APPLIED"
    ALREADY = "ALREADY"
    DOUBTFUL = "DOUBTFUL"
    RETURNED = "RETURNED"


class WhyBack(StrEnum):
    """Why a row goes back to its sender."""

    UNREADABLE = "UNREADABLE"
    NOT_A_CODE = "NOT_A_CODE"
    NOT_GRANTED = "NOT_GRANTED"
    NO_SUCH_DAY = "NO_SUCH_DAY"
    NOT_A_SOURCE = "NOT_A_SOURCE"
    NOT_THE_DECIDER = "NOT_THE_DECIDER"
    CONFLICTS = "CONFLICTS"
    NO_SUCH_RECORD = "NO_SUCH_RECORD"
    BEFORE_THE_FACT = "BEFORE_THE_FACT"


SENTENCES: Final[Mapping[WhyBack, str]] = {
    WhyBack.UNREADABLE: "该行缺少字段或写法有误；请对照格式说明改正。A field is missing or misspelt; see the format.",
    WhyBack.NOT_A_CODE: "主体或机关的统一社会信用代码有误。The code of the subject or of an organ is not a valid one.",
    WhyBack.NOT_GRANTED: "只接收准予修复的决定。Only decisions that grant a repair are taken.",
    WhyBack.NO_SUCH_DAY: "决定日期有误或晚于今日。The day of the decision is wrong, or still to come.",
    WhyBack.NOT_A_SOURCE: "只能由作出决定的机关或登记的窗口报送。Only the decider or a registered window may send it.",
    WhyBack.NOT_THE_DECIDER: (
        "修复由认定该事实的机关或登记的窗口决定。Only the unit that determined the fact or a registered window decides."
    ),
    WhyBack.CONFLICTS: (
        "同一案号此前报送的内容不同；请核对案号。The same case number was sent with other content before; check it."
    ),
    WhyBack.NO_SUCH_RECORD: "没有正在使用的这条信息；请核对代码和文号。No such record is in use; check its number.",
    WhyBack.BEFORE_THE_FACT: "修复决定早于该信息的决定日期。The repair was decided before the fact itself.",
}


class Back(XinshuError):
    """A row goes back; nothing of it is kept."""

    def __init__(self, why: WhyBack) -> None:
        super().__init__(SENTENCES[why])
        self.why = why


class TooManyRows(XinshuError):
    """A sending has more rows than are taken at once; nothing of it was done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A repair that was granted elsewhere. `record_organ`: whose record it is; by its reference or its number."""

    decider: str
    case_number: str
    decided_on: date
    subject_code: str
    record_organ: str
    document_number: str
    record_ref: UUID | None

    @property
    def key(self) -> str:
        """The same for the same decision."""
        return f"{self.decider}|{self.case_number}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of the row at `line` (from 1); `why` for those that went back, `case` for the others."""

    line: int
    outcome: Outcome
    why: WhyBack | None = None
    case: UUID | None = None

    @property
    def sentence(self) -> str:
        """Why it went back, in Chinese and English; "" where it did not."""
        return "" if self.why is None else SENTENCES[self.why]


def receive(*, lines: Iterable[bytes], sender: str, actor: str, moment: Moment) -> tuple[Answer, ...]:
    """Take the rows (JSON, one a line) that an organ sends; each in a transaction of its own, in order.

    A second sending changes nothing and has the same answers. Raises TooManyRows before anything is done.
    """
    rows = [line for line in lines if line.strip()]
    if len(rows) > MOST:
        raise TooManyRows(f"一次至多报送 {MOST} 行，请分次报送。At most {MOST} rows at once; send them in parts.")
    return tuple(_answered(place, row, sender, actor, moment) for place, row in enumerate(rows, 1))


@transaction.atomic
def match_doubtful(*, case_id: UUID, record_ref: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """A person says which of the records was meant; it ends now.

    Raises NoSuchCase, NotNow, NotRepairable without a reason, Back for another record.
    """
    found = _doubtful(case_id)
    chosen = [one for one in _candidates(_of_form(found.form)) if one["record_ref"] == record_ref]
    if not chosen:
        raise Back(WhyBack.NO_SUCH_RECORD)
    said = {"words": _reason(words), "record": str(record_ref)}
    told = advance(
        case=case_id, course=ELSEWHERE, event="match", side=Side.OPERATOR, actor=actor, said=said, moment=moment
    )
    _end(_of_form(found.form), chosen[0], actor, moment)
    return told


def dismiss_doubtful(*, case_id: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """A person says that none was meant. Raises NoSuchCase, NotNow, NotRepairable without a reason."""
    said = {"words": _reason(words)}
    return advance(
        case=case_id, course=ELSEWHERE, event="dismiss", side=Side.OPERATOR, actor=actor, said=said, moment=moment
    )


def candidates_of(case_id: UUID) -> list[dict[str, Any]]:
    """The records that a doubtful decision may mean, for the person who looks. Raises NoSuchCase."""
    return _candidates(_of_form(_doubtful(case_id).form))


def _answered(line: int, row: bytes, sender: str, actor: str, moment: Moment) -> Answer:
    try:
        decision = _read(row, moment.day)
        _may_send(decision, sender)
        try:
            outcome, number = _applied(decision, sender, actor, moment)
        except IntegrityError:
            # The same decision came twice at once: the other sending was first, and what it did is the answer.
            outcome, number = _applied(decision, sender, actor, moment)
    except Back as back:
        return Answer(line, Outcome.RETURNED, why=back.why)
    return Answer(line, outcome, case=number)


@transaction.atomic
def _applied(decision: Decision, sender: str, actor: str, moment: Moment) -> tuple[Outcome, UUID]:
    before = case_of_key(ELSEWHERE.name, decision.key)
    if before is not None:
        if _digest(_of_form(before.form)) != _digest(decision):
            raise Back(WhyBack.CONFLICTS)
        return Outcome.ALREADY, before.id
    records = _candidates(decision)
    if not records:
        raise Back(WhyBack.NO_SUCH_RECORD)
    only, sure = records[0], len(records) == 1 and _is_meant(records[0], decision)
    if sure and only["decided_on"] and decision.decided_on < only["decided_on"]:
        raise Back(WhyBack.BEFORE_THE_FACT)
    number = open_case(
        course=ELSEWHERE,
        event="apply" if sure else "doubt",
        side=Side.HOUSE,
        subject=only["subject"],
        record_ref=only["record_ref"] if sure else None,
        organ=decision.decider,
        actor=actor,
        key=decision.key,
        form=_form(decision),
        said={"sender": sender, "case_number": decision.case_number},
        moment=moment,
    )
    if not sure:
        return Outcome.DOUBTFUL, number
    _end(decision, only, actor, moment)
    return Outcome.APPLIED, number


def _end(decision: Decision, record: Mapping[str, Any], actor: str, moment: Moment) -> None:
    """The record ends, what was asked for here is settled with it, and the subject is told: all or nothing (G11)."""
    subject, record_ref = record["subject"], record["record_ref"]
    words = f"{decision.decider} {decision.case_number} {decision.decided_on}"
    end_publication(
        subject=subject, record_ref=record_ref, organ=decision.decider, words=words, actor=actor, moment=moment
    )
    for asked in of_record(record_ref, courses=[REPAIR.name], open_only=True):
        event = "granted_elsewhere" if asked.state == RepairState.RELAYED else "lapse"
        if asked.state in WAITING:
            said = {"decider": decision.decider, "case_number": decision.case_number}
            done = advance(
                case=asked.id, course=REPAIR, event=event, side=Side.HOUSE, actor=actor, said=said, moment=moment
            )
            if event == "lapse" and asked.state != RepairState.DRAFT:
                notify_of(done, NoticeKind.REPAIR_LAPSED, moment)
    told = {"decider": decision.decider, "case_number": decision.case_number}
    # It names no case: there is no page of one here, and the record's own tells who decided.
    notify(subject=subject, kind=NoticeKind.REPAIR_GRANTED, record_ref=record_ref, said=told, moment=moment)
    number_and_note(moment=moment)


def _candidates(decision: Decision) -> list[dict[str, Any]]:
    """The records in use that the decision may mean: of that subject and that unit."""
    subjects = [body.subject for body in named_by(decision.subject_code)]
    found = own_records(
        organ=decision.record_organ,
        subjects=subjects,
        document_number=decision.document_number or None,
        record_ref=decision.record_ref,
    )
    exact = [one for one in found if _is_meant(one, decision)]
    return exact or found


def _is_meant(record: Mapping[str, Any], decision: Decision) -> bool:
    """Whether everything that the decision says of its record holds of this one."""
    return (not decision.record_ref or record["record_ref"] == decision.record_ref) and (
        not decision.document_number or record["document_number"] == decision.document_number
    )


def _may_send(decision: Decision, sender: str) -> None:
    windows = settings.REPAIR_WINDOWS
    if sender != decision.decider and sender not in windows:
        raise Back(WhyBack.NOT_A_SOURCE)
    if decision.decider != decision.record_organ and decision.decider not in windows:
        raise Back(WhyBack.NOT_THE_DECIDER)


def _read(row: bytes, today: date) -> Decision:
    try:
        said = orjson.loads(row)
        texts = {name: _text(said, name) for name in ("decider", "case_number", "subject_code", "decided_on")}
        decided_on = date.fromisoformat(texts["decided_on"])
        organ, number = said.get("record_organ") or texts["decider"], said.get("document_number") or ""
        reference = UUID(said["record_ref"]) if said.get("record_ref") else None
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Back(WhyBack.UNREADABLE) from None
    if not isinstance(organ, str) or not isinstance(number, str) or not (number or reference):
        raise Back(WhyBack.UNREADABLE)
    if len(number) > LONGEST * 4 or "\x00" in number:
        raise Back(WhyBack.UNREADABLE)
    if said.get("result") != "GRANTED":
        raise Back(WhyBack.NOT_GRANTED)
    if decided_on > today:
        raise Back(WhyBack.NO_SUCH_DAY)
    codes = [normalise(code) for code in (texts["decider"], texts["subject_code"], organ)]
    if not all(check_code(code).valid for code in codes):
        raise Back(WhyBack.NOT_A_CODE)
    return Decision(
        decider=codes[0],
        case_number=texts["case_number"],
        decided_on=decided_on,
        subject_code=codes[1],
        record_organ=codes[2],
        document_number=number,
        record_ref=reference,
    )


def _text(said: Any, name: str) -> str:
    text = said[name]
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST or "\x00" in text:
        raise ValueError
    return text.strip()


def _form(decision: Decision) -> dict[str, Any]:
    return {
        "decider": decision.decider,
        "case_number": decision.case_number,
        "decided_on": decision.decided_on.isoformat(),
        "subject_code": decision.subject_code,
        "record_organ": decision.record_organ,
        "document_number": decision.document_number,
        "record_ref": None if decision.record_ref is None else str(decision.record_ref),
    }


def _of_form(form: Mapping[str, Any]) -> Decision:
    given = dict(form)
    given["decided_on"] = date.fromisoformat(given["decided_on"])
    given["record_ref"] = None if given["record_ref"] is None else UUID(given["record_ref"])
    return Decision(**given)


def _digest(decision: Decision) -> bytes:
    return hashlib.sha256(orjson.dumps(_form(decision), option=orjson.OPT_SORT_KEYS)).digest()


def _reason(words: str) -> str:
    """Why a person settled it so, without numbers of persons. Raises NotRepairable where nothing is said."""
    said = plain(words)
    if not said:
        raise NotRepairable("请写明理由，如核对了哪些卷宗。Say why, for example which files were compared.")
    return said


def _doubtful(case_id: UUID) -> CaseRow:
    found = case(case_id)
    if found is None or found.course != ELSEWHERE.name:
        raise NoSuchCase("没有这个办件。There is no such case.")
    return found
