"""After erasure nothing can be guessed back from what the operator still holds or publishes, and no leaves be matched.

The attacks are first shown to succeed where nothing is erased: an attack that cannot succeed proves nothing.
"""

import hashlib
import hmac
import math
import random
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Final, NamedTuple
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from tests import factories
from tests.factories import SUBJECT, TODAY, accepted, document, noon
from tests.retention import GONE, adopted_with_months
from xinshu.doors.cli.country.sowing import sow
from xinshu.doors.published_log import check_all, source
from xinshu.proceedings import vault
from xinshu.proceedings.endings import catch_up
from xinshu.proceedings.intake import actions as intake
from xinshu.proceedings.objections.actions import sweep
from xinshu.proceedings.retention.actions import erase_past_term
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.leaf import DOMAIN, Event, commitment, ended, shown
from xinshu.register.publog.queries import leaves_from
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.tlog.note import verifier_key
from xinshu.uses.disclosure.actions import count_shown
from xinshu.uses.monitoring.actions import forget_digests

pytestmark = pytest.mark.django_db
TABLES: Final = """
SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.relkind IN ('r', 'p') AND n.nspname = 'public' AND NOT c.relispartition
"""
CANDIDATES: Final = """
SELECT r.subject_id, r.record_ref, r.document_number, r.identity, r.public_form, r.masked_form, v.content,
       v.content_digest, e.subject_code, e.reference, coalesce(n.name, '')
  FROM records_record r
  JOIN records_recordversion v ON v.subject_id = r.subject_id AND v.record_ref = r.record_ref
  LEFT JOIN publog_entry e ON e.subject_id = r.subject_id AND e.record_ref = r.record_ref
  LEFT JOIN subjects_subjectname n ON n.subject_id = r.subject_id
"""
OWN_ENDINGS: Final = "SELECT record_ref FROM records_journalline WHERE change <> 'ACCEPTED'"


@pytest.fixture(autouse=True)
def house(settings: Settings, tmp_path: Path) -> None:
    settings.DATA_FOLDER = tmp_path / "data"
    settings.SECRETS_FOLDER = tmp_path / "secrets"
    settings.ENDINGS_FOLDER = tmp_path / "endings"
    adopted_with_months(tmp_path)


# --- what is held, and what is guessed -------------------------------------------------------------


def held() -> str:
    """Everything: each value of each table, the ledger, what lies in the vault, and the published files."""
    said: list[str] = []
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        for (table,) in cursor.fetchall():
            cursor.execute(f"SELECT * FROM {table}")
            said += (_text(value) for row in cursor.fetchall() for value in row if value is not None)
    said += (_text(path.read_bytes()) for path in files())
    said += (_text(returned) for batch in vault.batches_kept() for returned in vault.returned_parts(batch))
    return "\n".join(said)


def files() -> Iterable[Path]:
    """Published files and the ledger of endings."""
    for folder in (tiles.folder(), Path(tiles.settings.ENDINGS_FOLDER)):
        yield from (path for path in folder.rglob("*") if path.is_file())


def _text(value: object) -> str:
    """A value as whoever searches would write it; octets in hexadecimal and, where they are text, as text."""
    if isinstance(value, bytes | memoryview):
        octets = bytes(value)
        return f"{octets.hex()}\n{octets.decode('utf-8', 'replace')}"
    return f"{value.hex}\n{value}" if isinstance(value, UUID) else str(value)


class Dictionary(NamedTuple):
    """What someone knows who has every seeded record: its words, and every digest that the house makes of them."""

    plain: set[str]
    digests: set[str]


def dictionary() -> Dictionary:
    """Of everything that is held now; of public bodies that file, which are no secret, only what they did."""
    plain: set[str] = set()
    digests: set[bytes] = set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, name FROM access_organ")
        organs = {word for row in cursor.fetchall() for word in row}
        cursor.execute(CANDIDATES)
        for (
            subject,
            ref,
            number,
            identity,
            form,
            masked,
            content,
            content_digest,
            code,
            leaf,
            name,
        ) in cursor.fetchall():
            assert subject > 0
            plain |= {str(ref), ref.hex, number, content, code or "", name}
            forms = {each for each in (form, masked) if each}
            plain |= forms
            said = [shown(each, code or "") for each in forms] + [each.encode() for each in (*forms, content)]
            said += [ended(leaf)] if leaf else []
            digests |= {bytes(identity), bytes(content_digest), *_digests(said), *_digests([bytes(identity)])}
            digests |= set(_digests([bytes(identity) + (code or "").encode(), number.encode(), (code or "-").encode()]))
    return Dictionary(plain - organs - {""}, {each.hex() for each in digests})


def _digests(said: Iterable[bytes]) -> Iterable[bytes]:
    """Without a salt and without a key, in each way in which the house uses them."""
    for each in said:
        yield hashlib.sha256(each).digest()
        yield hashlib.sha256(DOMAIN + each).digest()
        for salt in (b"", bytes(16)):
            yield commitment(salt, each)
        yield from (hmac.digest(key, prefix + each, "sha256") for key in (b"", b"\0" * 32) for prefix in PREFIXES)


PREFIXES: Final = (b"", b"xinshu erased document v1\n")


def found(words: Iterable[str], text: str) -> set[str]:
    """Those that stand in the text."""
    return {word for word in words if word in text}


def everything_past(day: date) -> None:
    """What the jobs of the nights until that day do."""
    moment = noon(day)
    turn_the_day(moment=moment)
    number_filings(moment=moment)
    integrate(moment=moment)
    catch_up()
    sweep(moment=moment)
    intake.sweep(moment=moment)
    count_shown(moment=moment)
    forget_digests(moment=moment)
    erase_past_term(moment=moment)


def test_no_seeded_record_can_be_guessed_back(tmp_path: Path) -> None:
    sown = sow(moment=noon(TODAY), subjects=40, records=160, seed=11, folder=tmp_path)
    number_filings(moment=noon(TODAY))
    integrate(moment=noon(TODAY))
    sent = {hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("*.*") if path.is_file()}
    known, before = dictionary(), held()
    assert sown.counts["accepted"] > 150
    assert len(known.plain) > 600
    # The control: where nothing is erased, the same search finds every word, and the digests that are kept.
    assert known.plain - found(known.plain, before) == set()
    assert len(found(known.digests, before)) > 2 * 150
    assert found(sent, before)

    with connection.cursor() as cursor:
        # What goes on without an end, such as a registration, ends as well: here by its organ's word.
        cursor.execute("SELECT subject_id, record_ref, organ_code FROM records_record WHERE ended IS NULL")
        rows = cursor.fetchall()
    for subject, record_ref, organ in rows:
        factories.taken_back_by(subject, record_ref, organ)
    number_filings(moment=noon(TODAY))
    everything_past(GONE)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, count(*) FROM records_record GROUP BY kind")
        assert cursor.fetchall() == []
    after = held()
    assert found(known.plain, after) == set()
    assert found(known.digests, after) == set()
    assert found(sent, after) == set()
    key = verifier_key(tiles.key() or "")
    assert check_all(source(str(tiles.folder())), key, lambda done, total: None).size > 2 * 100
