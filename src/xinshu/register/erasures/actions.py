"""Remembers that documents were erased, by what tells nobody which."""

import secrets
from collections.abc import Iterable
from typing import Final

from django.db import connection, transaction

from xinshu.kit.durable import keep_first
from xinshu.register.erasures.queries import ANY, digest, key, key_file, lost

REMEMBER: Final = "INSERT INTO erasures_erased (digest) SELECT unnest(%s::bytea[]) ON CONFLICT DO NOTHING"


def own_key() -> bytes:
    """The key, which is made before the first erasure and never in the place of a lost one. Raises KeyLost."""
    with connection.cursor() as cursor:
        cursor.execute(ANY, [digest(key(), b"", "")])
        some, ours = cursor.fetchone()
    if some and not ours:
        raise lost()
    if not key():
        keep_first(key_file(), secrets.token_hex(32).encode("ascii"))
    return key()


@transaction.atomic
def remember(documents: Iterable[tuple[bytes, str]]) -> None:
    """Keep a digest of each document: its identity, and a code of its body. Raises KeyLost."""
    secret = own_key()
    # In no order that tells which came with which.
    found = sorted({digest(secret, *each) for each in documents} | {digest(secret, b"", "")})
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER, [found])
