"""Has an organisation told of each mandate that is given or revoked: notices stand a room above mandates."""

from xinshu.kit.moment import Moment
from xinshu.parties.mandates.states import Proof
from xinshu.parties.notices.actions import notify
from xinshu.parties.notices.states import NoticeKind


def tell_given(subject: int, proof: Proof, moment: Moment) -> None:
    """Someone may act for the body now; how that was proved is said, and no name."""
    notify(subject=subject, kind=NoticeKind.MANDATE_GIVEN, said={"proof": str(proof)}, moment=moment)


def tell_revoked(subject: int, proof: Proof, moment: Moment) -> None:
    """Someone may act for the body no more."""
    notify(subject=subject, kind=NoticeKind.MANDATE_REVOKED, said={"proof": str(proof)}, moment=moment)
