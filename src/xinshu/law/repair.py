"""Repair: for one record on one day, which conditions are met, which not, by which article and from which day.

Articles: NDRC Order 36 (2026) arts. 2, 3, 12, 13 and the rules before it, as the catalogue holds them; Civil Code
201-203 for the days. The day of the minimum is publicity's `repair_from`, and is never counted again here (G10).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from xinshu.kit.legal_dates import Rounding, end_of_term
from xinshu.kit.period import Period, earlier_end
from xinshu.law.catalogue import Catalogue
from xinshu.law.repair_rules import BanRule, ChannelRule, CourtRule, RepairRegime
from xinshu.law.shielding import Sheltered, shields
from xinshu.law.terms import (
    Area,
    Certainty,
    Channel,
    Condition,
    CourtPlan,
    Effect,
    Penalty,
    Procedure,
    Severity,
    Transition,
)
from xinshu.law.verdict import Reason, ReasonCode
from xinshu.law.when import holds

__all__ = [
    "Asked",
    "Ban",
    "Channel",
    "Condition",
    "CourtPlan",
    "Finding",
    "RepairEligibility",
    "ban_after_false_commitment",
    "channels_for",
    "repair_eligibility",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One record, and what is known of its subject on the day of the question.

    `period`, `repair_from` and `regime` are publicity's answer. `duties_done`, `others_met`: None while nobody has
    said. `banned_until`: the first day on which the subject may ask again (excluded, like every end). `ordered_on`: the
    day of the court's order that approved the plan; None: what it covers is settled already.
    """

    kind: str
    severity: Severity | None = None
    department: str | None = None
    decided_on: date | None = None
    period: Period | None = None
    repair_from: date | None = None
    regime: str | None = None
    duties_done: bool | None = None
    commitment_given: bool = False
    others_met: bool | None = None
    banned_until: date | None = None
    court_plan: CourtPlan | None = None
    ordered_on: date | None = None
    penalties: frozenset[Penalty] = frozenset()
    procedure: Procedure | None = None
    area: Area | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition: met, not met, or None where it cannot be known yet; and from which day, where a day decides."""

    condition: Condition
    met: bool | None
    from_day: date | None
    reasons: tuple[Reason, ...]
    certainty: Certainty


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairEligibility:
    """What becomes of an application on that day.

    `regime`: whose conditions they are. `channel`: who handles it; `also`: other systems that keep the matter.
    `opens_on`: the first day on which it may stand here, as far as days decide; None: on no day. `shielded`: a court's
    plan withholds display for the time being. `may_be_lodged`: nothing fails today. `may_be_prelodged`: it can be
    handed in, and files itself on `opens_on`. `grantable`: every condition is met.
    """

    findings: tuple[Finding, ...]
    channel: Channel
    opens_on: date | None
    reasons: tuple[Reason, ...]
    may_be_lodged: bool
    may_be_prelodged: bool
    grantable: bool
    regime: str | None
    shielded: bool
    also: tuple[Channel, ...]

    def finding(self, condition: Condition) -> Finding | None:
        """What was found of that condition; None where no rules of repair are in force."""
        return next((found for found in self.findings if found.condition is condition), None)


@dataclass(frozen=True, slots=True)
class Ban:
    """How long nobody may ask after a false commitment: until a day (excluded), may it be cut short, and why."""

    until: date
    cut_short: bool
    certainty: Certainty
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class _Case:
    """The question under one regime; the ban and a court's plan are always those of the day that is asked about."""

    asked: Asked
    catalogue: Catalogue
    day: date
    name: str
    rules: RepairRegime
    today: RepairRegime

    @property
    def plan(self) -> CourtRule | None:
        return self.today.court_plan(self.asked.court_plan)

    def finding(self, condition: Condition, met: bool | None, code: ReasonCode, day: date | None = None) -> Finding:
        """A finding that cites the article of that condition."""
        rule = self.rules.condition(condition)
        return Finding(condition, met, day, (Reason(code, rule.basis, rule.article),), rule.certainty)


def repair_eligibility(asked: Asked, catalogue: Catalogue, *, on_date: date) -> RepairEligibility:
    """By the rules of this catalogue: which conditions of repair are met on that day, and where to go."""
    rules = catalogue.repair_on(on_date)
    if rules is None:
        return _without_rules()
    candidates = _candidates(asked.decided_on, catalogue, on_date)
    cases = [_Case(asked, catalogue, on_date, name, regime, rules[1]) for name, regime in candidates]
    answers = [(case, tuple(_findings(case))) for case in cases]
    case, findings = max(reversed(answers), key=lambda answer: _kindness(answer[1]))
    return _answer(case, findings)


def ban_after_false_commitment(found_on: date, catalogue: Catalogue) -> Ban | None:
    """The ban by the rules of the day on which the false commitment was found; later ones can only shorten it."""
    ordered = sorted(catalogue.repair.values(), key=lambda rules: rules.start)
    ban: Ban | None = None
    for rules in ordered:
        if found_on in rules.period:
            ban = None if rules.ban is None else _ban(rules.ban, found_on, ReasonCode.BAN_COUNTED)
        elif ban is not None and rules.start < ban.until:
            ban = _shortened(ban, rules, found_on)
    return ban


# --- whose conditions -----------------------------------------------------------------------------


def _candidates(decided_on: date | None, catalogue: Catalogue, day: date) -> list[tuple[str, RepairRegime]]:
    """The regimes by which the record may be judged, oldest first: a later one joins, takes over or leaves it."""
    ordered = sorted(
        ((name, rules) for name, rules in catalogue.repair.items() if rules.start <= day),
        key=lambda item: item[1].start,
    )
    found: list[tuple[str, RepairRegime]] = []
    for name, rules in ordered:
        if decided_on is not None and rules.until is not None and rules.until <= decided_on:
            continue
        if decided_on is None or not found or rules.to_older is Transition.NEW:
            found = [(name, rules)]
        elif rules.to_older is Transition.SHORTER:
            found.append((name, rules))
    return found or ordered[-1:]


def _kindness(findings: tuple[Finding, ...]) -> tuple[int, int]:
    """Fewer conditions that fail, then fewer that are not known yet."""
    answers = [found.met for found in findings]
    return -answers.count(False), -answers.count(None)


# --- each condition -------------------------------------------------------------------------------


def _findings(case: _Case) -> Iterator[Finding]:
    yield _on_display(case)
    yield _repairable(case)
    yield _minimum(case)
    yield _no_ban(case)
    asked = case.asked
    duties = {True: ReasonCode.DUTIES_PERFORMED, False: ReasonCode.DUTIES_OPEN, None: ReasonCode.DUTIES_UNKNOWN}
    yield _stated(case, Condition.DUTIES_DONE, asked.duties_done, duties[asked.duties_done])
    committed = ReasonCode.COMMITTED if asked.commitment_given else ReasonCode.COMMITMENT_WANTED
    yield _stated(case, Condition.COMMITMENT_GIVEN, asked.commitment_given, committed)
    others = {True: ReasonCode.OTHERS_MET, False: ReasonCode.OTHERS_UNMET, None: ReasonCode.OTHERS_UNKNOWN}
    yield _stated(case, Condition.OTHER_CONDITIONS, asked.others_met, others[asked.others_met])


def _stated(case: _Case, condition: Condition, met: bool | None, code: ReasonCode) -> Finding:
    """What somebody has to say; where the rules of that time do not ask for it, nothing fails."""
    if not case.rules.condition(condition).wanted:
        return case.finding(condition, True, ReasonCode.NOT_ASKED_FOR)
    return case.finding(condition, met, code)


def _on_display(case: _Case) -> Finding:
    period = case.asked.period
    if period is None:
        return case.finding(Condition.ON_DISPLAY, False, ReasonCode.DISPLAY_NEVER)
    if case.day < period.start:
        return case.finding(Condition.ON_DISPLAY, False, ReasonCode.DISPLAY_LATER, period.start)
    met = case.day in period
    code = ReasonCode.DISPLAY_RUNS if met else ReasonCode.DISPLAY_OVER
    return case.finding(Condition.ON_DISPLAY, met, code, period.start)


def _repairable(case: _Case) -> Finding:
    """Everybody may repair, unless a law of sufficient rank closes it (Order 36 art. 2)."""
    asked = case.asked
    kind = case.catalogue.kinds.get(asked.kind)
    if kind is None:
        return case.finding(Condition.REPAIRABLE, False, ReasonCode.KIND_UNKNOWN)
    if kind.effect is not Effect.ADVERSE:
        reason = Reason(ReasonCode.NOT_ADVERSE, kind.basis, kind.article)
        return Finding(Condition.REPAIRABLE, False, None, (reason,), kind.certainty)
    for row in case.rules.unrepairable:
        named = not row.kinds or asked.kind in row.kinds
        if named and (not row.departments or asked.department in row.departments) and holds(row.when, asked):
            reason = Reason(ReasonCode.UNREPAIRABLE_BY_LAW, row.basis, row.article)
            return Finding(Condition.REPAIRABLE, False, None, (reason,), row.certainty)
    return case.finding(Condition.REPAIRABLE, True, ReasonCode.REPAIR_OPEN_TO_ALL)


def _minimum(case: _Case) -> Finding:
    """Open from publicity's own day on, neither earlier nor later (G10); a plan that was performed takes its place."""
    opens, plan = case.asked.repair_from, case.plan
    waived = plan is not None and Condition.MINIMUM_REACHED in plan.waives
    if opens is not None and opens <= case.day:
        return _term_finding(case, True, ReasonCode.MINIMUM_OVER)
    if waived and plan is not None:
        reason = Reason(ReasonCode.MINIMUM_WAIVED, plan.basis, plan.article)
        return Finding(Condition.MINIMUM_REACHED, True, None, (reason,), plan.certainty)
    return _term_finding(case, False, ReasonCode.MINIMUM_OUTLASTS if opens is None else ReasonCode.MINIMUM_RUNS)


def _term_finding(case: _Case, met: bool, code: ReasonCode) -> Finding:
    """What is found of the minimum, by the article of the term itself where publicity says which regime gave it."""
    kind = case.catalogue.kinds.get(case.asked.kind)
    scheme = None if kind is None else case.catalogue.schemes.get(kind.publicity or "")
    regime = None if scheme is None else scheme.regimes.get(case.asked.regime or "")
    source = regime or case.rules.condition(Condition.MINIMUM_REACHED)
    reason = Reason(code, source.basis, source.article)
    return Finding(Condition.MINIMUM_REACHED, met, case.asked.repair_from, (reason,), source.certainty)


def _no_ban(case: _Case) -> Finding:
    """A ban is the subject's, not the record's: the rules of the record's time never lift it."""
    until, rule = case.asked.banned_until, case.today.condition(Condition.NO_BAN)
    banned = until is not None and case.day < until
    code = ReasonCode.BANNED if banned else ReasonCode.NOT_BANNED
    reason = Reason(code, rule.basis, rule.article)
    return Finding(Condition.NO_BAN, not banned, until if banned else None, (reason,), rule.certainty)


# --- the whole ------------------------------------------------------------------------------------


def _answer(case: _Case, findings: tuple[Finding, ...]) -> RepairEligibility:
    met = {found.condition: found.met for found in findings}
    elsewhere, also = _channels(case)
    here = elsewhere is None
    opens_on = _opens_on(case.asked.period, findings, case.day) if here and met[Condition.REPAIRABLE] else None
    return RepairEligibility(
        findings=findings,
        channel=Channel.HERE if elsewhere is None else elsewhere.channel,
        opens_on=opens_on,
        reasons=tuple(_reasons(case, elsewhere, also)),
        may_be_lodged=here and False not in met.values(),
        may_be_prelodged=opens_on is not None,
        grantable=here and all(met.values()),
        regime=case.name,
        shielded=_is_shielded(case)[0],
        also=tuple(rule.channel for rule in also),
    )


def _opens_on(period: Period | None, findings: tuple[Finding, ...], day: date) -> date | None:
    """The last of the days that decide, if display still runs then; None too where the minimum outlasts it."""
    by_days = (Condition.ON_DISPLAY, Condition.MINIMUM_REACHED, Condition.NO_BAN)
    found = [finding for finding in findings if finding.condition in by_days]
    if period is None or any(finding.met is False and finding.from_day is None for finding in found):
        return None
    opens = max(finding.from_day for finding in found if finding.from_day is not None)
    return opens if max(opens, day) in period else None


def _channels(case: _Case) -> tuple[ChannelRule | None, list[ChannelRule]]:
    """Who handles it instead of this window, if anybody; and who keeps the matter besides."""
    return channels_for(case.asked.kind, case.asked.department, case.catalogue, on_date=case.day)


def channels_for(
    kind: str, department: str | None, catalogue: Catalogue, *, on_date: date
) -> tuple[ChannelRule | None, list[ChannelRule]]:
    """For records of that kind that such a department determined: as `RepairEligibility.channel` and `also`, whole."""
    rules = [rule for rule in catalogue.channels.values() if on_date in rule.period]
    fitting = [rule for rule in rules if rule.fits(kind, department)]
    return next((rule for rule in fitting if rule.instead), None), [rule for rule in fitting if not rule.instead]


def _reasons(case: _Case, elsewhere: ChannelRule | None, also: list[ChannelRule]) -> Iterator[Reason]:
    todays = case.rules is case.today
    code = ReasonCode.CONDITIONS_IN_FORCE if todays else ReasonCode.CONDITIONS_OF_ITS_TIME
    yield Reason(code, case.rules.basis, case.rules.article)
    if case.asked.court_plan is CourtPlan.APPROVED:
        yield _is_shielded(case)[1]
    elif case.plan is not None and case.asked.court_plan is not None:
        yield Reason(_PLANS[case.asked.court_plan], case.plan.basis, case.plan.article)
    if elsewhere is not None:
        yield Reason(ReasonCode.HANDLED_ELSEWHERE, elsewhere.basis, elsewhere.article)
    for rule in also:
        yield Reason(ReasonCode.ALSO_KEPT_ELSEWHERE, rule.basis, rule.article)


def _is_shielded(case: _Case) -> tuple[bool, Reason]:
    """Whether the plan withholds the record for the time being; only one that is being performed does."""
    asked = case.asked
    plan = case.plan if asked.court_plan is CourtPlan.APPROVED else None
    found = Sheltered(kind=asked.kind, determined_on=asked.decided_on, ordered_on=asked.ordered_on)
    return shields(found, plan, case.catalogue)


_PLANS = {
    CourtPlan.COMPLETED: ReasonCode.PLAN_COMPLETED,
    CourtPlan.FAILED: ReasonCode.PLAN_FAILED,
}


def _without_rules() -> RepairEligibility:
    return RepairEligibility(
        findings=(),
        channel=Channel.HERE,
        opens_on=None,
        reasons=(Reason(ReasonCode.NO_REPAIR_RULES),),
        may_be_lodged=False,
        may_be_prelodged=False,
        grantable=False,
        regime=None,
        shielded=False,
        also=(),
    )


# --- the ban --------------------------------------------------------------------------------------


def _ban(rule: BanRule, found_on: date, code: ReasonCode) -> Ban:
    until = end_of_term(found_on, months=rule.months, rounding=Rounding.DOWN)
    return Ban(until, rule.cut_short, rule.certainty, (Reason(code, rule.basis, rule.article),))


def _shortened(ban: Ban, rules: RepairRegime, found_on: date) -> Ban:
    """What newer rules leave of a ban: nothing beyond their own months, or their first day where they have none."""
    if rules.ban is None:
        law = Reason(ReasonCode.BAN_SHORTENED, rules.basis, rules.article)
        return Ban(rules.start, ban.cut_short, rules.certainty, (law,))
    newer = _ban(rules.ban, found_on, ReasonCode.BAN_SHORTENED)
    until = max(rules.start, newer.until)
    if earlier_end(until, ban.until) == ban.until:
        return Ban(ban.until, ban.cut_short or newer.cut_short, ban.certainty, ban.reasons)
    return Ban(until, newer.cut_short, newer.certainty, newer.reasons)
