"""Retention: from which day must what is kept of a record be erased?

Articles: PIPL arts. 19 and 47 (no longer than needed; what is past its term is erased), the article of each kind's own
retention in the catalogue; Civil Code 201-203 for the days. What has no number of months is kept, since nobody may
guess one; what is uncertain never erases.
"""

from dataclasses import dataclass
from datetime import date

from xinshu.kit.legal_dates import Rounding, end_of_term
from xinshu.kit.period import ONE_DAY
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import Kind
from xinshu.law.terms import Audience, Certainty
from xinshu.law.verdict import Reason, ReasonCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A record as far as its retention depends on it.

    `recorded_on`: its first day with us; `changed_on`: the day of the last filing that changed it. `has_period`: it is,
    was or will be shown by its present derivation, until `shown_until` (excluded; None = open). `withdrawn_on`: it was
    taken back for good. `open_matter`: someone's claim on it waits, or an officer keeps it on a recorded ground.
    """

    kind: str
    recorded_on: date
    changed_on: date
    decided_on: date | None = None
    has_period: bool = False
    shown_until: date | None = None
    withdrawn_on: date | None = None
    open_matter: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Keeping:
    """The first day on which content must be gone (None: no day is known, it is kept), and why."""

    erase_from: date | None
    reasons: tuple[Reason, ...]

    def erased_on(self, day: date) -> bool:
        """Whether it must be gone on that day."""
        return self.erase_from is not None and self.erase_from <= day


def retention(kept: Kept, catalogue: Catalogue) -> Keeping:
    """By the rules of this catalogue: from which day on nothing may be kept of the record, by which article.

    The months are counted from the last day on which it was shown, from the day on which it was taken back, or, for
    what is never shown though its kind is public, from the last of its days with us.
    """
    kind = catalogue.kinds.get(kept.kind)
    if kind is None:
        return _kept(Reason(ReasonCode.KIND_UNKNOWN))
    rule = kind.retention
    law = (rule.basis, rule.article)
    if rule.months is None:
        return _kept(Reason(ReasonCode.NO_RETENTION_TERM, *law))
    if rule.certainty is Certainty.LOW:
        return _kept(Reason(ReasonCode.RETENTION_UNCERTAIN, *law))
    ended = _last_day(kept, kind)
    if ended is None:
        return _kept(Reason(ReasonCode.NOT_ENDED, *law))
    if kept.open_matter:
        return _kept(Reason(ReasonCode.MATTER_OPEN, *law))
    day, code = ended
    erase_from = end_of_term(day, months=rule.months, rounding=Rounding.DOWN)
    return Keeping(erase_from=erase_from, reasons=(Reason(code, *law),))


def _last_day(kept: Kept, kind: Kind) -> tuple[date, ReasonCode] | None:
    """The day from which the months are counted, and what it is; None while it goes on, or no end is known."""
    if kept.withdrawn_on is not None:
        return kept.withdrawn_on, ReasonCode.KEPT_AFTER_WITHDRAWAL
    if kept.has_period:
        return None if kept.shown_until is None else (kept.shown_until - ONE_DAY, ReasonCode.KEPT_AFTER_TERM)
    if kind.audience is not Audience.PUBLIC:
        return None
    days = (kept.recorded_on, kept.changed_on, kept.decided_on)
    return max(day for day in days if day is not None), ReasonCode.KEPT_AFTER_ARRIVAL


def _kept(reason: Reason) -> Keeping:
    return Keeping(erase_from=None, reasons=(reason,))
