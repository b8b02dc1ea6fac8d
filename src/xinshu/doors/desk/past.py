"""The whole past of a body, for a supervisor, a court or an auditor: on a recorded ground, with a line each time."""

from typing import Any, Final
from urllib.parse import urlencode

import orjson
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.desk.standing import actor_of, posts, wording
from xinshu.doors.desk.words import CHANGES
from xinshu.doors.portal.wording import Wording, Words
from xinshu.kit.identifiers import check_code
from xinshu.kit.paging import page_number, pages
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.roles import PAST_READERS
from xinshu.register.records.own import PastLine, past_of
from xinshu.register.subjects.queries import named_by

PAGE_SIZE: Final = 50
LONGEST_GROUND: Final = 120

DUTIES: Final[dict[str, Words]] = {
    "SUPERVISION": ("监督检查", "supervision"),
    "COURT": ("司法程序", "court proceedings"),
    "AUDIT": ("审计", "audit"),
}


@staff
@require_safe
def past(request: HttpRequest) -> HttpResponse:
    """Every change of every record of a body. Asked without a ground, nothing is looked up."""
    if not any(post.role in PAST_READERS for post in posts(request)):
        raise PermissionDenied(
            "只有监督机关、法院和审计人员可以查看历史。Only a supervisor, a court or an auditor may see the past."
        )
    asked = {name: request.GET.get(name, "").strip() for name in ("code", "duty", "ground")}
    page: dict[str, Any] = {**asked, "duties": DUTIES.items(), "faults": _faults(asked) if any(asked.values()) else []}
    if any(asked.values()) and not page["faults"]:
        page |= _found(request, asked)
    return render(request, "desk/past.html", page, status=422 if page["faults"] else 200)


def _faults(asked: dict[str, str]) -> list[tuple[str, str, str]]:
    """What is missing before the past may be opened: where to go on the page, and what to do."""
    told = []
    if not check_code(asked["code"]).valid:
        told.append(("code", "请填写有效的代码。", "Give a valid code."))
    if asked["duty"] not in DUTIES:
        told.append(("duty", "请选择职权。", "Choose the duty under which you ask."))
    if not 4 <= len(asked["ground"]) <= LONGEST_GROUND:
        told.append(("ground", "请写明文书号或案号，4至120字。", "Name the document or case, 4 to 120 characters."))
    return told


def _found(request: HttpRequest, asked: dict[str, str]) -> dict[str, Any]:
    code = check_code(asked["code"]).code
    purpose = f"{asked['duty']}: {asked['ground']}"
    unit = next((post.organ.code for post in posts(request) if post.role in PAST_READERS and post.organ), "")
    note(actor=actor_of(request), act="LOOK_PAST", matter=code, purpose=purpose, organ=unit, moment=moment_of(request))
    page = page_number(request.GET.get("page", ""))
    bodies = named_by(code)
    lines, total = past_of([body.subject for body in bodies], most=PAGE_SIZE, skip=(page - 1) * PAGE_SIZE)
    words = wording(request)
    return {
        "bodies": bodies,
        "lines": [_told(line, words) for line in lines],
        "pages": pages(page, total, PAGE_SIZE),
        "query": urlencode(asked) + "&",
    }


def _told(line: PastLine, words: Wording) -> dict[str, Any]:
    """A line in words. Of the content only what the catalogue lets anyone see is told: no field of a person."""
    kind = words.catalogue.kinds.get(line.kind)
    content = orjson.loads(line.content)
    rules = {} if kind is None else kind.fields
    return {
        "line": line,
        "change": CHANGES.get(line.change, (line.change, "")),
        "kind": (line.kind, "") if kind is None else (kind.name_zh, kind.name_en),
        "severity": line.severity and words.choice("SEVERITY", line.severity),
        "reasons": [code for code, _, _ in orjson.loads(line.reasons)],
        "fields": [
            (rule.name_zh, rule.name_en, content[name])
            for name, rule in rules.items()
            if rule.public and content.get(name)
        ],
    }
