"""Checkpoints (c2sp.org/tlog-checkpoint): whose log, how many entries, and the root of the tree over them."""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from xinshu.tlog.note import BadNote, decoded

_TREE: Final = re.compile(r"([^\n]+)\n(0|[1-9][0-9]{0,18})\n([A-Za-z0-9+/]{43}=)\n((?:[^\n]+\n)*)")
LARGEST: Final = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The state of a log: its origin, the number of its entries, the root hash (32 bytes) over them."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """As it is signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"


def parse(text: str) -> Checkpoint:
    """A checkpoint out of the text of a note, whose further lines say nothing to us. Raises BadNote."""
    found = _TREE.fullmatch(text)
    if found is None:
        raise BadNote("not the text of a checkpoint 不是检查点")
    origin, size, root, _ = found.groups()
    if int(size) > LARGEST:
        raise BadNote("not the text of a checkpoint 不是检查点")
    return Checkpoint(origin, int(size), decoded(root))
