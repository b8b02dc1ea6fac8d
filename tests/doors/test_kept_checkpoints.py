"""A stranger who keeps checkpoints: a log that goes on is sound, a rollback and a fork are told and kept as evidence."""

import shutil
import time
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.tlog.logs import Log
from xinshu.doors.cli.log import log as command
from xinshu.doors.kept_checkpoints import Rewritten
from xinshu.doors.published_log import Lied
from xinshu.doors.witness_key import witness_key
from xinshu.register.publog.leaf import VERSION
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import ED25519, Signature, VerifierKey, cosign, sign, signed
from xinshu.tlog.tile import bundle, bundles

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey("log.example/xinshu", ED25519, PRIVATE.public_key().public_bytes_raw())
AT = 1_795_000_000


def leaves(first: int, last: int, other: int = -1) -> list[bytes]:
    """Leaves of the form that this log has; `other` is the number of one that is not what it was."""
    return [bytes([VERSION, 1]) + n.to_bytes(16) + bytes([n == other]) * 32 for n in range(first, last)]


def logged(size: int, other: int = -1) -> Log:
    made = Log()
    made.add(leaves(0, size, other))
    return made


def published(folder: Path, log: Log, *cosignatures: Signature) -> str:
    """The log as files, in the place of whatever was there."""
    size = len(log.entries)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    files = [(tile.path, content) for tile, content in log.served.items()]
    files += [
        (each.path, bundle(log.entries[each.number * 256 : each.number * 256 + each.width]))
        for each in bundles(0, size)
    ]
    for path, content in files:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    text = Checkpoint(KEY.name, size, log.roots[size]).text
    note = str(signed(text, [sign(text, KEY, PRIVATE.sign), *cosignatures]))
    (folder / "checkpoint").write_text(note, encoding="utf-8")
    return note


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "log"


@pytest.fixture
def seen(tmp_path: Path) -> Path:
    return tmp_path / "seen.checkpoint"


def verified(place: Path, seen: Path, *more: str) -> Result:
    said = ["verify", str(place), "--key", str(KEY), "--keep", str(seen), *more]
    return CliRunner().invoke(command, said, catch_exceptions=False)


def test_a_log_that_goes_on_is_sound(place: Path, seen: Path) -> None:
    first = published(place, logged(300))
    assert "goes on" not in verified(place, seen).output
    assert seen.read_text(encoding="utf-8") == first
    second = published(place, logged(700))
    assert "goes on from what was seen before: 300" in verified(place, seen).output
    assert seen.read_text(encoding="utf-8") == second
    assert "seen before: 700" in verified(place, seen).output
    assert seen.stat().st_mode & 0o777 == 0o600


def test_from_an_empty_log_anything_may_follow(place: Path, seen: Path) -> None:
    published(place, logged(0))
    verified(place, seen)
    published(place, logged(1))
    assert "seen before: 0" in verified(place, seen).output


REWRITTEN = {
    "rolled back": (logged(299), ["700 entries before, 299 now", "from 299 on are gone"]),
    "rolled back and altered": (logged(299, other=260), ["700 entries before, 299 now", "from entry 260 on"]),
    "another of the same size": (logged(700, other=513), ["of 700 entries now", "of 700 before", "from entry 513 on"]),
    "another that is larger": (logged(900, other=7), ["of 900 entries now", "of 700 before", "from entry 7 on"]),
}


@pytest.mark.parametrize("what", REWRITTEN)
def test_what_was_rewritten_is_told_with_its_evidence(place: Path, seen: Path, what: str) -> None:
    before = published(place, logged(700))
    verified(place, seen)
    other, said = REWRITTEN[what]
    after = published(place, other)
    for _ in range(2):
        with pytest.raises(Rewritten) as told:
            verified(place, seen)
        assert [part for part in said if part not in str(told.value)] == []
    evidence = {path.read_text(encoding="utf-8") for path in seen.parent.glob("*.evidence-*")}
    assert evidence == {before, after}
    assert seen.read_text(encoding="utf-8") == before
    published(place, logged(701))
    assert "seen before: 700" in verified(place, seen).output


def test_without_marks_or_tiles_it_is_told_all_the_same(place: Path, seen: Path) -> None:
    published(place, logged(700))
    verified(place, seen)
    published(place, logged(700, other=3))
    shutil.rmtree(place / "tile")
    with pytest.raises(Rewritten, match="of 700 before"):
        verified(place, seen)
    seen.with_name("seen.checkpoint.entries").unlink()
    published(place, logged(701, other=3))
    with pytest.raises(Rewritten, match="of 701 entries now"):
        verified(place, seen)


def test_a_spoiled_tile_is_no_fork(place: Path, seen: Path) -> None:
    published(place, logged(300))
    verified(place, seen)
    published(place, logged(700))
    tile = place / "tile/1/000.p/2"
    tile.write_bytes(bytes([tile.read_bytes()[0] ^ 1]) + tile.read_bytes()[1:])
    with pytest.raises(Lied, match="from 0 on") as told:
        verified(place, seen)
    assert not isinstance(told.value, Rewritten)
    assert list(seen.parent.glob("*.evidence-*")) == []


def test_a_file_that_holds_something_else_is_not_begun_anew(place: Path, seen: Path) -> None:
    published(place, logged(3))
    seen.write_text("something of mine\n", encoding="utf-8")
    with pytest.raises(Lied, match="no checkpoint of this log"):
        verified(place, seen)
    assert seen.read_text(encoding="utf-8") == "something of mine\n"


def test_whose_cosignature_is_demanded_must_be_there(place: Path, seen: Path, tmp_path: Path) -> None:
    pair = [witness_key(tmp_path / name, f"{name}.example") for name in ("w1", "w2")]
    text = Checkpoint(KEY.name, 3, logged(3).roots[3]).text
    one = cosign(text, pair[0].public, pair[0].sign, timestamp=AT)
    forged = cosign(text, pair[1].public, pair[0].sign, timestamp=AT)
    published(place, logged(3), one)
    said = verified(place, seen, "--witness", str(pair[0].public)).output
    assert f"w1.example，{time.strftime('%Y-%m-%d', time.gmtime(AT))}" in said
    for cosignatures in ([one], [one, forged]):
        published(place, logged(3), *cosignatures)
        with pytest.raises(Lied, match=r"no valid cosignature of w2\.example"):
            verified(place, seen, "--witness", str(pair[0].public), "--witness", str(pair[1].public))
    refused = CliRunner().invoke(command, ["verify", str(place), "--key", str(KEY), "--witness", str(KEY)])
    assert (refused.exit_code, "not the key of a witness" in refused.output) == (2, True)
