"""Clean-up slips are issued, and each copy that one reports is followed until it is gone."""

import os
import re
from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code, normalise
from xinshu.kit.moment import Moment
from xinshu.regimes.agencies.course import opened, taken
from xinshu.regimes.agencies.models import Agency, Matter, Slip
from xinshu.regimes.agencies.queries import host_of
from xinshu.regimes.agencies.slips import NotASlip, SlipText, check_slip, marked, signed_slip
from xinshu.regimes.agencies.states import DAYS_KEPT, Cause, Event, MatterState, Who
from xinshu.register.access.actions import note
from xinshu.register.publog.leaf import SALT, leaf
from xinshu.register.publog.queries import Standing, ending_of, proof_of
from xinshu.register.publog.signing import signer
from xinshu.register.records.own import still_held
from xinshu.register.records.queries import shown_record
from xinshu.register.subjects.queries import known

MOST_REPORTED: Final = 20
"""Copies that may be open for one slip at once."""

LONGEST_ADDRESS: Final = 500
ADDRESS: Final = re.compile(r"https?://[^\s/?#]+([/?#]\S*)?")
BEARER: Final = "slip"
HOUSE: Final = "house"


class NoSlip(XinshuError):
    """No slip can be issued for that record."""


class NotReported(XinshuError):
    """A copy cannot be reported as said."""


def issue_slip(*, code: str, record_ref: UUID, actor: str, moment: Moment) -> dict[str, Any]:
    """A slip for a record that has ended, as its file holds it; each is signed and noted in the trail.

    Raises NoSlip: for what is shown today, for what the log knows no ending of, and until a signed state covers it.
    """
    subject, ending = _ended(code, record_ref, moment)
    proven = None if ending.number is None else proof_of(ending.number)
    if proven is None or ending.number is None:
        raise NoSlip("终止尚未写入已签名的日志，请几秒后再试。The signed log does not tell of it yet; try again soon.")
    salt = os.urandom(SALT)
    said = SlipText(
        number=uuid4(),
        issued_on=moment.day,
        salt=salt,
        mark=marked(salt, record_ref, code),
        entry=ending.number,
        leaf=leaf(ending.event, ending.reference.bytes, ending.commitment),
    )
    with transaction.atomic():
        Slip.objects.create(
            id=said.number,
            subject_id=subject,
            record_ref=record_ref,
            mark=said.mark,
            salt=salt,
            entry=said.entry,
            issued_on=moment.day,
        )
        note(actor=actor, act="ISSUE_SLIP", matter=str(said.number), purpose="清除凭条", organ="", moment=moment)
    return signed_slip(said, proven, folder=settings.SECRETS_FOLDER, origin=settings.PUBLOG_ORIGIN)


def _ended(code: str, record_ref: UUID, moment: Moment) -> tuple[int, Standing]:
    """The body and the ending of a record that was shown and is not any more."""
    bodies = known([normalise(code)]) if check_code(code).valid else {}
    for subject in (found for body in bodies.values() for found in body.subjects):
        if shown_record(subject=subject, record_ref=record_ref, on_date=moment.day) is not None:
            raise NoSlip("该信息仍在公示，不能签发清除凭条。This record is shown today; there is nothing to clean up.")
        ending = ending_of(subject, record_ref)
        if ending is not None:
            return subject, ending
    raise NoSlip("日志中没有该信息的终止。The log knows of no ending of such a record.")


def verified(parts: dict[str, str]) -> SlipText:
    """The slip of these parts, by this house's own key. Raises NotASlip."""
    key, _ = signer(settings.SECRETS_FOLDER, settings.PUBLOG_ORIGIN)
    return check_slip(parts, key)


def report_copy(*, parts: dict[str, str], address: str, moment: Moment) -> UUID:
    """Whoever bears a slip says where a copy stands; the matter's number. The same address again is the same matter.

    Raises NotASlip, NotReported.
    """
    said, place = verified(parts), address.strip()
    if len(place) > LONGEST_ADDRESS or not ADDRESS.fullmatch(place) or not host_of(place):
        raise NotReported(
            "请写出副本所在的完整网址，以http://或https://开头，至多500字。"
            " Give the whole address where the copy stands, beginning with http:// or https://, 500 characters at most."
        )
    with transaction.atomic():
        held = Slip.objects.select_for_update().filter(id=said.number, mark=said.mark).first()
        if held is None or held.subject_id is None or held.record_ref is None:
            raise NotASlip("本平台没有这份凭条的底账，请重新申请。We hold no such slip any more; ask for a new one.")
        if shown_record(subject=held.subject_id, record_ref=held.record_ref, on_date=moment.day) is not None:
            raise NotReported("该信息已重新公示，不再需要清除。This record is shown again; nothing is to be removed.")
        waiting = Matter.objects.filter(slip=held).exclude(state=MatterState.CLOSED)
        same = waiting.filter(address=place).first()
        if same is not None:
            return same.id
        if waiting.count() >= MOST_REPORTED:
            raise NotReported(
                f"同一凭条至多同时跟踪{MOST_REPORTED}处，请等已报告的办结。"
                f" One slip follows {MOST_REPORTED} copies at once; wait until some are closed."
            )
        agency = Agency.objects.filter(ended_on__isnull=True, site=host_of(place)).first()
        matter = opened(
            Cause.REPORTED, Who.BEARER, actor=BEARER, moment=moment, agency=agency, slip=held, address=place
        )
        note(actor=BEARER, act="REPORT_COPY", matter=str(matter.id), purpose="清除凭条", organ="", moment=moment)
    return matter.id


def close_gone(agency: Agency, seen: Collection[UUID], *, moment: Moment) -> int:
    """Close what was reported of an agency and is no longer among its copies; how many. In the caller's transaction."""
    waiting = Matter.objects.select_for_update().filter(agency=agency, cause=Cause.REPORTED)
    count = 0
    for matter in waiting.exclude(state=MatterState.CLOSED).order_by("id"):
        if matter.slip is not None and matter.slip.record_ref not in {*seen, None}:
            taken(matter, Event.CLOSED, Who.HOUSE, actor=HOUSE, moment=moment)
            count += 1
    return count


@transaction.atomic
def erase_addresses(*, moment: Moment) -> int:
    """Erase the addresses of matters that were closed some while ago; how many."""
    old = Matter.objects.filter(cause=Cause.REPORTED, closed_on__lte=moment.day - timedelta(days=DAYS_KEPT))
    return int(old.exclude(address="").update(address=""))


def erase_slips() -> int:
    """Have no slip tell of a record that the register has erased; how many did."""
    kept = Slip.objects.filter(record_ref__isnull=False)
    pairs = kept.values_list("subject_id", "record_ref")
    told = {(subject, reference) for subject, reference in pairs if subject is not None and reference is not None}
    gone = [reference for _, reference in told - still_held(told)]
    return kept.filter(record_ref__in=gone).update(subject_id=None, record_ref=None, salt=None)
