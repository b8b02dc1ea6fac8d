"""Each rule of the catalogue has a planted fault here, told with its file, line, key and rule; nothing ever crashes."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from xinshu.law.checks import build
from xinshu.law.reading import Fault, Page, Rule
from xinshu.register.catalogues.files import canonical, from_canonical, load_catalogue, read_pages

SOUND = {
    "national/bases/all.yaml": """\
LAW-A:
  title: 甲法
  title_en: Law A
  issuer: 全国人民代表大会
  rank: LAW
  from: 2000-01-01
  looked_at: 2026-11-23
  certainty: HIGH
RULE-B:
  title: 乙办法
  title_en: Rule B
  issuer: 某部
  rank: DEPARTMENT_RULE
  from: 2019-07-01
  until: 2030-01-01
  looked_at: 2026-11-23
  certainty: HIGH
""",
    "national/categories/all.yaml": """\
PENALTIES: {number: 2, name_zh: 行政处罚, name_en: Penalties, basis: LAW-A, looked_at: 2026-11-23, certainty: HIGH}
""",
    "national/vocabularies/all.yaml": """\
COLOUR:
  name_zh: 颜色
  name_en: Colour
  choices:
    RED: {name_zh: 红, name_en: Red}
""",
    "national/kinds/penalty.yaml": """\
PENALTY:
  name_zh: 行政处罚
  name_en: Penalty
  plain_zh: 机关作出的处罚
  plain_en: A penalty
  category: 2
  effect: ADVERSE
  audience: PUBLIC
  subjects: [ENTERPRISE, INDIVIDUAL_BUSINESS]
  basis: LAW-A
  article: "48"
  looked_at: 2026-11-23
  certainty: HIGH
  from: 2019-07-01
  publication: {basis: LAW-A, article: "48", looked_at: 2026-11-23, certainty: HIGH}
  publicity: TERMS
  retention: {basis: LAW-A, looked_at: 2026-11-23, certainty: LOW}
  fields:
    NAME: {name_zh: 名称, name_en: Name, type: TEXT, role: SUBJECT_NAME, public: true}
    CODE: {name_zh: 代码, name_en: Code, type: CODE, role: SUBJECT_CODE, public: true}
    NUMBER: {name_zh: 文号, name_en: Number, type: TEXT, role: DOCUMENT_NUMBER, public: true}
    DAY: {name_zh: 日期, name_en: Day, type: DATE, role: DECIDED_ON, public: true}
    ORGAN: {name_zh: 机关, name_en: Organ, type: TEXT, role: ORGAN_NAME, public: true}
    ORGAN_CODE: {name_zh: 机关代码, name_en: Organ code, type: CODE, role: ORGAN_CODE, public: true}
    COLOUR: {name_zh: 颜色, name_en: Colour, type: CHOICE, vocabulary: COLOUR}
    PERSON: {name_zh: 证件, name_en: Identity number, type: PERSONAL}
""",
    "national/publicity/terms.yaml": """\
TERMS:
  name_zh: 期限
  name_en: Terms
  regimes:
    OLD:
      name_zh: 旧
      name_en: Old
      basis: RULE-B
      looked_at: 2026-11-23
      certainty: HIGH
      from: 2019-07-01
      until: 2023-05-01
      clock: DOCUMENT_DATE
      rows:
        - {row: ALL, term: FIXED, min_months: 3, max_months: 12, article: "1", looked_at: 2026-11-23, certainty: LOW}
    NEW:
      name_zh: 新
      name_en: New
      basis: RULE-B
      looked_at: 2026-11-23
      certainty: HIGH
      from: 2023-05-01
      until: 2030-01-01
      clock: DOCUMENT_DATE
      rows:
        - row: DEPARTMENT
          term: DEPARTMENT_RULE
          max_months: 12
          department_months: {MARKET: 18}
          article: "2"
          looked_at: 2026-11-23
          certainty: LOW
""",
    "national/severity/tables.yaml": """\
MARKET-1:
  name_zh: 市场一
  name_en: Market one
  department: MARKET
  basis: RULE-B
  looked_at: 2026-11-23
  certainty: HIGH
  from: 2020-01-01
  until: 2026-04-01
  rows:
    - {row: SMALL, matter_zh: 小, matter_en: Small, severity: MINOR, fine_from: "1.5", fine_below: 10}
MARKET-2:
  name_zh: 市场二
  name_en: Market two
  department: MARKET
  basis: RULE-B
  looked_at: 2026-11-23
  certainty: HIGH
  from: 2026-04-01
  until: 2030-01-01
  rows:
    - {row: LARGE, matter_zh: 大, matter_en: Large, severity: SERIOUS}
""",
    "national/calendar/2026.yaml": """\
CALENDAR-2026:
  year: 2026
  basis: LAW-A
  looked_at: 2026-11-23
  certainty: HIGH
  holidays:
    - {name_zh: 国庆节, name_en: National Day, from: 2026-10-01, to: 2026-10-07}
  working_weekends: [2026-09-20, 2026-10-10]
""",
    "local/990100/bases/all.yaml": """\
LOCAL-A:
  title: 某市条例
  title_en: Regulation of a city
  issuer: 某市人民代表大会
  rank: LOCAL_REGULATION
  division: "990100"
  from: 2020-01-01
  looked_at: 2026-11-23
  certainty: ILLUSTRATIVE
""",
    "local/990100/kinds/all.yaml": """\
LOCAL-HONOUR:
  name_zh: 市级荣誉
  name_en: City honour
  plain_zh: 荣誉
  plain_en: An honour
  category: 2
  effect: FAVOURABLE
  audience: GOVERNMENT
  subjects: [ENTERPRISE]
  basis: LOCAL-A
  looked_at: 2026-11-23
  certainty: ILLUSTRATIVE
  from: 2020-01-01
  retention: {basis: LOCAL-A, looked_at: 2026-11-23, certainty: LOW}
  fields:
    NAME: {name_zh: 名称, name_en: Name, type: TEXT, role: SUBJECT_NAME}
    CODE: {name_zh: 代码, name_en: Code, type: CODE, role: SUBJECT_CODE}
    NUMBER: {name_zh: 文号, name_en: Number, type: TEXT, role: DOCUMENT_NUMBER}
    DAY: {name_zh: 日期, name_en: Day, type: DATE, role: DECIDED_ON}
    ORGAN: {name_zh: 机关, name_en: Organ, type: TEXT, role: ORGAN_NAME}
    ORGAN_CODE: {name_zh: 机关代码, name_en: Organ code, type: CODE, role: ORGAN_CODE}
""",
}

BASES, CATEGORIES, VOCABULARIES, KINDS, TERMS, TABLES, CALENDAR, LOCAL_BASES, LOCAL_KINDS = SOUND


class At(NamedTuple):
    """An expected fault: the first words of its line, its key, its rule, and its file when it is another one."""

    line: str
    key: str
    rule: Rule
    file: str = ""


class Planted(NamedTuple):
    """What stands in a file, what is planted instead, and the faults that must come of it: these and no others."""

    file: str
    old: str
    new: str
    faults: tuple[At, ...]

    @property
    def name(self) -> str:
        return f"{self.faults[0].rule}: {self.faults[0].key or self.file}: {self.new.strip()[:40]!r}"


def planted(file: str, old: str, new: str, *faults: At) -> Planted:
    return Planted(file, old, new, faults)


PLANTED = [
    # --- YAML itself
    planted(BASES, "title: 丙", "title: [丙", At("title_en: Rule C", "", Rule.NOT_YAML)),
    planted(BASES, "title: 丙", "title: *nowhere", At("title: *nowhere", "", Rule.NOT_YAML)),
    planted(BASES, "title: 丙", "title: 丙\n---\nMORE:", At("---", "", Rule.NOT_YAML)),
    planted(CATEGORIES, "PENALTIES:", "- PENALTIES:", At("- PENALTIES:", "", Rule.NOT_YAML)),
    planted(BASES, "title: 丙", "title: !!python/name:os 丙", At("title: !!", "RULE-C.title", Rule.NOT_YAML)),
    planted(BASES, "title: 丙", "title: !ours 丙", At("title: !ours", "RULE-C.title", Rule.NOT_YAML)),
    planted(BASES, "title: 丙", "title: 丙\n  ? [a]\n  : b", At("? [a]", "RULE-C", Rule.NOT_YAML)),
    planted(BASES, "title: 丙", "title: &c 丙\n  note: *c", At("note: *c", "RULE-C.note", Rule.NOT_YAML)),
    planted(BASES, "title: 丙", "title: !!bool perhaps", At("title: !!bool", "RULE-C.title", Rule.NOT_YAML)),
    # --- keys
    planted(BASES, "title: 丙", "title: 丙\n  title: 丁", At("title: 丁", "RULE-C.title", Rule.DUPLICATE_KEY)),
    planted(BASES, "RULE-C:", "RULE-B:", At("RULE-B:\n  title: 丙", "RULE-B", Rule.DUPLICATE_KEY)),
    planted(KINDS, "role: ORGAN_NAME,", "role: SUBJECT_NAME,",
        At("ORGAN:", "PENALTY.fields.ORGAN.role", Rule.DUPLICATE_KEY),
        At("fields:", "PENALTY.fields", Rule.INCOMPLETE)),
    planted(TERMS, "row: DEPARTMENT", "row: DUTY", At("- row: DUTY", "TERMS.regimes.NEW.rows.1.row", Rule.DUPLICATE_KEY)),
    planted(BASES, "title: 丙", "title: 丙\n  titel: 丁", At("titel:", "RULE-C.titel", Rule.UNKNOWN_KEY)),
    planted(BASES, "title: 丙", "title: 丙\n  <<: 丁", At("<<:", "RULE-C.<<", Rule.UNKNOWN_KEY)),
    planted(TERMS, "row: ALL,", "row: ALL, months: 3,", At("- {row: ALL", "TERMS.regimes.OLD.rows.0.months", Rule.UNKNOWN_KEY)),
    planted(BASES, "  title: 丙\n", "", At("RULE-C:", "RULE-C.title", Rule.MISSING_KEY)),
    planted(TERMS, 'article: "1", ', "", At("- {row: ALL", "TERMS.regimes.OLD.rows.0.article", Rule.MISSING_KEY)),
    # --- values
    planted(BASES, "title: 丙", "title:", At("title:\n", "RULE-C.title", Rule.WRONG_TYPE)),
    planted(BASES, "title: 丙", "title: '  '", At("title: '", "RULE-C.title", Rule.WRONG_TYPE)),
    planted(BASES, "title: 丙", "title: [丙]", At("title: [", "RULE-C.title", Rule.WRONG_TYPE)),
    planted(BASES, "title: 丙", "title: {zh: 丙}", At("title: {", "RULE-C.title", Rule.WRONG_TYPE)),
    planted(BASES, "title: 丙", "title: 36", At("title: 36", "RULE-C.title", Rule.WRONG_TYPE)),
    planted(KINDS, "category: 2", "category: two", At("category: two", "PENALTY.category", Rule.WRONG_TYPE)),
    planted(KINDS, "category: 2", "category: true", At("category: true", "PENALTY.category", Rule.WRONG_TYPE)),
    planted(KINDS, "[ENTERPRISE]", "ENTERPRISE", At("subjects:", "PENALTY.subjects", Rule.WRONG_TYPE)),
    planted(KINDS, "[ENTERPRISE]", "[ENTERPRISE, ~]", At("subjects:", "PENALTY.subjects.1", Rule.WRONG_TYPE)),
    planted(TABLES, '"1.5"', "much", At("- {row: SMALL", "MARKET-1.rows.0.fine_from", Rule.WRONG_TYPE)),
    planted(TABLES, '"1.5"', "NaN", At("- {row: SMALL", "MARKET-1.rows.0.fine_from", Rule.WRONG_TYPE)),
    planted(CALENDAR, "holidays:", "holidays: none\nMORE:", At("holidays: none", "CALENDAR-2026.holidays", Rule.WRONG_TYPE),
        At("MORE:", "MORE", Rule.WRONG_TYPE)),
    planted(BASES, "rank: LAW", "rank: LAWS", At("rank: LAWS", "LAW-A.rank", Rule.UNKNOWN_VALUE)),
    planted(KINDS, "audience: PUBLIC", "audience: public", At("audience: public", "PENALTY.audience", Rule.UNKNOWN_VALUE)),
    planted(KINDS, "[ENTERPRISE]", "[ENTERPRISE, PERSON]", At("subjects:", "PENALTY.subjects.1", Rule.UNKNOWN_VALUE)),
    planted(LOCAL_BASES, '"990100"', '"99"', At("division:", "LOCAL-A.division", Rule.UNKNOWN_VALUE)),
    planted(LOCAL_BASES, '"990100"', '"000000"', At("division:", "LOCAL-A.division", Rule.UNKNOWN_VALUE)),
    # --- days
    *(
        planted(BASES, "from: 2018-01-01", f"from: {day}", At("from: " + day, "RULE-C.from", Rule.IMPOSSIBLE_DATE))
        for day in ("2026-02-30", "2026-02-29", "2026-13-01", "2018-1-1", "01/01/2018", "2018-W01-1", "2018年1月1日")
    ),
    planted(BASES, "from: 2018-01-01", "from: 20180101", At("from: 2018", "RULE-C.from", Rule.WRONG_TYPE)),
    planted(BASES, "from: 2018-01-01", "from: '20180101'", At("from: '2018", "RULE-C.from", Rule.IMPOSSIBLE_DATE)),
    planted(BASES, "until: 2031-01-01", "until: 2017-01-01", At("until: 2017", "RULE-C.until", Rule.SWAPPED_DATES)),
    planted(BASES, "until: 2031-01-01", "until: 2018-01-01", At("until: 2018", "RULE-C.until", Rule.SWAPPED_DATES)),
    planted(CALENDAR, "to: 2026-10-07", "to: 2026-09-30", At("- {name_zh: 国庆节", "CALENDAR-2026.holidays.0.to", Rule.SWAPPED_DATES)),
    # --- numbers
    planted(TERMS, "min_months: 3", "min_months: 13", At("- {row: ALL", "TERMS.regimes.OLD.rows.0.min_months", Rule.OUT_OF_RANGE)),
    planted(TERMS, "max_months: 12,", "max_months: 0,", At("- {row: ALL", "TERMS.regimes.OLD.rows.0.min_months", Rule.OUT_OF_RANGE)),
    planted(TERMS, "max_months: 12,", "max_months: 601,", At("- {row: ALL", "TERMS.regimes.OLD.rows.0", Rule.OUT_OF_RANGE)),
    planted(TERMS, "min_months: 3", "min_months: -3", At("- {row: ALL", "TERMS.regimes.OLD.rows.0", Rule.OUT_OF_RANGE)),
    planted(TERMS, "MARKET: 18", "MARKET: -1", At("department_months:", "TERMS.regimes.NEW.rows.1.department_months.MARKET", Rule.OUT_OF_RANGE)),
    planted(TABLES, "fine_below: 10", "fine_below: 1.5", At("- {row: SMALL", "MARKET-1.rows.0.fine_below", Rule.OUT_OF_RANGE)),
    planted(CALENDAR, "[2026-09-20, 2026-10-10]", "[2026-10-04]", At("holidays:", "CALENDAR-2026.holidays", Rule.OUT_OF_RANGE)),
    planted(CALENDAR, "[2026-09-20, 2026-10-10]", "[2026-10-12]", At("holidays:", "CALENDAR-2026.holidays", Rule.OUT_OF_RANGE)),
    planted(CALENDAR, "year: 2026", "year: 2062", At("holidays:", "CALENDAR-2026.holidays", Rule.OUT_OF_RANGE)),
    # --- periods
    planted(TERMS, "from: 2023-05-01", "from: 2023-04-30", At("from: 2023-04-30", "TERMS.regimes.NEW.from", Rule.OVERLAPPING_PERIODS)),
    planted(TERMS, "      until: 2023-05-01\n", "", At("from: 2023-05-01", "TERMS.regimes.NEW.from", Rule.OVERLAPPING_PERIODS)),
    planted(TABLES, "from: 2026-04-01", "from: 2026-03-31", At("from: 2026-03-31", "MARKET-2.from", Rule.OVERLAPPING_PERIODS)),
    # --- bases
    planted(KINDS, "  basis: LAW-A", "  basis: LAW-Z", At("basis: LAW-Z", "PENALTY.basis", Rule.MISSING_BASIS)),
    planted(KINDS, "retention: {basis: LAW-A, ", "retention: {", At("retention:", "PENALTY.retention.basis", Rule.MISSING_BASIS)),
    planted(TERMS, "      basis: RULE-B\n", "", At("OLD:", "TERMS.regimes.OLD.basis", Rule.MISSING_BASIS)),
    planted(LOCAL_KINDS, "{basis: LOCAL-A", "{basis: LOCAL-B", At("retention:", "LOCAL-HONOUR.retention.basis", Rule.MISSING_BASIS)),
    planted(TABLES, "until: 2030-01-01", "until: 2030-01-02", At("basis: RULE-B\n  looked_at: 2026-11-22", "MARKET-2.basis", Rule.BASIS_NOT_IN_FORCE)),
    planted(TABLES, "  until: 2030-01-01\n", "", At("basis: RULE-B\n  looked_at: 2026-11-22", "MARKET-2.basis", Rule.BASIS_NOT_IN_FORCE)),
    planted(TERMS, "from: 2019-07-01", "from: 2019-06-30", At("basis: RULE-B", "TERMS.regimes.OLD.basis", Rule.BASIS_NOT_IN_FORCE)),
    planted(LOCAL_BASES, "from: 2020-01-01", "from: 2020-01-02",
        At("basis: LOCAL-A", "LOCAL-HONOUR.basis", Rule.BASIS_NOT_IN_FORCE, LOCAL_KINDS),
        At("retention:", "LOCAL-HONOUR.retention.basis", Rule.BASIS_NOT_IN_FORCE, LOCAL_KINDS)),
    planted(KINDS, "  basis: LAW-A", "  basis: RULE-C", At("basis: RULE-C", "PENALTY.basis", Rule.RANK_TOO_LOW),
        At("basis: RULE-C", "PENALTY.basis", Rule.BASIS_NOT_IN_FORCE)),
    planted(KINDS, "publication: {basis: LAW-A", "publication: {basis: RULE-C",
        At("publication:", "PENALTY.publication.basis", Rule.RANK_TOO_LOW),
        At("publication:", "PENALTY.publication.basis", Rule.BASIS_NOT_IN_FORCE)),
    # --- references and completeness
    planted(KINDS, "category: 2", "category: 3", At("category: 3", "PENALTY.category", Rule.MISSING_REFERENCE)),
    planted(KINDS, "publicity: TERMS", "publicity: TIMES", At("publicity: TIMES", "PENALTY.publicity", Rule.MISSING_REFERENCE)),
    planted(KINDS, ", vocabulary: COLOUR", "", At("COLOUR:", "PENALTY.fields.COLOUR.vocabulary", Rule.MISSING_REFERENCE)),
    planted(KINDS, "  publicity: TERMS\n", "", At("audience:", "PENALTY.audience", Rule.INCOMPLETE)),
    planted(KINDS, "type: PERSONAL", "type: PERSONAL, public: true", At("PERSON:", "PENALTY.fields.PERSON.public", Rule.INCOMPLETE)),
    planted(KINDS, ", role: DECIDED_ON", "", At("fields:", "PENALTY.fields", Rule.INCOMPLETE)),
    planted(TERMS, "max_months: 12, ", "", At("- {row: ALL", "TERMS.regimes.OLD.rows.0.max_months", Rule.INCOMPLETE)),
    planted(TERMS, SOUND[TERMS].partition("  regimes:")[2], " {}\n", At("regimes:", "TERMS.regimes", Rule.INCOMPLETE)),
    planted(VOCABULARIES, "CERTAINTY:", "RANK:", At("choices:", "RANK.choices", Rule.INCOMPLETE)),
    planted(LOCAL_BASES, '  division: "990100"\n', "", At("LOCAL-A:", "LOCAL-A.division", Rule.INCOMPLETE)),
    # --- local supplements
    planted(LOCAL_KINDS, "LOCAL-HONOUR:", "PENALTY:", At("PENALTY:", "PENALTY", Rule.OVERRIDES_NATIONAL)),
    planted(LOCAL_KINDS, "name_zh: 市级荣誉", "name_zh: 行政处罚", At("name_zh: 行政处罚", "LOCAL-HONOUR.name_zh", Rule.OVERRIDES_NATIONAL)),
    planted(LOCAL_KINDS, "  basis: LOCAL-A", "  basis: LAW-A", At("basis: LAW-A", "LOCAL-HONOUR.basis", Rule.RANK_TOO_LOW)),
    planted(LOCAL_BASES, "rank: LOCAL_REGULATION", "rank: LAW", At("rank: LAW", "LOCAL-A.rank", Rule.OVERRIDES_NATIONAL),
        At("basis: LOCAL-A", "LOCAL-HONOUR.basis", Rule.RANK_TOO_LOW, LOCAL_KINDS)),
    planted(LOCAL_BASES, '"990100"', '"980000"', At("division:", "LOCAL-A.division", Rule.OUTSIDE_DIVISION),
        At("basis: LOCAL-A", "LOCAL-HONOUR.basis", Rule.OUTSIDE_DIVISION, LOCAL_KINDS),
        At("retention:", "LOCAL-HONOUR.retention.basis", Rule.OUTSIDE_DIVISION, LOCAL_KINDS)),
    planted(KINDS, "retention: {basis: LAW-A", "retention: {basis: LOCAL-A",
        At("retention:", "PENALTY.retention.basis", Rule.OUTSIDE_DIVISION),
        At("retention:", "PENALTY.retention.basis", Rule.BASIS_NOT_IN_FORCE)),
]

# A file that is added to the sound catalogue, and the faults that must come of it.
ADDED = [
    ("national/reason/all.yaml", "A: {zh: 甲, en: A}\n", [At("A:", "", Rule.UNKNOWN_CHAPTER)]),
]
