"""Writes of sharing: how far a subscriber was told, and how far it says that it has applied every ending (G12)."""

from django.db.models import F
from django.db.models.functions import Greatest

from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.uses.sharing.models import Subscription


class NotTold(XinshuError):
    """A subscriber acknowledges what it was not told."""

    def __init__(self, told: int) -> None:
        super().__init__(
            f"确认不能超过已送达的位置 {told}。 What was not told cannot be acknowledged; you were told up to {told}."
        )


def note_told(*, recipient: str, since: int, through: int, moment: Moment) -> None:
    """Keep that a subscriber was told the entries from `since` until `through`; it never goes back.

    Whoever is told for the first time holds nothing that ended before `since`, and has nothing to acknowledge of it.
    """
    found = Subscription.objects.filter(recipient=recipient)
    if not found.update(told=Greatest(F("told"), through), told_at=moment.instant):
        first = {"began_at": moment.instant, "told": through, "told_at": moment.instant, "acknowledged": since}
        Subscription.objects.get_or_create(recipient=recipient, defaults=first)


def acknowledge(*, recipient: str, through: int, moment: Moment) -> int:
    """Keep that a subscriber has applied every ending before `through`; how far it has, which never goes back.

    Raises NotTold.
    """
    found = Subscription.objects.filter(recipient=recipient, told__gte=through)
    if not found.update(acknowledged=Greatest(F("acknowledged"), through), acknowledged_at=moment.instant):
        held = Subscription.objects.filter(recipient=recipient).first()
        raise NotTold(held.told if held else 0)
    return Subscription.objects.get(recipient=recipient).acknowledged
