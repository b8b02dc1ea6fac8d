"""Roles that a post may carry, and who may open a route."""

from enum import StrEnum


class Role(StrEnum):
    """What a member of staff may do. An AUDITOR reads everything of the desk and changes nothing; a SUPERVISOR, of a
    supervising organ or a court, reads the whole past of a body on a recorded ground and changes nothing. A HEAD signs
    for an organ what its head has to sign."""

    CLERK = "CLERK"
    REVIEWER = "REVIEWER"
    OPERATOR = "OPERATOR"
    AUDITOR = "AUDITOR"
    SUPERVISOR = "SUPERVISOR"
    HEAD = "HEAD"


READ_ONLY = frozenset({Role.AUDITOR, Role.SUPERVISOR})
"""Roles that may only use safe HTTP methods."""

PAST_READERS = READ_ONLY
"""Roles that may look at what has ended (Decision 3)."""


OF_A_BODY = frozenset(
    {
        "DOCUMENT_OPEN",
        "LOOK_ELSEWHERE",
        "LOOK_LISTING",
        "LOOK_OBJECTION",
        "LOOK_OWN_RECORDS",
        "LOOK_PAST",
        "LOOK_REPAIR",
        "LOOK_SHIELD",
        "MAKE_REPAIR_NOTICE",
    }
)
"""Acts of the trail by which somebody learned what is held of one body: its matter is a code or a case (G21)."""

BULK = "FETCH_BULK"
"""The act by which a registered recipient took every adverse record that was shown."""


class RouteAudience(StrEnum):
    """For whom a route is; every route states one (house test)."""

    PUBLIC = "PUBLIC"
    SIGNING_IN = "SIGNING_IN"
    STAFF = "STAFF"
    ORGAN = "ORGAN"
    RECIPIENT = "RECIPIENT"
    CLIENT = "CLIENT"
    SUBJECT = "SUBJECT"
