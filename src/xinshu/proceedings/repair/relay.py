"""The hand-off of a lodged repair to the national window: one archive with the case as JSON lines and its documents.

`manifest.json` holds the SHA-256 of every other file, so that what arrives can be compared with what was handed over.
"""

import hashlib
import zipfile
from collections.abc import Iterator
from typing import IO, Final
from uuid import UUID

import orjson

from xinshu.kit.moment import Moment
from xinshu.proceedings.cases.actions import NoSuchCase
from xinshu.proceedings.cases.documents import documents_of, opened
from xinshu.proceedings.cases.queries import CaseRow, case, history
from xinshu.proceedings.cases.turns import NotNow
from xinshu.proceedings.repair.states import REPAIR
from xinshu.register.access.actions import note
from xinshu.register.subjects.queries import codes_of

HANDED_OVER: Final = "RELAYED"
STAMP: Final = (1980, 1, 1, 0, 0, 0)
"""Files bear no time of ours: the same case is the same archive."""


def hand_off(case_id: UUID, target: IO[bytes], *, actor: str, moment: Moment) -> str:
    """Write the archive of a case that is to be relayed; the SHA-256 of its manifest, in hex.

    Entering the number of the national case is the event `relayed` of its course. Raises NoSuchCase, NotNow.
    """
    found = case(case_id)
    if found is None or found.course != REPAIR.name:
        raise NoSuchCase("没有这个办件。There is no such case.")
    if found.state != HANDED_OVER:
        raise NotNow("该办件不由全国窗口办理。The case is not one that the national window decides.")
    sums: dict[str, str] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in _members(found):
            archive.writestr(zipfile.ZipInfo(name, STAMP), content)
            sums[name] = hashlib.sha256(content).hexdigest()
        manifest = orjson.dumps({"case": str(case_id), "files": sums}, option=orjson.OPT_SORT_KEYS)
        archive.writestr(zipfile.ZipInfo("manifest.json", STAMP), manifest)
    digest = hashlib.sha256(manifest).hexdigest()
    note(actor=actor, act="REPAIR_HAND_OFF", matter=f"{case_id} {digest}", purpose="转办", organ="", moment=moment)
    return digest


def _members(found: CaseRow) -> Iterator[tuple[str, bytes]]:
    rows = documents_of(found.id)
    documents = [{"file": f"documents/{row.id}", "name": row.name, "type": row.content_type} for row in rows]
    codes = codes_of([found.subject]).get(found.subject, [])
    said = {
        "case": str(found.id),
        "subject_codes": codes,
        "record_ref": found.record_ref,
        "organ": found.organ,
        "opened_on": found.opened_on,
        "due_on": found.due_on,
        "form": dict(found.form),
        "documents": documents,
    }
    lines = [orjson.dumps(said)]
    lines += [
        orjson.dumps({"event": line.event, "side": line.side, "on_day": line.on_day, "said": dict(line.said)})
        for line in history(found.id)
    ]
    yield "case.jsonl", b"\n".join(lines) + b"\n"
    for row in rows:
        yield f"documents/{row.id}", opened(row.id)
