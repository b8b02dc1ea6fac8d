"""Writes notices, in the transaction of what they tell of (Decision 11)."""

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from xinshu.kit.moment import Moment
from xinshu.parties.notices.models import Notice
from xinshu.parties.notices.states import NoticeKind

NOTHING: Mapping[str, str] = MappingProxyType({})


def notify(
    *,
    subject: int,
    kind: NoticeKind,
    record_ref: UUID | None = None,
    case: UUID | None = None,
    said: Mapping[str, str] = NOTHING,
    moment: Moment,
) -> None:
    """Have a subject told, within the caller's transaction; `said` names no person and holds no number of one."""
    Notice.objects.create(
        subject_id=subject,
        kind=kind,
        record_ref=record_ref,
        case_id=case,
        said=dict(said),
        on_day=moment.day,
        at=moment.instant,
    )
