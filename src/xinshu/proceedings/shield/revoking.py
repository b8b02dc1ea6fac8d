"""The plan failed: the body is told and heard first; then another officer lets what is left of each term be shown."""

from uuid import UUID

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.law.deadlines import overdue
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.documents import documents_of
from xinshu.proceedings.cases.queries import CaseRow
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.repair.deciding import SecondPerson, remedies
from xinshu.proceedings.shield.actions import tell
from xinshu.proceedings.shield.covering import alone, ordered_on, show_again
from xinshu.proceedings.shield.deciding import must_not_have_helped, must_say, officers_case, step
from xinshu.proceedings.shield.fields import day_fault, one_line
from xinshu.proceedings.shield.states import LONGEST_NUMBER, Fate, NotShieldable, ShieldState


@transaction.atomic
def notice_failure(*, case: UUID, number: str, ruled_on: str, words: str, actor: str, moment: Moment) -> CaseRow:
    """Tell the body of the court's ruling that ends the performance; its time to be heard runs, nothing is shown yet.

    Raises NoSuchCase, NotTheirShield, NotNow, SecondPerson, and NotShieldable with the fault of each field.
    """
    found = officers_case(case, actor, moment)
    must_not_have_helped(found, actor)
    kept = one_line(number, LONGEST_NUMBER)
    faults = {} if kept else {"number": "请填写法院裁定书案号。Give the number of the court's ruling."}
    if fault := day_fault(ruled_on.strip(), moment.day, since=ordered_on(found.row.form)):
        faults["ruled_on"] = fault
    if not any(one.side == Side.OPERATOR for one in documents_of(case)):
        faults["document"] = "请附上法院的裁定书。Attach the court's ruling."
    if faults:
        raise NotShieldable("请按提示改正。Correct what is marked.", faults)
    said = {"number": kept, "ruled_on": ruled_on.strip(), "words": must_say(words)}
    done = step(found, "notice_failure", actor, moment, said=said)
    tell(done, NoticeKind.SHIELD_FAILURE_PLANNED, moment)
    return done


@transaction.atomic
def drop_failure(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """After hearing the body the shield stands. Raises NoSuchCase, NotTheirShield, NotNow."""
    found = officers_case(case, actor, moment)
    done = step(found, "drop_failure", actor, moment, said={"words": must_say(words)})
    tell(done, NoticeKind.SHIELD_GOES_ON, moment)
    return done


@transaction.atomic
def confirm_failure(*, case: UUID, actor: str, moment: Moment) -> CaseRow:
    """Another officer than gave the notice ends the shield, after the reply or its time.

    What is left of each record's term is shown again, and nothing that ended meanwhile. Raises SecondPerson,
    NoSuchCase, NotTheirShield, NotNow, NotShieldable.
    """
    with alone(officers_case(case, actor, moment).row.subject):
        found = officers_case(case, actor, moment)
        noticed = found.happened("notice_failure")
        if found.row.state != ShieldState.FAILURE_NOTICED or noticed is None:
            raise NotNow("须先告知并听取意见。The body is told and heard first.")
        if noticed.actor == actor:
            raise SecondPerson(
                "须由另一位运行管理人员决定。Another officer has to decide this, not who gave the notice."
            )
        must_not_have_helped(found, actor)
        heard = any(line.event == "reply" and line.place > noticed.place for line in found.history)
        if not heard and not overdue(found.row.due_on, moment.day):
            raise NotShieldable(
                "主体的陈述期限未满，也没有收到意见。The time for a reply is not over, and none has come."
            )
        said = {name: noticed.said[name] for name in ("number", "ruled_on", "words")}
        fates = show_again(found.row, actor=actor, moment=moment)
        shown = {"shown_again": fates.get(Fate.SHOWN_AGAIN, 0)}
        done = step(found, "confirm_failure", actor, moment, said=said | shown | remedies())
        tell(done, NoticeKind.SHIELD_FAILED, moment)
        return done
