"""Reads the file of connectors and the secrets it names; each fault is told with entry and field, never the value."""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from xinshu.doors.connectors.entries import Configuration, Connector, FolderSource
from xinshu.doors.connectors.faults import BadConfiguration

SENTENCES = {
    "missing": ("缺少此项", "this is required"),
    "extra_forbidden": ("没有这个字段，请检查拼写", "there is no such field; check its spelling"),
    "string_type": ("应为文字，必要时加引号", "must be text; put it in quotes"),
    "string_too_short": ("不能为空", "must not be empty"),
    "string_too_long": ("太长", "is too long"),
    "string_pattern_mismatch": ("写法不对，应符合 {pattern}", "must match {pattern}"),
    "int_type": ("应为整数", "must be a whole number"),
    "bool_type": ("应为true或false", "must be true or false"),
    "list_type": ("应为列表", "must be a list"),
    "dict_type": ("应为字段与值", "must be a mapping"),
    "model_type": ("应为字段与值", "must be a mapping"),
    "model_attributes_type": ("应为字段与值", "must be a mapping"),
    "literal_error": ("应为 {expected}", "must be {expected}"),
    "union_tag_invalid": ("应为 {expected_tags} 之一", "must be one of {expected_tags}"),
    "union_tag_not_found": ("缺少 {discriminator}", "{discriminator} is required"),
    "greater_than_equal": ("不得小于{ge}", "must be at least {ge}"),
    "less_than_equal": ("不得大于{le}", "must be at most {le}"),
    "too_short": ("不能为空", "must not be empty"),
    "value_error": ("{error}", ""),
}
UNION_TAGS = frozenset(
    {"folder", "bucket", "database", "service", "post", "none", "token", "page", "link"}
    | {"constrained-int", "int", "function-before[duration(), timedelta]"}
)
"""What pydantic puts into a field's path for the branch it took; no field that an operator writes."""

LARGEST_SECRET = 64 * 1024


class _Loader(yaml.SafeLoader):
    """Safe YAML in which a key may not stand twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """The mapping; refused when it says one thing twice."""
        keys = Counter(key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode))
        twice = [key for key, count in keys.items() if count > 1]
        if twice:
            raise yaml.MarkedYAMLError(problem=f"“{twice[0]}” stands twice", problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def connectors() -> tuple[Connector, ...]:
    """Every connector of XINSHU_CONNECTORS, in the order of the file; none when it is not set."""
    return () if settings.CONNECTORS is None else read(settings.CONNECTORS)


def connector(name: str) -> Connector:
    """The connector of that name; BadConfiguration when there is none."""
    known = {entry.name: entry for entry in connectors()}
    if name not in known:
        names = "、".join(known) or "（无 none; XINSHU_CONNECTORS）"
        raise BadConfiguration(f"没有连接器“{name}”；已配置 There is no such connector; configured are: {names}")
    return known[name]


def read(path: Path) -> tuple[Connector, ...]:
    """The connectors of a file; BadConfiguration tells all of its faults at once."""
    try:
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506 our loader is a SafeLoader
    except OSError as error:
        raise BadConfiguration(f"{path.name}：不能读取 cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise BadConfiguration(f"{path.name}：{_yaml_fault(error)}") from None
    try:
        found = Configuration.model_validate(data)
    except ValidationError as error:
        faults = [_sentence(path, data, fault) for fault in error.errors(include_url=False, include_input=False)]
        raise BadConfiguration("\n".join(faults)) from None
    faults = [f"{path.name}：{fault}" for fault in _clashes(found.connectors)]
    if faults:
        raise BadConfiguration("\n".join(faults))
    return tuple(found.connectors)


def secret(name: str) -> str:
    """What the file of a secret holds, without the line end; BadConfiguration when it is not there or empty."""
    path = settings.SECRETS_FOLDER / name
    try:
        with path.open(encoding="utf-8") as file:
            text = file.read(LARGEST_SECRET).rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        text = ""
    if not text:
        raise BadConfiguration(
            f"保密文件“{name}”不能读取或为空；请放入 XINSHU_SECRETS_FOLDER 所指目录。"
            " This secret cannot be read or is empty; put a file of that name into XINSHU_SECRETS_FOLDER."
        )
    return text


def _yaml_fault(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    line = "" if mark is None else f"第{mark.line + 1}行 line {mark.line + 1}: "
    problem = getattr(error, "problem", None) or "编码应为UTF-8 the encoding must be UTF-8"
    return f"{line}不是可读的YAML cannot be read as YAML: {problem}"


def _sentence(path: Path, data: object, fault: ErrorDetails) -> str:
    """One fault: the entry by place and name, the field, and what is asked of it."""
    place = [part for part in fault["loc"] if part not in UNION_TAGS or part == fault["loc"][-1]]
    field = ".".join(str(part) for part in _without_last_tag(fault, place))
    forms = SENTENCES.get(fault["type"], ("写法不对", fault["msg"]))
    zh, en = (form.format_map(fault.get("ctx", {})) for form in forms)
    match place:
        case ["connectors", int(index), *_]:
            field = field.removeprefix(f"connectors.{index}").lstrip(".") or "（整项 whole entry）"
            return (
                f"{path.name}：第{index + 1}项（{_name_of(data, index)}）entry {index + 1}, {field}：{zh} {en}".rstrip()
            )
    return f"{path.name}：{field or '（全文 whole file）'}：{zh} {en}".rstrip()


def _without_last_tag(fault: ErrorDetails, place: Sequence[int | str]) -> Sequence[int | str]:
    """A fault of a whole branch ends in the branch's tag; a missing or unknown field may bear the same word."""
    about_a_field = fault["type"] in ("missing", "extra_forbidden")
    return place[:-1] if place and place[-1] in UNION_TAGS and not about_a_field else place


def _name_of(data: object, index: int) -> str:
    match data:
        case {"connectors": list(entries)} if isinstance(entries[index], dict):
            name = entries[index].get("name")
            return name if isinstance(name, str) and len(name) <= 40 else "？"
    return "？"


def _clashes(found: Sequence[Connector]) -> Iterator[str]:
    names = Counter(entry.name for entry in found)
    paths = Counter(entry.source.path for entry in found if isinstance(entry.source, FolderSource))
    for index, entry in enumerate(found, 1):
        if names[entry.name] > 1:
            yield f"第{index}项（{entry.name}）entry {index}, name：此名称用了两次 this name is used twice"
        if isinstance(entry.source, FolderSource) and paths[entry.source.path] > 1:
            yield (
                f"第{index}项（{entry.name}）entry {index}, source.path："
                "两个连接器看同一目录 two connectors watch this folder"
            )
