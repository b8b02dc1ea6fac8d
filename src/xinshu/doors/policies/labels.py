"""What a report calls a division, a section of industry, and a type and size of body."""

from dataclasses import dataclass
from typing import Final

from xinshu.bulk.assessment import UNKNOWN
from xinshu.doors.portal.wording import Words
from xinshu.law.catalogue import Catalogue
from xinshu.law.reading import Rule

UNKNOWN_WORDS: Final[Words] = ("未知", "unknown")
BANDS: Final[dict[str, Words]] = {
    "BELOW_1M": ("注册资本不足100万元", "capital below 1 million yuan"),
    "FROM_1M": ("注册资本100万元以上", "capital from 1 million yuan"),
    "FROM_10M": ("注册资本1000万元以上", "capital from 10 million yuan"),
    "FROM_100M": ("注册资本1亿元以上", "capital from 100 million yuan"),
    UNKNOWN: ("注册资本未知", "capital unknown"),
}


RULES: Final[dict[Rule, str]] = {
    Rule.NOT_YAML: "文件无法读取",
    Rule.DUPLICATE_KEY: "重复",
    Rule.UNKNOWN_CHAPTER: "没有这一章",
    Rule.UNKNOWN_KEY: "没有这一项，请检查拼写或者删去",
    Rule.MISSING_KEY: "缺少必填项，请补上",
    Rule.WRONG_TYPE: "写法不对",
    Rule.UNKNOWN_VALUE: "取值不在可选范围内",
    Rule.IMPOSSIBLE_DATE: "没有这一天，请写成2026-01-31的样子",
    Rule.SWAPPED_DATES: "起止日期颠倒",
    Rule.OUT_OF_RANGE: "超出允许的范围",
    Rule.OVERLAPPING_PERIODS: "有效期重叠",
    Rule.MISSING_BASIS: "没有依据",
    Rule.BASIS_NOT_IN_FORCE: "依据没有施行或者已经失效",
    Rule.RANK_TOO_LOW: "依据位阶过低",
    Rule.MISSING_REFERENCE: "所引的条目不存在",
    Rule.INCOMPLETE: "内容不完整，请补齐",
    Rule.OVERRIDES_NATIONAL: "改变或者重复全国规定",
    Rule.OUTSIDE_DIVISION: "超出本行政区域",
    Rule.WIDER_THAN_BASIS: "超出依据的范围",
    Rule.LIABILITY_SPREADS: "株连",
    Rule.WRONG_EFFECT: "激励、惩戒与事由不符",
    Rule.BY_COUNT: "以次数或者评分代替具体行为",
    Rule.STEP_MISSING: "缺少法定程序",
    Rule.EXIT_MISSING: "没有期限或者移出途径",
    Rule.NOT_ADOPTED: "依据尚未核实或者尚未启用",
    Rule.SOLD: "收费",
    Rule.LOCAL_ONLY: "以地域为条件",
    Rule.CONFLICTING_ROWS: "与现有条目冲突",
}
"""What is wrong, in a few Chinese words, beside the code and the English of the loader."""


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of the proposed edition, so that a report can be read by itself."""

    catalogue: Catalogue

    def division(self, value: str) -> Words:
        """A province."""
        found = self.catalogue.divisions.get(value[:2])
        return self._or_unknown(value) if found is None else (found.name_zh, found.name_en)

    def industry(self, value: str) -> Words:
        """A section of GB/T 4754."""
        vocabulary = self.catalogue.vocabularies.get("INDUSTRY")
        found = None if vocabulary is None else vocabulary.choices.get(value)
        return self._or_unknown(value) if found is None else (f"{value} {found.name_zh}", found.name_en)

    def size(self, value: str) -> Words:
        """A type of body and its registered capital."""
        kind, _, band = value.partition("/")
        names = self.catalogue.vocabularies["SUBJECT_KIND"].choices[kind]
        zh, en = BANDS[band]
        return f"{names.name_zh} · {zh}", f"{names.name_en}, {en}"

    def _or_unknown(self, value: str) -> Words:
        return UNKNOWN_WORDS if value == UNKNOWN else (value, "")
