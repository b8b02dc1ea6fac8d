"""Writes of measures: an answer is given and kept sealed, procedures are watched, effects are noted, old answers go."""

import hashlib
import hmac
import zlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

import orjson
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q

from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import normalise
from xinshu.kit.moment import Moment
from xinshu.law.terms import Nature, UseContext
from xinshu.parties.notices.actions import forget_told
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.vault import KeyGone, sealed
from xinshu.register.access.actions import note
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.subjects.queries import known
from xinshu.uses.measures.models import Alert, Bidder, Check, MeasureEffect, Tender, TenderStep, Watch, WatchedCode
from xinshu.uses.measures.queries import Asking, Line, answer_of, answered
from xinshu.uses.measures.states import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_CODES,
    EffectKind,
    Outcome,
    TenderEvent,
)
from xinshu.uses.measures.telling import content

TENDER_KINDS: Final = (NoticeKind.TENDER_CHECKED, NoticeKind.TENDER_CHANGED, NoticeKind.TENDER_EXCLUDED)

STANDS: Final = """
SELECT id FROM measures_watchedcode
 WHERE EXISTS (SELECT FROM jsonb_array_elements(stands) AS one WHERE one ->> 2 = ANY(%(gone)s))
"""
ALERTS: Final = """
SELECT id FROM measures_alert
 WHERE EXISTS (SELECT FROM jsonb_array_elements(came || went) AS one WHERE one ->> 2 = ANY(%(gone)s))
"""
BIDDERS: Final = """
SELECT id FROM measures_bidder
 WHERE excluded_for ->> 2 = ANY(%(gone)s)
    OR EXISTS (SELECT FROM jsonb_array_elements(told) AS one WHERE one ->> 2 = ANY(%(gone)s))
"""


class CheckRefused(XinshuError):
    """A check cannot be answered as asked; the sentence says what is to be done."""


class KeyReused(XinshuError):
    """A key of the caller's own stands for another question."""


class WatchRefused(XinshuError):
    """A watch cannot be begun as asked, or there is none of that number."""


class EffectRefused(XinshuError):
    """An effect cannot be noted as reported."""


class Caller(NamedTuple):
    """Who asks: the name that stands for it (`organ:<code>`, `recipient:<name>`), its organ and that one's division."""

    name: str
    actor: str
    organ: str = ""
    division: str | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """An answer as it was given: its number, its bytes, and what it says; `again`: it was given before."""

    number: UUID
    content: bytes
    lines: list[Line]
    again: bool = False


class Once(NamedTuple):
    """The caller's own key for a question, and the digest of that question."""

    key: str
    question: bytes


@transaction.atomic
def give_answer(
    *,
    codes: Sequence[object],
    context: UseContext,
    purpose: str,
    caller: Caller,
    moment: Moment,
    once: Once | None = None,
) -> Given:
    """Answer what stands for each of these codes, keep the answer sealed, and leave a line in the trail.

    Raises CheckRefused for no code, too many, or no purpose.
    """
    purpose = said_shortly(purpose, CheckRefused)
    if not 1 <= len(codes) <= MOST_CODES:
        raise CheckRefused(
            f"一次核查1至{MOST_CODES}个代码；更多的请分次。"
            f" From 1 to {MOST_CODES} codes are checked at a time; send more"
            " in parts."
        )
    asking = Asking(context, catalogue_on(moment.day), moment.day, caller.division)
    found, number = answered(codes, asking), uuid4()
    said = content(number, found, asking, purpose)
    told = [line for line in found.lines if line.outcome is Outcome.MEASURES]
    Check.objects.create(
        id=number,
        caller=caller.name,
        organ_code=caller.organ,
        context=context,
        purpose=purpose,
        on_day=moment.day,
        at=moment.instant,
        edition=bytes.fromhex(asking.edition.hash),
        journal=found.state.number,
        codes=len(codes),
        found=len(told),
        digest=hashlib.sha256(said).digest(),
        sealed=sealed(zlib.compress(said)),
        subjects=sorted({one.subject for line in found.lines for one in line.found}),
        kept_until=moment.day + timedelta(days=settings.CHECK_DAYS),
        key=None if once is None else once.key,
        question=None if once is None else once.question,
    )
    matter = f"{number} {context} codes {len(codes)} found {len(told)}"
    note(actor=caller.actor, act="CHECK", matter=matter, purpose=purpose, organ=caller.organ, moment=moment)
    return Given(number, said, found.lines)


@transaction.atomic
def answer_once(
    *, key: str, codes: Sequence[object], context: UseContext, purpose: str, caller: Caller, moment: Moment
) -> Given:
    """The answer under a key of the caller's own: sent again, the first one's very bytes while they are kept.

    Two at once wait for one another. Raises KeyReused where the key stands for another question, else as give_answer.
    """
    question = hashlib.sha256(orjson.dumps([context, purpose.strip(), list(codes)])).digest()
    one_at_a_time(f"check {caller.name} {key}")
    first = Check.objects.defer("sealed").filter(caller=caller.name, key=key).first()
    if first is not None and first.kept_until < moment.day:
        first.delete()
    elif first is not None:
        if bytes(first.question or b"") != question:
            raise KeyReused(
                "该幂等键已用于另一次核查；请换一个键。This key stands for another question; choose a new one."
            )
        matter = str(first.id)
        note(actor=caller.actor, act="REPLAY_CHECK", matter=matter, purpose=purpose, organ=caller.organ, moment=moment)
        return Given(first.id, answer_of(first.id), [], again=True)
    asked: dict[str, Any] = {"codes": codes, "context": context, "purpose": purpose}
    return give_answer(**asked, caller=caller, moment=moment, once=Once(key, question))


@transaction.atomic
def note_effect(
    *, measure: str, effect: EffectKind, code: str, matter: str, done_on: date, organ: str, actor: str, moment: Moment
) -> bool:
    """Keep that a unit applied a measure to a body, or lifted it, in a matter of its own; False: it is kept already.

    Of whom is kept as a digest under our key, so that nobody reads a list of them here. What was applied by a row that
    is gone may still be lifted. Raises EffectRefused.
    """
    was_applied = effect is EffectKind.LIFTED and MeasureEffect.objects.filter(measure=measure).exists()
    if measure not in catalogue_on(moment.day).catalogue.measures and not was_applied:
        raise EffectRefused("目录中没有这项措施。There is no such measure in the catalogue.")
    if done_on > moment.day:
        raise EffectRefused("日期不能晚于今日。The day is today at the latest.")
    if not 1 <= len(matter.strip()) <= LONGEST_NAME:
        raise EffectRefused(
            f"请写明事项编号，至多{LONGEST_NAME}字。Name the matter, in {LONGEST_NAME} characters at most."
        )
    said = "\n".join((organ, measure, effect, normalise(code), matter.strip()))
    once = hmac.new(settings.SECRET_KEY.encode(), f"effect {said}".encode(), hashlib.sha256).digest()
    _, fresh = MeasureEffect.objects.get_or_create(
        once=once,
        defaults={
            "organ_code": organ,
            "measure": measure,
            "effect": effect,
            "done_on": done_on,
            "actor": actor,
            "at": moment.instant,
        },
    )
    return fresh


@transaction.atomic
def erase_old(*, moment: Moment) -> int:
    """Erase the answers whose time is over, and with their tenders, notices and watches whatever told of a body; how
    many."""
    over = moment.day - timedelta(days=settings.CHECK_DAYS)
    for room in Tender.objects.filter(closed_on__lt=over):
        codes = list(Bidder.objects.filter(tender=room).values_list("code", flat=True))
        _forget_notices(room, {subject for one in known(codes).values() for subject in one.subjects})
        TenderStep.objects.filter(tender=room.id).delete()
        room.delete()
        Watch.objects.filter(id=room.watch_id).delete()
    ended = Q(ends_on__lt=over) | Q(ended_at__lt=moment.instant - timedelta(days=settings.CHECK_DAYS + 1))
    Watch.objects.filter(ended, tender__isnull=True).delete()
    erased, _ = (
        Check.objects.filter(kept_until__lt=moment.day)
        .exclude(tender__closed_on__isnull=True, tender__isnull=False)
        .delete()
    )
    return erased


def forget(records: Sequence[tuple[int, str]], *, moment: Moment) -> None:
    """Erase what is kept here of these records (subject, reference), in the transaction that erases them (adr/0039).

    An answer that tells of one goes whole, since it is given to the byte or not at all. What a watch or a room holds of
    one goes; where no restraint is left of which a bidder was told, so do its window, its answer and its notices.
    """
    gone = {record_ref for _, record_ref in records}
    subjects = {subject for subject, _ in records}
    told = Check.objects.filter(subjects__overlap=list(subjects))
    for number in [one for one in told.values_list("id", flat=True) if _tells_of(one, gone)]:
        Check.objects.filter(id=number).delete()
    held = WatchedCode.objects.filter(id__in=_naming(STANDS, gone))
    list(Watch.objects.select_for_update(of=("self",)).filter(watchedcode__in=held).order_by("id"))
    for code in held.all():
        code.stands = _without(code.stands, gone)
        code.save(update_fields=["stands"])
    for alert in Alert.objects.filter(id__in=_naming(ALERTS, gone)):
        alert.came, alert.went = _without(alert.came, gone), _without(alert.went, gone)
        alert.save(update_fields=["came", "went"]) if alert.came or alert.went else alert.delete()
    measures = catalogue_on(moment.day).catalogue.measures
    bidders = Bidder.objects.select_for_update(of=("self",)).select_related("tender").order_by("tender", "place")
    for bidder in bidders.filter(id__in=_naming(BIDDERS, gone)):
        bidder.told = _without(bidder.told, gone)
        left = any(key[0] not in measures or measures[key[0]].nature is Nature.PENALTY for key in bidder.told)
        _forget_in_room(bidder, subjects, excluded=bool(_without([bidder.excluded_for or [""] * 3], gone)), left=left)


def _forget_in_room(bidder: Bidder, subjects: Collection[int], *, excluded: bool, left: bool) -> None:
    """`excluded`: its exclusion, if there is one, rests on something else; `left`: it was told of some other restraint
    too, and its window, answer and notices are about that as well."""
    steps = TenderStep.objects.filter(tender=bidder.tender_id, bidder=bidder.code)
    if not excluded:
        bidder.excluded_on, bidder.excluded_for, bidder.excluded_words, bidder.joint_text = None, None, "", ""
        steps.filter(event=TenderEvent.EXCLUDED).delete()
    if not left:
        bidder.outcome, bidder.answer_by, bidder.answer, bidder.answered_on = Outcome.NONE, None, "", None
        steps.filter(event__in=(TenderEvent.ANSWERED, TenderEvent.CHANGED)).delete()
        held = known([bidder.code]).get(bidder.code)
        _forget_notices(bidder.tender, {*subjects, *(() if held is None else held.subjects)})
    bidder.save()


def _forget_notices(room: Tender, subjects: Collection[int]) -> None:
    forget_told(subjects=subjects, kinds=TENDER_KINDS, said={"reference": room.reference})


def _tells_of(number: UUID, gone: Collection[str]) -> bool:
    """Whether an answer tells of one of these records; what nobody can unseal any more tells nobody anything."""
    try:
        held = answer_of(number)
    except KeyGone:
        return False
    return any(one.encode() in held for one in gone)


def _naming(statement: str, gone: Collection[str]) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"gone": list(gone)})
        return [row[0] for row in cursor.fetchall()]


def _without(keys: Iterable[list[str]], gone: Collection[str]) -> list[list[str]]:
    """These measures, grounds and records, but for those records."""
    return [key for key in keys if key[2] not in gone]


def one_at_a_time(matter: str) -> None:
    """Wait for whoever does the same thing, until the end of its transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [matter])


def said_shortly(text: str, refused: type[XinshuError]) -> str:
    """A purpose or a reference: it is said, and short."""
    if not 2 <= len(text.strip()) <= LONGEST_TEXT:
        raise refused(
            f"请写明目的和程序编号，各2至{LONGEST_TEXT}字。"
            " Say the purpose, and the procedure where there is one, in 2 to"
            f" {LONGEST_TEXT} characters each."
        )
    return text.strip()
