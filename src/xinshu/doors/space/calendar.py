"""The days that matter to the organisation: a month at a time on a page, and all of them as a calendar file."""

from collections import Counter
from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from xinshu.doors.notifying.calendar import Day, DayKind, as_icalendar, days_of
from xinshu.doors.space.standing import acting_for, actor_of, leave_line, mandated, subjects_of
from xinshu.law.catalogue import Catalogue
from xinshu.proceedings.lists.states import LISTING
from xinshu.proceedings.repair.queries import asked_by
from xinshu.proceedings.repair.states import DELISTING, REPAIR
from xinshu.proceedings.shield.states import SHIELD
from xinshu.register.access.audience import moment_of
from xinshu.register.catalogues.queries import catalogue_on

PAGES: Final = {
    REPAIR.name: "space:repair",
    SHIELD.name: "space:shield",
    LISTING.name: "space:listing",
}
"""Where a case of a course stands; the others are objections."""


@mandated
@require_safe
def days(request: HttpRequest) -> HttpResponse:
    """The days of one month, from today on; without `?month=`, of the first month that has any."""
    leave_line(request, "LOOK_CALENDAR")
    catalogue, found = catalogue_on(moment_of(request).day).catalogue, _days(request)
    months = Counter(f"{day.on:%Y-%m}" for day in found)
    asked = request.GET.get("month")
    if asked is not None and asked not in months:
        raise Http404
    month = asked or next(iter(months), "")
    page = {
        "month": month,
        "months": list(months.items()),
        "days": [_told(day, catalogue) for day in found if f"{day.on:%Y-%m}" == month],
        "acting": acting_for(request),
        "username": actor_of(request),
    }
    return render(request, "space/calendar.html", page)


@mandated
@require_safe
def file(request: HttpRequest) -> HttpResponse:
    """All of these days as an iCalendar file, for whoever acts for the organisation, and at no address of its own."""
    leave_line(request, "TAKE_CALENDAR")
    content = as_icalendar(_days(request), moment=moment_of(request))
    answer = HttpResponse(content, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return answer


def _days(request: HttpRequest) -> tuple[Day, ...]:
    day = moment_of(request).day
    return days_of(subjects_of(request), catalogue_on(day).catalogue, on_date=day)


def _told(day: Day, catalogue: Catalogue) -> dict[str, Any]:
    """A day for the page; of a duty what is done where, and its address outside."""
    if day.kind is DayKind.DUTY_DUE:
        duty = catalogue.duties[day.reference]
        return {
            "on": day.on,
            "words": day.words,
            "about": (day.about, ""),
            "how": (duty.zh, duty.en),
            "link": duty.link,
        }
    if not day.course:
        address = reverse("space:record", args=[day.reference])
    elif day.course == DELISTING.name:
        repair = asked_by(UUID(day.reference))
        address = reverse("space:repairs") if repair is None else reverse("space:repair", args=[repair])
    else:
        address = reverse(PAGES.get(day.course, "space:objection"), args=[day.reference])
    zh, _, en = day.about.partition(" ") if day.course else (day.about, "", "")
    return {"on": day.on, "words": day.words, "about": (zh, en), "address": address}
