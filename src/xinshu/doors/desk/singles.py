"""One record typed in at the desk: a form made from its kind, which becomes a file of one row like any other."""

from dataclasses import asdict
from typing import Any, Final

import orjson
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from xinshu.bulk.headers import match_headers
from xinshu.doors.desk.fields import Field, answered, field_of
from xinshu.doors.desk.standing import kind_words, kinds_in_words, may_file_for, organs_of, seen_by, wording
from xinshu.doors.desk.uploads import take
from xinshu.kit.errors import XinshuError
from xinshu.law.entries import FieldRole, FieldRule, FieldType, Kind
from xinshu.proceedings.intake import queries
from xinshu.proceedings.intake.states import State
from xinshu.register.access.audience import staff
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.queries import organ as organ_of

FILE_NAME: Final = "单条录入.ndjson"


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def single(request: HttpRequest) -> HttpResponse:
    """Choose organ and kind; fill in the form; it is checked, and nothing is filed yet."""
    asked = request.POST if request.method == "POST" else request.GET
    organs = {organ.code: organ for organ in organs_of(request)}
    catalogue = wording(request).catalogue
    kind = catalogue.kinds.get(asked.get("kind", ""))
    organ = organs.get(asked.get("organ", ""))
    if request.method != "POST":
        shown = organ or _seen(request, asked.get("organ", ""))
        if kind is None or shown is None:
            return render(request, "desk/single-choice.html", _choice(request, organs))
        return _form(request, shown, asked["kind"])
    if organ is None:
        raise PermissionDenied("您不是该机关的经办人员。You do not file for this organ.")
    if kind is None:
        raise Http404
    return _taken(request, organ, asked["kind"])


def _seen(request: HttpRequest, code: str) -> OrganRow | None:
    """An organ whose form one may look at, without filing for it."""
    seen = seen_by(request)
    return organ_of(code) if seen is None or code in seen else None


def _choice(request: HttpRequest, organs: dict[str, OrganRow]) -> dict[str, Any]:
    return {
        "organs": [asdict(organ) for organ in organs.values()],
        "kinds": kinds_in_words(request),
        "kind": request.GET.get("kind", "ADMIN_PENALTY"),
    }


def _form(request: HttpRequest, organ: OrganRow, kind: str, refused: str = "") -> HttpResponse:
    page = {
        "organ": asdict(organ),
        "kind": kind,
        "kind_words": kind_words(request, kind),
        "fields": _fields(request, organ, kind),
        "refused": refused,
        "may_file": may_file_for(request, organ.code),
    }
    return render(request, "desk/single.html", page, status=422 if refused else 200)


def _fields(request: HttpRequest, organ: OrganRow, kind: str) -> list[Field]:
    catalogue = wording(request).catalogue
    own = {
        FieldRole.ORGAN_NAME: organ.name,
        FieldRole.ORGAN_CODE: organ.code,
        FieldRole.SOURCE_NAME: organ.name,
        FieldRole.SOURCE_CODE: organ.code,
    }
    posted = request.POST
    found = []
    for name, rule in _asked(catalogue.kinds[kind]).items():
        text = own.get(rule.role, "") if rule.role is not None else ""
        said = answered(posted, rule, catalogue, name=f"f-{name}", text=text) if posted else text
        found.append(field_of(rule, catalogue, name=f"f-{name}", text=said))
    return found


def _asked(kind: Kind) -> dict[str, FieldRule]:
    """Never a field of identity documents: what is dropped at the door is not asked for."""
    return {name: rule for name, rule in kind.fields.items() if rule.type is not FieldType.PERSONAL}


def _taken(request: HttpRequest, organ: OrganRow, kind: str) -> HttpResponse:
    """A file of one row goes the way of every file; if it comes back, its page has the reasons beside the fields."""
    catalogue = wording(request).catalogue
    asked = _asked(catalogue.kinds[kind])
    match = match_headers([rule.name_zh for rule in asked.values()], catalogue.kinds[kind])
    cells = {
        # A name that two fields share would be understood as neither: then the identifier stands.
        rule.name_zh if match.fields.get(name) == rule.name_zh else name: answered(
            request.POST, rule, catalogue, name=f"f-{name}", text=""
        )
        for name, rule in asked.items()
    }
    try:
        batch = take(request, organ=organ.code, kind=kind, file_name=FILE_NAME, chunks=[orjson.dumps(cells) + b"\n"])
    except XinshuError as said:
        return _form(request, organ, kind, str(said))
    found = queries.batch(batch)
    back = found is not None and found.state == State.CHECKED and found.returned > 0
    return redirect("desk:mend" if back else "desk:batch", batch)
