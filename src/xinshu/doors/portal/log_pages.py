"""The public log: what it is, its checkpoint and tiles, and the proof of a record that is shown."""

from typing import Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from xinshu.doors.portal.wording import Wording
from xinshu.kit.identifiers import check_code
from xinshu.register.access.audience import moment_of, public
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog import tiles
from xinshu.register.publog.queries import numbered, stand, stopped, witnesses
from xinshu.tlog.tile import Malformed, parse_path
from xinshu.uses.disclosure.queries import Proven, public_name, record_proof

SOON: Final = 5
"""Seconds within which what is numbered comes into the signed tree."""


@public
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """What the log proves and what not, where it stands, its key, and how to check it."""
    site = request.build_absolute_uri("/").rstrip("/")
    now, halted = stand(), stopped(moment_of(request))
    context = {
        "stand": now,
        "numbered": numbered(),
        "key": tiles.key(),
        "site": site,
        "stopped_since": None if halted is None else halted.since,
        "witnesses": [
            {"name": row.key.partition("+")[0], "key": row.key, "at": row.cosigned_at, "size": row.size}
            for row in witnesses()
        ],
    }
    return render(request, "portal/log.html", context)


@public
@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 a view's own argument
    """The signed state of the log (c2sp.org/tlog-checkpoint)."""
    note = tiles.checkpoint()
    if note is None:
        raise Http404
    response = HttpResponse(note, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "public, max-age=1"
    return response


@public
@require_safe
def tile(request: HttpRequest, place: str) -> HttpResponse:  # noqa: ARG001 a view's own argument
    """A tile or bundle (c2sp.org/tlog-tiles) of the tree that is published; any web server may send these files."""
    try:
        wanted = parse_path(f"tile/{place}")
        content = (tiles.folder() / wanted.path).read_bytes()
    except (Malformed, FileNotFoundError, NotADirectoryError):
        raise Http404 from None
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@public
@require_safe
def proof(request: HttpRequest, code: str, record_ref: UUID) -> HttpResponse:
    """The proof of a record, while it is shown, and how anyone may check it."""
    found = _proven(request, code, record_ref)
    wording = Wording(catalogue_on(moment_of(request).day).catalogue)
    context = {
        "code": code,
        "name": public_name(found.row),
        "record": wording.record(found.form),
        "number": found.number,
        "proof": found.proof,
        "key": tiles.key(),
        "wording": wording,
    }
    return render(request, "portal/proof.html", context)


@public
@require_safe
def proof_file(request: HttpRequest, code: str, record_ref: UUID) -> HttpResponse:
    """The same as one file (c2sp.org/tlog-proof)."""
    found = _proven(request, code, record_ref)
    if found.proof is None:
        wait = HttpResponse(
            "尚未写入已签名的日志，请几秒后再取。 Not in the signed log yet; ask again in some seconds.\n",
            content_type="text/plain; charset=utf-8",
            status=503,
        )
        wait.headers["Retry-After"] = str(SOON)
        return wait
    response = HttpResponse(str(found.proof), content_type="text/plain; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{record_ref}.tlog-proof"'
    return response


def _proven(request: HttpRequest, code: str, record_ref: UUID) -> Proven:
    """A record that has ended and one that never was are the same 404."""
    checked = check_code(code)
    found = record_proof(code, record_ref, on_date=moment_of(request).day) if checked.valid else None
    if found is None:
        raise Http404
    return found
