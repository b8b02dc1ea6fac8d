"""What a subject was told, where it wants to be told, and what became of each delivery."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F
from django.db.models.lookups import IsNull

from xinshu.parties.notices.models import Address, Delivery, Notice
from xinshu.parties.notices.states import Arrival, Means

SHOWN_OF_NAME = 2


@dataclass(frozen=True, slots=True)
class NoticeRow:
    """A notice as its subject reads it; `said` is what its words need."""

    id: int
    subject: int
    kind: str
    record_ref: UUID | None
    case: UUID | None
    said: Mapping[str, str]
    on_day: date
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class AddressRow:
    """An address as it is shown: masked. `confirmed_at` None: nothing is sent there yet."""

    id: UUID
    subject: int
    channel: Means
    value_masked: str
    given_by: str
    given_at: datetime
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Destination:
    """For the channel alone: where a message really goes. `revoked`: nothing but its last warnings does."""

    id: UUID
    channel: Means
    value: str
    secret: str
    confirmed: bool
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class DeliveryRow:
    """A message to one address: the kinds of its notices, and what became of it."""

    id: UUID
    address: UUID
    kinds: tuple[str, ...]
    outcome: Arrival
    tries: int
    fault: str
    planned_at: datetime
    ended_at: datetime | None


def notices_of(subjects: Iterable[int], *, most: int, skip: int = 0) -> tuple[tuple[NoticeRow, ...], int]:
    """What these subjects were told, unread first, then newest first, and how much it is in all."""
    found = Notice.objects.filter(subject_id__in=list(subjects))
    return tuple(map(_row, found.order_by(IsNull(F("read_at"), False), "-id")[skip : skip + most])), found.count()


def unread(subjects: Iterable[int]) -> int:
    """How many notices nobody has read yet."""
    return Notice.objects.filter(subject_id__in=list(subjects), read_at__isnull=True).count()


def reachable() -> tuple[int, ...]:
    """Every subject that has an address which was confirmed."""
    found = Address.objects.filter(confirmed_at__isnull=False, revoked_at__isnull=True)
    return tuple(found.values_list("subject_id", flat=True).distinct().order_by("subject_id"))


def addresses_of(subjects: Iterable[int]) -> tuple[AddressRow, ...]:
    """Where these subjects want to be told, masked, oldest first; none that was revoked."""
    found = Address.objects.filter(subject_id__in=list(subjects), revoked_at__isnull=True).order_by("given_at", "id")
    return tuple(
        AddressRow(
            one.id,
            one.subject_id,
            Means(one.channel),
            masked_address(Means(one.channel), one.value),
            one.given_by,
            one.given_at,
            one.confirmed_at,
        )
        for one in found
    )


def destination(address: UUID) -> Destination | None:
    """Where to send for that address; None when it never was, or was revoked and has heard its last."""
    one = Address.objects.filter(id=address).exclude(value=str(address)).first()
    if one is None:
        return None
    confirmed, revoked = one.confirmed_at is not None, one.revoked_at is not None
    return Destination(one.id, Means(one.channel), one.value, one.secret, confirmed, revoked)


def delivery(number: UUID) -> DeliveryRow | None:
    """A delivery, or None."""
    found = Delivery.objects.filter(id=number).first()
    return None if found is None else _deliveries([found])[0]


def deliveries_of(subjects: Iterable[int], *, most: int) -> tuple[DeliveryRow, ...]:
    """The newest deliveries to these subjects."""
    found = Delivery.objects.filter(address__subject_id__in=list(subjects)).order_by("-planned_at", "id")
    return _deliveries(list(found[:most]))


def masked_address(channel: Means, value: str) -> str:
    """An address of which enough is shown to be told from another, and no more."""
    if channel is Means.SMS:
        return f"{value[:3]}****{value[-4:]}"
    if channel is Means.EMAIL:
        name, _, host = value.rpartition("@")
        return f"{name[:SHOWN_OF_NAME]}***@{host}"
    scheme, _, rest = value.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}/…"


def _deliveries(found: Collection[Delivery]) -> tuple[DeliveryRow, ...]:
    numbers = {number for one in found for number in one.notices}
    kinds = dict(Notice.objects.filter(id__in=numbers).values_list("id", "kind"))
    return tuple(
        DeliveryRow(
            one.id,
            one.address_id,
            tuple(kinds[number] for number in one.notices if number in kinds),
            Arrival(one.outcome),
            one.tries,
            one.fault,
            one.planned_at,
            one.ended_at,
        )
        for one in found
    )


def _row(one: Notice) -> NoticeRow:
    return NoticeRow(
        one.id, one.subject_id, one.kind, one.record_ref, one.case_id, one.said, one.on_day, one.at, one.read_at
    )
