"""What every channel does: one message to one address, and the two ways in which that may fail."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings

from xinshu.kit.errors import XinshuError
from xinshu.parties.notices.queries import Destination


class NotSent(XinshuError):
    """A message cannot be sent there, now or later; the sentence is ours and names no address."""


class NotNow(NotSent):
    """A message could not be sent now; a later attempt may."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What is sent: a title and a short text in both languages, and the same for a machine."""

    title: str
    text: str
    told: dict[str, Any]


class Channel(Protocol):
    """A way to an address."""

    def send(self, address: Destination, message: Message) -> None:
        """Hand the message over. Raises NotNow or NotSent."""


def secret(name: str) -> str:
    """A secret of the operator's, empty when there is none."""
    path = Path(settings.SECRETS_FOLDER) / name
    return path.read_text(encoding="utf-8").strip() if path.is_file() else ""
