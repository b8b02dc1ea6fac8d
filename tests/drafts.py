"""Drafts of rules for tests and benchmarks: lawful ones, and four that are not."""

import json
from typing import Any

import yaml

from tests.catalogue import shipped_pages

LAWFUL = """\
draft:
  name: procurement-of-the-serious
  title_zh: 严重失信主体参加政府采购的限制（示例）
  title_en: Limits on seriously dishonest bodies in public procurement (made up)
  by_zh: 示范市发展和改革委员会
  by_en: Development and Reform Commission of the made-up city
  why_zh: 说明为什么需要这一措施，影响谁，为什么现有措施不够。
  why_en: Why the measure is needed, whom it touches, and why what exists is not enough.
national:
  measures:
    TEST-TRADING:
      basis: PRC-GPL
      article: "22"
      from: 2026-01-01
      looked_at: 2026-11-27
      certainty: HIGH
      name_zh: 限制参加公共资源交易（示例）
      name_en: Limited in public resource trading (made up)
      plain_zh: 因较重的行政处罚，在一定期限内不得参加。
      plain_en: Barred for a time on account of a graver penalty.
      nature: PENALTY
      contexts: [PUBLIC_TRADING]
      applied_by_zh: 招标人
      applied_by_en: the buyer
      grounds:
        - {row: A, power: GPL_22_GRAVE, kind: ADMIN_PENALTY, when: {severity: [ORDINARY, SERIOUS]}, subjects: [ENTERPRISE]}
      ending: {end: AFTER_MONTHS, months: 12}
      standing: ACTIVE
"""

HEAD = LAWFUL.split("national:", maxsplit=1)[0]
MEASURE = LAWFUL.split("  measures:\n", maxsplit=1)[1]

DEPARTMENT_RULE = LAWFUL.replace("basis: PRC-GPL", "basis: SAMR-44")
"""A measure that lessens rights, on a department rule."""

THREE_MINOR = LAWFUL.replace("when: {severity: [ORDINARY, SERIOUS]}", "when: {severity: [MINOR]}, at_least: 3")
"""Three minor make one serious."""

REPRESENTATIVES = LAWFUL.replace(
    "power: GPL_22_GRAVE,", "power: GPL_22_GRAVE, relations: [ITSELF, RESPONSIBLE_PERSON],"
)
"""Legal representatives, by an article that does not name them."""

LOCAL_HONOUR = (
    HEAD
    + 'local:\n  "990100":\n    measures:\n'
    + "".join(f"  {line}\n" for line in MEASURE.splitlines())
    .replace("nature: PENALTY", "nature: INCENTIVE")
    .replace("kind: ADMIN_PENALTY, when: {severity: [ORDINARY, SERIOUS]}", "kind: DEMO_HONEST_SHOP")
)
"""A local honour as a condition of a bid."""

PENALTIES = "national/publicity/administrative-penalty.yaml"


def of_ordinary_penalties(to_older: str | None = None, **row: Any) -> str:
    """Other terms of display of ordinary penalties under Order 36: what of its row is otherwise; None: not stated."""
    (page,) = (page for page in shipped_pages() if page.file == PENALTIES)
    scheme = json.loads(json.dumps(page.data["ADMIN_PENALTY"]))
    regime = scheme["regimes"]["ORDER_36"]
    regime["to_older"] = to_older or regime["to_older"]
    (ordinary,) = (one for one in regime["rows"] if one["row"] == "ORDINARY")
    ordinary |= row
    for name in [name for name, value in ordinary.items() if value is None]:
        del ordinary[name]
    said = {"national": {"publicity": {"ADMIN_PENALTY": scheme}}}
    return HEAD + yaml.safe_dump(said, allow_unicode=True, sort_keys=False)
