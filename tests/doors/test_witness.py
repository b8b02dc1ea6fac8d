"""A witness by the letter of tlog-witness: what it cosigns, what it refuses and how, and that it never goes back."""

import os
import signal
import socket
import struct
import subprocess
import sys
from base64 import b64decode, b64encode
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import pytest
from click.testing import CliRunner
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tests.processes import started
from tests.tlog.logs import Log, numbered
from xinshu.doors.cli.witness import load
from xinshu.doors.cli.witness import witness as command
from xinshu.doors.witness import LARGEST, Witness
from xinshu.doors.witness_key import BadKeyFile, witness_key
from xinshu.tlog import proof
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import ED25519, VerifierKey, sign, signed

NAME = "witness.example/w1"
ORIGIN = "log.example/xinshu"
PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
KEY = VerifierKey(ORIGIN, ED25519, PRIVATE.public_key().public_bytes_raw())
STRANGER = Ed25519PrivateKey.from_private_bytes(bytes(range(1, 33)))


class Answer(NamedTuple):
    status: int
    kind: str
    text: str


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "seen"


@pytest.fixture
def witness(state: Path, tmp_path: Path) -> Witness:
    witness_key(tmp_path / "w1.key", NAME)
    return load(tmp_path / "w1.key", state, (str(KEY),))


@pytest.fixture
def log() -> Log:
    """A log that was looked at with 5, 300 and 301 entries."""
    made = Log()
    for first, last in ((0, 5), (5, 300), (300, 301)):
        made.add(numbered(last - first, first))
    return made


@pytest.fixture
def fork() -> Log:
    """Another log of the same key, the same up to entry 200."""
    made = Log()
    made.add(numbered(5))
    made.add([*numbered(195, 5), b"another", *numbered(99, 201)])
    made.add(numbered(1, 300))
    return made


def told(log: Log, size: int, private: Ed25519PrivateKey = PRIVATE, origin: str = ORIGIN) -> str:
    """The log's signed checkpoint of a size."""
    text = Checkpoint(origin, size, log.roots[size]).text
    key = VerifierKey(origin, ED25519, private.public_key().public_bytes_raw())
    return str(signed(text, [sign(text, key, private.sign)]))


def offer(log: Log, old: int, new: int, note: str | None = None) -> bytes:
    hashes = proof.consistency(old, new, log.fetch) if 0 < old < new else []
    return written(old, hashes, note or told(log, new))


def written(old: int | str, hashes: Sequence[bytes], note: str) -> bytes:
    return "\n".join([f"old {old}", *(b64encode(each).decode() for each in hashes), "", note]).encode()


def asked(witness: Witness, body: bytes, method: str = "POST", path: str = "/add-checkpoint") -> Answer:
    """As a WSGI server asks."""
    said: dict[str, Any] = {}

    def start(status: str, headers: list[tuple[str, str]]) -> None:
        said["status"], said["kind"] = int(status[:3]), dict(headers)["Content-Type"]

    environ = {"REQUEST_METHOD": method, "PATH_INFO": path, "wsgi.input": BytesIO(body)}
    content = b"".join(witness(environ, start))
    return Answer(said["status"], said["kind"], content.decode())


def holds(line: str, key: str, text: str) -> bool:
    """Whether a line is that witness's cosignature, by the words of tlog-cosignature and signed-note alone."""
    name, hashed, octets = key.split("+", 2)
    public = b64decode(octets)[1:]
    assert b64decode(octets)[0] == 4
    dash, by, value = line.rstrip("\n").split(" ")
    raw = b64decode(value)
    assert (dash, by, len(raw)) == ("—", name, 4 + 8 + 64)
    assert raw[:4].hex() == hashed == sha256(name.encode() + b"\n\x04" + public).digest()[:4].hex()
    (at,) = struct.unpack(">Q", raw[4:12])
    message = b"cosignature/v1\ntime " + str(at).encode() + b"\n" + text.encode()
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(raw[12:], message)
    except InvalidSignature:
        return False
    return True


def body_of(note: str) -> str:
    return note.split("\n\n", maxsplit=1)[0] + "\n"


def test_it_cosigns_what_goes_on_from_the_last(witness: Witness, log: Log) -> None:
    for old, new in ((0, 5), (5, 300), (300, 300), (300, 301)):
        answer = asked(witness, offer(log, old, new))
        assert (answer.status, answer.text.count("\n")) == (200, 1)
        assert holds(answer.text, str(witness.key.public), body_of(told(log, new)))
        assert not holds(answer.text, str(witness.key.public), body_of(told(log, new)).replace("5", "6", 1) + "x\n")


def test_a_wrong_size_before_is_told_the_right_one(witness: Witness, log: Log) -> None:
    assert asked(witness, offer(log, 5, 300)) == Answer(409, "text/x.tlog.size", "0\n")
    assert asked(witness, offer(log, 0, 300)).status == 200
    for old, new in ((0, 301), (5, 301), (0, 5), (5, 5), (0, 300)):
        assert asked(witness, offer(log, old, new)) == Answer(409, "text/x.tlog.size", "300\n")
    assert asked(witness, offer(log, 300, 301)).status == 200


def test_a_fork_gets_no_cosignature(witness: Witness, log: Log, fork: Log, state: Path) -> None:
    assert asked(witness, offer(log, 0, 300)).status == 200
    assert asked(witness, offer(fork, 300, 301)).status == 422
    assert asked(witness, written(300, [], told(fork, 301))).status == 422
    assert list(state.glob("*.lie-*")) == []
    assert asked(witness, offer(fork, 300, 300)) == Answer(409, "text/x.tlog.size", "300\n")
    (evidence,) = state.glob("*.lie-*")
    assert evidence.read_text(encoding="utf-8") == told(fork, 300)
    assert asked(witness, offer(log, 300, 301)).status == 200


def test_a_proof_must_be_the_proof(witness: Witness, log: Log) -> None:
    assert asked(witness, written(0, [bytes(32)], told(log, 5))).status == 422
    assert asked(witness, offer(log, 0, 5)).status == 200
    hashes = proof.consistency(5, 300, log.fetch)
    for wrong in ([], hashes[:-1], [*hashes, hashes[0]], hashes[::-1]):
        assert asked(witness, written(5, wrong, told(log, 300))).status == 422
    assert asked(witness, written(5, hashes, told(log, 5))).status == 422
    assert asked(witness, offer(log, 5, 300)).status == 200


def test_an_empty_log_has_one_root(witness: Witness, log: Log) -> None:
    text = Checkpoint(ORIGIN, 0, bytes(32)).text
    wrong = str(signed(text, [sign(text, KEY, PRIVATE.sign)]))
    assert asked(witness, written(0, [], wrong)).status == 409
    assert asked(witness, offer(log, 0, 0)).status == 200
    assert asked(witness, offer(log, 0, 5)).status == 200


def test_who_is_not_known_is_refused(witness: Witness, log: Log) -> None:
    assert asked(witness, offer(log, 0, 5, told(log, 5, origin="other.example/log"))).status == 404
    assert asked(witness, offer(log, 0, 5, told(log, 5, STRANGER))).status == 403
    text = body_of(told(log, 5))
    forged = str(signed(text, [sign(text, KEY, STRANGER.sign)]))
    assert asked(witness, offer(log, 0, 5, forged)).status == 403
    both = told(log, 5) + told(log, 5, STRANGER).split("\n\n")[1]
    assert asked(witness, offer(log, 0, 5, both)).status == 200, "signatures of unknown keys are passed over"


def test_what_is_malformed_is_told_so(witness: Witness, log: Log) -> None:
    good = told(log, 5)
    bodies = [
        b"",
        b"\xff\xfe",
        written("00", [], good),
        written("-1", [], good),
        written("1" * 20, [], good),
        written(6, [], good),
        written(0, [bytes(31)], good),
        written(0, [bytes(32)] * 64, good),
        offer(log, 0, 5).replace(b"old 0\n", b"old 0\n!\n"),
        offer(log, 0, 5).replace(b"old 0", b"new 0"),
        written(0, [], body_of(good)),
        written(0, [], good.rstrip("\n")),
        written(0, [], good.replace("\n5\n", "\nfive\n")),
        offer(log, 0, 5).replace(b"\n\n", b"\n", 1),
    ]
    assert [asked(witness, body).status for body in bodies] == [400] * len(bodies)
    assert asked(witness, bytes(LARGEST + 1)).status == 413
    assert asked(witness, b"", method="GET").status == 405
    assert asked(witness, offer(log, 0, 5), path="/").status == 404


def test_what_cannot_be_read_is_not_begun_anew(witness: Witness, log: Log) -> None:
    assert asked(witness, offer(log, 0, 300)).status == 200
    path = witness.memory.path(ORIGIN)
    path.write_text("", encoding="utf-8")
    assert asked(witness, offer(log, 0, 5)).status == 500
    path.write_text(told(log, 5, origin="other.example/log"), encoding="utf-8")
    assert asked(witness, offer(log, 0, 5)).status == 500


def test_of_two_forks_at_once_one_is_cosigned(witness: Witness, log: Log, fork: Log, tmp_path: Path) -> None:
    beside = load(tmp_path / "w1.key", witness.memory.folder, (str(KEY),))
    assert asked(witness, offer(log, 0, 5)).status == 200
    with ThreadPoolExecutor(8) as pool:
        offers = [(one, offer(which, 5, 300)) for one, which in ((witness, log), (beside, fork)) for _ in range(8)]
        answers = list(pool.map(lambda each: asked(*each), offers))
    cosigned = [answer.text for answer in answers if answer.status == 200]
    assert (len(cosigned), [answer.status for answer in answers].count(409)) == (1, 15)
    kept = witness.memory.known(ORIGIN)
    text = {which.roots[300]: body_of(told(which, 300)) for which in (log, fork)}[kept.root]
    assert holds(cosigned[0], str(witness.key.public), text)


DIES = """
import os, signal, sys
from pathlib import Path
from xinshu.doors.witness import Witness
from xinshu.doors.witness_key import WitnessKey, witness_key
from xinshu.tlog.note import verifier_key

def die(message):
    os.kill(os.getpid(), signal.SIGKILL)

key = witness_key(Path(sys.argv[1]), None)
Witness(WitnessKey(key.public, die), Path(sys.argv[2]), [verifier_key(sys.argv[3])]).add_checkpoint(sys.stdin.buffer.read())
"""


def test_killed_before_its_answer_it_keeps_its_word(
    witness: Witness, log: Log, fork: Log, state: Path, tmp_path: Path
) -> None:
    assert asked(witness, offer(log, 0, 5)).status == 200
    dying = [sys.executable, "-c", DIES, str(tmp_path / "w1.key"), str(state), str(KEY)]
    assert subprocess.run(dying, input=offer(log, 5, 300), check=False).returncode == -signal.SIGKILL
    again = load(tmp_path / "w1.key", state, (str(KEY),))
    assert asked(again, offer(fork, 5, 300)) == Answer(409, "text/x.tlog.size", "300\n")
    assert asked(again, offer(fork, 300, 300)).status == 409
    assert asked(again, offer(log, 300, 300)).status == 200


def test_its_key_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "w.key"
    with pytest.raises(BadKeyFile, match="--name"):
        witness_key(path, None)
    made = witness_key(path, NAME)
    assert path.stat().st_mode & 0o777 == 0o600
    assert witness_key(path, None).public == witness_key(path, NAME).public == made.public
    with pytest.raises(BadKeyFile, match=NAME):
        witness_key(path, "another")
    path.write_text("PRIVATE+KEY+w+00000000+BAAA\n", encoding="utf-8")
    with pytest.raises(BadKeyFile):
        witness_key(path, None)


def test_the_key_of_a_log_is_no_witness_and_the_other_way_round(tmp_path: Path) -> None:
    public = witness_key(tmp_path / "w.key", NAME).public
    said = ["--key-file", str(tmp_path / "w.key"), "--state", str(tmp_path / "seen"), "--log", str(public)]
    refused = CliRunner().invoke(command, said)
    assert (refused.exit_code, "not the key of a log" in refused.output) == (2, True)


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def test_killed_at_any_moment_it_never_goes_back(tmp_path: Path, log: Log, port: int) -> None:
    """The command itself, with a server: kill -9, and a log that tries to roll back afterwards."""
    xinshu = [sys.executable, "-c", "from xinshu.doors.cli.main import main; main()"]
    said = ["--key-file", "w.key", "--name", NAME, "--state", "seen", "--log", str(KEY), "--port", str(port)]
    how: dict[str, Any] = {"cwd": tmp_path, "stdout": subprocess.PIPE, "start_new_session": True}
    for before, after in (((0, 300), 200), ((0, 5), 409)):
        with started([*xinshu, "log", "witness", *said], **how) as process:
            assert process.stdout is not None
            assert NAME in process.stdout.readline().decode()
            transport = httpx.HTTPTransport(retries=8)
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=30) as client:
                answer = client.post("/add-checkpoint", content=offer(log, *before))
            os.killpg(process.pid, signal.SIGKILL)
        assert answer.status_code == after
    assert (answer.headers["Content-Type"], answer.text) == ("text/x.tlog.size", "300\n")
