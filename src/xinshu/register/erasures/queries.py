"""Whether a document was held once and is erased; the key without which nobody can ask."""

import hmac
from collections.abc import Iterable
from pathlib import Path
from typing import Final
from uuid import UUID

import polars as pl
from django.conf import settings
from django.db import connection

from xinshu.kit.errors import XinshuError

KEY: Final = "erased.key"
DOMAIN: Final = b"xinshu erased document v1\n"
REFERENCE: Final = b"xinshu erased reference v1\n"

ANY: Final = "SELECT EXISTS (SELECT FROM erasures_erased), EXISTS (SELECT FROM erasures_erased WHERE digest = %s)"
KNOWN: Final = "SELECT digest FROM erasures_erased WHERE digest = ANY(%s)"


class KeyLost(XinshuError):
    """There are digests of erased documents, and the key by which they were made is not there."""


def key_file() -> Path:
    """Where the key lies: among the secrets, never in the database."""
    return Path(settings.SECRETS_FOLDER) / KEY


def key() -> bytes:
    """The key; empty before the first erasure."""
    try:
        return bytes.fromhex(key_file().read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return b""


def digest(secret: bytes, identity: bytes, code: str) -> bytes:
    """What is kept of a document: its identity (32 bytes) and a code of its body, under the key."""
    return hmac.digest(secret, DOMAIN + identity + code.encode(), "sha256")


def mark(secret: bytes, reference: str) -> str:
    """By what an erased record is known in the ledger of endings: 32 hexadecimal digits, under the key."""
    return hmac.digest(secret, REFERENCE + UUID(reference).bytes, "sha256")[:16].hex()


def erased(documents: pl.DataFrame) -> pl.Series:
    """For each document (columns `identity`, `subject_code`), whether it was held once and is erased.

    Raises KeyLost: what ended could not be told from what is new.
    """
    secret = key()
    with connection.cursor() as cursor:
        cursor.execute(ANY, [digest(secret, b"", "")])
        some, ours = cursor.fetchone()
        if not some:
            return pl.Series("erased", [False] * len(documents), pl.Boolean)
        if not ours:
            raise lost()
        asked = _digests(secret, documents.select("identity", "subject_code").iter_rows())
        cursor.execute(KNOWN, [asked])
        found = {bytes(row[0]) for row in cursor.fetchall()}
    return pl.Series("erased", [each in found for each in asked], pl.Boolean)


def lost() -> KeyLost:
    """The error, which says the way out."""
    return KeyLost(
        f"密钥文件 {KEY} 缺失或已被替换，无法辨认哪些信息已经终止并删除；请从备份的secrets恢复该文件后再报送。"
        f" The key {KEY} is missing or was replaced, so that what ended and was erased cannot be told; put it back from"
        " the secrets of a backup, then file again."
    )


def _digests(secret: bytes, documents: Iterable[tuple[bytes, str]]) -> list[bytes]:
    return [digest(secret, identity, code) for identity, code in documents]
