"""The history of batches: all that one may see, newest first, by organ, kind and state."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.desk.standing import actor_of, in_words, kinds_in_words, seen_by
from xinshu.doors.desk.words import STATES
from xinshu.kit.paging import page_number, pages
from xinshu.proceedings.intake import queries
from xinshu.proceedings.intake.states import State
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import organs

PAGE: Final = 25


@staff
@require_safe
def batches(request: HttpRequest) -> HttpResponse:
    """A page of them; what is asked for in a filter and is not there is no filter."""
    seen, page = seen_by(request), page_number(request.GET.get("page", ""))
    among = [organ for organ in organs() if seen is None or organ.code in seen]
    organ = request.GET.get("organ", "")
    kinds = kinds_in_words(request)
    kind = request.GET.get("kind", "")
    state = request.GET.get("state", "")
    wanted = frozenset({organ}) if organ in {one.code for one in among} else seen
    filters: dict[str, Any] = {
        "kind": kind if kind in {name for name, *_ in kinds} else None,
        "state": State(state) if state in set(State) else None,
    }
    rows = queries.batches_of(wanted, most=PAGE, skip=PAGE * (page - 1), **filters)
    note(actor=actor_of(request), act="LOOK_BATCHES", matter="", purpose="history", organ="", moment=moment_of(request))
    asked = {name: text for name, text in (("organ", organ), ("kind", kind), ("state", state)) if text}
    context = {
        "batches": [in_words(request, row) for row in rows],
        "organs": [(one.code, one.name) for one in among],
        "kinds": kinds,
        "states": list(STATES.items()),
        "organ": organ,
        "kind": kind,
        "state": state,
        "filtered": bool(asked),
        "pages": pages(page, queries.batch_count(wanted, **filters), PAGE),
        "query": urlencode(asked) + "&" if asked else "",
    }
    return render(request, "desk/history.html", context)
