"""The room of a tender 招标核查: who is checked and why, what came back, a window to answer, then the buyer's own act.

Nobody is excluded here by a record: a buyer excludes, by a measure that stands that day, of which the bidder was told
and had its window to answer, and says why.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from xinshu.bulk.personal import mask as without_persons
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.law.case_terms import CaseTerm, case_due
from xinshu.law.catalogue import Catalogue
from xinshu.law.measure_rules import Power
from xinshu.law.measures import measures_in
from xinshu.law.public_form import law_phrase
from xinshu.law.terms import CountedFrom, Nature, UseContext
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.states import NoticeKind
from xinshu.register.access.queries import OrganRow
from xinshu.register.access.queries import organ as organ_of
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.queries import numbered
from xinshu.register.subjects.queries import known
from xinshu.uses.measures.actions import Caller, give_answer, note_effect
from xinshu.uses.measures.models import Bidder, Check, Tender, TenderStep
from xinshu.uses.measures.queries import Asking, Line, answered
from xinshu.uses.measures.rooms import TenderRefused, parties
from xinshu.uses.measures.states import (
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_WATCH,
    LONGEST_WORDS,
    EffectKind,
    TenderEvent,
    TenderState,
)
from xinshu.uses.measures.watching import ask_again, begin_watch, end_watch, follow_watches

CONTEXT: Final = UseContext.PUBLIC_TRADING
HOUSE: Final = "measures"
SHORTEST_REASON: Final = 10
SHORTEST_TEXT: Final = 4


class TenderNotNow(XinshuError):
    """What was asked cannot be done in the room as it stands."""


class ExclusionRefused(XinshuError):
    """A bidder cannot be excluded: its window runs, nothing stands against it, or it was not told."""


class Procedure(NamedTuple):
    """What a buyer says of a tender: its number and title, the row of the catalogue by which bidders are checked, the
    day of bid opening, and the last day by which it is awarded."""

    reference: str
    title: str
    power: str
    opens_on: date
    ends_on: date


def purposes(catalogue: Catalogue, day: date) -> dict[str, Power]:
    """The articles by which a buyer may check bidders: those on which a restraint in public trading rests that day."""
    return {
        ground.power: catalogue.powers[ground.power]
        for _, measure in measures_in(CONTEXT, catalogue, on_date=day)
        if measure.nature is Nature.PENALTY
        for ground in measure.grounds
    }


@transaction.atomic
def begin_tender(*, procedure: Procedure, text: str, organ: OrganRow, actor: str, moment: Moment) -> UUID:
    """Open the room: every bidder is checked and told, and watched until the award. Raises TenderRefused."""
    catalogue = catalogue_on(moment.day).catalogue
    bidders = parties(text)
    power = _sound(procedure, catalogue, moment.day)
    codes, caller = [one.code for one in bidders], _caller(organ, actor)
    purpose = _purpose(procedure.reference, power.basis, power.article, catalogue)
    asked: dict[str, Any] = {"context": CONTEXT, "purpose": purpose, "caller": caller, "moment": moment}
    watch = begin_watch(codes=codes, reference=procedure.reference, ends_on=procedure.ends_on, anew=True, **asked)
    lines = give_answer(codes=codes, **asked).lines
    try:
        with transaction.atomic():
            room = Tender.objects.create(
                id=uuid4(),
                organ_code=organ.code,
                reference=procedure.reference.strip(),
                title=procedure.title.strip(),
                power=procedure.power,
                basis=power.basis,
                article=power.article or "",
                opens_on=procedure.opens_on,
                ends_on=procedure.ends_on,
                state=TenderState.PREPARED,
                watch_id=watch,
            )
    except IntegrityError:
        raise TenderRefused(
            "这个项目编号已有招标核查。There is a room for this reference already; go on in that one."
        ) from None
    _step(room, TenderEvent.BEGUN, actor, moment)
    rows = [Bidder(tender=room, place=place, party=one.name, code=one.code) for place, one in enumerate(bidders, 1)]
    _tell(room, rows, lines, codes, NoticeKind.TENDER_CHECKED, organ, moment)
    return room.id


@transaction.atomic
def answer_buyer(*, tender: UUID, codes: Collection[str], words: str, actor: str, moment: Moment) -> None:
    """A bidder answers within its window; a later answer takes the place of an earlier one. Raises TenderNotNow."""
    room = _open_room(tender)
    one = Bidder.objects.select_for_update().filter(tender=room, code__in=list(codes)).first()
    if one is None or one.answer_by is None:
        raise TenderNotNow("没有需要答复的事项。There is nothing to answer to.")
    if moment.day > one.answer_by:
        raise TenderNotNow(
            f"答复期已于{one.answer_by}届满，请直接与采购人联系。"
            f" Your window ended on {one.answer_by}; write to the buyer"
            " itself."
        )
    words, _ = without_persons(words.strip())
    if not 1 <= len(words) <= LONGEST_WORDS:
        raise TenderNotNow(f"请填写答复，至多{LONGEST_WORDS}字。Say what you answer, in {LONGEST_WORDS} characters.")
    one.answer, one.answered_on = words, moment.day
    one.save(update_fields=["answer", "answered_on"])
    _step(room, TenderEvent.ANSWERED, actor, moment, one.code)


@transaction.atomic
def look_anew(*, tender: UUID, actor: str, organ: OrganRow, moment: Moment) -> int:
    """Ask about every bidder now, tell those of whom something has changed; how many. Raises TenderNotNow."""
    room = _open_room(tender, organ.code)
    changed = ask_again(watch=room.watch_id, through=numbered(), moved=None, moment=moment)
    _step(room, TenderEvent.ASKED_AGAIN, actor, moment)
    _tell_changed(room, changed, organ, moment)
    return len(changed)


@transaction.atomic
def open_bids(*, tender: UUID, organ: OrganRow, actor: str, moment: Moment) -> UUID:
    """Bids are opened: what stands is asked once more and frozen as evidence; its number. Raises TenderNotNow."""
    room = _open_room(tender, organ.code)
    if room.state != TenderState.PREPARED:
        raise TenderNotNow("已经开标，证据已固定。Bids are opened already, and the evidence is frozen.")
    if moment.day < room.opens_on:
        raise TenderNotNow(
            f"开标日为{room.opens_on}，届时再固定证据。Bids are opened on {room.opens_on}; come back then."
        )
    changed = ask_again(watch=room.watch_id, through=numbered(), moved=None, moment=moment)
    _tell_changed(room, changed, organ, moment)
    edition = catalogue_on(moment.day)
    codes = list(Bidder.objects.filter(tender=room).order_by("place").values_list("code", flat=True))
    purpose = _purpose(room.reference, room.basis, room.article or None, edition.catalogue)
    given = give_answer(codes=codes, context=CONTEXT, purpose=purpose, caller=_caller(organ, actor), moment=moment)
    Check.objects.filter(id=given.number).update(kept_until=room.ends_on + timedelta(days=settings.CHECK_DAYS))
    room.evidence_id, room.state = given.number, TenderState.OPENED
    room.save(update_fields=["evidence", "state"])
    _step(room, TenderEvent.BIDS_OPENED, actor, moment)
    return given.number


@transaction.atomic
def exclude(
    *,
    tender: UUID,
    code: str,
    key: list[str],
    words: str,
    joint_text: str = "",
    organ: OrganRow,
    actor: str,
    moment: Moment,
) -> None:
    """The buyer excludes a bid, by a measure that stands now against the bidder of that code, after the window.

    `key`: the measure, its ground and the record. Every member of a consortium was told of it and had its window, and
    the buyer says by which text one member's measure counts for the bid: nothing spreads here by itself (G26). Raises
    ExclusionRefused and TenderNotNow.
    """
    room = _open_room(tender, organ.code)
    bid = _bid(room, code)
    if not bid or bid[0].excluded_on is not None or room.state != TenderState.OPENED:
        raise TenderNotNow("开标之后才能排除，且一家只排除一次。A bidder is excluded after bid opening, and once.")
    edition = catalogue_on(moment.day)
    _must_stand(code, key, Asking(CONTEXT, edition, moment.day, organ.division))
    for one in bid:
        _must_be_heard(one, key if one.code == code else [*key, code], moment.day)
    if len(bid) > 1 and not SHORTEST_TEXT <= len(joint_text.strip()) <= LONGEST_TEXT:
        raise ExclusionRefused(
            f"请写明一个成员的措施及于整个联合体所依据的法律条款或者采购文件条款，{SHORTEST_TEXT}至{LONGEST_TEXT}字。"
            " Say by which article of law, or clause of the tender's own documents, a measure against one member counts"
            f" for the whole consortium, in {SHORTEST_TEXT} to {LONGEST_TEXT} characters."
        )
    if not SHORTEST_REASON <= len(words.strip()) <= LONGEST_WORDS:
        raise ExclusionRefused(
            f"请写明排除的理由，{SHORTEST_REASON}至{LONGEST_WORDS}字，并回应其答复。Say why, in {SHORTEST_REASON} to"
            f" {LONGEST_WORDS} characters, and meet what the bidder answered."
        )
    for one in bid:
        one.excluded_on, one.excluded_words = moment.day, without_persons(words.strip())[0]
        one.excluded_for = key if len(bid) == 1 else [*key, code]
        one.joint_text = "" if len(bid) == 1 else without_persons(joint_text.strip())[0]
        one.save(update_fields=["excluded_on", "excluded_for", "excluded_words", "joint_text"])
        _step(room, TenderEvent.EXCLUDED, actor, moment, one.code)
        _notify(room, one, NoticeKind.TENDER_EXCLUDED, organ, moment)
    note_effect(
        measure=key[0],
        effect=EffectKind.APPLIED,
        code=code,
        matter=room.reference,
        done_on=moment.day,
        organ=organ.code,
        actor=actor,
        moment=moment,
    )


@transaction.atomic
def close_tender(*, tender: UUID, organ: OrganRow, actor: str, moment: Moment) -> None:
    """Awarded, or given up: the room is closed and its watch dies. Raises TenderNotNow."""
    _close(_open_room(tender, organ.code), actor, moment)


def follow(*, moment: Moment) -> None:
    """Watches are followed; both sides of a tender are told what changed before the award. A tender whose last day is
    over is closed."""

    def tell(watch: UUID, codes: list[str]) -> None:
        for room in Tender.objects.filter(watch_id=watch, closed_on__isnull=True):
            unit = organ_of(room.organ_code) or OrganRow(room.organ_code, room.organ_code, "", "")
            _tell_changed(room, codes, unit, moment)

    follow_watches(moment=moment, tell=tell)
    for room in Tender.objects.filter(closed_on__isnull=True, ends_on__lt=moment.day):
        with transaction.atomic():
            _close(room, HOUSE, moment)


def _tell_changed(room: Tender, changed: Collection[str], organ: OrganRow, moment: Moment) -> None:
    """Who is of a bid of which something has changed is told, and whoever was not told yet of what stands."""
    rows = list(Bidder.objects.select_for_update().filter(tender=room).order_by("place"))
    asking = Asking(CONTEXT, catalogue_on(moment.day), moment.day, organ.division)
    lines = answered([one.code for one in rows], asking).lines
    _tell(room, rows, lines, changed, NoticeKind.TENDER_CHANGED, organ, moment)


def _tell(
    room: Tender,
    rows: Sequence[Bidder],
    lines: Sequence[Line],
    changed: Collection[str],
    kind: NoticeKind,
    organ: OrganRow,
    moment: Moment,
) -> None:
    """Where a restraint stands against a bid of which one of its members was not told before, that one's window begins
    that day: whichever member it stands against, since the whole bid may fall by it."""
    restraints = _restraints(moment.day)
    joint: dict[str, list[list[str]]] = {}
    for one, line in zip(rows, lines, strict=True):
        joint.setdefault(one.party, []).extend([*key, one.code] for key in line.keys if key[0] in restraints)
    moved = {one.party for one in rows if one.party and one.code in changed}
    for one, line in zip(rows, lines, strict=True):
        of_others = [key for key in joint[one.party] if key[-1] != one.code] if one.party else []
        fresh = [key for key in [*line.keys, *of_others] if key not in one.told]
        before, one.outcome = one.outcome, line.outcome
        if not fresh and one.code not in changed and one.party not in moved:
            if before != one.outcome:
                one.save(update_fields=["outcome"])
            continue
        one.told = [*one.told, *fresh]
        if any(key[0] in restraints for key in fresh):
            days: Mapping[CountedFrom, date] = {CountedFrom.NOTICE: moment.day}
            catalogue = catalogue_on(moment.day).catalogue
            one.answer_by = case_due(CaseTerm.TENDER_ANSWER, days, catalogue, on_date=moment.day)
        one.save()
        event = TenderEvent.TOLD if kind is NoticeKind.TENDER_CHECKED else TenderEvent.CHANGED
        _step(room, event, HOUSE, moment, one.code)
        _notify(room, one, kind, organ, moment)


def _restraints(day: date) -> frozenset[str]:
    measures = catalogue_on(day).catalogue.measures
    return frozenset(name for name, measure in measures.items() if measure.nature is Nature.PENALTY)


def _bid(room: Tender, code: str) -> list[Bidder]:
    """The bidder of that code, or all members of its consortium; none: it does not bid here."""
    party = Bidder.objects.filter(tender=room, code=code).values_list("party", flat=True).first()
    found = Bidder.objects.select_for_update().filter(tender=room).order_by("place")
    return list(found.filter(party=party) if party else found.filter(code=code))


def _notify(room: Tender, one: Bidder, kind: NoticeKind, organ: OrganRow, moment: Moment) -> None:
    """In the inbox of every body of that code; one that is not known here is served on paper by the buyer."""
    said = {"organ": organ.name, "reference": room.reference}
    if one.answer_by is not None and kind is not NoticeKind.TENDER_EXCLUDED:
        said["answer_by"] = one.answer_by.isoformat()
    bodies = known([one.code]).get(one.code)
    for subject in () if bodies is None else bodies.subjects:
        notify(subject=subject, kind=kind, said=said, moment=moment)


def _must_stand(code: str, key: list[str], asking: Asking) -> None:
    """A measure of the row that was named, that applies, restrains, and stands at this very moment (G4)."""
    (line,) = answered([code], asking).lines
    if key not in line.keys or key[0] not in _restraints(asking.day):
        raise ExclusionRefused(
            "今日没有这项可据以排除的措施；请重新核查，以当前结果为准。"
            " No such measure stands against this bidder today; ask"
            " again, and go by what stands now."
        )


def _must_be_heard(one: Bidder, key: list[str], day: date) -> None:
    if key not in one.told or one.answer_by is None:
        raise ExclusionRefused(
            "尚未就这项措施告知投标人；请先重新核查，告知后给予答复期。"
            " The bidder was not told of this measure; ask again"
            " first, by which it is told and has its window."
        )
    if day <= one.answer_by:
        raise ExclusionRefused(
            f"投标人的答复期至{one.answer_by}，期满之后才能排除。"
            f" The bidder may answer until {one.answer_by}; it cannot be"
            " excluded before."
        )


def _sound(procedure: Procedure, catalogue: Catalogue, day: date) -> Power:
    power = purposes(catalogue, day).get(procedure.power)
    if power is None:
        raise TenderRefused("请选择核查所依据的条款。Choose the article by which bidders are checked.")
    named = 2 <= len(procedure.reference.strip()) <= LONGEST_NAME and 2 <= len(procedure.title.strip()) <= LONGEST_TEXT
    if not named:
        raise TenderRefused(
            f"请填写项目编号（至多{LONGEST_NAME}字）和名称（至多{LONGEST_TEXT}字）。"
            f" Give the reference, in {LONGEST_NAME}"
            f" characters at most, and the title, in {LONGEST_TEXT}."
        )
    last = day + timedelta(days=LONGEST_WATCH)
    if not day <= procedure.opens_on <= procedure.ends_on <= last:
        raise TenderRefused(
            f"开标日须不早于今日，定标期限不早于开标日，且不晚于{last}。"
            " Bid opening is not before today, the award not before"
            f" it, and all of it by {last}."
        )
    return power


def _purpose(reference: str, basis: str, article: str | None, catalogue: Catalogue) -> str:
    law, _ = law_phrase(basis, article, catalogue)
    return f"招标核查 {reference.strip()} {law}"[:LONGEST_TEXT]


def _caller(organ: OrganRow, actor: str) -> Caller:
    return Caller(f"organ:{organ.code}", actor, organ.code, organ.division)


def _open_room(tender: UUID, organ: str | None = None) -> Tender:
    found = Tender.objects.select_for_update().filter(id=tender).first()
    if found is None or (organ is not None and found.organ_code != organ):
        raise TenderNotNow("没有这个招标核查。There is no such room.")
    if found.closed_on is not None:
        raise TenderNotNow("该项目已经结束，不再变更。This tender is closed, and nothing of it is changed.")
    return found


def _close(room: Tender, actor: str, moment: Moment) -> None:
    room.state, room.closed_on = TenderState.CLOSED, moment.day
    room.save(update_fields=["state", "closed_on"])
    Check.objects.filter(tender=room).update(kept_until=moment.day + timedelta(days=settings.CHECK_DAYS))
    end_watch(watch=room.watch_id, caller=f"organ:{room.organ_code}", moment=moment)
    _step(room, TenderEvent.CLOSED, actor, moment)


def _step(room: Tender, event: TenderEvent, actor: str, moment: Moment, bidder: str = "") -> None:
    TenderStep.objects.create(
        tender=room.id, bidder=bidder, event=event, actor=actor, on_day=moment.day, at=moment.instant
    )
