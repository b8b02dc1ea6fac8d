"""The keys of the log: Ed25519, made once and kept for their owner only."""

from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from xinshu.kit.durable import keep_first
from xinshu.tlog.note import ED25519, Sign, VerifierKey

NAME: Final = "log.key"


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


def signer(folder: Path, origin: str) -> tuple[VerifierKey, Sign]:
    """The key by which the log of that origin signs: its public half, and how it signs."""
    private = private_key(folder / NAME)
    return VerifierKey(origin, ED25519, private.public_key().public_bytes_raw()), private.sign
