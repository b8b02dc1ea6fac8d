"""What a page of the feed, an event of the stream and a new day do to the copy. What ends goes first, and at once."""

from collections.abc import Sequence
from datetime import date

from xinshu.doors.follower.copy import Copy, State, growth
from xinshu.doors.follower.lies import Kind, Lie
from xinshu.doors.follower.lines import Line, Page, check, signed
from xinshu.register.publog.leaf import Event, commitment, ended, parse
from xinshu.tlog.checkpoint import Checkpoint
from xinshu.tlog.note import VerifierKey
from xinshu.tlog.tile import Growth


def apply_page(copy: Copy, page: Page, key: VerifierKey, day: date) -> None:
    """Apply a page. What it ends is gone even where the page then turns out a lie; nothing else of it is kept then.

    What it adds is visible once a signed checkpoint is the tree over all entries up to it. Raises Lie, Away.
    """
    state = copy.state()
    if state is None:
        raise ValueError("a copy without a state has no page to come")
    lie = None
    with copy.transaction():
        leaves = {line.of: copy.leaf(line.of) for line in page.lines if line.of is not None}
        copy.drop(leaves)
        try:
            with copy.part():
                _take(copy, state, page, key, day, leaves)
        except Lie as found:
            found.received, found.theirs = page.received, found.theirs or page.checkpoint
            lie = found
            copy.step_back()
    if lie is not None:
        raise lie


def apply_event(copy: Copy, line: Line) -> bool:
    """Apply what the stream tells ahead of the feed: what stands under `of` goes. Whether there was anything to do."""
    state = copy.state()
    if state is None or line.number < state.next or line.of is None:
        return False
    with copy.transaction():
        copy.drop([line.of])
        copy.note_streamed(line)
    return True


def _take(copy: Copy, state: State, page: Page, key: VerifierKey, day: date, leaves: dict[int, bytes | None]) -> None:
    told = signed(page.checkpoint, key, page.after)
    due = None if state.due is None else signed(state.due, key, state.next)
    _check_order(state, page, told, due)
    kept = [check(line) for line in page.lines]
    endings = [line for line in page.lines if line.event == Event.ENDED.name]
    _check_links(copy, page.lines, endings, leaves)
    _check_stream(copy, page)
    gone = {line.of for line in page.lines} | {of for of, _ in copy.streamed().values()}
    standing = [each for each in kept if each is not None and each.number not in gone and not each.is_over(day)]
    copy.add(each for each in standing if copy.ending_of(each.number) is None)
    copy.note_endings(endings, day)
    copy.forget_streamed(page.next)
    _grow(copy, state, page, [(due, state.due), (told, page.checkpoint)])


def _check_order(state: State, page: Page, told: Checkpoint, due: Checkpoint | None) -> None:
    """The page that was asked for, number by number, under a checkpoint that covers it and is not behind ours."""
    if page.after != state.next:
        raise _out_of_order(state.next)
    for place, line in enumerate(page.lines):
        if line.number != page.after + place:
            raise _out_of_order(page.after + place)
    if page.next != page.after + len(page.lines):
        raise _out_of_order(page.after + len(page.lines))
    known = max(state.size, state.next, 0 if due is None else due.size)
    if told.size < known:
        raise rolled_back(told.size, known)
    if told.size < page.next:
        raise _out_of_order(told.size)


def _check_links(copy: Copy, lines: Sequence[Line], endings: Sequence[Line], leaves: dict[int, bytes | None]) -> None:
    """No entry is replaced twice; an ending whose salt is told commits to the very leaf that it ends."""
    replaced: set[int] = set()
    for line in lines:
        if line.of is None:
            continue
        earlier = copy.ending_of(line.of)
        if line.of in replaced or (earlier is not None and earlier != line.number):
            raise _bad_link(line)
        replaced.add(line.of)
    own = {line.number: line.leaf for line in lines}
    for line in endings:
        of = leaves.get(line.of or 0) or own.get(line.of or 0)
        if line.salt is None or of is None:
            continue
        if commitment(line.salt, ended(parse(of).reference)) != parse(line.leaf).commitment:
            raise _bad_link(line)


def _check_stream(copy: Copy, page: Page) -> None:
    for number, said in copy.streamed().items():
        if page.after <= number < page.next:
            line = page.lines[number - page.after]
            if (line.of, line.leaf) != said:
                raise Lie(
                    Kind.STREAM,
                    number,
                    f"第 {number} 号条目在推送流与接口中不同。",
                    f"Entry {number} was told otherwise by the stream than by the feed.",
                )


def _grow(copy: Copy, state: State, page: Page, checkpoints: Sequence[tuple[Checkpoint | None, str | None]]) -> None:
    """Let the tree grow by the page, and hold it against each checkpoint that is reached."""
    tree = growth(state.next, state.next_edge)
    hashes = [line.leaf_hash for line in page.lines]
    proven = state.size
    for told, note in checkpoints:
        if told is None or note is None or told.size > page.next:
            continue
        _add(tree, hashes[tree.size - page.after : told.size - page.after])
        if tree.root() != told.root:
            raise fork(proven, told.size)
        copy.prove(tree, note)
        proven = told.size
    _add(tree, hashes[tree.size - page.after :])
    copy.move(tree, _due(page, checkpoints))


def _due(page: Page, checkpoints: Sequence[tuple[Checkpoint | None, str | None]]) -> str | None:
    """The first checkpoint that is still ahead."""
    return next((note for told, note in checkpoints if told is not None and told.size > page.next), None)


def _add(tree: Growth, hashes: Sequence[bytes]) -> None:
    """Full tiles are the server's to keep."""
    for _ in tree.add(hashes):
        pass


def _out_of_order(number: int) -> Lie:
    return Lie(
        Kind.ORDER,
        number,
        f"第 {number} 号条目缺失或次序有误。",
        f"Entry {number} is left out, or told out of order.",
    )


def _bad_link(line: Line) -> Lie:
    return Lie(
        Kind.LINK,
        line.number,
        f"第 {line.number} 号条目所替代的第 {line.of} 号条目与先前所述矛盾。",
        f"Entry {line.number} says that it takes the place of entry {line.of}, which contradicts what was told before.",
    )


def rolled_back(size: int, known: int) -> Lie:
    """The log is shorter than it was."""
    return Lie(
        Kind.ROLLED_BACK,
        size,
        f"日志被回退：先前已有 {known} 条，现只有 {size} 条，自第 {size} 号条目起缺失。",
        f"The log was rolled back: of {known} entries {size} are left; entry {size} and what follows is missing.",
    )


def fork(first: int, size: int) -> Lie:
    """The entries are not those that were signed."""
    return Lie(
        Kind.FORK,
        first,
        f"第 {first} 至 {size - 1} 号条目与签名的日志不符：日志被改写、分叉，或有条目被换掉。",
        f"Entries {first} to {size - 1} are not those of the log that was signed: rewritten, or an entry replaced.",
    )
