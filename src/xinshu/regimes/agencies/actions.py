"""Agencies are registered and audited; lateness is noticed, replied to, decided on by a person, over once mended."""

import re
from collections.abc import Iterable
from typing import Final
from uuid import UUID, uuid4

from django.db import transaction

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code, normalise
from xinshu.kit.moment import Moment
from xinshu.law.deadlines import overdue
from xinshu.regimes.agencies.clearing import ADDRESS, HOUSE, close_gone
from xinshu.regimes.agencies.copies import Compared, Sample, compared, read_sample
from xinshu.regimes.agencies.course import opened, plain, taken
from xinshu.regimes.agencies.models import Agency, Audit, Finding, Matter
from xinshu.regimes.agencies.queries import Acknowledged, host_of, overdue_endings
from xinshu.regimes.agencies.states import Cause, Event, Found, MatterState, NotNow, Source, Who
from xinshu.register.access.actions import note
from xinshu.register.access.queries import posts_of, recipients
from xinshu.register.access.roles import Role

MOST_FAULTS: Final = 100
"""Faulty rows that an audit keeps by number; the rest is counted."""

HOST: Final = re.compile(r"[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?")


class AgencyRefused(XinshuError):
    """An agency cannot be registered as said."""


class UnknownAgency(XinshuError):
    """No agency of that name is registered."""


class NotDecided(XinshuError):
    """A decision is not possible as said."""


def register_agency(
    *,
    name: str,
    contact: str,
    actor: str,
    moment: Moment,
    code: str = "",
    feed: str = "",
    site: str = "",
    recipient: str = "",
) -> UUID:
    """Register who copies what is shown; the secret address of its notices. Raises AgencyRefused.

    `feed`: where its copies can be read; `site`: the host that shows them (the feed's, if none is given); `recipient`:
    its name among the registered recipients (its own, if such a one is registered).
    """
    names = {row.name for row in recipients(on_date=moment.day)}
    host = site.strip().lower().removeprefix("www.") or host_of(feed)
    faults = {
        "名称须有1至100字。A name has 1 to 100 characters.": 0 < len(name.strip()) <= 100,
        "联系方式须有1至200字。A contact has 1 to 200 characters.": 0 < len(contact.strip()) <= 200,
        "不是有效的统一社会信用代码。Not a valid code.": not code or check_code(code).valid,
        "数据地址须以http://或https://开头。The feed begins with http:// or https://.": not feed
        or bool(ADDRESS.fullmatch(feed) and len(feed) <= 500),
        "网站只写主机名，如www.example.cn。Give the site as a host, such as www.example.cn.": not host
        or bool(HOST.fullmatch(host)),
        "没有登记这个数据接收方。No such recipient is registered.": not recipient or recipient in names,
    }
    for sentence, sound in faults.items():
        if not sound:
            raise AgencyRefused(sentence)
    linked = recipient or (name.strip() if name.strip() in names else "")
    with transaction.atomic():
        present = Agency.objects.filter(ended_on__isnull=True)
        if present.filter(name=name.strip()).exists() or (linked and present.filter(recipient=linked).exists()):
            raise AgencyRefused("该机构已经登记。This agency is registered already.")
        made = Agency.objects.create(
            box=uuid4(),
            name=name.strip(),
            code=normalise(code),
            contact=contact.strip(),
            feed=feed,
            site=host,
            recipient=linked,
            valid_from=moment.day,
        )
        note(actor=actor, act="REGISTER_AGENCY", matter=made.name, purpose="机构核查", organ="", moment=moment)
    return made.box


@transaction.atomic
def end_agency(*, name: str, actor: str, moment: Moment) -> None:
    """An agency copies no more: its findings go, its address tells nothing, its matters are closed. Raises
    UnknownAgency."""
    agency = _locked(name)
    Finding.objects.filter(agency=agency).delete()
    for matter in Matter.objects.select_for_update().filter(agency=agency).exclude(state=MatterState.CLOSED):
        if matter.cause == Cause.REPORTED:
            matter.agency = None
            matter.save()
        else:
            taken(matter, Event.CLOSED, Who.HOUSE, actor=HOUSE, moment=moment)
    agency.ended_on = moment.day
    agency.save()
    note(actor=actor, act="END_AGENCY", matter=name, purpose="机构核查", organ="", moment=moment)


def audit(*, name: str, content: bytes, source: Source, actor: str, moment: Moment) -> tuple[Sample, Compared]:
    """Compare copies with what is shown today, and follow what comes of it; nothing of the content is kept.

    Only what is clean and whole mends: a feed, or of an agency without one a sample. Raises UnknownAgency, NoSample.
    """
    sample = read_sample(content)
    told = compared(sample.copies, on_date=moment.day)
    with transaction.atomic():
        agency = _locked(name)
        Finding.objects.filter(agency=agency).delete()
        Finding.objects.bulk_create(
            Finding(agency=agency, record_ref=row.record_ref, found=row.found, fields=list(row.fields))
            for row in told.differing
        )
        Audit.objects.create(
            agency=agency,
            source=source,
            on_day=moment.day,
            at=moment.instant,
            actor=actor,
            rows=len(sample.copies) + len(sample.faults),
            same=told.same,
            late=told.count(Found.LATE),
            altered=told.count(Found.ALTERED),
            not_shown=told.count(Found.NOT_SHOWN),
            faulty=len(sample.faults),
            faults=[list(fault) for fault in sample.faults[:MOST_FAULTS]],
        )
        whole = not sample.faults and (source is Source.FEED or not agency.feed)
        _follow(agency, Cause.COPIES, len(told.differing), mended=whole, moment=moment)
        if whole:
            close_gone(agency, {copy.record_ref for copy in sample.copies}, moment=moment)
        note(actor=actor, act="AUDIT_AGENCY", matter=name, purpose=source, organ="", moment=moment)
    return sample, told


@transaction.atomic
def note_failure(*, name: str, failure: str, actor: str, moment: Moment) -> None:
    """An agency's feed could not be read: noted, and nothing follows from it by itself. Raises UnknownAgency."""
    Audit.objects.create(
        agency=_locked(name),
        source=Source.FEED,
        on_day=moment.day,
        at=moment.instant,
        actor=actor,
        failure=failure[:300],
    )


def follow_acknowledgements(states: Iterable[Acknowledged], *, moment: Moment) -> int:
    """Notice each subscriber that is late with an ending, and have done with each that no longer is; how many are late.

    A subscriber that is no registered agency becomes one, by what the register of recipients says of it.
    """
    given = tuple(states)
    late = {row.name: row.number for row in overdue_endings(given, moment=moment) if row.overdue}
    known = {row.name: row for row in recipients(on_date=moment.day)}
    for state in given:
        present = Agency.objects.filter(ended_on__isnull=True, recipient=state.name)
        if state.name in late and state.name in known and not present.exists():
            contact = known[state.name].contact
            register_agency(name=state.name, contact=contact, recipient=state.name, actor=HOUSE, moment=moment)
        with transaction.atomic():
            agency = present.select_for_update().first()
            if agency is not None:
                number = late.get(state.name)
                _follow(agency, Cause.ENDINGS, int(number is not None), mended=True, moment=moment, through=number)
    return len(late)


def reply(*, box: UUID, matter: UUID, words: str, moment: Moment) -> None:
    """An agency replies to a notice at its own address. Raises NotNow."""
    said = plain(words)
    if not said:
        raise NotNow("请写明回复。Please write your reply.")
    with transaction.atomic():
        found = _open(matter)
        if found.agency is None or found.agency.box != box or found.agency.ended_on is not None:
            raise NotNow("没有这个事项。There is no such matter.")
        taken(found, Event.REPLIED, Who.AGENCY, actor=found.agency.name[:64], moment=moment, words=said)


def decide(*, matter: UUID, event: Event, reason: str, actor: str, moment: Moment) -> None:
    """An operator decides, with reasons: to name an agency (LISTED), to give more time (EXTENDED), or that a reported
    copy is gone (CLOSED).

    Nobody is named before its term is over or it has replied. Raises NotDecided, NotNow.
    """
    said = plain(reason)
    if all(post.role is not Role.OPERATOR for post in posts_of(actor, on_date=moment.day)):
        raise NotDecided("由运行管理人员决定。An operator of the platform decides.")
    if not said:
        raise NotDecided("请写明理由。A decision needs its reason.")
    with transaction.atomic():
        found = _open(matter)
        waits = found.state == MatterState.NOTICED and not overdue(found.due_on, moment.day)
        if event is Event.LISTED and waits:
            raise NotDecided(
                "答复期限未满且未答复，不能列名。It has time to reply still, and has not replied: it cannot be named."
            )
        taken(found, event, Who.STAFF, actor=actor, moment=moment, words=said)
        note(actor=actor, act="DECIDE_MATTER", matter=str(matter), purpose=event, organ="", moment=moment)


def _follow(
    agency: Agency, cause: Cause, count: int, *, mended: bool, moment: Moment, through: int | None = None
) -> None:
    """Open a matter where something is to mend, bring its number up to date, and close it at once when it is mended."""
    open_ones = Matter.objects.select_for_update().filter(agency=agency, cause=cause)
    found = open_ones.exclude(state=MatterState.CLOSED).first()
    if count and found is None:
        opened(cause, Who.HOUSE, actor=HOUSE, moment=moment, agency=agency, count=count, through=through)
    elif found is not None and count:
        found.count, found.through = count, through
        found.save()
    elif found is not None and mended:
        taken(found, Event.CLOSED, Who.HOUSE, actor=HOUSE, moment=moment)


def _locked(name: str) -> Agency:
    found = Agency.objects.select_for_update().filter(ended_on__isnull=True, name=name).first()
    if found is None:
        raise UnknownAgency("没有登记这个机构；见 xinshu agency list。No such agency is registered; see: agency list.")
    return found


def _open(matter: UUID) -> Matter:
    found = Matter.objects.select_for_update(of=("self",)).select_related("agency").filter(id=matter).first()
    if found is None:
        raise NotNow("没有这个事项。There is no such matter.")
    return found
