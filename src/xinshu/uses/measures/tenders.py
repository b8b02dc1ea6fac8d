"""The room of a tender 招标核查: who is checked and why, what came back, a window to answer, then the buyer's own act.

Nobody is excluded here by a record: a buyer excludes, by a measure that stands that day, of which the bidder was told
and had its window to answer, and says why.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from typing import Any, Final, NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction

from xinshu.bulk.personal import mask as without_persons
from xinshu.kit.errors import XinshuError
from xinshu.kit.identifiers import check_code
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
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.publog.queries import numbered
from xinshu.register.subjects.queries import known
from xinshu.uses.measures.actions import (
    Caller,
    ask_again,
    begin_watch,
    end_watch,
    follow_watches,
    give_answer,
    keys,
    note_effect,
)
from xinshu.uses.measures.models import Bidder, Check, Tender, TenderStep
from xinshu.uses.measures.queries import Asking, Line, answered
from xinshu.uses.measures.states import (
    LONGEST_NAME,
    LONGEST_TEXT,
    LONGEST_WATCH,
    LONGEST_WORDS,
    MOST_WATCHED,
    EffectKind,
    TenderEvent,
    TenderState,
)

CONTEXT: Final = UseContext.PUBLIC_TRADING
HOUSE: Final = "measures"
SHORTEST_REASON: Final = 10
BETWEEN: Final = re.compile(r"[\s,，、;；]+")
NAMED: Final = re.compile(r"\s*([^:：]*)[:：](.*)")


class TenderRefused(XinshuError):
    """A room cannot be opened as asked; the sentence says what is to be done."""


class TenderNotNow(XinshuError):
    """What was asked cannot be done in the room as it stands."""


class ExclusionRefused(XinshuError):
    """A bidder cannot be excluded: its window runs, nothing stands against it, or it was not told."""


class Party(NamedTuple):
    """A bidder's code, and the name that the members of its consortium have in common (else empty)."""

    name: str
    code: str


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


def parties(text: str) -> list[Party]:
    """Bidders as they were pasted: a line each; members of a consortium stand in one line, its name before a colon.

    Raises TenderRefused, with the line and what is wrong of it.
    """
    found: list[Party] = []
    for number, line in enumerate(text.splitlines(), 1):
        named = NAMED.fullmatch(line)
        name, rest = (named[1].strip(), named[2]) if named else ("", line)
        written = [one for one in BETWEEN.split(rest) if one]
        if len(written) > 1 and not name:
            name = f"联合体{number}"
        for one in written:
            checked = check_code(one)
            if not checked.valid:
                raise TenderRefused(
                    f"第{number}行有无效的代码，请核对；联合体成员写在同一行，名称后加冒号。"
                    f" Line {number} holds an invalid"
                    " code; mend it. Members of a consortium stand in one line, its name before a colon."
                )
            found.append(Party(name[:LONGEST_NAME], checked.code))
    if not 1 <= len(found) <= MOST_WATCHED:
        raise TenderRefused(
            f"请填写1至{MOST_WATCHED}个投标人的代码。Give the codes of 1 to {MOST_WATCHED} bidders, a line each."
        )
    twice = {one.code for one in found if sum(other.code == one.code for other in found) > 1}
    if twice:
        raise TenderRefused("同一代码出现两次，请删去一处。A code stands twice; take one of them out.")
    return found


@transaction.atomic
def begin_tender(*, procedure: Procedure, text: str, organ: OrganRow, actor: str, moment: Moment) -> UUID:
    """Open the room: every bidder is checked and told, and watched until the award. Raises TenderRefused."""
    catalogue = catalogue_on(moment.day).catalogue
    bidders = parties(text)
    power = _sound(procedure, catalogue, moment.day)
    codes, caller = [one.code for one in bidders], _caller(organ, actor)
    purpose = _purpose(procedure.reference, power.basis, power.article, catalogue)
    asked: dict[str, Any] = {"context": CONTEXT, "purpose": purpose, "caller": caller, "moment": moment}
    lines = give_answer(codes=codes, **asked).lines
    watch = begin_watch(codes=codes, reference=procedure.reference, ends_on=procedure.ends_on, **asked)
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
    for place, (party, line) in enumerate(zip(bidders, lines, strict=True), 1):
        one = Bidder(tender=room, place=place, party=party.name, code=party.code, outcome=line.outcome)
        _tell(room, one, line, NoticeKind.TENDER_CHECKED, organ, catalogue, moment)
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
    *, tender: UUID, code: str, key: list[str], words: str, organ: OrganRow, actor: str, moment: Moment
) -> None:
    """The buyer excludes a bidder, by a measure that stands now and of which it was told, after its window.

    `key`: the measure, its ground and the record. Raises ExclusionRefused and TenderNotNow.
    """
    room = _open_room(tender, organ.code)
    one = Bidder.objects.select_for_update().filter(tender=room, code=code).first()
    if one is None or one.excluded_on is not None or room.state != TenderState.OPENED:
        raise TenderNotNow("开标之后才能排除，且一家只排除一次。A bidder is excluded after bid opening, and once.")
    edition = catalogue_on(moment.day)
    _must_stand(one, key, Asking(CONTEXT, edition, moment.day, organ.division))
    _must_be_heard(one, key, moment.day)
    if not SHORTEST_REASON <= len(words.strip()) <= LONGEST_WORDS:
        raise ExclusionRefused(
            f"请写明排除的理由，{SHORTEST_REASON}至{LONGEST_WORDS}字，并回应其答复。Say why, in {SHORTEST_REASON} to"
            f" {LONGEST_WORDS} characters, and meet what the bidder answered."
        )
    one.excluded_on, one.excluded_for, one.excluded_words = moment.day, key, without_persons(words.strip())[0]
    one.save(update_fields=["excluded_on", "excluded_for", "excluded_words"])
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
    _step(room, TenderEvent.EXCLUDED, actor, moment, code)
    _notify(room, one, NoticeKind.TENDER_EXCLUDED, organ, moment)


@transaction.atomic
def close_tender(*, tender: UUID, organ: OrganRow, actor: str, moment: Moment) -> None:
    """Awarded, or given up: the room is closed and its watch dies. Raises TenderNotNow."""
    _close(_open_room(tender, organ.code), actor, moment)


def follow(*, moment: Moment) -> None:
    """Watches are followed; both sides of a tender are told what changed before the award. A tender whose last day is
    over is closed."""
    changed = follow_watches(moment=moment)
    for room in Tender.objects.filter(watch_id__in=list(changed), closed_on__isnull=True):
        with transaction.atomic():
            _tell_changed(room, changed[room.watch_id], None, moment)
    for room in Tender.objects.filter(closed_on__isnull=True, ends_on__lt=moment.day):
        with transaction.atomic():
            _close(room, HOUSE, moment)


def _tell_changed(room: Tender, codes: Iterable[str], organ: OrganRow | None, moment: Moment) -> None:
    """What is new of these bidders is told, with a new window; what went is told too."""
    edition = catalogue_on(moment.day)
    asked = list(Bidder.objects.select_for_update().filter(tender=room, code__in=list(codes)).order_by("place"))
    division = None if organ is None else organ.division
    asking = Asking(CONTEXT, edition, moment.day, division)
    lines = answered([one.code for one in asked], asking).lines if asked else []
    for one, line in zip(asked, lines, strict=True):
        one.outcome = line.outcome
        _tell(room, one, line, NoticeKind.TENDER_CHANGED, organ, edition.catalogue, moment)


def _tell(
    room: Tender,
    one: Bidder,
    line: Line,
    kind: NoticeKind,
    organ: OrganRow | None,
    catalogue: Catalogue,
    moment: Moment,
) -> None:
    """The bidder is told; where a restraint stands of which it was not told before, its window begins that day."""
    fresh = [key for key in keys(line) if key not in one.told]
    one.told = [*one.told, *fresh]
    if any(catalogue.measures[key[0]].nature is Nature.PENALTY for key in fresh):
        days: Mapping[CountedFrom, date] = {CountedFrom.NOTICE: moment.day}
        one.answer_by = case_due(CaseTerm.TENDER_ANSWER, days, catalogue, on_date=moment.day)
    one.save()
    event = TenderEvent.TOLD if kind is NoticeKind.TENDER_CHECKED else TenderEvent.CHANGED
    _step(room, event, HOUSE, moment, one.code)
    _notify(room, one, kind, organ, moment)


def _notify(room: Tender, one: Bidder, kind: NoticeKind, organ: OrganRow | None, moment: Moment) -> None:
    """In the inbox of every body of that code; one that is not known here is served on paper by the buyer."""
    said = {"organ": room.organ_code if organ is None else organ.name, "reference": room.reference}
    if one.answer_by is not None and kind is not NoticeKind.TENDER_EXCLUDED:
        said["answer_by"] = one.answer_by.isoformat()
    bodies = known([one.code]).get(one.code)
    for subject in () if bodies is None else bodies.subjects:
        notify(subject=subject, kind=kind, said=said, moment=moment)


def _must_stand(one: Bidder, key: list[str], asking: Asking) -> None:
    """A measure of the row that was named, that applies, restrains, and stands at this very moment (G4)."""
    (line,) = answered([one.code], asking).lines
    restrains = key[:1] and key[0] in asking.edition.catalogue.measures
    nature = asking.edition.catalogue.measures[key[0]].nature if restrains else None
    if key not in keys(line) or nature is not Nature.PENALTY:
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
