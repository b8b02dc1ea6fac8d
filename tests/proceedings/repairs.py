"""Steps of a repair for tests, by the real actions: a record, who stands on both sides, an application on a day."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.factories import MARKET, PASSWORD, SUBJECT, body, noon
from xinshu.proceedings.cases.queries import CaseRow, case, history
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.repair.actions import begin, lodge, prelodge, save
from xinshu.register.access.actions import appoint, register_user
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record

OWNER = "示例-经办"
FORM = {"duties_done": True, "words": "罚没款已缴清", "commitment": True, "signed_by": "示例甲"}


def officer(name: str, *roles: Role, organ: str | None = MARKET.code) -> str:
    """A member of staff with these posts from 2026 on."""
    day = date(2026, 1, 5)
    register_user(username=name, full_name=name, password=PASSWORD, actor="test", moment=noon(day))
    for role in roles:
        appoint(username=name, role=role, organ=organ, from_day=day, actor="test", moment=noon(day))
    return name


def record() -> Record:
    """The newest penalty of the subject."""
    return Record.objects.filter(subject_id=body(SUBJECT), kind="ADMIN_PENALTY").latest("recorded_at")


def drafted(day: date, *, form: dict[str, Any] | None = None, side: Side = Side.SUBJECT, actor: str = OWNER) -> UUID:
    """A draft about that record with a whole form."""
    mine = [body(SUBJECT)]
    made = begin(subjects=mine, record_ref=record().record_ref, side=side, actor=actor, moment=noon(day))
    whole = FORM if form is None else form
    save(case=made, subjects=mine, form=whole, side=side, actor=actor, moment=noon(day))
    return made


def lodged(day: date) -> UUID:
    """An application that was lodged on that day."""
    made = drafted(day)
    lodge(case=made, subjects=[body(SUBJECT)], side=Side.SUBJECT, actor=OWNER, moment=noon(day))
    return made


def handed_in(day: date) -> UUID:
    """An application that was handed in ahead on that day."""
    made = drafted(day)
    prelodge(case=made, subjects=[body(SUBJECT)], side=Side.SUBJECT, actor=OWNER, moment=noon(day))
    return made


def row(made: UUID) -> CaseRow:
    """The case as it stands."""
    found = case(made)
    assert found is not None
    return found


def events(made: UUID) -> list[str]:
    """What happened in it."""
    return [line.event for line in history(made)]
