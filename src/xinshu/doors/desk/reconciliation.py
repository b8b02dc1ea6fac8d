"""对账 at the desk: an organ uploads its ledger of a month and sees what is missing on either side."""

from dataclasses import asdict
from typing import Any, Final

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from xinshu.bulk.ledgers import LARGEST_LEDGER, LedgerRefused, in_memory, read_ledger
from xinshu.doors.desk.standing import FILERS
from xinshu.kit.errors import XinshuError
from xinshu.register.access.actions import note
from xinshu.register.access.audience import moment_of, staff
from xinshu.register.access.queries import OrganRow, posts_of
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.uses.monitoring.actions import reconcile
from xinshu.uses.monitoring.forms import month_of
from xinshu.uses.monitoring.queries import before, reconciliations_of
from xinshu.uses.monitoring.states import Comparison

SHOWN: Final = 200
"""Documents that the page names of each sort; the rest is counted, and the API names more."""

SORTS: Final = {
    "missing_here": ("台账有、本系统没有：请报送", "in the ledger, not held here: file them"),
    "missing_there": (
        "本系统有、台账没有：请核对台账或撤回",
        "filed here, not in the ledger: check the ledger, or withdraw",
    ),
    "different": ("两边都有、内容不同：请更正", "on both sides, with other content: correct them"),
    "withdrawn": ("台账有、本系统已撤回", "in the ledger, withdrawn here"),
}


@staff
@require_http_methods(["GET", "HEAD", "POST"])
def reconciliation(request: HttpRequest) -> HttpResponse:
    """Choose organ, kind and month, upload the ledger; the answer names documents, and nothing of it is kept."""
    organs = _organs(request)
    day = moment_of(request).day
    kinds = catalogue_on(day).catalogue.kinds
    page: dict[str, Any] = {
        "organs": [asdict(organ) for organ in organs if organ.code in _codes(request)],
        "kinds": [(name, kind.name_zh) for name, kind in kinds.items()],
        "chosen": request.POST.get("kind", "ADMIN_PENALTY"),
        "month": request.POST.get("month", f"{before(day):%Y-%m}"),
    }
    status = 200
    if request.method == "POST":
        try:
            page["answer"] = _answer(_compare(request))
        except XinshuError as refused:
            page["refused"], status = str(refused), 422
    rows = [row for organ in organs for row in reconciliations_of(organ.code)]
    page["history"] = [asdict(row) | {"agrees": row.agrees} for row in rows]
    _look(request)
    return render(request, "desk/reconciliation.html", page, status=status)


def _compare(request: HttpRequest) -> Comparison:
    code, file, month = (request.POST.get("organ", ""), request.FILES.get("ledger"), request.POST.get("month", ""))
    if code not in _codes(request):
        raise PermissionDenied("您不是该机关的经办人员。You do not file for this organ.")
    if not isinstance(file, UploadedFile):
        raise LedgerRefused("请选择台账文件。Choose the ledger's file.")
    at, kind = month_of(month), request.POST.get("kind", "")
    kinds = catalogue_on(moment_of(request).day).catalogue.kinds
    if at is None or kind not in kinds:
        raise LedgerRefused("请选择类目，月份写作YYYY-MM。Choose the kind, and write the month as YYYY-MM.")
    with in_memory(file.chunks(), most=LARGEST_LEDGER) as path:
        ledger = read_ledger(path, organ=code, kind_name=kind, kind=kinds[kind], month=at)
    return reconcile(
        organ_code=code,
        kind=kind,
        month=at,
        count=ledger.count,
        digest=ledger.digest,
        ledger=ledger,
        actor=str(request.user.get_username()),
        moment=moment_of(request),
    )


def _answer(told: Comparison) -> dict[str, Any]:
    sorts = [
        (words, [asdict(document) for document in documents[:SHOWN]], len(documents))
        for name, words in SORTS.items()
        if (documents := getattr(told, name))
    ]
    return {"row": asdict(told.row) | {"agrees": told.row.agrees}, "sorts": sorts}


def _look(request: HttpRequest) -> None:
    note(
        actor=str(request.user.get_username()),
        act="LOOK_RECONCILIATIONS",
        matter="",
        purpose="归集对账",
        organ="",
        moment=moment_of(request),
    )


def _organs(request: HttpRequest) -> tuple[OrganRow, ...]:
    return tuple(_held(request, frozenset(Role)).values())


def _codes(request: HttpRequest) -> frozenset[str]:
    return frozenset(_held(request, FILERS))


def _held(request: HttpRequest, roles: frozenset[Role]) -> dict[str, OrganRow]:
    """The organs for which one holds one of these roles today, by code."""
    posts = posts_of(str(request.user.get_username()), on_date=moment_of(request).day)
    return {post.organ.code: post.organ for post in posts if post.organ is not None and post.role in roles}
