"""The room of a tender in words, for both sides: what stands against a bidder today, its window, and what happened."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import orjson
from django.conf import settings

from xinshu.doors.portal.wording import Wording, Words
from xinshu.law.public_form import law_phrase, sentence
from xinshu.law.terms import Nature, UseContext
from xinshu.register.catalogues.queries import EditionRow
from xinshu.uses.measures.queries import Asking, Found, Line, answered
from xinshu.uses.measures.rooms import BidderRow, StepRow, TenderRow
from xinshu.uses.measures.states import Outcome, TenderEvent, TenderState

BETWEEN: Final = "|"
MEMBER: Final = 3
"""Where the key of a measure names the member of a consortium against which it stands."""

STATES: Final[Mapping[str, Words]] = {
    TenderState.PREPARED: ("等待开标", "Before bid opening"),
    TenderState.OPENED: ("已开标，证据已固定", "Bids are opened, the evidence is frozen"),
    TenderState.CLOSED: ("已结束", "Closed"),
}
OUTCOMES: Final[Mapping[str, Words]] = {
    Outcome.MEASURES: ("有措施", "A measure stands"),
    Outcome.NONE: ("没有据以采取措施的公示信息", "Nothing on which a measure rests"),
    Outcome.FOREIGN: ("LEI：这里不可能有记录", "LEI: no public record can exist here"),
    Outcome.NOT_A_CODE: ("不是有效代码", "Not a valid code"),
}
EVENTS: Final[Mapping[str, Words]] = {
    TenderEvent.BEGUN: ("开始核查", "The room was opened"),
    TenderEvent.TOLD: ("已告知投标人", "The bidder was told"),
    TenderEvent.ANSWERED: ("投标人答复", "The bidder answered"),
    TenderEvent.ASKED_AGAIN: ("重新核查", "Asked again"),
    TenderEvent.BIDS_OPENED: ("开标，证据固定", "Bids opened, evidence frozen"),
    TenderEvent.CHANGED: ("结果有变化，双方已获知", "What stands has changed; both sides were told"),
    TenderEvent.EXCLUDED: ("采购人作出排除决定", "The buyer excluded the bidder"),
    TenderEvent.CLOSED: ("项目结束，停止关注", "Closed; nothing is watched any more"),
}


def room_told(room: TenderRow, words: Wording) -> dict[str, Any]:
    """The room's own facts."""
    return {
        "id": room.id,
        "organ": room.organ,
        "reference": room.reference,
        "title": room.title,
        "law": law_phrase(room.basis, room.article or None, words.catalogue),
        "opens_on": room.opens_on,
        "ends_on": room.ends_on,
        "state": room.state,
        "state_words": STATES[room.state],
        "evidence": room.evidence,
        "closed_on": room.closed_on,
        "kept": _kept(room),
    }


def _kept(room: TenderRow) -> Words:
    """For how long the room is kept."""
    days = settings.CHECK_DAYS
    if room.closed_on is None:
        return (
            f"项目结束后，这里的内容再保存{days}日，随后删除。",
            f"What is here is kept for {days} days after the tender is closed, and then goes.",
        )
    last = room.closed_on + timedelta(days=days)
    return f"这里的内容保存至{last}，随后删除。", f"What is here is kept until {last}, and then goes."


def bids_told(
    bidders: Sequence[BidderRow], edition: EditionRow, *, division: str | None, day: date
) -> list[dict[str, Any]]:
    """Each bid with its bidder, or the members of its consortium, and what stands against each today, asked anew: never
    what a page said before."""
    asking = Asking(UseContext.PUBLIC_TRADING, edition, day, division)
    lines = dict(zip([one.code for one in bidders], answered([one.code for one in bidders], asking).lines, strict=True))
    words = Wording(edition.catalogue)
    bids: dict[str, list[BidderRow]] = {}
    for one in bidders:
        bids.setdefault(one.party or one.code, []).append(one)
    return [_bid(members, lines, words, day) for members in bids.values()]


def steps_told(steps: Sequence[StepRow]) -> list[dict[str, Any]]:
    """What happened, newest first; by whom is the unit's own matter."""
    return [{"on": one.on_day, "words": EVENTS[one.event], "bidder": one.bidder} for one in reversed(steps)]


def member_and_key(said: str) -> tuple[str, list[str]]:
    """A bidder's code; and a measure, its ground and the record, as a form sends them."""
    code, *key = said.split(BETWEEN)
    return code, key


def evidence_told(content: bytes) -> dict[str, Any]:
    """A frozen answer, line by line."""
    head, *lines, end = [orjson.loads(line) for line in content.splitlines()]
    return {"head": head, "lines": lines, "end": end}


def _bid(members: Sequence[BidderRow], lines: Mapping[str, Line], words: Wording, day: date) -> dict[str, Any]:
    """A bid as a whole: by which measures its buyer may exclude it today, and whether it did."""
    told = [_bidder(one, lines[one.code], members, words, day) for one in members]
    first, joint = members[0], len(members) > 1
    return {
        "party": first.party,
        "joint": joint,
        "members": told,
        "code": first.code,
        "grounds": [(one["code"], each) for one in told for each in one["measures"] if each["counts"]],
        "excluded_on": first.excluded_on,
        "excluded_words": first.excluded_words,
        "excluded_for": _named(first.excluded_for, words),
        "excluded_member": first.excluded_for[MEMBER] if joint and first.excluded_for else "",
        "joint_text": first.joint_text,
    }


def _bidder(one: BidderRow, line: Line, members: Sequence[BidderRow], words: Wording, day: date) -> dict[str, Any]:
    standing = [_measure(found, one, members, words, day) for found in line.found if not found.held]
    return {
        "code": one.code,
        "party": one.party,
        "outcome": OUTCOMES[line.outcome],
        "foreign": line.outcome is Outcome.FOREIGN,
        "measures": standing,
        "restrained": any(each["restrains"] for each in standing),
        "held": [_record(found, line.code, words) for found in line.found if found.held],
        "answer_by": one.answer_by,
        "window_runs": one.window_runs(day),
        "answer": one.answer,
        "answered_on": one.answered_on,
    }


def _measure(found: Found, one: BidderRow, members: Sequence[BidderRow], words: Wording, day: date) -> dict[str, Any]:
    """`counts`: every member of the bid was told of it, and the window of each is over."""
    row = words.catalogue.measures[found.measure]
    restrains = row.nature is Nature.PENALTY
    why = sentence(found.reason, words.catalogue, start=None, last_day=found.last_day)
    heard = [
        (found.key if each is one else [*found.key, one.code]) in each.told
        and each.answer_by is not None
        and day > each.answer_by
        for each in members
    ]
    return {
        "key": BETWEEN.join([one.code, *found.key]),
        "name": (row.name_zh, row.name_en),
        "plain": (row.plain_zh, row.plain_en),
        "law": law_phrase(found.reason.basis, found.reason.article, words.catalogue),
        "why": (why["zh"], why["en"]),
        "applied_by": (row.applied_by_zh, row.applied_by_en),
        "until": found.last_day,
        "restrains": restrains,
        "counts": restrains and all(heard),
        **_record(found, one.code, words),
    }


def _record(found: Found, code: str, words: Wording) -> dict[str, Any]:
    kind = words.catalogue.kinds[found.record["kind"]]
    return {
        "kind": (kind.name_zh, kind.name_en),
        "code": code,
        **{name: found.record[name] for name in ("record_ref", "document_number", "organ_name", "decided_on")},
        "repair_from": found.record["repair_from"],
    }


def _named(key: list[str] | None, words: Wording) -> Words | None:
    row = None if not key else words.catalogue.measures.get(key[0])
    return None if row is None else (row.name_zh, row.name_en)
