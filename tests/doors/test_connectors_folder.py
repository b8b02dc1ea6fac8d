"""Connectors that watch a folder: real files, some of them still being written, sent twice, or not what they seem."""

import os
import threading
import time
from datetime import date
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests import factories, filings
from tests.doors.sources import connector, row
from xinshu.doors.connectors import running
from xinshu.doors.connectors.delivery import Delivered
from xinshu.doors.connectors.entries import Connector
from xinshu.doors.connectors.faults import Unavailable
from xinshu.proceedings.intake import queries
from xinshu.proceedings.intake.states import Door, State


@pytest.fixture(autouse=True)
def ready(day: date) -> None:
    factories.adopted_catalogue()
    factories.registered_organ()


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


def watching(inbox: Path, **more: Any) -> Connector:
    return connector({"type": "folder", "path": str(inbox), "settle": "10ms", **more})


def csv(path: Path, *numbers: int, **changes: Any) -> Path:
    return filings.write_csv(path, [row(number, **changes) for number in numbers])


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir() if path.is_file())


def accepted(done: tuple[Delivered, ...]) -> list[int]:
    return [delivered.receipt.accepted if delivered.is_filed else -1 for delivered in done]


def test_each_file_becomes_a_batch_and_goes_to_done_with_its_receipt(inbox: Path) -> None:
    csv(inbox / "a.csv", 1, 2)
    csv(inbox / "b.csv", 3)
    done = running.run(watching(inbox))
    assert accepted(done) == [2, 1]
    assert files(inbox) == []
    names = [f"{delivered.batch.hex[:12]}-{name}" for delivered, name in zip(done, ("a.csv", "b.csv"), strict=True)]
    assert files(inbox / "done") == sorted([*names, *(f"{name}.receipt.json" for name in names)])
    receipt = orjson.loads((inbox / "done" / f"{names[0]}.receipt.json").read_bytes())
    assert (receipt["batch"], receipt["received"], receipt["accepted"]) == (str(done[0].batch), 2, 2)
    batch = queries.batch(done[0].batch)
    assert batch is not None
    assert (batch.door, batch.actor, batch.state) == (Door.CONNECTOR, "connector:market", State.FILED)


def test_a_file_that_cannot_be_read_goes_to_refused_with_the_reason(inbox: Path) -> None:
    (inbox / "a.xlsx").write_bytes(b"BAD\0\1\2 not a workbook")
    csv(inbox / "b.csv", 1)
    assert accepted(running.run(watching(inbox))) == [-1, 1]
    name, receipt = files(inbox / "refused")
    assert name.endswith("-a.xlsx")
    told = orjson.loads((inbox / "refused" / receipt).read_bytes())
    assert told["state"] == "REFUSED"
    assert told["refusal"]["zh"]
    assert told["refusal"]["en"]


def test_a_file_that_is_still_being_written_waits(inbox: Path) -> None:
    """The sender keeps writing through the first run; the second takes the whole."""
    whole = csv(inbox.parent / "whole.csv", *range(1, 60)).read_bytes()
    stop = threading.Event()

    def sender() -> None:
        with (inbox / "a.csv").open("wb", buffering=0) as file:
            for at in range(0, len(whole), 10):
                file.write(whole[at : at + 10])
                stop.wait(0.01)

    thread = threading.Thread(target=sender)
    thread.start()
    try:
        time.sleep(0.05)
        assert running.run(watching(inbox, settle="500ms")) == ()
    finally:
        stop.set()
        thread.join()
    assert accepted(running.run(watching(inbox))) == [59]


def test_names_of_unfinished_files_links_and_other_patterns_are_left_alone(inbox: Path) -> None:
    for name in ("a.csv.part", ".a.csv", "~$a.xlsx", "a.tmp", "notes.txt"):
        csv(inbox / name, 1)
    (inbox / "link.csv").symlink_to(csv(inbox.parent / "outside.csv", 2))
    (inbox / "folder.csv").mkdir()
    os.mkfifo(inbox / "pipe.csv")
    assert running.run(watching(inbox, pattern="*.csv")) == ()
    assert (inbox.parent / "outside.csv").exists()


def test_with_markers_only_marked_files_are_taken(inbox: Path) -> None:
    csv(inbox / "a.csv", 1)
    csv(inbox / "b.csv", 2)
    (inbox / "a.csv.done").touch()
    assert accepted(running.run(watching(inbox, marker=True))) == [1]
    assert files(inbox) == ["b.csv"]


def test_the_same_file_sent_again_is_a_second_batch_in_which_nothing_is_new(inbox: Path) -> None:
    csv(inbox / "a.csv", 1, 2)
    first = running.run(watching(inbox))
    time.sleep(0.01)
    csv(inbox / "a.csv", 1, 2)
    second = running.run(watching(inbox))
    assert first[0].batch != second[0].batch
    assert (second[0].receipt.accepted, second[0].receipt.unchanged) == (0, 2)
    assert len(files(inbox / "done")) == 4


def test_a_crash_before_the_file_was_put_away_doubles_nothing(inbox: Path) -> None:
    """The file lies there again as it lay before, times and all: its batch is the one that is filed already."""
    path = csv(inbox / "a.csv", 1, 2)
    as_it_was = path.stat()
    (first,) = running.run(watching(inbox))
    next((inbox / "done").glob("*.csv")).replace(path)
    os.utime(path, ns=(as_it_was.st_atime_ns, as_it_was.st_mtime_ns))
    (again,) = running.run(watching(inbox))
    assert again == first
    assert len(queries.batches_of(None)) == 1
    assert files(inbox) == []


def test_what_was_put_away_is_erased_after_its_time(inbox: Path) -> None:
    csv(inbox / "old.csv", 1)
    running.run(watching(inbox))
    for path in (inbox / "done").iterdir():
        os.utime(path, (0, 0))
    csv(inbox / "new.csv", 2)
    running.run(watching(inbox))
    assert [name.partition("-")[2] for name in files(inbox / "done")] == ["new.csv", "new.csv.receipt.json"]


def test_no_folder_is_told_by_its_name(inbox: Path) -> None:
    with pytest.raises(Unavailable, match="elsewhere"):
        running.run(watching(inbox / "elsewhere"))


def test_a_receipt_holds_no_cell_of_a_returned_row(inbox: Path) -> None:
    csv(inbox / "a.csv", 1)
    csv(inbox / "b.csv", 2, code="9199999900001009XX", name="云汀秘名商贸有限公司")
    running.run(watching(inbox))
    told = next((inbox / "done").glob("*-b.csv.receipt.json")).read_text(encoding="utf-8")
    receipt = orjson.loads(told)
    assert receipt["returned"] == 1
    assert receipt["returned_rows"][0]["row"] == 2
    assert receipt["returned_rows"][0]["reasons"][0]["zh"]
    assert "9199999900001009XX" not in told
    assert "云汀秘名" not in told
