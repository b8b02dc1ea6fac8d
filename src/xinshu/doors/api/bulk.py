"""Adverse records in bulk, for registered recipients only, who are bound to delete what ends (docs/recipients.md)."""

from datetime import date, datetime
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from ninja import Router, Schema

from xinshu.bulk.open_files import CONTENT_TYPES
from xinshu.doors.api.disclosure import NOT_FOUND
from xinshu.doors.downloads import as_download, sends_content, wanted
from xinshu.kit.durable import NoRoom
from xinshu.register.access.actions import note
from xinshu.register.access.answers import Bilingual, answer, error, may_say
from xinshu.register.access.audience import moment_of, recipient, recipient_at
from xinshu.uses.disclosure.data_sets import ADVERSE
from xinshu.uses.disclosure.open_data import FORMS, BeingMade, OpenFile, manifest

router = Router(tags=["bulk 批量数据"])

FILE: Final = {"schema": {"type": "string", "format": "binary"}, "example": "(the bytes of the file)"}
CONTENT: Final = dict.fromkeys(CONTENT_TYPES.values(), FILE)
ANSWERS: Final[dict[str, Any]] = {
    "responses": {
        200: {"description": "The file", "content": CONTENT},
        206: {"description": "The range asked for", "content": CONTENT},
        304: {"description": "The file with that ETag is still the one"},
        416: {"description": "The file has no such range"},
    }
}


class OfferedFile(Schema):
    """A file of a set in a form; `rows`, `size` and `sha256` are null where it waits to be asked for."""

    data_set: str
    form: str
    kinds: list[str]
    rows: int | None
    size: int | None
    sha256: str | None


class Manifest(Schema):
    """What may be fetched at this moment, and by which terms; a copy may be used until `good_until`."""

    day: date
    good_until: datetime
    edition: str
    licence: Bilingual
    terms: list[Bilingual]
    files: list[OfferedFile]


@router.get(
    "/bulk/manifest",
    response=Manifest,
    summary="可取的文件 What a recipient may fetch",
    operation_id="bulk_manifest",
)
@recipient
def offered(request: HttpRequest) -> HttpResponse:
    """Day, terms, and of each form its rows, size and SHA-256."""
    return answer(manifest([ADVERSE], on_date=moment_of(request).day))


@router.get(
    "/bulk/{form}",
    summary="全部公示中的不利信息 Every adverse record shown now, as one file",
    operation_id="bulk",
    openapi_extra=ANSWERS | may_say("NOT_FOUND", "BEING_MADE", "NO_ROOM"),
)
@recipient
def bulk(request: HttpRequest, form: str) -> HttpResponseBase:
    """As `csv`, `ndjson`, `parquet` or `xlsx`. Each download leaves a line with the purpose and the count."""
    return _sent(request, form)


@router.api_operation(["HEAD"], "/bulk/{form}", include_in_schema=False, operation_id="bulk_head")
@recipient
def bulk_head(request: HttpRequest, form: str) -> HttpResponseBase:
    """What `bulk` would say of the file, without sending it."""
    return _sent(request, form)


def _sent(request: HttpRequest, form: str) -> HttpResponseBase:
    if form not in FORMS:
        return error(404, "NOT_FOUND", *NOT_FOUND)
    try:
        found = wanted(request, ADVERSE, form)
        if sends_content(request, found):
            _leave_a_line(request, found)
        return as_download(request, found)
    except BeingMade as wait:
        told = error(503, "BEING_MADE", wait.zh, wait.en)
        told.headers["Retry-After"] = str(wait.seconds)
        return told
    except NoRoom as full:
        return error(507, "NO_ROOM", str(full), str(full))


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
