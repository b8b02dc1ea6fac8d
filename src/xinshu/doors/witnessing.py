"""Offers the public log's checkpoints to its witnesses, and publishes them with the cosignatures that come back.

A witness that cannot be reached, refuses or answers nonsense holds nothing up: it is told by `/metrics` and at `/log/`.
"""

import logging
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Final, NamedTuple

import httpx
from django.conf import settings
from procrastinate.contrib.django import app

from xinshu.kit.clock import now
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.proceedings.intake.tasks import told_without_values
from xinshu.register.publog import queries, tiles
from xinshu.register.publog.actions import add_cosignatures, forget_witnesses, note_witness
from xinshu.register.publog.signing import check
from xinshu.register.publog.tasks import OFFER
from xinshu.tlog import checkpoint, proof
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import COSIGNATURE, BadNote, Note, Signature, VerifierKey, parse, parse_signatures, verifier_key

LOG = logging.getLogger(__name__)
SECONDS: Final = 10.0
LARGEST: Final = 1 << 16
"""Bytes of an answer at most."""

PIECES: Final = 16
"""In so many pieces it may come: one that drips does not hold the others' next turn for long."""

MOST: Final = 16
"""Witnesses that are asked at once."""

AHEAD: Final = timedelta(minutes=5)
"""So much may the clock of a witness be ahead of ours."""

SIZE: Final = "text/x.tlog.size"
_SIZE: Final = re.compile(r"(0|[1-9][0-9]{0,18})\n")


class BadWitnesses(XinshuError):
    """The file of witnesses cannot be read."""


class Failure(StrEnum):
    """How it failed: not reached; refused; it knows a larger log; it knows another one; no cosignature of its key."""

    UNREACHABLE = "UNREACHABLE"
    REFUSED = "REFUSED"
    AHEAD = "AHEAD"
    FORKED = "FORKED"
    INVALID = "INVALID"


@dataclass(frozen=True, slots=True)
class Known:
    """A witness: where it takes checkpoints, and its public key."""

    address: str
    key: VerifierKey


class Answer(NamedTuple):
    """What a witness answered: its cosignature, or how it failed."""

    signature: Signature | None
    failure: Failure | None


class _Refused(Exception):
    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


def configured() -> tuple[Known, ...]:
    """The witnesses of XINSHU_PUBLOG_WITNESSES: lines of address and key. Raises BadWitnesses."""
    path: Path | None = settings.PUBLOG_WITNESSES
    if path is None:
        return ()
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadWitnesses(f"见证方文件不能读取。 The file of witnesses cannot be read: {path.name}") from error
    numbered = [(number, line.split()) for number, line in enumerate(lines, 1) if line.strip() and line[0] != "#"]
    found = tuple(_known(number, words) for number, words in numbered)
    if len({(each.key.name, each.key.key_id) for each in found}) != len(found):
        raise BadWitnesses("同一见证方写了两次。 A witness stands in the file twice.")
    return found


def _known(number: int, words: Sequence[str]) -> Known:
    try:
        address, text = words
        key = verifier_key(text)
    except (ValueError, BadNote) as error:
        raise _bad_line(number) from error
    if key.kind != COSIGNATURE or not address.startswith(("http://", "https://")):
        raise _bad_line(number)
    return Known(address.rstrip("/"), key)


def _bad_line(number: int) -> BadWitnesses:
    return BadWitnesses(
        f"见证方文件第{number}行应为“地址 公钥”。 Line {number} of the file of witnesses should be an address (https://…)"
        " and the public key of a witness, with a space between."
    )


def offer_to_all(*, moment: Moment) -> int:
    """Offer the published checkpoint to each witness that has not cosigned it; how many have now.

    Raises BadWitnesses. What a witness answers is kept, and raises nothing.
    """
    known = configured()
    forget_witnesses(keep=[str(each.key) for each in known])
    published = tiles.checkpoint()
    if published is None or not known:
        return 0
    opened = parse(published)
    cosigned = {(each.name, each.key_id) for each in opened.signatures}
    waiting = [each for each in known if (each.key.name, each.key.key_id) not in cosigned]
    if waiting:
        answers = _asked(waiting, opened, moment)
        found = [answer.signature for answer in answers if answer.signature is not None]
        add_cosignatures(found, of=opened.text)
        size = checkpoint.parse(opened.text).size
        for each, answer in zip(waiting, answers, strict=True):
            _note(each, answer, size, moment)
        waiting = [each for each, answer in zip(waiting, answers, strict=True) if answer.failure]
    return len(known) - len(waiting)


def _note(witness: Known, answer: Answer, size: int, moment: Moment) -> None:
    if answer.failure is not None:
        LOG.warning("witness %s: %s", witness.key.name, answer.failure)
    done = None if answer.failure else size
    note_witness(str(witness.key), size=done, failure=answer.failure or "", moment=moment)


def _asked(waiting: Sequence[Known], opened: Note, moment: Moment) -> list[Answer]:
    """All at once, so that one that does not answer holds no other up; no thread of these asks the database."""
    sizes = {row.key: row.size for row in queries.witnesses()}
    client = httpx.Client(timeout=SECONDS, trust_env=False, follow_redirects=False)
    with client, ThreadPoolExecutor(min(MOST, len(waiting))) as pool:
        return list(pool.map(lambda each: _ask(client, each, opened, sizes, moment), waiting))


def _ask(client: httpx.Client, witness: Known, opened: Note, sizes: Mapping[str, int], moment: Moment) -> Answer:
    """One witness; asked once more where it says from which size it wants to be led."""
    told = checkpoint.parse(opened.text)
    old = min(sizes.get(str(witness.key), 0), told.size)
    try:
        answer = _sent(client, witness, opened, told, old)
        if answer.status_code == httpx.codes.CONFLICT:
            answer = _sent(client, witness, opened, told, _other_size(answer, old, told.size))
        return Answer(_cosignature(answer, witness.key, opened.text, moment), None)
    except _Refused as refused:
        return Answer(None, refused.failure)
    except (httpx.HTTPError, httpx.InvalidURL):
        return Answer(None, Failure.UNREACHABLE)


def _sent(client: httpx.Client, witness: Known, opened: Note, told: Checkpoint, old: int) -> httpx.Response:
    try:
        hashes = proof.consistency(old, told.size, tiles.read) if 0 < old < told.size else []
    except FileNotFoundError:
        raise _Refused(Failure.REFUSED) from None
    lines = [f"old {old}", *(b64encode(each).decode() for each in hashes)]
    own = Note(opened.text, opened.signatures[:1])
    content = "\n".join([*lines, "", str(own)])
    request = client.build_request("POST", f"{witness.address}/add-checkpoint", content=content)
    answer = client.send(request, stream=True)
    try:
        body = b""
        for count, chunk in enumerate(answer.iter_bytes(), 1):
            body += chunk
            if len(body) > LARGEST or count > PIECES:
                raise _Refused(Failure.INVALID)
    finally:
        answer.close()
    return httpx.Response(answer.status_code, headers={"Content-Type": _kind(answer)}, content=body)


def _kind(answer: httpx.Response) -> str:
    return str(answer.headers.get("Content-Type", "")).partition(";")[0].strip()


def _other_size(answer: httpx.Response, old: int, new: int) -> int:
    """From where the witness wants to be led; the same size again means that it knows another root of it."""
    found = _SIZE.fullmatch(answer.text) if _kind(answer) == SIZE else None
    if found is None:
        raise _Refused(Failure.INVALID)
    if int(found[1]) > new:
        raise _Refused(Failure.AHEAD)
    if int(found[1]) == old:
        raise _Refused(Failure.FORKED)
    return int(found[1])


def _cosignature(answer: httpx.Response, key: VerifierKey, text: str, moment: Moment) -> Signature:
    """The line of that key, verified. Raises _Refused."""
    if answer.status_code in (httpx.codes.CONFLICT, httpx.codes.UNPROCESSABLE_ENTITY):
        raise _Refused(Failure.FORKED)
    if answer.status_code != httpx.codes.OK:
        raise _Refused(Failure.REFUSED)
    try:
        found = parse_signatures(answer.content.decode())
    except (BadNote, UnicodeDecodeError):
        raise _Refused(Failure.INVALID) from None
    latest = int((moment.instant + AHEAD).timestamp())
    for each in found:
        named = (each.name, each.key_id) == (key.name, key.key_id)
        if named and key.made(each.value, text, check) and each.cosigned_at <= latest:
            return each
    raise _Refused(Failure.INVALID)


@app.task(name=OFFER, queue="witnesses", lock="witnesses")
def _offer() -> None:
    with told_without_values("witnesses"):
        offer_to_all(moment=now())


@app.periodic(cron="* * * * *")
@app.task(name="publog.offer_again", queue="witnesses", queueing_lock="offer_again", lock="witnesses")
def _offer_again(timestamp: int) -> None:  # noqa: ARG001 the queue's own argument
    """Whoever was not reached, and a log of one machine whose writer is no worker."""
    with told_without_values("witnesses"):
        offer_to_all(moment=now())
