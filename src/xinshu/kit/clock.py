"""The one clock. Only doors may import this module (import contract "Clock at doors")."""

from datetime import datetime

from xinshu.kit.moment import LEGAL_ZONE, Moment


def now() -> Moment:
    """The present moment, in the legal time zone."""
    return Moment.of(datetime.now(LEGAL_ZONE))
