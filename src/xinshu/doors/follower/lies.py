"""What a feed can say that cannot be true, what only failed to arrive, and where the former is told."""

from enum import StrEnum

from xinshu.kit.errors import XinshuError


class Kind(StrEnum):
    """Kinds of lies, as their evidence is named."""

    SIGNATURE = "signature"
    """A checkpoint that the pinned key did not sign, or of another log."""

    ROLLED_BACK = "rolled-back"
    """The log is shorter than it was."""

    FORK = "fork"
    """The entries together are not the tree that was signed, or a checkpoint does not go on from ours."""

    ORDER = "order"
    """A number is left out, repeated, or not the one that was asked for."""

    LEAF = "leaf"
    """What should be an entry of the log is none, or is not the one that the log holds."""

    COMMITMENT = "commitment"
    """The content is not what its entry commits to."""

    LINK = "link"
    """A line that takes the place of what it cannot take the place of."""

    COUNT = "count"
    """A snapshot that does not hold what its last line says."""

    STREAM = "stream"
    """The stream told an entry otherwise than the feed."""

    DIFFERENCE = "difference"
    """Site and feed do not show the same."""


class Lie(XinshuError):
    """What was received cannot be true. `number`: the entry; `received`: its bytes; `theirs`: the checkpoint's note."""

    def __init__(self, kind: Kind, number: int | None, zh: str, en: str) -> None:
        super().__init__(f"{zh} {en}")
        self.kind, self.number = kind, number
        self.received = b""
        self.theirs = ""


class Away(XinshuError):
    """What was asked for did not arrive, or not whole; asked again later, it may. It says nothing about the log.

    `after`: the seconds that the server wants us to wait.
    """

    def __init__(self, text: str, *, after: float | None = None) -> None:
        super().__init__(text)
        self.after = after


class TooOld(XinshuError):
    """The feed does not go back that far: a copy begins anew from a snapshot."""


class NotAllowed(XinshuError):
    """The server does not know the token, or refuses the request as it is."""
