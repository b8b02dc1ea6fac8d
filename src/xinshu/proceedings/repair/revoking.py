"""Revoking a repair that rested on false material: notice, hearing, a second person; the remaining term comes back."""

from typing import Any
from uuid import UUID

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.law.deadlines import overdue
from xinshu.law.repair import ban_after_false_commitment
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.actions import advance
from xinshu.proceedings.cases.queries import CaseRow, history
from xinshu.proceedings.cases.turns import NotNow, Side
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.repair.actions import NotRepairable, notify_of, plain
from xinshu.proceedings.repair.deciding import REVIEWERS, SecondPerson, must_be_record, remedies, unit_case
from xinshu.proceedings.repair.models import RepairBan
from xinshu.proceedings.repair.queries import OFFICERS, may_be_heard_until
from xinshu.proceedings.repair.states import REPAIR, RepairState
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.actions import NotHeld
from xinshu.register.records.display import reinstate


@transaction.atomic
def notice_revocation(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """Tell the subject what is held to be false; its time to be heard runs. Raises NotTheirs, NotNow, NotRepairable."""
    found = unit_case(case, actor, OFFICERS, moment)
    said = {"words": plain(words)}
    if not said["words"]:
        raise NotRepairable("请写明哪些材料或者承诺不实。Say which material or promise is false.")
    done = _advanced(found, "notice_revocation", actor, said, moment)
    notify_of(done, NoticeKind.REPAIR_REVOCATION_PLANNED, moment)
    return done


@transaction.atomic
def drop_revocation(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """After hearing the subject the repair stands. Raises NotTheirs, NotNow."""
    found = unit_case(case, actor, REVIEWERS, moment)
    done = _advanced(found, "drop_revocation", actor, {"words": plain(words)}, moment)
    notify_of(done, NoticeKind.REPAIR_STANDS, moment)
    return done


@transaction.atomic
def revoke(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """Another reviewer than noticed it revokes the repair, after the reply or its time; a ban begins by the law.

    What is left of the lawful term is shown again, as a new entry. Raises SecondPerson, NotTheirs, NotNow,
    NotRepairable.
    """
    found = unit_case(case, actor, REVIEWERS, moment)
    lines = history(case)
    if found.state != RepairState.REVOCATION_NOTICED:
        raise NotNow("须先告知并听取意见。The subject is told and heard first.")
    noticed = [line for line in lines if line.event == "notice_revocation"][-1]
    if noticed.actor == actor:
        raise SecondPerson("撤销修复须由另一位复核人员决定。Another reviewer has to revoke, not who gave the notice.")
    until, heard = may_be_heard_until(found, lines)
    if not heard and not overdue(until, moment.day):
        raise NotRepairable("主体的陈述期限未满，也没有收到意见。The time for a reply is not over, and none has come.")
    if not plain(words):
        raise NotRepairable("请写明撤销的理由。Say why it is revoked.")
    catalogue = catalogue_on(moment.day).catalogue
    ban = ban_after_false_commitment(moment.day, catalogue)
    record = must_be_record(found, moment)
    said = {"words": plain(words), **remedies(() if ban is None else ban.reasons)}
    if ban is not None:
        said["banned_until"] = ban.until.isoformat()
        RepairBan.objects.create(case_id=case, subject_id=found.subject, found_on=moment.day, until=ban.until)
    try:
        reinstate(
            subject=found.subject,
            record_ref=record.record_ref,
            organ=found.organ,
            words="",
            actor=actor,
            catalogue=catalogue,
            moment=moment,
        )
    except NotHeld:  # nothing of its term is left: it stays away, and the ban begins all the same
        said["reinstated"] = False
    done = _advanced(found, "revoke", actor, said, moment)
    notify_of(done, NoticeKind.REPAIR_REVOKED, moment)
    number_and_note(moment=moment)
    return done


def _advanced(found: CaseRow, event: str, actor: str, said: dict[str, Any], moment: Moment) -> CaseRow:
    return advance(
        case=found.id,
        course=REPAIR,
        event=event,
        side=Side.ORGAN,
        actor=actor,
        organ=found.organ,
        said=said,
        moment=moment,
    )
