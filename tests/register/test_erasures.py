"""What is kept of erased documents: a digest that says nothing without its key."""

import hashlib
from pathlib import Path

import polars as pl
import pytest
from pytest_django import Settings

from xinshu.register.erasures.actions import own_key, remember
from xinshu.register.erasures.models import Erased
from xinshu.register.erasures.queries import KEY, KeyLost, digest, erased, key, mark

pytestmark = pytest.mark.django_db
IDENTITIES = [hashlib.sha256(bytes([number])).digest() for number in range(4)]
CODE, OTHER = "919999990000002110", "91999999000010030B"


@pytest.fixture(autouse=True)
def secrets(settings: Settings, tmp_path: Path) -> Path:
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    return tmp_path / "secrets"


def asked(*documents: tuple[bytes, str]) -> list[bool]:
    return erased(pl.DataFrame(documents, schema=["identity", "subject_code"], orient="row")).to_list()


def test_before_the_first_erasure_there_is_no_key_and_nothing_is_known(secrets: Path) -> None:
    assert asked((IDENTITIES[0], CODE)) == [False]
    assert not secrets.exists()


def test_a_document_is_known_by_body_and_identity_alone(secrets: Path) -> None:
    remember([(IDENTITIES[0], CODE), (IDENTITIES[1], OTHER)])
    remember([(IDENTITIES[0], CODE)])
    known = asked((IDENTITIES[0], CODE), (IDENTITIES[0], OTHER), (IDENTITIES[1], OTHER), (IDENTITIES[2], CODE))
    assert known == [True, False, True, False]
    assert Erased.objects.count() == 1 + 2
    assert (secrets / KEY).stat().st_mode & 0o077 == 0
    assert len(key()) == 32
    assert own_key() == key()


def test_what_is_kept_is_no_digest_that_anybody_can_compute() -> None:
    remember([(IDENTITIES[0], CODE)])
    kept = {bytes(row.digest) for row in Erased.objects.all()}
    assert digest(key(), IDENTITIES[0], CODE) in kept
    for secret in (b"", bytes(32), b"x" * 32):
        assert digest(secret, IDENTITIES[0], CODE) not in kept
    reference = "0fdc7d35-088c-4c1a-89d5-0fb7c6b74b0e"
    assert mark(key(), reference) != mark(b"", reference)


def test_another_key_is_noticed(secrets: Path) -> None:
    remember([(IDENTITIES[0], CODE)])
    (secrets / KEY).write_text("00" * 32)
    for act in (lambda: asked((IDENTITIES[1], CODE)), lambda: remember([(IDENTITIES[1], CODE)])):
        with pytest.raises(KeyLost):
            act()
    (secrets / KEY).unlink()
    with pytest.raises(KeyLost):
        asked((IDENTITIES[1], CODE))
    with pytest.raises(KeyLost):
        remember([(IDENTITIES[1], CODE)])
    assert Erased.objects.count() == 2
    assert not (secrets / KEY).exists(), "no new key is made in the place of a lost one"
