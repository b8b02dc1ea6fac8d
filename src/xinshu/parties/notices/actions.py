"""Writes notices in the transaction of what they tell of (Decision 11), keeps addresses, and decides deliveries."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Collection, Iterable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Final, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import connection, transaction
from django.db.models import F

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.parties.notices.models import Address, Delivery, Notice
from xinshu.parties.notices.queries import masked_address
from xinshu.parties.notices.states import WARNINGS, Arrival, Means, NoticeKind

NOTHING: Mapping[str, str] = MappingProxyType({})
CHUNK: Final = 5_000
MOST_ADDRESSES: Final = 10
"""Addresses that one subject may give within GIVEN_WITHIN, so that nobody has strangers flooded with codes."""

GIVEN_WITHIN: Final = timedelta(days=1)
MOST_CODES: Final = 3
MOST_TRIES: Final = 5
CODE_HOLDS: Final = timedelta(minutes=30)
MOBILE: Final = re.compile(r"1[3-9]\d{9}")
CONTROLS: Final = re.compile(r"[\x00-\x20\x7f]")
LONGEST: Final = 500

PLAN: Final = """
WITH waiting AS (SELECT id FROM notices_notice
                  WHERE planned_at IS NULL AND (%(subject)s::bigint IS NULL OR subject_id = %(subject)s)
                  ORDER BY id LIMIT %(most)s
                    FOR UPDATE SKIP LOCKED),
     fresh AS (UPDATE notices_notice n SET planned_at = %(at)s FROM waiting w WHERE n.id = w.id
            RETURNING n.id, n.subject_id, n.said)
INSERT INTO notices_delivery (id, address_id, notices, outcome, tries, fault, planned_at)
SELECT gen_random_uuid(), a.id, array_agg(f.id ORDER BY f.id), 'WAITING', 0, '', %(at)s
  FROM fresh f JOIN notices_address a USING (subject_id)
 WHERE a.confirmed_at IS NOT NULL AND a.revoked_at IS NULL AND f.said ->> 'address' IS DISTINCT FROM a.id::text
 GROUP BY a.id
RETURNING id
"""
"""A new address is not told of itself: those that were there before it are."""


class AddressRefused(XinshuError):
    """An address cannot be taken; the sentence says why."""


class CodeRefused(XinshuError):
    """A code does not confirm an address: wrong, used, too old, or tried too often."""


class Owed(NamedTuple):
    """A notice to be written with others; `once`: the key under which it is told once only."""

    subject: int
    kind: NoticeKind
    once: str
    said: Mapping[str, str]
    record_ref: UUID | None = None
    case: UUID | None = None


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


def notify_once(*, owed: Iterable[Owed], moment: Moment) -> None:
    """Have subjects told, within the caller's transaction; what a subject was told under a key is not told again."""
    Notice.objects.bulk_create(
        (
            Notice(
                subject_id=one.subject,
                kind=one.kind,
                record_ref=one.record_ref,
                case_id=one.case,
                said=dict(one.said),
                on_day=moment.day,
                at=moment.instant,
                once=one.once,
            )
            for one in owed
        ),
        batch_size=CHUNK,
        ignore_conflicts=True,
    )


@transaction.atomic
def mark_read(*, subjects: Collection[int], notices: Collection[int] | None, moment: Moment) -> int:
    """Note that these notices (None: all of them) were read; how many were not before."""
    found = Notice.objects.filter(subject_id__in=subjects, read_at__isnull=True)
    if notices is not None:
        found = found.filter(id__in=notices)
    return found.update(read_at=moment.instant)


@transaction.atomic
def give_address(*, subject: int, channel: Means, value: str, actor: str, moment: Moment) -> UUID:
    """Keep where a subject wants to be told; nothing but a code goes there before it is confirmed. The others are told.

    Raises AddressRefused for what is no address of that channel, is there already, or is one too many for a day.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"addresses {subject}"])
    value = _sound(channel, value)
    own = Address.objects.filter(subject_id=subject)
    if own.filter(channel=channel, value=value, revoked_at__isnull=True).exists():
        raise AddressRefused("这个地址已经登记。This address is given already.")
    if own.filter(given_at__gt=moment.instant - GIVEN_WITHIN).count() >= MOST_ADDRESSES:
        raise AddressRefused("今天登记的地址过多，请明天再试。Too many addresses were given today; try again tomorrow.")
    given = Address.objects.create(
        id=uuid4(),
        subject_id=subject,
        channel=channel,
        value=value,
        secret=secrets.token_urlsafe(32) if channel is Means.WEBHOOK else "",
        given_by=actor,
        given_at=moment.instant,
    )
    said = {"place": masked_address(channel, value), "address": str(given.id)}
    notify(subject=subject, kind=NoticeKind.ADDRESS_GIVEN, said=said, moment=moment)
    return given.id


@transaction.atomic
def fresh_code(*, address: UUID, moment: Moment) -> str:
    """A new code that confirms the address once; an earlier one holds no longer. Raises CodeRefused after a few.

    The code is told to the channel alone: only a keyed digest of it is kept.
    """
    held = Address.objects.select_for_update().filter(id=address, revoked_at=None, confirmed_at=None).first()
    if held is None or held.codes >= MOST_CODES:
        raise CodeRefused(
            "不能再向该地址发送确认码；请删除后重新登记。No further code is sent there; remove it and give it anew."
        )
    code = secrets.token_urlsafe(24) if held.channel == Means.WEBHOOK else f"{secrets.randbelow(10**6):06}"
    held.digest, held.code_until = _digest(address, code), moment.instant + CODE_HOLDS
    held.codes, held.tries = held.codes + 1, 0
    held.save()
    return code


def confirm_address(*, subjects: Collection[int] | None, address: UUID, code: str, moment: Moment) -> None:
    """Confirm an address by its code, once. `subjects`: whose it must be; None: a channel's own answer.

    Raises CodeRefused; a wrong code is counted, and after MOST_TRIES none is right.
    """
    with transaction.atomic():
        found = Address.objects.select_for_update().filter(id=address, revoked_at=None, confirmed_at=None)
        held = (found if subjects is None else found.filter(subject_id__in=subjects)).first()
        right = held is not None and _is_right(held, code, moment)
        if held is not None:
            held.tries += not right
            if right:
                held.confirmed_at, held.digest = moment.instant, None
            held.save()
    if not right:
        raise CodeRefused("确认码不对、已用过或已过期。The code is wrong, was used, or is too old.")


@transaction.atomic
def revoke_address(*, subjects: Collection[int], address: UUID, moment: Moment) -> tuple[UUID, ...]:
    """Send nothing there from now on, not even what waits; the messages by which that is told, which are to be sent.

    Every confirmed address of the subject is told, this one for the last time, and with it of each mandate and address
    that it has not heard of yet. Empty where there is no such address of these subjects, or it never was confirmed.
    """
    own = Address.objects.select_for_update().filter(id=address, subject_id__in=subjects, revoked_at__isnull=True)
    held = own.first()
    if held is None:
        return ()
    told: tuple[UUID, ...] = ()
    if held.confirmed_at is not None:
        said = {"place": masked_address(Means(held.channel), held.value)}
        notify(subject=held.subject_id, kind=NoticeKind.ADDRESS_REVOKED, said=said, moment=moment)
        told = plan_deliveries(moment=moment, subject=held.subject_id)
    held.revoked_at, held.digest = moment.instant, None
    held.save(update_fields=["revoked_at", "digest"])
    last = _last_words(held, told, moment)
    _forget_place(held.id)
    return last


@transaction.atomic
def plan_deliveries(*, moment: Moment, most: int = CHUNK, subject: int | None = None) -> tuple[UUID, ...]:
    """Decide for notices that wait (of one subject, or all), at most so many, where they go: one message an address."""
    with connection.cursor() as cursor:
        cursor.execute(PLAN, {"at": moment.instant, "most": most, "subject": subject})
        return tuple(row[0] for row in cursor.fetchall())


@transaction.atomic
def note_outcome(*, delivery: UUID, outcome: Arrival, fault: str = "", moment: Moment) -> None:
    """Keep what became of an attempt; `fault` is in our own words."""
    ended = None if outcome is Arrival.WAITING else moment.instant
    Delivery.objects.filter(id=delivery, outcome=Arrival.WAITING).update(
        outcome=outcome, tries=F("tries") + 1, fault=fault[:200], ended_at=ended
    )
    if ended is not None:
        _forget_place(Delivery.objects.get(id=delivery).address_id)


def forget(references: Collection[str]) -> None:
    """Erase the notices about these records, in the transaction that erases them."""
    Notice.objects.filter(record_ref__in=references).delete()


def forget_told(*, subjects: Collection[int], kinds: Collection[NoticeKind], said: Mapping[str, str]) -> None:
    """Erase the notices of these kinds to these subjects that say this, in the transaction that erases their matter."""
    Notice.objects.filter(subject_id__in=list(subjects), kind__in=list(kinds), said__contains=dict(said)).delete()


def _last_words(held: Address, told: tuple[UUID, ...], moment: Moment) -> tuple[UUID, ...]:
    """What waits for a revoked address is taken back, and what was just planned is not sent there: the warnings among
    both are, as one last message; with it, the planned messages to the other addresses."""
    waiting = Delivery.objects.filter(address=held, outcome=Arrival.WAITING)
    numbers = {number for one in waiting for number in one.notices}
    planned = waiting.filter(id__in=told)
    own = set(planned.values_list("id", flat=True))
    planned.delete()
    others = tuple(one for one in told if one not in own)
    waiting.update(outcome=Arrival.TAKEN_BACK, ended_at=moment.instant)
    warnings = Notice.objects.filter(id__in=numbers, kind__in=WARNINGS).order_by("id").values_list("id", flat=True)
    if not warnings:
        return others
    last = Delivery.objects.create(id=uuid4(), address=held, notices=list(warnings), planned_at=moment.instant)
    return (*others, last.id)


def _forget_place(address: UUID) -> None:
    """Nobody needs a revoked address itself once it has heard its last; that something went to one stays."""
    waiting = Delivery.objects.filter(address_id=address, outcome=Arrival.WAITING)
    if not waiting.exists():
        Address.objects.filter(id=address, revoked_at__isnull=False).update(value=str(address), secret="")


def _sound(channel: Means, value: str) -> str:
    """The address as it is kept: no control character or blank, so that no header can be made of it."""
    value = value.strip()
    refused = AddressRefused("地址格式不对。This is no address of that kind.")
    if CONTROLS.search(value) or not value.isascii() or len(value) > LONGEST:
        raise refused
    if channel is Means.SMS and not MOBILE.fullmatch(value):
        raise AddressRefused("请填写11位手机号码。Give a mobile number of 11 digits.")
    if channel is Means.EMAIL:
        try:
            validate_email(value)
        except ValidationError:
            raise refused from None
    if channel is Means.WEBHOOK:
        _https(value)
    return value


def _https(value: str) -> None:
    refused = AddressRefused("网址须以https://开头，不带用户名。The address begins with https:// and names no user.")
    try:
        place = urlsplit(value)
        sound = place.scheme == "https" and place.hostname and not place.username and (place.port or True)
    except ValueError:
        raise refused from None
    if not sound or place.fragment:
        raise refused


def _is_right(held: Address, code: str, moment: Moment) -> bool:
    if held.digest is None or held.code_until is None or held.code_until <= moment.instant or held.tries >= MOST_TRIES:
        return False
    return hmac.compare_digest(bytes(held.digest), _digest(held.id, code.strip()))


def _digest(address: UUID, code: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), f"address {address} {code}".encode(), hashlib.sha256).digest()
