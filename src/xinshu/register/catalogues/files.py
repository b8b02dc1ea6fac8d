"""Reads the catalogue's YAML files into plain pages, each value with the line it stands on."""

import hashlib
import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

from xinshu.law.assessment import Draft, draft_of
from xinshu.law.catalogue import NATIONAL, Catalogue
from xinshu.law.checks import build
from xinshu.law.reading import Fault, Page, Rule
from xinshu.law.reading import Path as KeyPath


class _Loader(yaml.SafeLoader):
    """YAML with whole numbers, booleans and nulls; days and decimals stay text, so that the law reads them itself."""


_Loader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag not in _KEPT_AS_TEXT]
    for _KEPT_AS_TEXT in [{"tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:float"}]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

_TEXT_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "value", "merge"))
"""Plain text; `=` and `<<` too, which YAML 1.1 gives a meaning of their own."""

_INTEGER = "tag:yaml.org,2002:int"
_WHOLE = re.compile(r"[+-]?(0|[1-9][0-9]*)")
"""As people write whole numbers; YAML 1.1 also reads 014 as 12 and 1:30 as 90, which nobody means here."""

_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("int", "bool", "null"))


def load_catalogue(folder: Path) -> tuple[Catalogue | None, tuple[Fault, ...]]:
    """The catalogue in a folder (`national/` and `local/<division>/`), or all of its faults."""
    pages, faults = read_pages(folder)
    catalogue, more = build(pages)
    if faults:
        return None, tuple(sorted({*faults, *more}))
    return catalogue, more


def read_pages(folder: Path) -> tuple[list[Page], list[Fault]]:
    """Every page of the folder, and the faults of YAML itself."""
    pages: list[Page] = []
    faults: list[Fault] = []
    for path in sorted([*folder.rglob("*.yaml"), *folder.rglob("*.yml")]):
        page, found = _read_page(path, path.relative_to(folder))
        faults += found
        if page is not None:
            pages.append(page)
    if not pages and not faults:
        faults.append(Fault(str(folder), 1, "", Rule.INCOMPLETE, "no catalogue file (*.yaml) is in this folder"))
    return pages, faults


def read_draft(content: bytes, name: str) -> tuple[Draft | None, tuple[Fault, ...]]:
    """The draft that a file of that name holds, or every fault of its shape."""
    page, faults = _page_of(content, Path(name).name, NATIONAL, "draft")
    if page is None:
        return None, tuple(faults)
    draft, more = draft_of(page)
    return (None if faults else draft), tuple(sorted({*faults, *more}))


def _read_page(path: Path, name: Path) -> tuple[Page | None, list[Fault]]:
    place = _place(name)
    if place is None:
        message = "a catalogue file is national/<chapter>/<name>.yaml or local/<division>/<chapter>/<name>.yaml"
        return None, [Fault(str(name), 1, "", Rule.UNKNOWN_CHAPTER, message)]
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, [_unreadable(str(name), error)]
    return _page_of(content, str(name), *place)


def _page_of(content: bytes, name: str, layer: str, chapter: str) -> tuple[Page | None, list[Fault]]:
    try:
        node = yaml.compose(content.decode("utf-8"), Loader=_Loader)
        if not isinstance(node, yaml.MappingNode):
            message = "a catalogue file is a mapping of identifiers to entries"
            return None, [Fault(name, 1, "", Rule.NOT_YAML, message)]
        walk = _Walk(name)
        data = walk.plain(node, ())
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError) as error:
        return None, [_unreadable(name, error)]
    return Page(name, layer, chapter, data, walk.lines), walk.faults


def _unreadable(name: str, error: Exception) -> Fault:
    if isinstance(error, UnicodeDecodeError):
        message = f"文件不是UTF-8编码，请另存为UTF-8；this file is not in UTF-8 (byte {error.start}); save it as UTF-8"
        return Fault(name, _line_of(error), "", Rule.NOT_YAML, message)
    return Fault(name, _line_of(error), "", Rule.NOT_YAML, f"cannot be read as YAML: {_first_line(error)}")


def _place(name: Path) -> tuple[str, str] | None:
    """The layer and chapter of `national/kinds/x.yaml` or `local/990100/kinds/x.yaml`; None for any other place."""
    *folders, file = name.parts
    if not file.endswith(".yaml"):
        return None
    match [*folders, file.removesuffix(".yaml")]:
        case ["national", chapter, *_]:
            return NATIONAL, chapter
        case ["local", division, chapter, *_] if len(division) == 6 and division.isdecimal():
            return division, chapter
    return None


class _Walk:
    """Turns nodes into plain data; notes the line of each path, keys that stand twice, and what is no plain data."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[Fault] = []
        self.scalars = _Loader("")
        self.seen: set[int] = set()

    def plain(self, node: yaml.Node, path: KeyPath) -> Any:
        line = self.lines.setdefault(path, node.start_mark.line + 1)
        if id(node) in self.seen:
            # An alias is its anchor's own node. Followed, it could grow without bound or lead back into itself.
            self._refuse(line, path, Rule.NOT_YAML, "write the value out; a reference (*name) is not read here")
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _scalar(self, node: yaml.Node, path: KeyPath) -> Any:
        try:
            if node.tag == _INTEGER and not _WHOLE.fullmatch(node.value):
                message = (
                    f"“{node.value[:40]}” is no whole number as people write it, such as 14; text stands in quotes"
                )
                self._refuse(self.lines[path], path, Rule.NOT_YAML, message)
            elif node.tag in _PLAIN_TAGS:
                return self.scalars.construct_object(node)
        except (ValueError, LookupError):
            self._refuse(self.lines[path], path, Rule.NOT_YAML, f"“{node.value[:40]}” cannot be read; put it in quotes")
        if node.tag not in _PLAIN_TAGS | _TEXT_TAGS:
            self._refuse(self.lines[path], path, Rule.NOT_YAML, f"the tag {node.tag} is not read here; leave it out")
        return node.value

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key, line = key_node.value, key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(line, path, Rule.NOT_YAML, "a key is text, not a list or a mapping")
            elif key in found:
                message = f"“{key}” stands twice here; the first is on line {self.lines[(*path, key)]}"
                self._refuse(line, (*path, key), Rule.DUPLICATE_KEY, message)
            else:
                self.lines[(*path, key)] = line
                found[key] = self.plain(value_node, (*path, key))
        return found

    def _refuse(self, line: int, path: KeyPath, rule: Rule, message: str) -> None:
        self.faults.append(Fault(self.file, line, ".".join(map(str, path)), rule, message))


def canonical(pages: Iterable[Page]) -> bytes:
    """The pages as one JSON text: files by name, entries in the order of the official documents, no blanks.

    What an edition's hash is taken over. The order within a file is content: pages and tables follow it.
    """
    ordered = sorted(pages, key=lambda page: page.file)
    plain = {page.file: {"layer": page.layer, "chapter": page.chapter, "data": page.data} for page in ordered}
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def from_canonical(content: bytes | str) -> list[Page]:
    """The pages of an adopted edition."""
    return [Page(name, item["layer"], item["chapter"], item["data"]) for name, item in json.loads(content).items()]


def edition_hash(content: bytes) -> bytes:
    """SHA-256 of the canonical content (32 bytes)."""
    return hashlib.sha256(content).digest()


def _line_of(error: Exception) -> int:
    """The line of a fault in the text, 1 when the error does not know it."""
    if isinstance(error, UnicodeDecodeError):
        return error.object.count(b"\n", 0, error.start) + 1
    mark = getattr(error, "problem_mark", None)
    return mark.line + 1 if mark else 1


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
