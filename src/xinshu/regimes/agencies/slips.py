"""The clean-up slip 清除凭条: what it says, how it is signed, and how anybody checks it without a database.

It says that one record has ended, by the number and the leaf of the ENDED entry in the public log, with its proof.
Which record it is, only a salted mark says: whoever holds a copy can try its reference and code on it; nobody else
learns anything. No reason, no kind, no organ, no name. The format stands in docs/agencies.md.
"""

import re
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import normalise
from xinshu.register.publog.leaf import BadLeaf, Event, parse
from xinshu.register.publog.signing import check, signer
from xinshu.tlog import checkpoint, note, proof, verify
from xinshu.tlog.note import BadNote, BadSignature, VerifierKey

FORMAT: Final = "xinshu slip v1"
"""The first line of what is signed. No checkpoint can be read as a slip, nor a slip as one: the second line differs."""

MARK: Final = b"xinshu slip mark v1\n"
LARGEST: Final = 64 << 10
NAMES: Final = ("number", "issued_on", "salt", "mark", "entry", "leaf")
_SHAPES: Final = {
    "number": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "issued_on": re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}"),
    "salt": re.compile(r"[0-9a-f]{32}"),
    "mark": re.compile(r"[0-9a-f]{64}"),
    "entry": re.compile(r"0|[1-9][0-9]{0,18}"),
    "leaf": re.compile(r"[0-9a-f]{100}"),
}


class NotASlip(XinshuError):
    """What came is no slip of this house, or it was altered; the sentence says which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlipText:
    """What a slip says. `leaf` is the ENDED entry (50 bytes) at `entry` of the public log."""

    number: UUID
    issued_on: date
    salt: bytes
    mark: bytes
    entry: int
    leaf: bytes

    @property
    def text(self) -> str:
        """As it is signed: a line for each, after the name of the format."""
        return "\n".join((FORMAT, *self.told.values())) + "\n"

    @property
    def told(self) -> dict[str, str]:
        """Each part as text, by name."""
        values = (str(self.number), self.issued_on.isoformat(), self.salt.hex(), self.mark.hex(), str(self.entry))
        return dict(zip(NAMES, (*values, self.leaf.hex()), strict=True))

    def is_about(self, record_ref: UUID, code: str) -> bool:
        """Whether it is about the record of that reference and code."""
        return marked(self.salt, record_ref, code) == self.mark


def marked(salt: bytes, record_ref: UUID, code: str) -> bytes:
    """The mark of a record under a slip's salt (16 bytes)."""
    return sha256(MARK + salt + str(record_ref).encode() + b"\n" + normalise(code).encode()).digest()


def slip_key(log: VerifierKey) -> VerifierKey:
    """The log's key under the name by which it signs slips: one key to publish, two names."""
    return VerifierKey(f"{log.name}/slips", log.kind, log.public)


def signed_slip(slip: SlipText, proven: proof.Proof, *, folder: Path, origin: str) -> dict[str, Any]:
    """The slip as its file holds it: its parts, the line of signature, and the proof of the ending."""
    key, private = signer(folder, origin)
    signature = note.sign(slip.text, slip_key(key), private)
    return {"format": FORMAT, **slip.told, "signature": signature.line.rstrip("\n"), "proof": str(proven)}


def read_slip(content: bytes | str) -> dict[str, str]:
    """The parts of a slip's file as they are written; nothing is verified. Raises NotASlip."""
    if len(content) > LARGEST:
        raise NotASlip("文件过大，不是清除凭条。Too large for a slip.")
    try:
        told = orjson.loads(content)
    except ValueError:
        raise NotASlip("不是清除凭条的文件（JSON）。Not the file of a slip (JSON).") from None
    return slip_parts(told)


def slip_parts(told: Any) -> dict[str, str]:
    """The same of a JSON value."""
    names = ("format", *NAMES, "signature", "proof")
    if not isinstance(told, dict) or told.get("format") != FORMAT or set(told) != set(names):
        raise NotASlip("不是清除凭条：各项不符。Not a slip: its parts are others.")
    for name in names:
        shape = _SHAPES.get(name)
        if not isinstance(told[name], str) or (shape is not None and not shape.fullmatch(told[name])):
            raise NotASlip(f"清除凭条的 {name} 写法有误。The slip's {name} is malformed.")
    return {name: told[name] for name in names}


def check_slip(parts: dict[str, str], log: VerifierKey) -> SlipText:
    """The slip, once its signature and the proof of the ending hold by the log's key. Raises NotASlip."""
    try:
        slip = SlipText(
            number=UUID(parts["number"]),
            issued_on=date.fromisoformat(parts["issued_on"]),
            salt=bytes.fromhex(parts["salt"]),
            mark=bytes.fromhex(parts["mark"]),
            entry=int(parts["entry"]),
            leaf=bytes.fromhex(parts["leaf"]),
        )
        note.opened(note.parse(f"{slip.text}\n{parts['signature']}\n"), [slip_key(log)], check)
    except (ValueError, BadNote, BadSignature):
        raise NotASlip("签名不符：不是本平台签发，或被改动。The signature does not fit: not ours or altered.") from None
    _check_ending(slip, parts["proof"], log)
    return slip


def _check_ending(slip: SlipText, file: str, log: VerifierKey) -> None:
    try:
        found = proof.parse(file)
        opened = note.parse(found.checkpoint)
        note.opened(opened, [log], check)
        told = checkpoint.parse(opened.text)
        if told.origin != log.name or found.index != slip.entry or parse(slip.leaf).event is not Event.ENDED:
            raise NotASlip("证明不是这一终止条目的。The proof is not of this ending.")
        verify.included(verify.leaf(slip.leaf), found.index, told.size, found.hashes, told.root)
    except (proof.BadProof, BadNote, BadSignature, BadLeaf, verify.Refuted) as error:
        raise NotASlip(f"终止的证明不成立。The proof of the ending does not hold: {error}") from None
