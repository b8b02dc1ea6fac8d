"""What kind of body a unified social credit code stands for: its first two characters tell (GB 32100-2015)."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from xinshu.law.terms import SubjectKind

# Registering department and category. What is not here is an OTHER_ORGANISATION.
# Courts and procuratorates are registered by the staffing office as any organ (11): no code tells them apart, so
# JUDICIAL_BODY is never read from a code; the register must be told.
KINDS_BY_PREFIX: Final[Mapping[str, SubjectKind]] = MappingProxyType(
    {
        "11": SubjectKind.GOVERNMENT_BODY,
        "12": SubjectKind.PUBLIC_INSTITUTION,
        "13": SubjectKind.SOCIAL_ORGANISATION,
        "51": SubjectKind.SOCIAL_ORGANISATION,
        "52": SubjectKind.SOCIAL_ORGANISATION,
        "53": SubjectKind.SOCIAL_ORGANISATION,
        "91": SubjectKind.ENTERPRISE,
        "92": SubjectKind.INDIVIDUAL_BUSINESS,
        "93": SubjectKind.FARMERS_COOPERATIVE,
        "N1": SubjectKind.COLLECTIVE,
        "N2": SubjectKind.COLLECTIVE,
        "N3": SubjectKind.COLLECTIVE,
    }
)


def subject_kind_of(code: str) -> SubjectKind:
    """The kind of body that a normalised, valid unified social credit code stands for.

    Never JUDICIAL_BODY: a court's code looks like that of any government body.
    """
    return KINDS_BY_PREFIX.get(code[:2], SubjectKind.OTHER_ORGANISATION)
