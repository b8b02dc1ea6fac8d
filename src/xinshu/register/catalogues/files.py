"""Reads the catalogue's YAML files into plain pages, each value with the line it stands on."""

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

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
    for path in sorted(folder.rglob("*.yaml")):
        page, found = _read_page(path, path.relative_to(folder))
        faults += found
        if page is not None:
            pages.append(page)
    if not pages and not faults:
        faults.append(Fault(str(folder), 1, "", Rule.INCOMPLETE, "no catalogue file (*.yaml) is in this folder"))
    return pages, faults


def _read_page(path: Path, name: Path) -> tuple[Page | None, list[Fault]]:
    layer, chapter = _place(name)
    page = Page(str(name), layer, chapter, {})
    try:
        node = yaml.compose(path.read_text(encoding="utf-8"), Loader=_Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        return None, [Fault(str(name), line, "", Rule.NOT_YAML, f"cannot be read as YAML: {_first_line(error)}")]
    if not isinstance(node, yaml.MappingNode):
        return None, [page.fault((), Rule.NOT_YAML, "a catalogue file is a mapping of identifiers to entries")]
    walk = _Walk(page)
    data = walk.plain(node, ())
    return Page(str(name), layer, chapter, data, walk.lines), walk.faults


def _place(name: Path) -> tuple[str, str]:
    """The layer and chapter of `national/kinds/x.yaml` or `local/990100/kinds/x.yaml`."""
    parts = name.parts
    if parts[0] == "local" and len(parts) > 2:
        return parts[1], parts[2].removesuffix(".yaml")
    return NATIONAL, (parts[1] if len(parts) > 1 else parts[0]).removesuffix(".yaml")


class _Walk:
    """Turns nodes into plain data; notes the line of each path, and keys that stand twice."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.lines: dict[KeyPath, int] = {}
        self.faults: list[Fault] = []
        self.scalars = _Loader("")

    def plain(self, node: yaml.Node, path: KeyPath) -> Any:
        self.lines[path] = node.start_mark.line + 1
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self.plain(item, (*path, index)) for index, item in enumerate(node.value)]
        return self.scalars.construct_object(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = str(key_node.value)
            line = key_node.start_mark.line + 1
            if key in found:
                message = f"“{key}” stands twice here; the first is on line {self.lines[(*path, key)]}"
                self.faults.append(
                    Fault(self.page.file, line, ".".join(map(str, (*path, key))), Rule.DUPLICATE_KEY, message)
                )
                continue
            found[key] = self.plain(value_node, (*path, key))
            self.lines[(*path, key)] = line
        return found


def canonical(pages: Iterable[Page]) -> bytes:
    """The pages as canonical JSON (sorted keys, no blanks): what an edition's hash is taken over."""
    plain = {page.file: {"layer": page.layer, "chapter": page.chapter, "data": page.data} for page in pages}
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def from_canonical(content: bytes | str) -> list[Page]:
    """The pages of an adopted edition."""
    return [Page(name, item["layer"], item["chapter"], item["data"]) for name, item in json.loads(content).items()]


def edition_hash(content: bytes) -> bytes:
    """SHA-256 of the canonical content (32 bytes)."""
    return hashlib.sha256(content).digest()


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
