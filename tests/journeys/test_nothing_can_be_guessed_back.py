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
from typing import Any, Final, NamedTuple
from uuid import UUID

import pytest
from django.db import connection
from pytest_django import Settings

from tests import factories
from tests.factories import TODAY, accepted, document, noon
from tests.retention import GONE, adopted_with_months
from xinshu.doors.cli.country.sowing import sow
from xinshu.doors.erasing import erase_past_term
from xinshu.doors.published_log import check_all, source
from xinshu.law.terms import UseContext
from xinshu.proceedings import vault
from xinshu.proceedings.endings import catch_up
from xinshu.proceedings.intake import actions as intake
from xinshu.proceedings.objections.actions import sweep
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog import tiles
from xinshu.register.publog.actions import integrate
from xinshu.register.publog.leaf import DOMAIN, Event, commitment, ended, shown
from xinshu.register.records import entries
from xinshu.register.records.actions import number_filings
from xinshu.register.records.entries import turn_the_day
from xinshu.tlog.note import verifier_key
from xinshu.uses.disclosure.actions import count_shown
from xinshu.uses.measures.actions import Caller, erase_old, give_answer
from xinshu.uses.measures.models import Check
from xinshu.uses.measures.queries import answer_of
from xinshu.uses.measures.states import Outcome
from xinshu.uses.measures.tenders import Procedure, begin_tender, follow, open_bids, purposes
from xinshu.uses.measures.watching import begin_watch
from xinshu.uses.monitoring.actions import forget_digests
from xinshu.uses.monitoring.models import Reconciliation
from xinshu.uses.sharing.forms import page_json, rows_json
from xinshu.uses.sharing.queries import Page, changes, feed_begins, kinds_told, snapshot

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
LEAVES: Final = """
SELECT l.first_number + e.place, e.event, e.reference, e.commitment, l.id, e.place, e.of_lot, e.of_place, e.record_ref
  FROM publog_entry e JOIN publog_lot l ON l.id = e.lot_id WHERE e.event <> 4 ORDER BY 1
"""
LOTS, EACH = 3, 120
CHECKED: Final = 100
"""Days before the last one on which the rooms of tenders, long over, are closed: their time is over since."""
UNLIKELY: Final = 1e-12
"""No luck explains what is less likely than this."""


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
    said += (answer_of(number).decode() for number in Check.objects.values_list("id", flat=True))
    said += (_text(returned) for batch in vault.batches_kept() for returned in vault.returned_parts(batch))
    return "\n".join(said)


def fed(day: date) -> str:
    """All that the feed tells a subscriber on that day, and the snapshot: no one is told more."""
    kinds = kinds_told(catalogue_on(day).catalogue, adverse=True)
    first = feed_begins(noon(day).instant)
    page = changes(first, most=10_000, kinds=kinds, on_date=day, instant=noon(day).instant, reasons=True)
    assert isinstance(page, Page)
    _, *parts = snapshot(kinds=kinds, on_date=day)
    return "\n".join([page_json(page, day, subscribed=True).decode(), *(rows_json(part).decode() for part in parts)])


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
    for passed in (day - timedelta(days=CHECKED), day):
        follow(moment=noon(passed))
        erase_old(moment=noon(passed))
    erase_past_term(moment=moment)


def checked() -> int:
    """Every body is checked, watched and bids in the room of a tender; of how many a measure was told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT code FROM subjects_subjectcode WHERE scheme = 'USCC' ORDER BY code")
        codes = [code for (code,) in cursor.fetchall()]
    unit, moment = factories.MARKET, noon(TODAY)
    caller = Caller(f"organ:{unit.code}", "test", unit.code, unit.division)
    about: dict[str, Any] = {"codes": codes, "context": UseContext.PUBLIC_TRADING, "purpose": "投标资格审查"}
    given = give_answer(**about, caller=caller, moment=moment)
    last = TODAY + timedelta(days=30)
    begin_watch(**about, reference="示采〔2026〕2号", ends_on=last, caller=caller, moment=moment)
    power = next(iter(purposes(catalogue_on(TODAY).catalogue, TODAY)))
    procedure = Procedure("示采〔2026〕1号", "示例采购", power, TODAY, last)
    room = begin_tender(procedure=procedure, text="\n".join(codes), organ=unit, actor="test", moment=moment)
    open_bids(tender=room, organ=unit, actor="test", moment=moment)
    return sum(line.outcome is Outcome.MEASURES for line in given.lines)


def test_no_seeded_record_can_be_guessed_back(tmp_path: Path) -> None:
    sown = sow(moment=noon(TODAY), subjects=24, records=80, seed=11, folder=tmp_path)
    number_filings(moment=noon(TODAY))
    integrate(moment=noon(TODAY))
    sent = {hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("*.*") if path.is_file()}
    assert checked() > 0
    known, before = dictionary(), held()
    assert sown.counts["accepted"] > 80
    assert len(known.plain) > 400
    # The control: where nothing is erased, the same search finds every word, and the digests that are kept.
    assert known.plain - found(known.plain, before) == set()
    assert len(found(known.digests, before)) > 2 * 80
    assert found(sent, before)
    answers = "\n".join(answer_of(number).decode() for number in Check.objects.values_list("id", flat=True))
    assert found(known.plain, answers)
    assert len(found(known.plain, fed(TODAY))) > 80

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
    after = f"{held()}\n{fed(GONE)}"
    assert found(known.plain, after) == set()
    assert found(known.digests, after) == set()
    assert found(sent, after) == set()
    assert set(Reconciliation.objects.values_list("their_digest", "our_digest")) == {(b"", b"")}
    key = verifier_key(tiles.key() or "")
    assert check_all(source(str(tiles.folder())), key, lambda done, total: None).size > 2 * 50


# --- whose leaves belong together ------------------------------------------------------------------


class Seen(NamedTuple):
    """A leaf as the operator's tables have it, in the order of the log; links are None where they are erased."""

    number: int
    event: int
    octets: bytes
    lot: int
    place: int
    of: tuple[int, int] | None


Attack = Callable[[Sequence[Seen], Sequence[Seen]], list[int]]
"""Given the later leaves and the SHOWN ones, both in order: for each later one the number of the SHOWN it is taken for."""


def leaves() -> tuple[list[Seen], list[str | None]]:
    """Every leaf that is about a record, and beside it whose it is, where that is known."""
    with connection.cursor() as cursor:
        cursor.execute(LEAVES)
        rows = cursor.fetchall()
    seen = [
        Seen(number, event, reference.bytes + bytes(committed), lot, place, None if of is None else (of, of_place))
        for number, event, reference, committed, lot, place, of, of_place, _ in rows
    ]
    return seen, [None if row[-1] is None else str(row[-1]) for row in rows]


def nearest(later: Sequence[Seen], shown: Sequence[Seen]) -> list[int]:
    return [min(shown, key=lambda one: abs(one.number - each.number)).number for each in later]


def same_order(later: Sequence[Seen], shown: Sequence[Seen]) -> list[int]:
    return [one.number for _, one in zip(later, shown, strict=True)]


def reverse_order(later: Sequence[Seen], shown: Sequence[Seen]) -> list[int]:
    return [one.number for _, one in zip(later, reversed(shown), strict=True)]


def same_place(later: Sequence[Seen], shown: Sequence[Seen]) -> list[int]:
    """The same place of the lot that is as late among the lots."""
    own, others = (sorted({one.lot for one in each}) for each in (later, shown))
    at = {(one.lot, one.place): one.number for one in shown}
    return [at.get((others[own.index(each.lot) * len(others) // len(own)], each.place), -1) for each in later]


def like_bytes(later: Sequence[Seen], shown: Sequence[Seen]) -> list[int]:
    """The one whose octets agree with its own in the most bits."""
    numbers = [int.from_bytes(one.octets) for one in shown]
    found = []
    for each in later:
        own = int.from_bytes(each.octets)
        found.append(shown[min(range(len(shown)), key=lambda at: (own ^ numbers[at]).bit_count())].number)
    return found


def by_link(later: Sequence[Seen], shown: Sequence[Seen]) -> list[int]:
    """Back along the links that are kept, else by luck."""
    known = {(one.lot, one.place): one for one in (*shown, *later)}
    every, _ = leaves()
    known |= {(one.lot, one.place): one for one in every}
    luck, found = random.Random(5), []
    for each in later:
        one = each
        while one.of is not None:
            one = known[one.of]
        found.append(one.number if one.event == Event.SHOWN else luck.choice(shown).number)
    return found


ATTACKS: Final = (nearest, same_order, reverse_order, same_place, like_bytes, by_link)


def chance_of(hits: int, tries: int) -> float:
    """How likely so many hits or more are by luck, one in a crowd as large as a lot."""
    luck = 1 / EACH
    return math.fsum(math.comb(tries, k) * luck**k * (1 - luck) ** (tries - k) for k in range(hits, tries + 1))


def chances(attack: Attack, seen: Sequence[Seen], whose: dict[int, str]) -> dict[Event, float]:
    """How likely the attack's success is by luck, for CHANGED and for ENDED leaves against SHOWN ones."""
    shown_leaves = [one for one in seen if one.event == Event.SHOWN]
    found = {}
    for event in (Event.CHANGED, Event.ENDED):
        later = [one for one in seen if one.event == event]
        guesses = attack(later, shown_leaves)
        hits = sum(whose[each.number] == whose.get(guess) for each, guess in zip(later, guesses, strict=True))
        found[event] = chance_of(hits, len(later))
    return found


def shown_changed_and_ended() -> dict[int, str]:
    """Bulk days: files of EACH, corrected by files in the same order, all ended in one night; whose each leaf is."""
    numbers = [[f"示市监罚〔2026〕{lot}{place:04d}号" for place in range(EACH)] for lot in range(LOTS)]
    for each in numbers:
        accepted(*(document(document_number=number) for number in each))
    for each in numbers:
        accepted(*(document(document_number=number, fine="5") for number in each), on_day=TODAY + timedelta(days=1))
    turn_the_day(moment=noon(date(2028, 1, 1)))
    number_filings(moment=noon(date(2028, 1, 1)))
    seen, whose = leaves()
    assert [sum(one.event == event for one in seen) for event in (1, 2, 3)] == [LOTS * EACH] * 3
    return {one.number: str(record) for one, record in zip(seen, whose, strict=True)}


def test_leaves_of_one_record_are_matched_no_better_than_by_chance() -> None:
    whose = shown_changed_and_ended()
    before, _ = leaves()
    assert max(chances(by_link, before, whose).values()) < UNLIKELY, "the control: a link that is kept tells all"
    everything_past(GONE)
    after, nobodys = leaves()
    assert [one.octets for one in after] == [one.octets for one in before]
    assert set(nobodys) == {None}
    told = {attack.__name__: chances(attack, after, whose) for attack in ATTACKS}
    assert {name: found for name, found in told.items() if min(found.values()) < UNLIKELY} == {}


IN_ORDER: Final = f"""
SELECT o.subject_id, o.record_ref FROM ({entries.OVERNIGHT}) o (subject_id, record_ref)
  JOIN records_record r ON r.subject_id = o.subject_id AND r.record_ref = o.record_ref::uuid
 ORDER BY r.entry_lot, r.entry_place
"""


def test_in_the_order_of_their_files_they_would_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """The control of the order: without the shuffling, order alone tells who is who.

    The database is told to give what ends in the order of the files: mostly it does so by itself, but promises nothing.
    """
    monkeypatch.setattr(random.SystemRandom, "shuffle", lambda _self, _rows: None)
    monkeypatch.setattr(entries, "OVERNIGHT", IN_ORDER)
    whose = shown_changed_and_ended()
    everything_past(GONE)
    after, _ = leaves()
    for attack in (same_order, same_place):
        assert chances(attack, after, whose)[Event.CHANGED] < UNLIKELY
    assert chances(same_order, after, whose)[Event.ENDED] < UNLIKELY
