"""Drafts of rules for tests: one lawful, and a register of made-up bodies that it would touch."""

from datetime import date

from tests import factories
from tests.factories import accepted, document
from tests.kinds import made_up_code

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
  powers:
    TEST-POWER:
      basis: PRC-APL
      article: "9"
      from: 2026-01-01
      looked_at: 2026-11-27
      certainty: HIGH
      name_zh: 示例权限
      name_en: Made-up power
      natures: [PENALTY]
      contexts: [PUBLIC_TRADING]
      subjects: [ENTERPRISE]
      kinds: [ADMIN_PENALTY]
  measures:
    TEST-TRADING:
      basis: PRC-APL
      article: "9"
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
        - {row: A, power: TEST-POWER, kind: ADMIN_PENALTY, when: {severity: [ORDINARY, SERIOUS]}, subjects: [ENTERPRISE]}
      ending: {end: AFTER_MONTHS, months: 12}
      standing: ACTIVE
"""


def made_up_register(bodies: int = 25) -> None:
    """So many enterprises with a penalty each that is shown today; every third one has two."""
    factories.adopted_catalogue()
    factories.registered_organ()
    documents = []
    for number in range(bodies):
        code, name = made_up_code(number), f"示例{number:02d}商贸有限公司"
        for place in range(2 if number % 3 == 0 else 1):
            documents.append(
                document(
                    code=code,
                    name=name,
                    document_number=f"示市监罚〔2026〕{number:03d}{place}号",
                    decided_on=date(2026, 9, 1),
                )
            )
    accepted(*documents)
