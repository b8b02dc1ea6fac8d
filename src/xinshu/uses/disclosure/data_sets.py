"""What the open data files hold: which kinds of record, in which columns, under which terms; row by row from the gate.

A row is the stored public form and its body; of an individual business the code stands alone (Decision 5). Adverse
records are in no open file: in bulk they are for registered recipients only, bound to delete (docs/recipients.md).
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from xinshu.bulk.open_files import Layout, Part, Row
from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import FieldRule, Kind
from xinshu.law.public_form import HEADLINE_ROLES
from xinshu.law.terms import Audience, Effect
from xinshu.register.records.queries import shown_stream
from xinshu.register.subjects.queries import SubjectRow, described
from xinshu.uses.disclosure.queries import public_name

Words = tuple[str, str]

PART: Final = 2_000
"""Rows that are in memory in full at once."""

BASIC_REGISTRATION: Final = 1
"""The category of the national basic catalogue."""

LICENCE_KIND: Final = "ADMIN_LICENCE"

RECORD_COLUMNS: Final[Mapping[str, Words]] = {
    "ref": ("记录编号", "Reference of the record"),
    "kind": ("信息类目，见目录", "Kind of record, see the catalogue"),
    "subject_code": ("统一社会信用代码等主体代码", "Code of the subject"),
    "subject_name": ("主体名称；个体工商户不提供", "Name of the subject; none for an individual business"),
    "subject_kind": ("主体类型", "Kind of subject"),
    "severity": ("失信程度", "Class of severity"),
    "document_number": ("文书号", "Number of the document"),
    "organ_code": ("决定机关代码", "Code of the deciding organ"),
    "organ_name": ("决定机关", "Deciding organ"),
    "decided_on": ("决定日期", "Day of the decision"),
    "shown_from": ("公示起始日", "First day shown"),
    "shown_until": ("公示的最后一天；空为长期", "Last day shown; empty: open"),
    "repair_from": ("最早可申请修复日", "First day on which repair may be asked for"),
    "regime": ("适用的公示规则", "Regime of publicity"),
    "basis": ("公示依据，见目录", "Instrument it is shown by, see the catalogue"),
    "article": ("条文", "Article"),
    "why_zh": ("公示理由", "Why it is shown, in Chinese"),
    "why_en": ("公示理由（英文）", "Why it is shown, in English"),
    "mark": ("部分内容待核期间的标记", "Mark of a record of which a part is withheld while a claim on it is reviewed"),
    "mark_zh": ("标记的说明", "What the mark says, in Chinese"),
    "mark_en": ("标记的说明（英文）", "What the mark says, in English"),
}
RECORD_DAYS: Final = frozenset({"decided_on", "shown_from", "shown_until", "repair_from"})

ENTRY_COLUMNS: Final[Mapping[str, Words]] = {
    "entry": ("条目种类", "Sort of entry: CATEGORY, KIND, FIELD, BASIS, VOCABULARY, CHOICE"),
    "id": ("标识", "Identifier"),
    "part_of": ("所属条目", "The entry it is part of"),
    "name_zh": ("名称", "Name in Chinese"),
    "name_en": ("英文名称", "Name in English"),
    "what": ("性质、类型或位阶", "Effect of a kind, type of a field, rank of a basis"),
    "audience": ("公开范围", "Audience"),
    "basis": ("依据", "Basis"),
    "article": ("条文", "Article"),
    "valid_from": ("施行日", "In force from"),
    "valid_until": ("失效日", "In force until, that day excluded"),
}
ENTRY_DAYS: Final = frozenset({"valid_from", "valid_until"})

LICENCE: Final[Words] = (
    "可免费使用、转载和加工，但须遵守以下各条。",
    "Free to use, pass on and build upon, by the terms below.",
)
TERMS: Final[tuple[Words, ...]] = (
    (
        "注明来源和日期；内容与期限和本站一致，不得增删改。",
        "Name the source and the day; say what this site says, for as long as it does.",
    ),
    (
        "记录停止公示即删除：本文件只到当日24时有效，之后须换用新文件。",
        "Delete what has ended: a file holds until midnight of its day; after that, use a new one.",
    ),
    (
        "不得用于识别、查找或推断自然人。",
        "Never use it to identify, find or infer natural persons.",
    ),
    (
        "不得据此编制黑名单，不得在法律规定之外限制任何主体。",
        "Make no blacklist of it, and limit nobody by it beyond what the law says.",
    ),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSet:
    """A set that is given out as files: its name in addresses, its words, and which kinds belong to it.

    `includes` is None for the catalogue itself. `is_open`: for everyone; the others for registered recipients.
    """

    name: str
    title: Words
    holds: Words
    includes: Callable[[str, Kind], bool] | None
    is_open: bool = True

    def kinds(self, catalogue: Catalogue) -> dict[str, Kind]:
        """Its kinds in that edition; what is for everyone never has an adverse one among them."""
        return {
            name: kind
            for name, kind in catalogue.kinds.items()
            if self.includes is not None
            and kind.audience is Audience.PUBLIC
            and self.includes(name, kind)
            and (not self.is_open or kind.effect is not Effect.ADVERSE)
        }

    def columns(self) -> Mapping[str, Words]:
        """The columns that every row has, with what each means."""
        return ENTRY_COLUMNS if self.includes is None else RECORD_COLUMNS

    def fields(self, catalogue: Catalogue) -> dict[str, FieldRule]:
        """The fields that its records may show, by identifier."""
        return {
            name: rule
            for kind in self.kinds(catalogue).values()
            for name, rule in kind.fields.items()
            if rule.public and rule.role not in HEADLINE_ROLES
        }

    def layout(self, catalogue: Catalogue, about: Mapping[str, str]) -> Layout:
        """What its files look like."""
        if self.includes is None:
            return Layout(columns=list(ENTRY_COLUMNS), days=ENTRY_DAYS, about=about)
        fields = list(self.fields(catalogue))
        return Layout(columns=list(RECORD_COLUMNS), days=RECORD_DAYS, fields=fields, about=about)

    def parts(self, catalogue: Catalogue, *, on_date: date) -> Iterator[Part]:
        """Its rows as shown on that day, PART at a time."""
        if self.includes is None:
            return iter([_entries(catalogue)])
        return _records(list(self.kinds(catalogue)), on_date)


REGISTRATION: Final = DataSet(
    name="registration",
    title=("登记注册信息", "Registration"),
    holds=("正在公示的登记注册基本信息。", "The basic facts of registration that are shown today."),
    includes=lambda _, kind: kind.category == BASIC_REGISTRATION,
)
LICENCES: Final = DataSet(
    name="licences",
    title=("行政许可", "Licences"),
    holds=("正在公示的行政许可。", "The administrative licences that are shown today."),
    includes=lambda name, _: name == LICENCE_KIND,
)
CATALOGUE: Final = DataSet(
    name="catalogue",
    title=("公共信用信息目录", "Catalogue"),
    holds=(
        "现行目录的类目、字段、法律依据和代码表。",
        "Kinds, fields, legal bases and code lists of the edition in force.",
    ),
    includes=None,
)
ADVERSE: Final = DataSet(
    name="adverse",
    title=("不利信息", "Adverse records"),
    holds=(
        "正在公示的不利信息，只向登记接收方提供。",
        "The adverse records shown today, for registered recipients only.",
    ),
    includes=lambda _, kind: kind.effect is Effect.ADVERSE,
    is_open=False,
)
OPEN_SETS: Final[Mapping[str, DataSet]] = {found.name: found for found in (REGISTRATION, LICENCES, CATALOGUE)}


def _records(kinds: list[str], on_date: date) -> Iterator[Part]:
    for batch in shown_stream(on_date=on_date, kinds=kinds):
        for start in range(0, batch.num_rows, PART):
            part = batch.slice(start, PART)
            subjects = part["subject"].to_pylist()
            bodies = {body.subject: body for body in described(set(subjects))}
            forms = part["public_form"].to_pylist()
            yield [_record(form.encode(), bodies[subject]) for form, subject in zip(forms, subjects, strict=True)]


def _record(form: bytes, body: SubjectRow) -> Row:
    subject = {"code": body.code, "name": public_name(body), "kind": str(body.kind)}
    line = form[:-1] + b',"subject":' + orjson.dumps(subject) + b"}"
    told: dict[str, Any] = orjson.loads(form)
    apart = {
        **{f"subject_{name}": value for name, value in subject.items()},
        **{f"organ_{name}": value for name, value in told["organ"].items()},
        **{f"why_{language}": text for language, text in told["why"].items()},
        **_of_the_mark(told.get("mark")),
        "basis": told["basis"]["id"],
        "article": told["basis"]["article"],
    }
    cells = [apart[name] if name in apart else told[name] for name in RECORD_COLUMNS]
    return Row(line, cells, told["fields"])


def _of_the_mark(mark: dict[str, str] | None) -> dict[str, str | None]:
    """A record's mark in columns; all empty where nothing is withheld."""
    said = mark or {}
    return {"mark": said.get("code"), "mark_zh": said.get("zh"), "mark_en": said.get("en")}


def _entries(catalogue: Catalogue) -> Part:
    return [Row(orjson.dumps(entry), [entry.get(name) for name in ENTRY_COLUMNS], {}) for entry in _told(catalogue)]


def _told(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    """Every entry of the catalogue that a reader of the files needs, in the catalogue's own order."""
    numbered = {category.number: name for name, category in catalogue.categories.items()}
    for name, category in catalogue.categories.items():
        yield _entry("CATEGORY", name, None, category)
    for name, kind in catalogue.kinds.items():
        yield _entry("KIND", name, numbered[kind.category], kind, what=str(kind.effect), audience=str(kind.audience))
        for field, rule in kind.fields.items():
            audience = str(Audience.PUBLIC) if rule.public else None
            yield _entry("FIELD", field, name, rule, what=str(rule.type), audience=audience)
    for name, basis in catalogue.instruments.items():
        names = {"name_zh": basis.title, "name_en": basis.title_en, "what": str(basis.rank)}
        yield _entry("BASIS", name, None, basis, **names)
    for name, vocabulary in catalogue.vocabularies.items():
        yield _entry("VOCABULARY", name, None, vocabulary)
        for value, choice in vocabulary.choices.items():
            yield _entry("CHOICE", value, name, choice)


def _entry(sort: str, name: str, part_of: str | None, value: Any, **said: str | None) -> dict[str, Any]:
    days = {"valid_from": getattr(value, "start", None), "valid_until": getattr(value, "until", None)}
    own = {key: getattr(value, key, None) for key in ("name_zh", "name_en", "basis", "article")}
    told = {"entry": sort, "id": name, "part_of": part_of, **own, **said}
    told |= {key: day and day.isoformat() for key, day in days.items()}
    return {key: told.get(key) for key in ENTRY_COLUMNS}
