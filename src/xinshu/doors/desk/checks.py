"""A check as it was answered, for an auditor, a supervisor or a court: by its number, on a recorded ground."""

from typing import Any, Final
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.desk.past import DUTIES, LONGEST_GROUND
from xinshu.doors.desk.standing import actor_of, posts
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.roles import PAST_READERS
from xinshu.uses.measures.queries import answer_of, check

SHORTEST_GROUND: Final = 4


@staff
@require_safe
def checks(request: HttpRequest) -> HttpResponse:
    """The very bytes, as a file. Asked without a ground, nothing is looked up; each look leaves a line."""
    if not any(post.role in PAST_READERS for post in posts(request)):
        raise PermissionDenied(
            "只有监督机关、法院和审计人员可以重放核查。Only a supervisor, a court or an auditor may see a check again."
        )
    asked = {name: request.GET.get(name, "").strip() for name in ("number", "duty", "ground")}
    number, faults = _number(asked["number"]), _faults(asked) if any(asked.values()) else []
    page: dict[str, Any] = {**asked, "duties": DUTIES.items(), "faults": faults, "none": False}
    if any(asked.values()) and not faults and number is not None:
        unit = next((post.organ.code for post in posts(request) if post.role in PAST_READERS and post.organ), "")
        purpose = f"{asked['duty']}: {asked['ground']}"
        moment = moment_of(request)
        note(actor=actor_of(request), act="LOOK_CHECK", matter=str(number), purpose=purpose, organ=unit, moment=moment)
        if check(number, on_date=moment.day) is not None:
            return as_lines(answer_of(number), number)
        page["none"] = True
    return render(request, "desk/checks.html", page, status=422 if faults else 200)


def as_lines(content: bytes, number: UUID) -> HttpResponse:
    """An answer, or lines of it, as a file."""
    told = HttpResponse(content, content_type="application/x-ndjson; charset=utf-8")
    told.headers["Content-Disposition"] = f'attachment; filename="check-{number}.ndjson"'
    told.headers["X-Content-Type-Options"] = "nosniff"
    return told


def _faults(asked: dict[str, str]) -> list[tuple[str, str, str]]:
    """What is missing before a check may be seen again: where to go on the page, and what to do."""
    told = []
    if _number(asked["number"]) is None:
        told.append(("number", "请填写核查编号。", "Give the number of the check."))
    if asked["duty"] not in DUTIES:
        told.append(("duty", "请选择职权。", "Choose the duty under which you ask."))
    if not SHORTEST_GROUND <= len(asked["ground"]) <= LONGEST_GROUND:
        told.append(("ground", "请写明文书号或案号，4至120字。", "Name the document or case, 4 to 120 characters."))
    return told


def _number(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
