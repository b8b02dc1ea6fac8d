"""The files of a store that belong in its backup: the vault, the secrets, and the key of sessions; cut into members."""

import os
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Final

from django.conf import settings

from xinshu.doors.backups.sealing import Member, NotWhole
from xinshu.kit.durable import keep_first, make, room, sync
from xinshu.proceedings import vault

PIECE: Final = 16 << 20
"""Bytes of a member: what is in memory at once."""

KEY: Final = "secret_key"
TOPS: Final = ("vault", "secrets", KEY)


def members() -> Iterator[Member]:
    """Each file in pieces, `<top>/<path>:<piece>`. What is erased while we read is left out, as it would be soon."""
    for top, place in _places().items():
        for path in [place] if place.is_file() else sorted(place.rglob("*")):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                name = top if path == place else f"{top}/{path.relative_to(place).as_posix()}"
                yield from _pieces(name, path)


def keep_piece(folder: Path, name: str, content: bytes) -> None:
    """Add a piece to its file in a folder of ours. Raises NotWhole for a name that is none of ours."""
    path = PurePosixPath(name.rpartition(":")[0])
    if path.is_absolute() or ".." in path.parts or not path.parts or path.parts[0] not in TOPS:
        raise NotWhole(f"备份中有不应存在的文件。The backup holds a file that no backup holds: {path.name}")
    with room():
        place = folder / path
        make(place.parent)
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "ab") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def put_in_place(folder: Path) -> None:
    """Have the restored files where they belong: the vault instead of what is there, secrets where none are."""
    if (folder / "vault").exists():
        shutil.rmtree(vault.folder())
        (folder / "vault").rename(_places()["vault"])
    for top in ("secrets", KEY):
        _add_missing(folder / top, _places()[top])
    sync(settings.DATA_FOLDER)


def have_secret(folder: Path, name: str) -> None:
    """Have one secret of the backup where it belongs already, if there is none of that name."""
    kept = folder / "secrets" / name
    if kept.exists():
        keep_first(Path(settings.SECRETS_FOLDER) / name, kept.read_bytes())


def without_batches(folder: Path, batches: Iterable[object]) -> None:
    """Leave the uploads of these batches out."""
    for batch in batches:
        shutil.rmtree(folder / "vault" / str(batch), ignore_errors=True)


def _places() -> dict[str, Path]:
    return {
        "vault": vault.folder(),
        "secrets": Path(settings.SECRETS_FOLDER),
        KEY: Path(settings.DATA_FOLDER) / KEY,
    }


def _pieces(name: str, path: Path) -> Iterator[Member]:
    try:
        with path.open("rb") as file:
            for number, content in enumerate(iter(lambda: file.read(PIECE), b"")):
                yield f"{name}:{number:06}", content
    except FileNotFoundError:
        return


def _add_missing(source: Path, target: Path) -> None:
    if source.is_dir():
        make(target)
        for path in sorted(source.iterdir()):
            _add_missing(path, target / path.name)
    elif source.exists() and not target.exists():
        shutil.move(source, target)
