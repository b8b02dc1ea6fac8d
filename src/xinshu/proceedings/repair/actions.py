"""The applicant's steps: a draft, lodging today or ahead, completing, withdrawing, replying; what files itself."""

from collections.abc import Collection, Mapping
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from xinshu.bulk.personal import mask as without_persons
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.repair import RepairEligibility
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases import actions as cases
from xinshu.proceedings.cases.actions import NoSuchCase, advance, open_case
from xinshu.proceedings.cases.queries import CaseRow, history, in_state
from xinshu.proceedings.cases.queries import case as case_row
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.repair.queries import eligibility, held_by, may_help, open_case_of, unit_of
from xinshu.proceedings.repair.states import LONGEST_NAME, LONGEST_WORDS, REPAIR, WAITING, RepairState, Window
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import about_record

THE_HOUSE: Final = "xinshu"
"""The actor of what is filed by itself."""

FORM: Final = frozenset({"duties_done", "words", "commitment", "signed_by", "signed_on"})
OPEN_DRAFTS: Final = (RepairState.DRAFT, RepairState.RETURNED)


class NotRepairable(XinshuError):
    """Nothing can be lodged as said: the record, the form or the day is against it. `verdict`: by which articles."""

    def __init__(self, words: str, verdict: RepairEligibility | None = None) -> None:
        super().__init__(words)
        self.verdict = verdict


class NotTheirs(XinshuError):
    """Whoever acts holds no post for this."""


@transaction.atomic
def begin(*, subjects: Collection[int], record_ref: UUID, side: Side, actor: str, moment: Moment) -> UUID:
    """Begin a draft about a record of these subjects; where an application waits already, it is that one.

    Raises NoSuchCase where there is no such record of theirs, NotTheirs for a clerk of another unit.
    """
    record = about_record(subjects, record_ref, on_date=moment.day)
    if record is None:
        raise NoSuchCase("没有这条信息。There is no such record.")
    _must_be_let(side, actor, record.organ_code, moment)
    with connection.cursor() as cursor:  # two windows of one applicant make one case
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [str(record_ref)])
    waiting = open_case_of(record_ref)
    if waiting is not None:
        return waiting.id
    if record.ended is not None:
        raise NotRepairable("这条信息已经停止公示，不需要修复。It is no longer shown; there is nothing to repair.")
    return open_case(
        course=REPAIR,
        event="begin",
        side=side,
        subject=record.subject,
        record_ref=record_ref,
        organ=record.organ_code,
        actor=actor,
        moment=moment,
    )


@transaction.atomic
def save(
    *, case: UUID, subjects: Collection[int] | None, form: Mapping[str, Any], side: Side, actor: str, moment: Moment
) -> None:
    """Keep the draft, or what completes a returned one. Raises NoSuchCase, NotRepairable, NotNow.

    `subjects`: those for whom the actor acts; None at a counter. A commitment is signed by ticking and the full name.
    """
    own_case(case, subjects, side, actor, moment)
    kept = {name: form[name] for name in FORM if form.get(name)}
    kept["words"] = plain(str(kept.get("words", "")))
    signed = " ".join(str(kept.pop("signed_by", "")).split())
    if kept.pop("commitment", None) and (not signed or len(signed) > LONGEST_NAME):
        raise NotRepairable(f"签署承诺须填写姓名全称，至多{LONGEST_NAME}字。Sign the commitment with your full name.")
    if form.get("commitment"):
        kept |= {"commitment": True, "signed_by": signed, "signed_on": moment.day.isoformat()}
    cases.keep_form(case=case, course=REPAIR, states=OPEN_DRAFTS, form=kept)


@transaction.atomic
def lodge(*, case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment) -> CaseRow:
    """Lodge a draft today, or complete a returned one; a second time it is the same case, as it stands.

    The result counts from today. Raises NoSuchCase, NotNow, and NotRepairable with the verdict that says why not.
    """
    found = own_case(case, subjects, side, actor, moment)
    if found.state in {RepairState.LODGED, RepairState.RELAYED}:
        return found
    if found.state == RepairState.RETURNED:
        return _completed(found, side, actor, moment)
    _must_be_lodgeable(found, moment)
    return _pushed(found, side, actor, _is_relay(), moment.day.isoformat(), moment)


@transaction.atomic
def prelodge(*, case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment) -> CaseRow:
    """Hand a draft in ahead of its first lawful day, on which it files itself. Raises as `lodge` does."""
    found = own_case(case, subjects, side, actor, moment)
    if found.state == RepairState.PRELODGED:
        return found
    verdict = _verdict(found, moment)
    _must_be_complete(found)
    if verdict.may_be_lodged:
        raise NotRepairable("今天已经可以提交，请直接提交。It can be lodged today; lodge it.", verdict)
    if not verdict.may_be_prelodged or verdict.opens_on is None:
        raise NotRepairable("不能预约修复；理由见下。It cannot be handed in ahead; the reasons stand below.", verdict)
    said = {"opens_on": verdict.opens_on.isoformat()}
    return advance(case=case, course=REPAIR, event="prelodge", side=side, actor=actor, said=said, moment=moment)


@transaction.atomic
def take_back(*, case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment) -> CaseRow:
    """Make a draft again of what was handed in ahead."""
    own_case(case, subjects, side, actor, moment)
    return advance(case=case, course=REPAIR, event="take_back", side=side, actor=actor, moment=moment)


@transaction.atomic
def withdraw(*, case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment) -> CaseRow:
    """The applicant takes the application back, before it is decided; another may follow. Raises NoSuchCase, NotNow."""
    found = own_case(case, subjects, side, actor, moment)
    if found.state == RepairState.WITHDRAWN:
        return found
    return advance(case=case, course=REPAIR, event="withdraw", side=side, actor=actor, moment=moment)


@transaction.atomic
def reply(
    *, case: UUID, subjects: Collection[int] | None, words: str, side: Side, actor: str, moment: Moment
) -> CaseRow:
    """The subject is heard before its repair is revoked. Raises NoSuchCase, NotNow, NotRepairable for no words."""
    own_case(case, subjects, side, actor, moment)
    said = {"words": plain(words)}
    if not said["words"]:
        raise NotRepairable("请写下您的意见。Write your reply.")
    return advance(case=case, course=REPAIR, event="reply", side=side, actor=actor, said=said, moment=moment)


@transaction.atomic
def note_national_case(*, case: UUID, number: str, actor: str, moment: Moment) -> CaseRow:
    """The national window took an application that was handed to it: under which number. Raises NotTheirs, NotNow."""
    found = case_row(case)
    if found is None or not may_help(actor, found.organ, on_date=moment.day):
        raise NotTheirs("只有该单位的经办人员和运行管理人员可以登记。Only the unit's clerks and operators may note it.")
    said = " ".join(number.split())[:LONGEST_NAME]
    if not said:
        raise NotRepairable("请填写全国窗口的办件编号。Give the number of the national case.")
    side = Side.ORGAN if unit_of(actor, found.organ, on_date=moment.day) else Side.OPERATOR
    notify_of(found, NoticeKind.REPAIR_RELAYED, moment, national=said)
    told = {"national_case": said}
    return advance(case=case, course=REPAIR, event="relayed", side=side, actor=actor, said=told, moment=moment)


def file_due(*, moment: Moment) -> int:
    """File what was handed in ahead and has its first lawful day; how many it was. Each by itself, and once.

    An application whose record is no longer shown lapses. After a crash, or days late, the same is done again: the
    result then still counts from the first lawful day, never from the day on which the job ran.
    """
    for state in WAITING:
        for case in in_state(REPAIR.name, state):
            _lapsed(case, moment)
    return sum(_filed(case, moment) for case in in_state(REPAIR.name, RepairState.PRELODGED))


@transaction.atomic
def _filed(case: UUID, moment: Moment) -> bool:
    found = case_row(case)
    if found is None or found.state != RepairState.PRELODGED:
        return False
    verdict = _verdict(found, moment)
    if not verdict.may_be_lodged or verdict.opens_on is None:
        return False
    handed_in = max(line.on_day for line in history(case) if line.event == "prelodge")
    since = max(verdict.opens_on, handed_in).isoformat()
    try:
        _pushed(found, Side.HOUSE, THE_HOUSE, _is_relay(), since, moment)
    except NotNow:  # another did it meanwhile
        return False
    return True


@transaction.atomic
def _lapsed(case: UUID, moment: Moment) -> None:
    found = case_row(case)
    record = None if found is None else held_by(found, on_date=moment.day)
    over = record is None or record.ended is not None
    if record is not None and record.public_until is not None and record.public_until <= moment.day:
        over = True
    if over and found is not None and found.state in WAITING:
        done = advance(case=found.id, course=REPAIR, event="lapse", side=Side.HOUSE, actor=THE_HOUSE, moment=moment)
        if found.state != RepairState.DRAFT:  # nobody waits for an answer to a draft
            notify_of(done, NoticeKind.REPAIR_LAPSED, moment)


def _pushed(found: CaseRow, side: Side, actor: str, relay: bool, since: str, moment: Moment) -> CaseRow:
    """It goes to the unit, or to the national window; the result counts from `since`."""
    event = "relay" if relay else "file" if side is Side.HOUSE else "lodge"
    day = moment.day.fromisoformat(since)
    counted = day if relay else moment.day
    pushed = advance(
        case=found.id,
        course=REPAIR,
        event=event,
        side=side,
        actor=actor,
        said={"applied_on": since},
        counted_from=counted,
        moment=moment,
    )
    kind = NoticeKind.REPAIR_FILED_ITSELF if side is Side.HOUSE else NoticeKind.REPAIR_LODGED
    notify_of(pushed, kind, moment)
    return pushed


def _completed(found: CaseRow, side: Side, actor: str, moment: Moment) -> CaseRow:
    """It goes to the unit again, which says within its days whether it accepts; the clock of the result goes on."""
    _must_be_complete(found)
    return advance(case=found.id, course=REPAIR, event="complete", side=side, actor=actor, moment=moment)


def own_case(case: UUID, subjects: Collection[int] | None, side: Side, actor: str, moment: Moment) -> CaseRow:
    """The case, if the actor may act in it for its subject. Raises NoSuchCase for another's as for none."""
    found = case_row(case)
    if found is None or found.course != REPAIR.name:
        raise NoSuchCase("没有这个办件。There is no such case.")
    if side is Side.COUNTER:
        _must_be_let(side, actor, found.organ, moment)
    elif subjects is None or found.subject not in subjects:
        raise NoSuchCase("没有这个办件。There is no such case.")
    return found


def plain(words: str) -> str:
    """What is said, on one line, without numbers of persons, and no longer than allowed. Raises NotRepairable."""
    said = without_persons("".join(sign for sign in " ".join(words.split()) if sign.isprintable()))[0]
    if len(said) > LONGEST_WORDS:
        raise NotRepairable(f"文字至多{LONGEST_WORDS}字，请缩短。At most {LONGEST_WORDS} characters; make it shorter.")
    return said


def notify_of(case: CaseRow, kind: NoticeKind, moment: Moment, **said: str) -> None:
    """The subject is told of what happened in its case."""
    notify(subject=case.subject, kind=kind, record_ref=case.record_ref, case=case.id, said=said, moment=moment)


def _must_be_let(side: Side, actor: str, unit: str, moment: Moment) -> None:
    if side is Side.COUNTER and not may_help(actor, unit, on_date=moment.day):
        raise NotTheirs("窗口代填由该单位的经办人员办理。Only the unit's clerks, or an operator, may help.")


def _must_be_complete(found: CaseRow) -> None:
    if not found.form.get("commitment"):
        raise NotRepairable("请签署信用承诺。Sign the commitment.")
    if not found.form.get("duties_done"):
        raise NotRepairable("请说明义务已经履行、行为已经改正。Say that the duties are done and the act is corrected.")


def _must_be_lodgeable(found: CaseRow, moment: Moment) -> None:
    verdict = _verdict(found, moment)
    _must_be_complete(found)
    if not verdict.may_be_lodged:
        ahead = verdict.opens_on is not None
        way = "可以预约，到期自动提交。It can be handed in ahead." if ahead else "理由见下。The reasons stand below."
        raise NotRepairable(f"今天还不能提交；{way}", verdict)


def _verdict(found: CaseRow, moment: Moment) -> RepairEligibility:
    record = held_by(found, on_date=moment.day)
    if record is None:
        raise NotRepairable("这条信息已经不在。The record is gone.")
    return eligibility(record, catalogue_on(moment.day).catalogue, form=found.form, on_date=moment.day)


def _is_relay() -> bool:
    return bool(settings.REPAIR_WINDOW == Window.RELAY)
