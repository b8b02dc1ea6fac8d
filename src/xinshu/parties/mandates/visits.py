"""Who is signed in: a visit begins with the password, opens the space when the second factor has passed, and ends at
once when it is ended anywhere, or by itself when nothing was asked for too long."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.parties.mandates.models import Visit
from xinshu.parties.mandates.queries import VisitRow
from xinshu.parties.mandates.states import VISITS_KEPT
from xinshu.register.access.actions import note

PURPOSE: Final = "登录 visit"
SEEN_EVERY: Final = timedelta(minutes=1)
"""A visit is not written down anew for each page."""


@transaction.atomic
def begin_visit(*, username: str, moment: Moment) -> UUID:
    """A user has given the password; what is older than VISITS_KEPT is forgotten on the way."""
    Visit.objects.filter(begun_at__lt=moment.instant - VISITS_KEPT).delete()
    user = get_user_model().objects.get(username=username)
    visit = Visit.objects.create(user=user, begun_at=moment.instant, seen_at=moment.instant)
    note(actor=username, act="SIGN_IN", matter="", purpose=PURPOSE, organ="", moment=moment)
    return visit.id


def prove_visit(*, visit: UUID, moment: Moment) -> None:
    """The second factor has passed in this visit."""
    Visit.objects.filter(id=visit, ended_at__isnull=True).update(proved_at=moment.instant)


def go_on(*, visit: UUID, username: str, idle: timedelta, moment: Moment) -> VisitRow | None:
    """The visit of that user, if it has not ended and was seen within `idle`; it is seen now."""
    since = moment.instant - idle
    found = Visit.objects.filter(id=visit, user__username=username, ended_at__isnull=True, seen_at__gt=since).first()
    if found is None:
        return None
    if moment.instant - found.seen_at >= SEEN_EVERY:
        Visit.objects.filter(id=visit).update(seen_at=moment.instant)
    return VisitRow(found.id, found.begun_at, found.seen_at, found.proved_at)


@transaction.atomic
def end_visit(*, visit: UUID, username: str, moment: Moment) -> bool:
    """End a visit of that user; whether there was one."""
    held = Visit.objects.filter(id=visit, user__username=username, ended_at__isnull=True)
    ended = bool(held.update(ended_at=moment.instant))
    if ended:
        note(actor=username, act="SIGN_OUT", matter="", purpose=PURPOSE, organ="", moment=moment)
    return ended


def end_every_visit(*, moment: Moment, username: str | None = None) -> int:
    """End every visit, of one user or (after a restore) of all; how many."""
    held = Visit.objects.filter(ended_at__isnull=True)
    held = held if username is None else held.filter(user__username=username)
    return held.update(ended_at=moment.instant)
