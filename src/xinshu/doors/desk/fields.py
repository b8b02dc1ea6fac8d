"""Fields of a kind as a form: how each is asked for, by its type in the catalogue, and what was answered.

Nothing is judged here: an answer is a cell like that of any file, and goes through the checks of every file.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import polars as pl
from django.http import QueryDict

from xinshu.bulk.values import SEVERAL, as_choice, as_choices
from xinshu.doors.portal.wording import Words
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import Choice, FieldRule, FieldType, Need

LINE: Final = 200
"""A text that may be longer than this is asked for in an area of several lines."""

HINTS: Final[Mapping[FieldType, Words]] = {
    FieldType.DATE: ("日期，如 2026-11-20", "a day, such as 2026-11-20"),
    FieldType.DECIMAL: ("数字，不加逗号和单位，如 0.35", "a number without commas or unit, such as 0.35"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One choice: what is sent for it, its official names, and whether it is what stands there."""

    value: str
    words: Words
    chosen: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a form. `control`: line, area, select or boxes. `stray`: a text that is none of the choices."""

    name: str
    label: Words
    control: str
    text: str
    options: tuple[Option, ...] = ()
    stray: str = ""
    required: bool = False
    hints: tuple[Words, ...] = ()
    numeric: bool = False
    reasons: tuple[Words, ...] = ()
    changed: bool = False

    @property
    def anchor(self) -> str:
        """The id of what takes the focus."""
        return f"{self.name}-0" if self.control == "boxes" else self.name

    @property
    def described_by(self) -> str:
        """The ids of its hints and reasons."""
        told = [f"h-{self.name}"] if self.hints or self.stray else []
        return " ".join([*told, *([f"w-{self.name}"] if self.reasons else [])])


def field_of(
    rule: FieldRule,
    catalogue: Catalogue,
    *,
    name: str,
    text: str,
    label: Words | None = None,
    reasons: Sequence[Words] = (),
    changed: bool = False,
) -> Field:
    """A field as it is asked for, with the text that stands in it."""
    choices = _choices(rule, catalogue)
    chosen = _chosen(rule, text, choices)
    several = rule.type is FieldType.CHOICES
    return Field(
        name=name,
        label=label or (rule.name_zh, rule.name_en),
        control=_control(rule),
        text=text,
        options=tuple(
            Option(text if one in chosen and not several else _sent(one, choice), words(choice), one in chosen)
            for one, choice in choices.items()
        ),
        stray=text if choices and not chosen else "",
        required=rule.need is Need.MANDATORY,
        hints=_hints(rule, catalogue),
        numeric=rule.type is FieldType.DECIMAL,
        reasons=tuple(reasons),
        changed=changed,
    )


def answered(form: QueryDict, rule: FieldRule, catalogue: Catalogue, *, name: str, text: str) -> str:
    """What was answered in place of `text`. Boxes that say the same leave it as it was written.

    A form sends an empty answer with its boxes: without it they were not asked.
    """
    if rule.type is not FieldType.CHOICES:
        return form.get(name, text).replace("\r\n", "\n").strip()
    if name not in form:
        return text
    ticked = [one for one in form.getlist(name) if one]
    before = _chosen(rule, text, _choices(rule, catalogue))
    after = _chosen(rule, ";".join(ticked), _choices(rule, catalogue))
    return text if before == after else "；".join(ticked)


def words(choice: Choice) -> Words:
    """The official names of a choice."""
    return choice.name_zh, choice.name_en


def _choices(rule: FieldRule, catalogue: Catalogue) -> Mapping[str, Choice]:
    return {} if rule.vocabulary is None else catalogue.vocabularies[rule.vocabulary].choices


def _chosen(rule: FieldRule, text: str, choices: Mapping[str, Choice]) -> frozenset[str]:
    """The choices that a text names, read as every file is read; none when any of it is unknown."""
    if not choices or not text:
        return frozenset()
    read = as_choices if rule.type is FieldType.CHOICES else as_choice
    found = pl.select(read(pl.lit(text, pl.String), choices)).item()
    if found is None:
        return frozenset()
    return frozenset({found} if isinstance(found, str) else found)


def _sent(name: str, choice: Choice) -> str:
    """A choice as a cell says it: its name, unless that would be read as several."""
    return name if pl.Series([choice.name_zh]).str.contains(SEVERAL).item() else choice.name_zh


def _control(rule: FieldRule) -> str:
    if rule.type is FieldType.CHOICE:
        return "select"
    if rule.type is FieldType.CHOICES:
        return "boxes"
    prose = rule.type is FieldType.TEXT and (rule.free_text or (rule.length or 0) > LINE)
    return "area" if prose else "line"


def _hints(rule: FieldRule, catalogue: Catalogue) -> tuple[Words, ...]:
    """How it is written, and when it must be filled."""
    hints = [HINTS[rule.type]] if rule.type in HINTS else []
    if rule.mandatory_for:
        zh, en = _named(rule.mandatory_for, catalogue.vocabularies["SUBJECT_TYPE"].choices)
        hints.append((f"类别为{zh}时必填", f"needed for: {en}"))
    if rule.mandatory_if_penalty:
        zh, en = _named(rule.mandatory_if_penalty, catalogue.vocabularies["PENALTY"].choices)
        hints.append((f"处罚含{zh}时必填", f"needed with: {en}"))
    return tuple(hints)


def _named(names: frozenset[str], choices: Mapping[str, Choice]) -> Words:
    said = [words(choice) for name, choice in choices.items() if name in names]
    return "、".join(zh for zh, _ in said), ", ".join(en for _, en in said)
