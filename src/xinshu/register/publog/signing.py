"""The keys of the log: Ed25519, made once and kept for their owner only."""

from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xinshu.kit.durable import keep_first
from xinshu.kit.errors import XinshuError
from xinshu.tlog.note import ED25519, Sign, VerifierKey

NAME: Final = "log.key"


class NoKey(XinshuError):
    """The key of the log cannot be read, or is not the one by which the log was signed so far."""


def no_key(why: str) -> NoKey:
    """The error, which says why."""
    return NoKey(
        f"透明日志的私钥不可用（{why}）：不签名，也不另造新钥；请找回 {NAME}，见 docs/trust.md。"
        f" The private key of the public log cannot be used ({why}): nothing is signed, and no other key is made; put"
        f" {NAME} back, see docs/trust.md."
    )


def check(public: bytes, signature: bytes, message: bytes) -> bool:
    """Whether a public key made a signature of a message (`tlog.note.Check`)."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def private_key(path: Path) -> Ed25519PrivateKey:
    """The private key of a file, which is made when there is none."""
    if not path.exists():
        keep_first(path, Ed25519PrivateKey.generate().private_bytes_raw().hex().encode())
    return Ed25519PrivateKey.from_private_bytes(bytes.fromhex(path.read_text(encoding="ascii").strip()))


def signer(folder: Path, origin: str, *, begun: bool = False) -> tuple[VerifierKey, Sign]:
    """The key by which the log of that origin signs: its public half, and how it signs.

    It is made where there is none, unless the log has `begun`: another key would be another log. Raises NoKey, NoRoom.
    """
    try:
        if begun and not (folder / NAME).exists():
            raise no_key("the file is not there")
        private = private_key(folder / NAME)
    except (OSError, ValueError) as error:
        raise no_key(type(error).__name__) from error
    return VerifierKey(origin, ED25519, private.public_key().public_bytes_raw()), private.sign
