"""What can be wrong with a connector: its configuration, its source for good, or its source for now."""

from xinshu.kit.errors import XinshuError


class BadConfiguration(XinshuError):
    """The file of connectors cannot be used; the text names each entry and field, and never what was written there."""


class SourceFault(XinshuError):
    """The source answers, but not as configured; trying again does not help. The text holds no value of a row."""


class Unavailable(SourceFault):
    """The source cannot be reached now; `retry_after` are the seconds that it asked us to wait, if it did."""

    def __init__(self, text: str, *, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after


class Busy(SourceFault):
    """Another process is running this connector at this moment."""
