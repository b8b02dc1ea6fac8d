"""Hostile rows: small changes to the sound catalogue, each breaking one rule of measures, powers and lists.

They stand in hostile/*.yaml. A row says in which `file` it sets or drops something, by dotted paths in which a row of a
table goes by its `row`; `also` does the same in other files; `like` first copies an entry under another name, into a
file that may be new. `rule` and `keys` are the faults that must come of it, and no others.
"""

import copy
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from xinshu.law import checks
from xinshu.law.catalogue import Chapter, Entries, read
from xinshu.law.reading import Fault, Page
from xinshu.register.catalogues.files import read_pages

HERE = Path(__file__).parent
CATALOGUE = HERE.parents[1] / "catalogue"

Row = Mapping[str, Any]


class _Loader(yaml.SafeLoader):
    """Days and decimals stay text, as the catalogue's own reader has them."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if not tag.endswith((":timestamp", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def hostile_rows() -> list[Row]:
    """Every row of every file."""
    return [
        row
        for path in sorted((HERE / "hostile").glob("*.yaml"))
        for row in yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    ]


@cache
def sound_pages() -> Mapping[str, Page]:
    """The shipped catalogue, by file."""
    pages, faults = read_pages(CATALOGUE)
    assert not faults, "\n".join(map(str, faults))
    return {page.file: page for page in pages}


@cache
def sound_entries() -> Entries:
    """Its entries; it has no fault."""
    entries, faults = read(sound_pages().values())
    assert not faults
    return entries


def spoiled(row: Row) -> tuple[Entries, list[Fault]]:
    """The entries with the row's changes, and the faults of shape that came of reading them."""
    pages = dict(sound_pages())
    if "like" in row:
        _copied(pages, row["file"], row["like"])
    for file, sets in {row["file"]: row.get("set", {}), **row.get("also", {})}.items():
        page = pages[file] if file in pages else Page(file, *_place(file), {})
        data = copy.deepcopy(dict(page.data))
        for path, value in sets.items():
            _put(data, path.split("."), value)
        for path in row.get("drop", ()) if file == row["file"] else ():
            _drop(data, path.split("."))
        pages[file] = Page(file, page.layer, page.chapter, data)
    touched = {pages[file].chapter for file in (row["file"], *row.get("also", ()))}
    entries: dict[str, Chapter] = dict(sound_entries())
    faults: list[Fault] = []
    for chapter in touched:
        found, more = read(page for page in pages.values() if page.chapter == chapter)
        entries[chapter] = found[chapter]
        faults += more
    return entries, faults


def faults_of(row: Row) -> list[Fault]:
    """Every fault that the whole loader tells of the catalogue with the row's changes."""
    entries, faults = spoiled(row)
    return sorted({*faults, *checks._check(entries)})


def _copied(pages: dict[str, Page], file: str, like: str) -> None:
    """`MEASURE as NEW`: an entry under another name, in a page that stands or in a new one."""
    old, _, new = like.partition(" as ")
    layer, chapter = _place(file)
    source = next(page for page in pages.values() if page.chapter == chapter and old in page.data)
    data = dict(pages[file].data) if file in pages else {}
    pages[file] = Page(file, layer, chapter, {**data, new: copy.deepcopy(source.data[old])})


def _place(file: str) -> tuple[str, str]:
    parts = file.removesuffix(".yaml").split("/")
    return ("national", parts[1]) if parts[0] == "national" else (parts[1], parts[2])


def _step(value: Any, key: str) -> Any:
    """One step down: a key, a row by its name, or the place in a list."""
    if isinstance(value, list):
        named = [item for item in value if isinstance(item, Mapping) and item.get("row") == key]
        return named[0] if named else value[int(key)]
    return value.setdefault(key, {})


def _put(data: Any, path: Iterable[str], value: Any) -> None:
    *above, last = path
    for key in above:
        data = _step(data, key)
    if isinstance(data, list):
        named = [place for place, item in enumerate(data) if isinstance(item, Mapping) and item.get("row") == last]
        index = named[0] if named else int(last)
        data[index : index + 1] = [copy.deepcopy(value)]
    else:
        data[last] = copy.deepcopy(value)


def _drop(data: Any, path: Iterable[str]) -> None:
    *above, last = path
    for key in above:
        data = _step(data, key)
    if isinstance(data, list):
        del data[int(last)]
    else:
        del data[last]
