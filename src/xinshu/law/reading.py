"""Reads plain data into the frozen shapes of the catalogue, and tells every fault with its file, line, key and rule."""

import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any

Path = tuple[str | int, ...]
T = typing.TypeVar("T")


class Rule(StrEnum):
    """The rules a catalogue must keep; a fault names the one it breaks."""

    NOT_YAML = "NOT_YAML"
    DUPLICATE_KEY = "DUPLICATE_KEY"
    UNKNOWN_CHAPTER = "UNKNOWN_CHAPTER"
    UNKNOWN_KEY = "UNKNOWN_KEY"
    MISSING_KEY = "MISSING_KEY"
    WRONG_TYPE = "WRONG_TYPE"
    UNKNOWN_VALUE = "UNKNOWN_VALUE"
    IMPOSSIBLE_DATE = "IMPOSSIBLE_DATE"
    SWAPPED_DATES = "SWAPPED_DATES"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    OVERLAPPING_PERIODS = "OVERLAPPING_PERIODS"
    MISSING_BASIS = "MISSING_BASIS"
    BASIS_NOT_IN_FORCE = "BASIS_NOT_IN_FORCE"
    RANK_TOO_LOW = "RANK_TOO_LOW"
    MISSING_REFERENCE = "MISSING_REFERENCE"
    INCOMPLETE = "INCOMPLETE"
    OVERRIDES_NATIONAL = "OVERRIDES_NATIONAL"
    OUTSIDE_DIVISION = "OUTSIDE_DIVISION"
    WIDER_THAN_BASIS = "WIDER_THAN_BASIS"
    LIABILITY_SPREADS = "LIABILITY_SPREADS"
    WRONG_EFFECT = "WRONG_EFFECT"
    BY_COUNT = "BY_COUNT"
    STEP_MISSING = "STEP_MISSING"
    EXIT_MISSING = "EXIT_MISSING"
    NOT_ADOPTED = "NOT_ADOPTED"
    SOLD = "SOLD"
    LOCAL_ONLY = "LOCAL_ONLY"
    CONFLICTING_ROWS = "CONFLICTING_ROWS"


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """One fault of the catalogue, told so that its author can mend it: where, which rule, and what to do."""

    file: str
    line: int
    key: str
    rule: Rule
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.key}: [{self.rule}] {self.message}"


@dataclass(frozen=True, slots=True)
class Page:
    """One catalogue file as plain data (mappings, lists, text, integers, booleans; dates and decimals as text).

    `layer` is "national" or a division code, `chapter` the folder, `lines` the line of each path. `proposed`: it is a
    draft's, which is read after what stands, so that a fault between two entries is told of the draft.
    """

    file: str
    layer: str
    chapter: str
    data: Mapping[str, Any]
    lines: Mapping[Path, int] = dataclasses.field(default_factory=dict)
    proposed: bool = False

    def fault(self, path: Path, rule: Rule, message: str) -> Fault:
        """A fault at that path, or at the nearest line above it that is known."""
        known = path
        while known and known not in self.lines:
            known = known[:-1]
        return Fault(self.file, self.lines.get(known, 1), ".".join(map(str, path)), rule, message)


class Reader:
    """Reads one page; collects every fault instead of stopping at the first."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.faults: list[Fault] = []
        self._unread = 0

    def entry(self, shape: type[T], path: Path) -> T | None:
        """The page's entry at a top-level path, read as `shape`; None when a part of it cannot be read.

        An unknown key is a fault, but hinders no other check of the entry.
        """
        return typing.cast(T | None, self._object(shape, self.page.data[typing.cast(str, path[0])], path))

    def refuse(self, path: Path, rule: Rule, message: str) -> Any:
        """Note a fault; the value in its place is None."""
        self.faults.append(self.page.fault(path, rule, message))
        self._unread += rule is not Rule.UNKNOWN_KEY
        return None

    def _object(self, shape: type[Any], raw: object, path: Path) -> object:
        if not isinstance(raw, Mapping):
            return self.refuse(path, Rule.WRONG_TYPE, f"a mapping is wanted here, not {_say(raw)}")
        before = self._unread
        hints = typing.get_type_hints(shape)
        known = {item.metadata.get("key", item.name): item for item in dataclasses.fields(shape)}
        for key in raw:
            if key not in known:
                self.refuse((*path, key), Rule.UNKNOWN_KEY, f"“{key}” is not known here; known are: {', '.join(known)}")
        values: dict[str, Any] = {}
        for key, item in known.items():
            if key in raw:
                values[item.name] = self._value(hints[item.name], raw[key], (*path, key))
            elif item.default is dataclasses.MISSING and item.default_factory is dataclasses.MISSING:
                rule = Rule.MISSING_BASIS if key == "basis" else Rule.MISSING_KEY
                self.refuse((*path, key), rule, f"“{key}” must be stated")
        self._check_order(values, path)
        return shape(**values) if self._unread == before else None

    def _check_order(self, values: Mapping[str, Any], path: Path) -> None:
        """A period must hold a day: `from` lies before the excluded `until`, and not after the included `to`."""
        start, until, last = (values.get(name) for name in ("start", "until", "to"))
        if isinstance(start, date) and isinstance(until, date) and until <= start:
            self.refuse((*path, "until"), Rule.SWAPPED_DATES, f"until {until} must lie after from {start}")
        if isinstance(start, date) and isinstance(last, date) and last < start:
            self.refuse((*path, "to"), Rule.SWAPPED_DATES, f"to {last} must not lie before from {start}")

    def _value(self, hint: Any, raw: object, path: Path) -> object:
        origin = typing.get_origin(hint)
        arguments = typing.get_args(hint)
        if origin in (types.UnionType, typing.Union):
            inner = next(argument for argument in arguments if argument is not type(None))
            return None if raw is None else self._value(inner, raw, path)
        if origin in (tuple, frozenset):
            return self._list(origin, arguments[0], raw, path)
        if origin is Mapping:
            return self._mapping(arguments[1], raw, path)
        if dataclasses.is_dataclass(hint) and isinstance(hint, type):
            return self._object(hint, raw, path)
        return self._scalar(hint, raw, path)

    def _list(self, make: type[Any], inner: Any, raw: object, path: Path) -> object:
        if not isinstance(raw, list):
            return self.refuse(path, Rule.WRONG_TYPE, f"a list is wanted here, not {_say(raw)}")
        read = [self._value(inner, item, (*path, index)) for index, item in enumerate(raw)]
        return make(item for item in read if item is not None)

    def _mapping(self, inner: Any, raw: object, path: Path) -> object:
        if not isinstance(raw, Mapping):
            return self.refuse(path, Rule.WRONG_TYPE, f"a mapping is wanted here, not {_say(raw)}")
        return types.MappingProxyType({key: self._value(inner, item, (*path, key)) for key, item in raw.items()})

    def _scalar(self, kind: type[Any], raw: object, path: Path) -> object:
        if kind is bool or kind is int:
            if type(raw) is kind:
                return raw
            return self.refuse(path, Rule.WRONG_TYPE, f"{_NAMES[kind]} is wanted here, not {_say(raw)}")
        if kind is Decimal and type(raw) is int:
            return Decimal(raw)
        if not isinstance(raw, str) or not raw.strip():
            return self.refuse(path, Rule.WRONG_TYPE, f"{_NAMES.get(kind, 'text')} is wanted here, not {_say(raw)}")
        if kind is str:
            return raw
        return self._parsed(kind, raw, path)

    def _parsed(self, kind: type[Any], raw: str, path: Path) -> object:
        try:
            return _PARSERS.get(kind, kind)(raw)
        except (ValueError, InvalidOperation):
            if kind is date:
                return self.refuse(path, Rule.IMPOSSIBLE_DATE, f"“{raw}” is no day; write YYYY-MM-DD")
            if kind is Decimal:
                return self.refuse(path, Rule.WRONG_TYPE, f"a decimal number is wanted here, not “{raw}”")
            return self.refuse(path, Rule.UNKNOWN_VALUE, f"“{raw}” is not one of {', '.join(kind.__members__)}")


def _day(raw: str) -> date:
    """YYYY-MM-DD only: Python also reads 20260401 and 2026-W14-3, which nobody means here."""
    day = date.fromisoformat(raw)
    if day.isoformat() != raw:
        raise ValueError(raw)
    return day


def _decimal(raw: str) -> Decimal:
    """A finite number: NaN is neither below nor above anything, and comparing with it raises."""
    number = Decimal(raw)
    if not number.is_finite():
        raise ValueError(raw)
    return number


_PARSERS: Mapping[type[Any], Callable[[str], object]] = {date: _day, Decimal: _decimal}


_NAMES: Mapping[type[Any], str] = {
    bool: "true or false",
    int: "a whole number",
    date: "a day",
    Decimal: "a decimal number",
}


def _say(raw: object) -> str:
    return "nothing" if raw is None else f"“{raw}”"
