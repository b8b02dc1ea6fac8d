"""The public log by the API: the proof of a record that is shown, and the proof that the log goes on from a size."""

from base64 import b64encode
from collections.abc import Iterable
from typing import Annotated, Literal
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from xinshu.doors.api.disclosure import NOT_FOUND, not_a_code
from xinshu.doors.api.disclosure_forms import RecordForm
from xinshu.kit.identifiers import check_code
from xinshu.register.access.answers import answer, error, may_say
from xinshu.register.access.audience import moment_of, public
from xinshu.register.publog.queries import NotPublished, consistency, stand
from xinshu.tlog.checkpoint import LARGEST
from xinshu.uses.disclosure.queries import record_proof

router = Router(tags=["log 日志"])

SOON = 5
"""Seconds within which what is numbered comes into the signed tree."""

JSON, FILE = "application/json", "text/plain"
NOT_SIGNED_YET = (
    "尚未写入已签名的日志，请几秒后再取。",
    "Not in the signed log yet; ask again in some seconds.",
)
NOTHING_FOLLOWS = ("空日志之后可以是任何日志，无可证明。", "Nothing is proven of an empty log: `old` is 1 at least.")


class LeafContent(Schema):
    """What the entry commits to: the record's public form, and the code of the body that it is about."""

    record: RecordForm
    subject: str


class LeafForm(Schema):
    """What the entry is made of: event, reference, salt (hex) and content, as docs/trust.md says."""

    event: Literal["SHOWN", "CHANGED"]
    reference: UUID
    salt: str = Field(json_schema_extra={"pattern": "^[0-9a-f]{32}$"})
    content: LeafContent


class ProofForm(Schema):
    """The proof of entry `number`: the hashes from the leaf up (base64), and the signed checkpoint (a C2SP note)."""

    number: int
    checkpoint: str
    hashes: list[str]
    leaf: LeafForm


class ConsistencyForm(Schema):
    """The proof of consistency (RFC 6962 section 2.1.2, base64) from `old` entries to the `size` of the checkpoint."""

    old: int
    size: int
    checkpoint: str
    hashes: list[str]


@router.get(
    "/subjects/{code}/records/{record_ref}/proof",
    response=ProofForm,
    summary="一条公示中的信息的证明 The proof of one record, while it is shown",
    operation_id="record_proof",
    openapi_extra=may_say("NOT_A_CODE", "NOT_FOUND", "NOT_SIGNED_YET"),
)
@public
def proof(
    request: HttpRequest,
    code: str,
    record_ref: UUID,
    form: Annotated[Literal["json", "tlog-proof"] | None, Query()] = None,
) -> HttpResponse:
    """As JSON, or as the one file of c2sp.org/tlog-proof by `form` or `Accept: text/plain`.

    One that has ended and one that never was are the same 404; one that is shown and not yet signed is a 503.
    """
    checked = check_code(code)
    if not checked.valid:
        return not_a_code(checked)
    found = record_proof(checked.code, record_ref, on_date=moment_of(request).day)
    if found is None:
        return error(404, "NOT_FOUND", *NOT_FOUND)
    if found.proof is None:
        return _later()
    if form == "tlog-proof" or (form is None and request.get_preferred_type([JSON, FILE]) == FILE):
        told = HttpResponse(str(found.proof), content_type=f"{FILE}; charset=utf-8")
    else:
        leaf = orjson.loads(found.proof.extra or b"{}")
        said = {"number": found.number, "checkpoint": found.proof.checkpoint, "hashes": _base64(found.proof.hashes)}
        told = answer(said | {"leaf": leaf})
    told.headers["Vary"] = "Accept"
    return told


@router.get(
    "/log/consistency",
    response=ConsistencyForm,
    summary="日志由先前大小延续而来的证明 The proof that the public log goes on from an earlier size",
    operation_id="log_consistency",
    openapi_extra=may_say("NOTHING_FOLLOWS", "LOG_IS_SHORTER", "NOT_SIGNED_YET"),
)
@public
def consistent(request: HttpRequest, old: Annotated[int, Query(ge=0, le=LARGEST)]) -> HttpResponse:  # noqa: ARG001
    """From `old` entries, of which you hold a checkpoint, to the checkpoint that is signed now."""
    if not old:
        return error(422, "NOTHING_FOLLOWS", *NOTHING_FOLLOWS)
    if old > (size := stand().size):
        return error(409, "LOG_IS_SHORTER", *_shorter(old, size))
    try:
        found = consistency(old)
    except NotPublished:
        return _later()
    said = {"old": old, "size": found.size, "checkpoint": found.checkpoint, "hashes": _base64(found.hashes)}
    return answer(said)


def _shorter(old: int, size: int) -> tuple[str, str]:
    return (
        f"日志只有 {size} 条，没有过 {old} 条；若您持有 {old} 条的已签名检查点，请保存它作为证据。",
        f"The log has {size} entries and never had {old}. If you hold a checkpoint of {old}, keep it as evidence.",
    )


def _later() -> HttpResponse:
    wait = error(503, "NOT_SIGNED_YET", *NOT_SIGNED_YET)
    wait.headers["Retry-After"] = str(SOON)
    return wait


def _base64(hashes: Iterable[bytes]) -> list[str]:
    return [b64encode(each).decode() for each in hashes]
