"""Files that are whole or absent, and a full disk told in a sentence."""

import errno
import stat
from pathlib import Path
from typing import IO

import pytest

from xinshu.kit.durable import NoRoom, keep, keep_first, make, room


def test_a_file_is_kept_for_its_owner_in_place_of_the_one_before(tmp_path: Path) -> None:
    path = tmp_path / "new" / "a"
    for content in (b"one", b"two"):
        keep(path, lambda file, said=content: file.write(said) and None)
        assert path.read_bytes() == content
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [found.name for found in path.parent.iterdir()] == ["a"]


def test_what_fails_half_way_leaves_the_file_before(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"before")

    def half(file: IO[bytes]) -> None:
        file.write(b"half")
        raise ValueError("half way")

    with pytest.raises(ValueError, match="half way"):
        keep(path, half)
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_made_once_is_never_replaced(tmp_path: Path) -> None:
    path = tmp_path / "key"
    keep_first(path, b"first")
    keep_first(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_there_is_left_as_it_is(tmp_path: Path) -> None:
    make(tmp_path)
    make(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_full_disk_is_told_in_both_languages(number: int) -> None:
    with pytest.raises(NoRoom, match=r"存储空间不足.*The disk is full"), room():
        raise OSError(number, "full")


def test_another_error_of_the_disk_is_told_as_it_is() -> None:
    with pytest.raises(PermissionError), room():
        raise PermissionError(errno.EACCES, "not yours")


def test_a_real_full_device_is_told(tmp_path: Path) -> None:
    """The device that is always full."""
    full = Path("/dev/full")
    with pytest.raises(NoRoom), room(), full.open("wb") as file:
        file.write(b"x")
