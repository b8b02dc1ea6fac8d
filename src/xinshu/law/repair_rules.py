"""The rules of repair as data: the shapes of what a jurist writes in repair/*.yaml and channels.yaml."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from xinshu.law.entries import Dated, Sourced, When
from xinshu.law.terms import Channel, Condition, CourtPlan, Rank, Transition


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRule(Sourced):
    """The article that asks for a condition; `wanted: false` where the rules of that time do not ask for it."""

    wanted: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrepairable(Sourced):
    """What may not be repaired, and by which law. Every stated part must hold; an empty `kinds` is every kind."""

    row: str
    name_zh: str
    name_en: str
    kinds: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    when: When = field(default_factory=When)


@dataclass(frozen=True, slots=True, kw_only=True)
class BanRule(Sourced):
    """For how many months nobody may ask after a false commitment; `cut_short`: whether that may be ended earlier."""

    months: int
    cut_short: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CourtRule(Sourced):
    """What a plan that a court approved does: `shields` display for the time being; `waives` conditions.

    `kinds`: of records, empty for every adverse one.
    """

    shields: bool = False
    waives: frozenset[Condition] = frozenset()
    kinds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class RepairRegime(Dated):
    """The rules of repair of one time: repair/*.yaml.

    `to_older`: by which conditions a record of an earlier time is judged: those of its time (KEEP), these (NEW), or
    whichever is kinder to the subject (SHORTER). `unrepairable_ranks`: which instruments may close repair at all.
    """

    name_zh: str
    name_en: str
    to_older: Transition = Transition.SHORTER
    conditions: Mapping[str, ConditionRule]
    unrepairable_ranks: frozenset[Rank]
    unrepairable: tuple[Unrepairable, ...] = ()
    ban: BanRule | None = None
    court_plans: Mapping[str, CourtRule] = field(default_factory=dict)

    def condition(self, name: Condition) -> ConditionRule:
        """The rule of a condition; the loader sees that each is stated."""
        return self.conditions[name]

    def court_plan(self, plan: CourtPlan | None) -> CourtRule | None:
        """What that plan does under these rules; None where they say nothing."""
        return None if plan is None else self.court_plans.get(plan)


@dataclass(frozen=True, slots=True, kw_only=True)
class ChannelRule(Dated):
    """Where certain records are repaired: channels.yaml, the first entry that fits is taken.

    `instead`: there and not here; else here, and that system, which keeps the matter too, hears of it. `zh`, `en`:
    where to go, one sentence each. An empty `kinds` or `departments` is every one.
    """

    channel: Channel
    name_zh: str
    name_en: str
    zh: str
    en: str
    link: str | None = None
    kinds: frozenset[str] = frozenset()
    departments: frozenset[str] = frozenset()
    instead: bool = True

    def fits(self, kind: str, department: str | None) -> bool:
        """Whether it is for records of that kind, determined by that department."""
        return (not self.kinds or kind in self.kinds) and (not self.departments or department in self.departments)
