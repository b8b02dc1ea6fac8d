"""What a notice may tell."""

from enum import StrEnum


class NoticeKind(StrEnum):
    """What a subject is told; the words of each are made when the notice is read or sent."""

    RECORD_FIRST_SHOWN = "RECORD_FIRST_SHOWN"
    CLASS_RAISED = "CLASS_RAISED"
    MANDATE_GIVEN = "MANDATE_GIVEN"
    MANDATE_REVOKED = "MANDATE_REVOKED"
    ADDRESS_GIVEN = "ADDRESS_GIVEN"
    ADDRESS_REVOKED = "ADDRESS_REVOKED"
    REPAIR_LODGED = "REPAIR_LODGED"
    REPAIR_ACCEPTED = "REPAIR_ACCEPTED"
    REPAIR_RETURNED = "REPAIR_RETURNED"
    REPAIR_EXTENDED = "REPAIR_EXTENDED"
    REPAIR_GRANTED = "REPAIR_GRANTED"
    REPAIR_REFUSED = "REPAIR_REFUSED"
    REPAIR_FILED_ITSELF = "REPAIR_FILED_ITSELF"
    REPAIR_RELAYED = "REPAIR_RELAYED"
    REPAIR_REVOCATION_PLANNED = "REPAIR_REVOCATION_PLANNED"
    REPAIR_REVOKED = "REPAIR_REVOKED"
    OBJECTION_RECEIVED = "OBJECTION_RECEIVED"
    OBJECTION_ANSWERED = "OBJECTION_ANSWERED"
    APPEAL_ANSWERED = "APPEAL_ANSWERED"
    NOT_US_ANSWERED = "NOT_US_ANSWERED"
    RECORD_CHANGED = "RECORD_CHANGED"
    REMINDER = "REMINDER"


WARNINGS = frozenset(
    {NoticeKind.MANDATE_GIVEN, NoticeKind.MANDATE_REVOKED, NoticeKind.ADDRESS_GIVEN, NoticeKind.ADDRESS_REVOKED}
)
"""What an address still hears of when it is revoked: nobody who takes an account over can silence the others first."""


class Means(StrEnum):
    """By what a notice travels to an address that a mandated person gave."""

    EMAIL = "EMAIL"
    SMS = "SMS"
    WEBHOOK = "WEBHOOK"


class Arrival(StrEnum):
    """What became of a delivery: it waits, has arrived, was given up, or its address was taken back meanwhile."""

    WAITING = "WAITING"
    SENT = "SENT"
    GIVEN_UP = "GIVEN_UP"
    TAKEN_BACK = "TAKEN_BACK"
