"""What becomes of signing: why it fails is kept where it failed, no other key is made, cosignatures stay."""

import errno
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from tests.factories import TODAY, accepted, adopted_catalogue, document, noon
from xinshu.kit.durable import NoRoom
from xinshu.kit.errors import XinshuError
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import add_cosignatures, integrate, note_witness
from xinshu.register.publog.after_restore import take_up_published
from xinshu.register.publog.models import State
from xinshu.register.publog.queries import Cause, NotPublished, Stand, consistency, proof_of, stand, stopped, trouble
from xinshu.register.publog.queries import witnesses as asked
from xinshu.register.publog.signing import NAME, NoKey, signer
from xinshu.register.publog.tiles import Forked
from xinshu.tlog.note import Signature, parse

pytestmark = pytest.mark.django_db
LATER = noon(TODAY + timedelta(1))


@pytest.fixture(autouse=True)
def log(settings: Settings, tmp_path: Path) -> Path:
    settings.PUBLOG_FOLDER = tmp_path / "publog"
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    adopted_catalogue()
    accepted(document())
    integrate(moment=noon(TODAY))
    accepted(document(document_number="示市监罚〔2026〕0002号"))
    return tmp_path / "publog"


def lost_key(folder: Path) -> None:
    (folder / "secrets" / NAME).unlink()


def another_key(folder: Path) -> None:
    shutil.rmtree(folder / "secrets")
    signer(folder / "secrets", "made anew")


def spoiled_key(folder: Path) -> None:
    (folder / "secrets" / NAME).write_text("no key", encoding="ascii")


def spoiled_tile(folder: Path) -> None:
    (folder / "publog/tile/0/000.p/2").write_bytes(bytes(64))


def lost_bundle(folder: Path) -> None:
    (folder / "publog/tile/entries/000.p/2").unlink()


def folder_that_is_a_file(folder: Path) -> None:
    (folder / "publog/tile/0/000.p/3").mkdir()


BROKEN = {
    "the key is lost": (lost_key, NoKey, Cause.KEY),
    "another key": (another_key, NoKey, Cause.KEY),
    "a key that is none": (spoiled_key, NoKey, Cause.KEY),
    "a tile": (spoiled_tile, Forked, Cause.FORKED),
    "a bundle": (lost_bundle, Forked, Cause.FORKED),
    "files": (folder_that_is_a_file, OSError, Cause.FILES),
}


@pytest.mark.parametrize("what", BROKEN)
def test_why_nothing_can_be_signed_is_kept_until_it_can(log: Path, tmp_path: Path, what: str) -> None:
    breaks, error, cause = BROKEN[what]
    before = shutil.copytree(tmp_path, tmp_path.with_name(f"{tmp_path.name} before"))
    breaks(tmp_path)
    for moment in (noon(TODAY), LATER):
        with pytest.raises(error):
            integrate(moment=moment)
    assert trouble() == (noon(TODAY).instant, cause)
    assert stopped(noon(TODAY)) is None
    found = stopped(LATER)
    assert found is not None
    assert found.cause is cause
    for path in tmp_path.iterdir():
        shutil.rmtree(path)
    shutil.copytree(before, tmp_path, dirs_exist_ok=True)
    assert integrate(moment=LATER).size == 3
    assert (trouble(), stopped(LATER)) == (None, None)


def test_a_full_disk_is_told_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Path, content: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(NoRoom):
        integrate(moment=noon(TODAY))
    assert trouble() == (noon(TODAY).instant, Cause.FULL)


def test_nobody_who_tries_is_told_too() -> None:
    found = stopped(LATER)
    assert found is not None
    assert found == (noon(TODAY).instant, Cause.IDLE)


def test_no_other_key_is_ever_made(tmp_path: Path) -> None:
    lost_key(tmp_path)
    with pytest.raises(XinshuError, match="no other key is made"):
        integrate(moment=LATER)
    assert not (tmp_path / "secrets" / NAME).exists()


def cosigned(stand: Stand, name: str = "w.example") -> bool:
    made = Signature(name, b"\x01\x02\x03\x04", bytes(72))
    return add_cosignatures([made], of=parse(stand.checkpoint).text)


def test_cosignatures_are_published_and_stay(log: Path) -> None:
    first = integrate(moment=noon(TODAY))
    assert cosigned(first)
    published = (log / "checkpoint").read_text(encoding="utf-8")
    assert published.startswith(first.checkpoint)
    assert [each.name for each in parse(published).signatures][1:] == ["w.example"]
    assert integrate(moment=LATER).checkpoint == stand().checkpoint == published
    assert (log / "checkpoint").read_text(encoding="utf-8") == published
    found = proof_of(1)
    assert found is not None
    assert found.checkpoint == consistency(2).checkpoint == published
    assert cosigned(first), "the same witness again is passed over"
    assert cosigned(first, "other.example")
    assert len(parse(stand().checkpoint).signatures) == 3


def test_cosignatures_of_an_earlier_checkpoint_are_not_put_to_a_later_one(log: Path) -> None:
    first = integrate(moment=noon(TODAY))
    accepted(document(document_number="示市监罚〔2026〕0003号"))
    after = integrate(moment=LATER)
    assert not cosigned(first)
    assert (log / "checkpoint").read_text(encoding="utf-8") == after.checkpoint


def test_published_with_more_or_fewer_cosignatures_it_is_the_same_log(log: Path) -> None:
    first = integrate(moment=noon(TODAY))
    cosigned(first)
    more = (log / "checkpoint").read_text(encoding="utf-8")
    (log / "checkpoint").write_text(first.checkpoint, encoding="utf-8")
    assert integrate(moment=LATER).checkpoint == more, "killed before the file was replaced"
    assert (log / "checkpoint").read_text(encoding="utf-8") == more
    State.objects.update(checkpoint=first.checkpoint)
    assert take_up_published(moment=LATER) == 0
    assert stand().checkpoint == more, "put back from a backup"
    (log / "checkpoint").write_text(first.checkpoint.replace("\n3\n", "\n4\n") + more[-20:], encoding="utf-8")
    with pytest.raises(Forked):
        integrate(moment=LATER)


def test_an_earlier_checkpoint_is_never_published_over_a_later_one(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One writer signs, is held up, and publishes when another has long gone on."""
    published = tiles.checkpoint
    slow: list[int] = []

    def held_up() -> str | None:
        found = published()
        if not slow and stand().size == 3:
            slow.append(1)
            accepted(document(document_number="示市监罚〔2026〕0003号"))
            assert integrate(moment=LATER).size == 4
        return found

    monkeypatch.setattr(tiles, "checkpoint", held_up)
    assert integrate(moment=noon(TODAY)).size == 3
    assert (slow, tiles.published_size()) == ([1], 4)


def test_how_witnesses_answer_is_kept() -> None:
    note_witness("w+1+k", size=3, failure="", moment=noon(TODAY))
    note_witness("w+1+k", size=None, failure="UNREACHABLE", moment=LATER)
    assert asked() == [("w+1+k", 3, noon(TODAY).instant, LATER.instant, "UNREACHABLE")]


def test_consistency_is_from_what_there_was() -> None:
    integrate(moment=noon(TODAY))
    assert (consistency(2).size, len(consistency(2).hashes), consistency(3).hashes) == (3, 1, ())
    for size in (0, -1, 4):
        with pytest.raises(ValueError, match="no proof"):
            consistency(size)
    shutil.rmtree(tiles.folder() / "tile")
    with pytest.raises(NotPublished):
        consistency(2)
