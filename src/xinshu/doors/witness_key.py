"""The key of a witness, in one file of its own: its name and its private half, made once and for its owner only.

The file holds the one line that the Go notary's tools read and write: PRIVATE+KEY+name+hash+base64(kind, seed).
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from xinshu.kit.durable import keep_first
from xinshu.kit.errors import XinshuError
from xinshu.tlog.note import COSIGNATURE, BadNote, Sign, VerifierKey, decoded

PREFIX: Final = "PRIVATE+KEY+"
NAME: Final = re.compile(r"[^\s+]{1,200}")


class BadKeyFile(XinshuError):
    """The file holds no key of a witness, or one of another name."""


@dataclass(frozen=True, slots=True)
class WitnessKey:
    """The public half, which says the name, and how the private half signs."""

    public: VerifierKey
    sign: Sign


def witness_key(path: Path, name: str | None) -> WitnessKey:
    """The key of a file, which is made under that name when there is none; later the name may be left out.

    Raises BadKeyFile.
    """
    if not path.exists():
        if name is None or not NAME.fullmatch(name):
            raise BadKeyFile(
                "首次使用须用 --name 给见证方命名（如 witness.example/w1，不含空格和加号）。"
                " A new key needs the witness's name: --name witness.example/w1, without spaces and plus signs."
            )
        keep_first(path, _line(name, Ed25519PrivateKey.generate()).encode())
    found = _read(path)
    if name not in (None, found.public.name):
        raise BadKeyFile(f"密钥属于 {found.public.name}。 The key in this file is that of {found.public.name}.")
    return found


def _line(name: str, private: Ed25519PrivateKey) -> str:
    hashed = _of(name, private).public.key_id.hex()
    return f"{PREFIX}{name}+{hashed}+{b64encode(bytes([COSIGNATURE]) + private.private_bytes_raw()).decode()}\n"


def _read(path: Path) -> WitnessKey:
    try:
        name, hashed, octets = path.read_text(encoding="utf-8").strip().removeprefix(PREFIX).split("+", 2)
        kind, *_ = seed = decoded(octets)
        found = _of(name, Ed25519PrivateKey.from_private_bytes(seed[1:]))
    except (ValueError, BadNote) as error:
        raise _bad(path) from error
    if kind != COSIGNATURE or found.public.key_id.hex() != hashed or not NAME.fullmatch(name):
        raise _bad(path)
    return found


def _of(name: str, private: Ed25519PrivateKey) -> WitnessKey:
    return WitnessKey(VerifierKey(name, COSIGNATURE, private.public_key().public_bytes_raw()), private.sign)


def _bad(path: Path) -> BadKeyFile:
    return BadKeyFile(f"不是见证方的密钥文件。 Not the key file of a witness: {path}")
