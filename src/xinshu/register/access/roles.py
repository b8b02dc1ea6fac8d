"""Roles that a post may carry, and who may open a route."""

from enum import StrEnum


class Role(StrEnum):
    """What a member of staff may do. An AUDITOR reads everything of the desk and changes nothing."""

    CLERK = "CLERK"
    REVIEWER = "REVIEWER"
    OPERATOR = "OPERATOR"
    AUDITOR = "AUDITOR"


READ_ONLY = frozenset({Role.AUDITOR})
"""Roles that may only use safe HTTP methods."""


class RouteAudience(StrEnum):
    """For whom a route is; every route states one (house test)."""

    PUBLIC = "PUBLIC"
    SIGNING_IN = "SIGNING_IN"
    STAFF = "STAFF"
    ORGAN = "ORGAN"
    RECIPIENT = "RECIPIENT"
