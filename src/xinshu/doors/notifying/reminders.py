"""Reminders: each night who can be told hears of the days that are near, once each; prevention before harm."""

from typing import Final

from django.conf import settings
from procrastinate.contrib.django import app

from xinshu.doors.notifying.calendar import Day, days_of, near
from xinshu.kit.clock import now
from xinshu.kit.moment import Moment
from xinshu.parties.notices.actions import Owed, notify_once
from xinshu.parties.notices.queries import reachable
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.intake.tasks import AFTER_A_LOSS, told_without_values
from xinshu.register.access.actions import note
from xinshu.register.catalogues.queries import catalogue_on

ACTOR: Final = "reminders"


@app.periodic(cron="0 22 * * *")
@app.task(name="notices.remind", queue="timers", queueing_lock="remind", lock="remind", retry=AFTER_A_LOSS)
def _remind(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Early in the morning here (the queue's own schedule counts in UTC)."""
    with told_without_values("remind"):
        remind(moment=now())


def remind(*, moment: Moment) -> None:
    """Owe a reminder of every day that is near to who can be told of it; what was told is not told again."""
    catalogue = catalogue_on(moment.day).catalogue
    subjects = reachable()
    for subject in subjects:
        days = days_of([subject], catalogue, on_date=moment.day)
        found = near(days, on_date=moment.day, within=settings.REMINDER_DAYS)
        notify_once(owed=map(_owed, found), moment=moment)
    if subjects:
        note(actor=ACTOR, act="REMIND", matter=str(len(subjects)), purpose="提醒", organ="", moment=moment)


def _owed(day: Day) -> Owed:
    zh, en = day.words
    said = {"what": zh, "what_en": en, "day": day.on.isoformat(), "words": day.about}
    return Owed(subject=day.subject, kind=NoticeKind.REMINDER, once=f"DAY {day.key}", said=said)
