"""Evidence of a lie: what was received, both checkpoints and our state, on the disk at once and never overwritten."""

from datetime import UTC
from pathlib import Path
from typing import Final

import orjson

from xinshu.doors.follower.copy import State
from xinshu.doors.follower.lies import Lie
from xinshu.kit.durable import keep_first, make, sync
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment

FOLDER: Final = "evidence"
RESOLVED: Final = "resolved"
"""A file of this name in a folder of evidence says that a person has settled the matter, and how."""


class LieFound(XinshuError):
    """A lie was found just now, and its evidence is kept."""


class Unresolved(XinshuError):
    """A lie was found earlier, and nobody has settled it yet."""


def keep(folder: Path, lie: Lie, state: State | None, moment: Moment) -> Path:
    """Keep the evidence of a lie in a folder of its own beneath `folder`; where it is."""
    at = moment.instant.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")
    place = folder / FOLDER / f"{at}-{lie.kind}"
    make(place)
    told = {
        "kind": lie.kind,
        "entry": lie.number,
        "said": str(lie),
        "at": moment.instant.astimezone(UTC).isoformat(),
        "state": None
        if state is None
        else {
            "place": state.place,
            "key": state.key,
            "adverse": state.adverse,
            "day": state.day,
            "applied": state.next,
            "proven": state.size,
            "root": state.root.hex(),
        },
    }
    keep_first(place / "received", lie.received)
    keep_first(place / "their-checkpoint", lie.theirs.encode())
    keep_first(place / "our-checkpoint", (state.checkpoint if state else "").encode())
    keep_first(place / "lie.json", orjson.dumps(told, option=orjson.OPT_INDENT_2))
    sync(place.parent)
    return place


def refuse_unresolved(folder: Path) -> None:
    """Raises Unresolved while there is evidence that nobody has settled."""
    for place in sorted((folder / FOLDER).glob("*")):
        if place.is_dir() and not (place / RESOLVED).exists():
            raise Unresolved(
                f"先前发现的不实尚未处理，不再继续：{place}。请按 docs/follow.md 处理，"
                "再在其中放一个名为 resolved 的文件。"
                f" A lie found earlier is not settled, so this goes no further: {place}. See docs/follow.md, then put"
                " a file named resolved into it that says how it was settled."
            )


def found(lie: Lie, place: Path) -> LieFound:
    """What is told of a lie: what it is, where the evidence lies, and what to do."""
    return LieFound(
        f"{lie} 证据已保存在 {place}；请勿删除，并按 docs/trust.md 告知监督机关和其他使用者。"
        f" The evidence is kept in {place}; do not delete it, and tell the supervisor and other users (docs/trust.md)."
    )
