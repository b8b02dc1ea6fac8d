"""The nouns of the law: the enumerations and frozen records that every question is asked about."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum


class Rank(StrEnum):
    """The rank of a legal instrument, highest first (Legislation Law; Opinions art. 12).

    A judicial interpretation binds the courts, and stands here for their own list; it is the basis of nothing else.
    """

    LAW = "LAW"
    ADMINISTRATIVE_REGULATION = "ADMINISTRATIVE_REGULATION"
    LOCAL_REGULATION = "LOCAL_REGULATION"
    CENTRAL_DOCUMENT = "CENTRAL_DOCUMENT"
    DEPARTMENT_RULE = "DEPARTMENT_RULE"
    JUDICIAL_INTERPRETATION = "JUDICIAL_INTERPRETATION"
    OTHER_NORMATIVE_DOCUMENT = "OTHER_NORMATIVE_DOCUMENT"


class Certainty(StrEnum):
    """How sure we are of a value: read in a source, known with some confidence, or made up to illustrate."""

    SOURCE = "SOURCE"
    HIGH = "HIGH"
    MEDIUM = "MEDIUM"
    LOW = "LOW"
    ILLUSTRATIVE = "ILLUSTRATIVE"


class SubjectKind(StrEnum):
    """Kinds of credit subject. A natural person is none of them (regimes/people)."""

    ENTERPRISE = "ENTERPRISE"
    INDIVIDUAL_BUSINESS = "INDIVIDUAL_BUSINESS"
    FARMERS_COOPERATIVE = "FARMERS_COOPERATIVE"
    SOCIAL_ORGANISATION = "SOCIAL_ORGANISATION"
    PUBLIC_INSTITUTION = "PUBLIC_INSTITUTION"
    GOVERNMENT_BODY = "GOVERNMENT_BODY"
    JUDICIAL_BODY = "JUDICIAL_BODY"
    COLLECTIVE = "COLLECTIVE"
    OTHER_ORGANISATION = "OTHER_ORGANISATION"


class Audience(StrEnum):
    """Who may be told: everyone, public bodies for their duties, or whoever the subject authorises."""

    PUBLIC = "PUBLIC"
    GOVERNMENT = "GOVERNMENT"
    AUTHORISED = "AUTHORISED"


class Effect(StrEnum):
    """What a kind of record means for its subject."""

    ADVERSE = "ADVERSE"
    NEUTRAL = "NEUTRAL"
    FAVOURABLE = "FAVOURABLE"


class Severity(StrEnum):
    """The class of a dishonest act, lowest first; GRAVE existed in the 2019 regime only."""

    MINOR = "MINOR"
    ORDINARY = "ORDINARY"
    SERIOUS = "SERIOUS"
    GRAVE = "GRAVE"


SEVERITY_ORDER: tuple[Severity, ...] = tuple(Severity)


class Procedure(StrEnum):
    """The procedure by which a penalty was decided (Administrative Penalty Law arts. 51, 54)."""

    SUMMARY = "SUMMARY"
    ORDINARY = "ORDINARY"


class Penalty(StrEnum):
    """Kinds of administrative penalty (Administrative Penalty Law art. 9)."""

    WARNING = "WARNING"
    CIRCULATED_CRITICISM = "CIRCULATED_CRITICISM"
    FINE = "FINE"
    CONFISCATION_OF_GAINS = "CONFISCATION_OF_GAINS"
    CONFISCATION_OF_GOODS = "CONFISCATION_OF_GOODS"
    LICENCE_SUSPENSION = "LICENCE_SUSPENSION"
    QUALIFICATION_DOWNGRADE = "QUALIFICATION_DOWNGRADE"
    LICENCE_REVOCATION = "LICENCE_REVOCATION"
    BUSINESS_RESTRICTION = "BUSINESS_RESTRICTION"
    PRODUCTION_SUSPENSION = "PRODUCTION_SUSPENSION"
    CLOSURE_ORDER = "CLOSURE_ORDER"
    OCCUPATION_BAN = "OCCUPATION_BAN"
    DETENTION = "DETENTION"
    OTHER = "OTHER"


class Area(StrEnum):
    """Areas for which a regime sets a longer minimum term."""

    FOOD = "FOOD"
    DRUGS = "DRUGS"
    SPECIAL_EQUIPMENT = "SPECIAL_EQUIPMENT"
    WORK_SAFETY = "WORK_SAFETY"
    FIRE = "FIRE"
    GENERAL = "GENERAL"


class TermKind(StrEnum):
    """How a display ends: after fixed months, at an event, by the department's own rule; or it never begins."""

    FIXED = "FIXED"
    UNTIL_EVENT = "UNTIL_EVENT"
    DEPARTMENT_RULE = "DEPARTMENT_RULE"
    NOT_SHOWN = "NOT_SHOWN"


class ClockStart(StrEnum):
    """The day from which a term of months is counted."""

    DOCUMENT_DATE = "DOCUMENT_DATE"
    PUBLICATION_DATE = "PUBLICATION_DATE"


class Transition(StrEnum):
    """What a new regime does to a record of an older one (Decision 2)."""

    KEEP = "KEEP"
    NEW = "NEW"
    SHORTER = "SHORTER"


class ClaimCause(StrEnum):
    """Why someone says that a record must not stand as it is: their name appears in it, or it is not that body's."""

    NAME = "NAME"
    BODY = "BODY"


class Mark(StrEnum):
    """What a record says of itself, lightest first: what stands beside it (the subject's statement, a review, a stay,
    an objection), and for which cause a part of it is withheld, reviewed or not."""

    STATED = "STATED"
    UNDER_REVIEW = "UNDER_REVIEW"
    STAYED = "STAYED"
    OBJECTED = "OBJECTED"
    NAME_CLAIMED = "NAME_CLAIMED"
    NAME_WITHHELD = "NAME_WITHHELD"
    BODY_CLAIMED = "BODY_CLAIMED"
    BODY_DOUBTED = "BODY_DOUBTED"


class Remedy(StrEnum):
    """Where one can go with a decision itself, beyond this house: the organ above, and the courts."""

    RECONSIDERATION = "GO_TO_RECONSIDERATION"
    COURT = "GO_TO_COURT"


class Condition(StrEnum):
    """What repair depends on, in the order in which it is told (Order 36 arts. 2, 13)."""

    ON_DISPLAY = "ON_DISPLAY"
    REPAIRABLE = "REPAIRABLE"
    MINIMUM_REACHED = "MINIMUM_REACHED"
    NO_BAN = "NO_BAN"
    DUTIES_DONE = "DUTIES_DONE"
    COMMITMENT_GIVEN = "COMMITMENT_GIVEN"
    OTHER_CONDITIONS = "OTHER_CONDITIONS"


class Channel(StrEnum):
    """Whose window repairs a record: this one, or that of the body which keeps the matter in a system of its own."""

    HERE = "HERE"
    MARKET_SUPERVISION = "MARKET_SUPERVISION"
    TAX = "TAX"
    CUSTOMS = "CUSTOMS"
    COURT = "COURT"
    LISTING_UNIT = "LISTING_UNIT"


class CourtPlan(StrEnum):
    """Where a reorganisation plan or settlement that a court approved stands: being performed, performed, failed."""

    APPROVED = "APPROVED"
    COMPLETED = "COMPLETED"
    FAILED = "FAILED"


class Nature(StrEnum):
    """What a measure does to its subject: it gives an advantage, or it restrains (Opinions arts. 11, 12)."""

    INCENTIVE = "INCENTIVE"
    PENALTY = "PENALTY"


class MeasureClass(StrEnum):
    """Classes of penalty measure of the national basic list: I lessens rights or adds duties, II is administrative
    management that does not, III is what other organisations do of their own accord."""

    CLASS_I = "CLASS_I"
    CLASS_II = "CLASS_II"
    CLASS_III = "CLASS_III"


class UseContext(StrEnum):
    """In which matter somebody asks what a record leads to (Opinions arts. 11, 12, 14, 15, 21)."""

    GOVERNMENT_FUNDS = "GOVERNMENT_FUNDS"
    TAX_PREFERENCE = "TAX_PREFERENCE"
    PUBLIC_TRADING = "PUBLIC_TRADING"
    SECURITIES_ISSUE = "SECURITIES_ISSUE"
    AWARDS = "AWARDS"
    RECRUITMENT = "RECRUITMENT"
    MARKET_ACCESS = "MARKET_ACCESS"
    SUPERVISION = "SUPERVISION"
    FAST_TRACK = "FAST_TRACK"
    TOLERANCE = "TOLERANCE"
    FINANCE = "FINANCE"


class Relation(StrEnum):
    """Whom a measure touches: the body of the record itself, or someone whom the basis names beside it (G26)."""

    ITSELF = "ITSELF"
    RESPONSIBLE_PERSON = "RESPONSIBLE_PERSON"
    BRANCH = "BRANCH"
    INVESTOR = "INVESTOR"


class Standing(StrEnum):
    """Whether a row is used, or only kept and told until a jurist adopts it."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"


class MeasureEnd(StrEnum):
    """When a measure ends: with what it rests on, after months, at an event, or never, by an article that says so."""

    WITH_GROUND = "WITH_GROUND"
    AFTER_MONTHS = "AFTER_MONTHS"
    AT_EVENT = "AT_EVENT"
    FOR_LIFE = "FOR_LIFE"


class ListingStep(StrEnum):
    """What comes before somebody stands on a list, in this order; decision and service are the floor of every list."""

    NOTICE = "NOTICE"
    DEFENCE = "DEFENCE"
    LEGAL_REVIEW = "LEGAL_REVIEW"
    APPROVAL = "APPROVAL"
    DECISION = "DECISION"
    SERVICE = "SERVICE"
    WAIT = "WAIT"


class Signer(StrEnum):
    """Who signs a listing decision (Zhejiang Regulations art. 24: the head of the organ)."""

    HEAD_OF_ORGAN = "HEAD_OF_ORGAN"
    COURT = "COURT"


class ListExit(StrEnum):
    """How a list is left: its term is over, early by repair, the duty is performed, or it should never have been."""

    TERM_OVER = "TERM_OVER"
    REPAIRED = "REPAIRED"
    PERFORMED = "PERFORMED"
    BASIS_REVOKED = "BASIS_REVOKED"
    WRONGLY_LISTED = "WRONGLY_LISTED"


class CountedFrom(StrEnum):
    """The event of a case from whose day a deadline is counted."""

    APPLICATION = "APPLICATION"
    PUSH = "PUSH"
    RESULT_DUE = "RESULT_DUE"
    NOTICE = "NOTICE"
    OBJECTION = "OBJECTION"
    ANSWER = "ANSWER"
    APPEAL = "APPEAL"
    CHANGE = "CHANGE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an organ decided, as far as its class of severity depends on it. Money in 10,000 yuan (万元)."""

    department: str
    penalties: frozenset[Penalty] = frozenset()
    procedure: Procedure | None = None
    fine: Decimal | None = None
    declared: Severity | None = None
    cited_row: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One fact about a subject, as far as its publicity depends on it.

    `recorded_on` is the legal day on which it reached us; `event_on` the last day of what lasts until an event
    (a licence's validity, a listing's removal), None while open; `severity` the class settled by
    `law.severity`; `publicity_reason` the department's reason for showing a minor matter; `already_ended`
    whether the organ itself says that the fact no longer holds; `shown_not_before` the first day after the wait
    between the notice to its subject and display, None without a wait.
    """

    kind: str
    subject_kind: SubjectKind
    recorded_on: date
    decided_on: date | None
    served_on: date | None = None
    event_on: date | None = None
    department: str | None = None
    penalties: frozenset[Penalty] = frozenset()
    procedure: Procedure | None = None
    area: Area | None = None
    severity: Severity | None = None
    publicity_reason: str | None = None
    duty_unmet: bool = False
    already_ended: bool = False
    shown_not_before: date | None = None


def lower(one: Severity, other: Severity) -> Severity:
    """The lower of two classes."""
    return min(one, other, key=SEVERITY_ORDER.index)
