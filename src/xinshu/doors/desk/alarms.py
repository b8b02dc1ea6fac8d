"""A clerk's deadlines: returned rows that wait, how many working days are left, and how they were dealt with."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from xinshu.doors.desk.standing import actor_of, may_file_for, organs_of, seen_by
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import PostRow
from xinshu.uses.monitoring.actions import NoAlarm, answer_alarm
from xinshu.uses.monitoring.queries import alarms_of
from xinshu.uses.monitoring.states import Due

URGENT: Final = frozenset({Due.OVERDUE, Due.SOON})
SHOWN: Final = 200


@staff
@require_safe
def alarms(request: HttpRequest) -> HttpResponse:
    """Every batch of one's organs with returned rows that nobody filed again, the nearest deadline first."""
    return _page(request)


@staff
@require_POST
def answer(request: HttpRequest, batch: UUID) -> HttpResponse:
    """The organ says how it dealt with the returned rows of a batch by another way."""
    row = next((row for row in _alarms(request) if row["batch"] == batch), None)
    if row is None or not may_file_for(request, row["organ_code"]):
        raise PermissionDenied("您不是该机关的经办人员。You do not file for this organ.")
    try:
        answer_alarm(
            batch_id=batch,
            organ_code=row["organ_code"],
            words=request.POST.get("words", ""),
            actor=actor_of(request),
            moment=moment_of(request),
        )
    except NoAlarm as refused:
        return _page(request, refused=str(refused), status=422)
    return redirect("desk:alarms")


def urgent(posts: tuple[PostRow, ...], request: HttpRequest) -> list[dict[str, Any]]:
    """What the desk's home warns of: deadlines that are near or past, of one's own organs."""
    own = frozenset(post.organ.code for post in posts if post.organ is not None)
    rows = alarms_of(own, on_date=moment_of(request).day) if own else ()
    return [asdict(row) for row in rows if row.due in URGENT][:SHOWN]


def _page(request: HttpRequest, *, refused: str = "", status: int = 200) -> HttpResponse:
    note(actor=actor_of(request), act="LOOK_ALARMS", matter="", purpose="归集", organ="", moment=moment_of(request))
    rows, filers = _alarms(request), {organ.code for organ in organs_of(request)}
    context = {
        "rows": [row | {"may_answer": row["raised_on"] and row["organ_code"] in filers} for row in rows[:SHOWN]],
        "left": max(0, len(rows) - SHOWN),
        "refused": refused,
    }
    return render(request, "desk/alarms.html", context, status=status)


def _alarms(request: HttpRequest) -> list[dict[str, Any]]:
    return [asdict(row) for row in alarms_of(seen_by(request), on_date=moment_of(request).day)]
