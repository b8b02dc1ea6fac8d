"""Adverse records in bulk, for registered recipients only, who are bound to delete what ends (docs/recipients.md)."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Router

from xinshu.doors.downloads import as_download, sends_content, wanted
from xinshu.register.access.actions import note
from xinshu.register.access.answers import answer, error
from xinshu.register.access.audience import moment_of, recipient, recipient_at
from xinshu.uses.disclosure.api import NOT_FOUND, ErrorForm
from xinshu.uses.disclosure.data_sets import ADVERSE
from xinshu.uses.disclosure.open_data import FORMS, BeingMade, OpenFile, manifest

router = Router(tags=["bulk 批量数据"])

REFUSALS: dict[Any, Any] = {401: ErrorForm, 404: ErrorForm, 503: ErrorForm}


@router.get(
    "/bulk/manifest", response={401: ErrorForm}, summary="What a recipient may fetch", operation_id="bulk_manifest"
)
@recipient
def offered(request: HttpRequest) -> HttpResponse:
    """Day, log number, terms, and of each form its rows, size and SHA-256, null where it waits to be asked for."""
    return answer(manifest([ADVERSE], on_date=moment_of(request).day))


@router.api_operation(
    ["GET", "HEAD"],
    "/bulk/{form}",
    response=REFUSALS,
    summary="Every adverse record shown now, as one file",
    operation_id="bulk",
)
@recipient
def bulk(request: HttpRequest, form: str) -> HttpResponseBase:
    """As `csv`, `ndjson`, `parquet` or `xlsx`. Each download leaves a line with the purpose and the count."""
    if form not in FORMS:
        return error(404, "NOT_FOUND", *NOT_FOUND)
    try:
        found = wanted(request, ADVERSE, form)
        if sends_content(request, found):
            _leave_a_line(request, found)
        return as_download(request, found)
    except BeingMade as wait:
        told = error(503, "BEING_MADE", str(wait), str(wait))
        told.headers["Retry-After"] = str(wait.seconds)
        return told


def _leave_a_line(request: HttpRequest, found: OpenFile) -> None:
    """Before anything is sent (G21)."""
    who = recipient_at(request)
    note(
        actor=f"recipient:{who.name}"[:64],
        act="FETCH_BULK",
        matter=f"{found.data_set}.{found.form} {found.day} log {found.log_number} rows {found.rows}",
        purpose=who.purpose,
        organ="",
        moment=moment_of(request),
    )
