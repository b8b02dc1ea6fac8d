"""Leaving a list before its term is over: one proposes, the head of the organ signs, the record ends at once (G11)."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db import transaction

from xinshu.kit.moment import Moment
from xinshu.law.listing import against_exit
from xinshu.law.terms import ListExit
from xinshu.parties.notices.states import NoticeKind
from xinshu.proceedings.cases.queries import CaseRow
from xinshu.proceedings.cases.turns import NotNow
from xinshu.proceedings.endings import number_and_note
from xinshu.proceedings.lists.entering import must_be_ruled
from xinshu.proceedings.lists.fields import number_fault, plain
from xinshu.proceedings.lists.queries import PROPOSERS, SIGNERS, ListingCase
from xinshu.proceedings.lists.states import LONGEST_NUMBER, NotListable
from xinshu.proceedings.lists.steps import must_be_another, must_say, step, tell, unit_case
from xinshu.register.records.actions import withdraw
from xinshu.register.records.display import end_publication

MENDED = frozenset({ListExit.REPAIRED, ListExit.PERFORMED})
"""Ways in which the fact stays, and display, sharing and use of it end; the others take the record back."""


def ways_by_repair(found: ListingCase, *, on_date: date) -> tuple[tuple[ListExit, date | None], ...]:
    """The ways in which a repair leads off this list, each with the first day on which it can; None: at once."""
    decided = found.happened("decide")
    if found.rule is None or decided is None:
        return ()
    ways = [one.exit for one in found.rule.exits if one.exit in MENDED]
    asked = {"decided_on": decided.on_day, "on_date": on_date}
    return tuple((way, against_exit(found.rule, way, **asked)[1]) for way in ways)


@transaction.atomic
def propose_removal(*, case: UUID, number: str, way: str, words: str, actor: str, moment: Moment) -> CaseRow:
    """Propose that the body leaves the list in one of the ways of its rule.

    Raises NotTheirListing, NotNow, NotListable.
    """
    found = unit_case(case, actor, PROPOSERS, moment)
    faults = number_fault(number)
    if way not in set(ListExit) - {ListExit.TERM_OVER}:
        faults["way"] = "请选择移出的方式；期满自动移出，不必办理。Choose the way; a term that is over ends by itself."
    if faults:
        raise NotListable("请按提示改正。Correct what is marked.", faults)
    _must_be_open(found, ListExit(way), moment)
    said = {"number": plain(number, LONGEST_NUMBER), "way": way, "words": must_say(words)}
    return step(found, "propose_removal", actor, moment, said=said)


@transaction.atomic
def send_back_removal(*, case: UUID, words: str, actor: str, moment: Moment) -> CaseRow:
    """The head does not sign it, and says why. Raises NotTheirListing, NotNow, NotListable."""
    found = unit_case(case, actor, SIGNERS, moment)
    return step(found, "send_back_removal", actor, moment, said={"words": must_say(words)})


@transaction.atomic
def confirm_removal(*, case: UUID, actor: str, moment: Moment) -> CaseRow:
    """The head of the organ, who did not propose it, signs; the record ends, and its ending has its number, at once.

    Raises AnotherPerson, NotTheirListing, NotNow, NotHeld, NotListable.
    """
    found = unit_case(case, actor, SIGNERS, moment)
    proposed = found.happened("propose_removal")
    if proposed is None or found.row.record_ref is None:
        raise NotNow("没有待签署的移出。No removal waits to be signed.")
    must_be_another(found, actor, "propose_removal")
    way = ListExit(proposed.said["way"])
    _must_be_open(found, way, moment)
    said = {name: proposed.said[name] for name in ("number", "way", "words")}
    done = step(found, "confirm_removal", actor, moment, said=said)
    _ended(found, way, f"{proposed.said['number']} {proposed.said['words']}"[:500], actor, moment)
    tell(done, NoticeKind.LISTING_LEFT, moment)
    number_and_note(moment=moment)
    return done


def _ended(found: ListingCase, way: ListExit, words: str, actor: str, moment: Moment) -> None:
    record_ref, organ = found.row.record_ref, found.row.organ
    if record_ref is None:
        return
    whose: dict[str, Any] = {"record_ref": record_ref, "organ": organ, "actor": actor, "words": words, "moment": moment}
    if way in MENDED:
        end_publication(subject=found.row.subject, **whose)
    else:
        withdraw(subjects=[found.row.subject], ground=way, **whose)


def _must_be_open(found: ListingCase, way: ListExit, moment: Moment) -> None:
    decided = found.happened("decide")
    if decided is None:
        raise NotNow("还没有列入。Nothing is listed yet.")
    reasons, opens = against_exit(must_be_ruled(found), way, decided_on=decided.on_day, on_date=moment.day)
    if reasons:
        first_zh, first_en = (
            ("请换一种方式。", "") if opens is None else (f"最早为{opens}。", f" The first day is {opens}.")
        )
        words = f"还不能这样移出，理由见下；{first_zh}It cannot be left so, for the reason below.{first_en}"
        raise NotListable(words, reasons=reasons)
