"""What clients do, each as one function that may be called again after any crash: it goes on where things stand."""

import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from tests import factories, filings
from xinshu.kit.moment import Moment
from xinshu.proceedings import vault
from xinshu.proceedings.intake import actions, mending, queries
from xinshu.proceedings.intake.models import Batch
from xinshu.proceedings.intake.states import Door, State, WithdrawalReason
from xinshu.register.publog.actions import integrate
from xinshu.register.records.actions import NotHeld
from xinshu.register.records.own import own_records
from xinshu.register.subjects.queries import named_by

MOMENT: Final = factories.noon(factories.TODAY)
ORGAN: Final = factories.MARKET.code
OTHER_ORGAN: Final = "11999999TE5T003026"
KIND: Final = "ADMIN_PENALTY"
BODIES: Final = (
    (filings.SUBJECT, "云汀示例商贸有限公司"),
    (filings.OTHER_SUBJECT, "云汀示例食品配送有限责任公司"),
    ("919999990000002110", "云汀示例机电设备有限公司"),
    ("91999999000010030B", "云汀示例建材有限公司"),
)
PARTS, ROWS = 3, 20
HELD_BEFORE: Final = 6
WITHDRAWN: Final = "示市监罚〔2026〕0001号"


def row(number: int, **changes: str) -> dict[str, str]:
    """A row of the big file: bodies take turns."""
    code, name = BODIES[number % len(BODIES)]
    return filings.penalty(number=f"示市监罚〔2026〕{number:04d}号", code=code, name=name) | changes


def rows_before() -> list[dict[str, str]]:
    """What the register held before: five documents whose facts are corrected later, and one that is not."""
    return [row(number, facts="经查，初次报送的事实。") for number in range(1, HELD_BEFORE)] + [row(HELD_BEFORE)]


def packed(folder: Path, name: str = "friday.zip") -> Path:
    """Sixty rows in a zip of three tables, which are three parts: new, corrected, unchanged, and faulty ones."""
    path = folder / name
    with zipfile.ZipFile(path, "w") as archive:
        for part in range(PARTS):
            archive.writestr(zipfile.ZipInfo(f"{part}.csv"), _table(folder, part))
    return path


def _table(folder: Path, part: int) -> bytes:
    numbers = range(1 + part * ROWS, 1 + (part + 1) * ROWS)
    rows = [row(number) for number in numbers]
    rows[HELD_BEFORE - 1] |= {"source": "示范市消防救援支队", "source_code": OTHER_ORGAN} if part == 0 else {}
    rows[10]["decided_on"] = "2026-02-30"
    rows[11]["code"] = filings.UNKNOWN
    rows[11]["name"] = "" if part == 1 else "云汀示例新设有限公司"
    rows[12]["severity"] = "严重"
    path = filings.write_csv(folder / f"{part}.csv", rows)
    content = path.read_bytes()
    path.unlink()
    return content


def untold(_step: object) -> None:
    """Nobody watches."""


def base(folder: Path, moment: Moment = MOMENT) -> None:
    """The catalogue, two organs, and what was filed before."""
    factories.adopted_catalogue()
    factories.registered_organ()
    factories.registered_organ(factories.OrganRow(OTHER_ORGAN, "示范市消防救援支队", "990100", "FIRE"))
    path = filings.write_csv(folder / "before.csv", rows_before())
    receive(path, key="before-0001", moment=moment)


def receive(path: Path, *, key: str | None, moment: Moment = MOMENT, attested: bool = True) -> None:
    """One call, by which the command line and the connectors send."""
    actions.receive(
        path=path,
        organ_code=ORGAN,
        kind=KIND,
        door=Door.CLI,
        actor="test-clerk",
        moment=moment,
        progress=untold,
        key=key,
        attested=attested,
        cursor=("test-folder", path.name),
    )


def sent(folder: Path) -> None:
    """A file is sent in one call, under the sender's key."""
    receive(packed(folder), key="friday-0001")


def sent_without_key(folder: Path) -> None:
    """The same by somebody who has no key: the digest tells that it is the same file."""
    receive(packed(folder), key=None)


def by_the_desk(folder: Path) -> None:
    """The steps of a clerk: upload in two pieces, dry run, attest and file, mend one returned row, file that too."""
    content = packed(folder).read_bytes()
    opened = _open("desk-0001", "friday.zip")
    state = _state(opened)
    if state == State.UPLOADING:
        _upload(opened, content)
    if state in (State.UPLOADING, State.CHECKED):
        actions.check(batch=opened, actor="test-clerk", moment=MOMENT, progress=untold)
    _filed(opened)
    _filed(_mended(opened))


def _open(key: str, name: str) -> UUID:
    opened = actions.open_batch(
        organ_code=ORGAN, kind=KIND, file_name=name, door=Door.DESK, actor="test-clerk", moment=MOMENT, key=key
    )
    return opened.id


def _upload(batch: UUID, content: bytes) -> None:
    half = len(content) // 2
    for end in (half, len(content)):
        start = queries.content_size(batch)
        if start < end:
            actions.add_content(batch=batch, offset=start, chunks=[content[start:end]])


def _filed(batch: UUID) -> None:
    actions.file(batch=batch, actor="test-clerk", moment=MOMENT, attested=True, progress=untold)


def _mended(batch: UUID) -> UUID:
    """The batch of mended rows, made unless it is there; one whose content never came is discarded."""
    for known in Batch.objects.filter(parent=batch).exclude(state=State.DISCARDED):
        if queries.content_size(known.id):
            return known.id
        actions.discard(batch=known.id, actor="test-clerk", moment=MOMENT)
    edits = {0: {filings.PENALTY_HEADERS["decided_on"]: "2026-02-28"}}
    return mending.mended(batch=batch, edits=edits, actor="test-clerk", moment=MOMENT).id


def withdrawn(folder: Path) -> None:
    """One wrong record is taken back."""
    bodies = [body.subject for body in named_by(BODIES[1][0])]
    for record in own_records(organ=ORGAN, subjects=bodies, document_number=WITHDRAWN):
        _withdraw(record["record_ref"])
    if not own_records(organ=ORGAN, subjects=bodies, document_number=WITHDRAWN):
        _withdraw_again()


def _withdraw(reference: UUID) -> None:
    actions.withdraw(
        organ_code=ORGAN,
        subject_code=BODIES[1][0],
        record_ref=reference,
        reason=WithdrawalReason.DECISION_REVOKED,
        words="决定已撤销",
        actor="test-clerk",
        moment=MOMENT,
    )


def _withdraw_again() -> None:
    """A client that heard no answer sends it again, and is told that the record has ended."""
    from_journal = "SELECT record_ref FROM records_journalline WHERE change = 'WITHDRAWN'"
    for found in queries.Batch.objects.raw(f"SELECT DISTINCT record_ref AS id FROM ({from_journal}) j"):
        try:
            _withdraw(found.id)
        except NotHeld:
            continue
        raise AssertionError("withdrawn twice")


def discarded(folder: Path) -> None:
    """A batch is uploaded, checked and undone."""
    opened = _open("undone-0001", "friday.zip")
    if _state(opened) == State.UPLOADING:
        _upload(opened, packed(folder).read_bytes())
        actions.check(batch=opened, actor="test-clerk", moment=MOMENT, progress=untold)
    actions.discard(batch=opened, actor="test-clerk", moment=MOMENT)


def published(folder: Path) -> None:
    """A file is sent, one record is taken back, and the public log takes both up."""
    sent(folder)
    integrate(moment=MOMENT)
    withdrawn(folder)
    integrate(moment=MOMENT)


def swept(folder: Path) -> None:
    """A month later uploads and returned rows are erased, and whatever crashes left."""
    actions.sweep(moment=factories.noon(factories.TODAY + timedelta(actions.DAYS_KEPT + 1)))


def _state(batch: UUID) -> State:
    found = queries.batch(batch)
    assert found is not None
    return found.state


SCENARIOS: Final[dict[str, Callable[[Path], None]]] = {
    scenario.__name__: scenario
    for scenario in (base, sent, sent_without_key, by_the_desk, withdrawn, published, discarded, swept)
}

__all__ = ["SCENARIOS", "vault"]
