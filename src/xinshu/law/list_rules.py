"""The lists of seriously dishonest subjects, as data: the shapes of lists/*.yaml."""

from dataclasses import dataclass, field

from xinshu.law.entries import Dated, Sourced
from xinshu.law.measure_rules import Adoption
from xinshu.law.terms import ListExit, ListingStep, Relation, Signer, Standing, SubjectKind, TermKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingGround(Sourced):
    """One act for which somebody is put on a list, in the words of the department rule.

    `at_least`: so many lighter ones; no count makes a listing (G5), and the key is here so that it is refused.
    """

    row: str
    name_zh: str
    name_en: str
    at_least: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRelation(Sourced):
    """Somebody beside the body whom the rule itself lets be named on the list (guard-rail G26)."""

    relation: Relation


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRule(Sourced):
    """One step that this list demands. `working_days`: how long the defence lasts, or the wait before effect."""

    step: ListingStep
    working_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRule(Sourced):
    """One way off the list. `after_months`: the earliest, counted from the decision, for repair."""

    exit: ListExit
    after_months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListTerm(Sourced):
    """How long an entry lasts: FIXED months, or UNTIL_EVENT (the duty performed), and then at most `months`."""

    term: TermKind
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConductRule(Sourced):
    """The department rule that sets how this list is entered and left (Opinions art. 12: by department rule)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListRule(Dated):
    """One list: lists/*.yaml. Its own basis says that the field may have a list at all; `conduct` how it is kept.

    `kind`, `field`, `choice`: how its entries stand in the register: records of that kind of which that field has that
    choice; a kind that is a list as a whole has no field. `department`: whose list it is (vocabulary DEPARTMENT).
    `external`: entries are made elsewhere and come in with their issuer's attestation; else also by a case here.
    """

    name_zh: str
    name_en: str
    plain_zh: str
    plain_en: str
    kind: str
    in_field: str | None = field(default=None, metadata={"key": "field"})
    choice: str | None = None
    department: str | None = None
    conduct: ConductRule | None = None
    subjects: frozenset[SubjectKind]
    names: tuple[NamedRelation, ...] = ()
    exempt_zh: str | None = None
    exempt_en: str | None = None
    grounds: tuple[ListingGround, ...]
    steps: tuple[StepRule, ...]
    approval_zh: str | None = None
    approval_en: str | None = None
    signed_by: Signer
    term: ListTerm
    exits: tuple[ExitRule, ...]
    external: bool = False
    standing: Standing
    why_zh: str | None = None
    why_en: str | None = None
    adopted: Adoption | None = None

    def step(self, name: ListingStep) -> StepRule | None:
        """The rule of a step that it demands; None where it does not."""
        return next((rule for rule in self.steps if rule.step is name), None)
