"""A catalogue with made-up measures beside the shipped kinds, adopted as the founding edition; and how it is asked."""

import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import orjson
from django.conf import settings
from django.test import Client

from tests import factories
from xinshu.law.terms import UseContext
from xinshu.register.access.actions import issue_token
from xinshu.register.catalogues.queries import EditionRow
from xinshu.uses.measures.actions import Caller, begin_watch, give_answer
from xinshu.uses.measures.models import Bidder, MeasureEffect, Tender, TenderStep

OWN_CHAPTERS = ("measures", "powers", "lists", "national_list", "national-list")
"""What the shipped catalogue says of measures is left out: these tests work with rows whose every word they know."""

PAGES = {
    "bases/made-up.yaml": """
EX-TENDER-LAW:
  title: 示例采购法
  title_en: Made-up Law on Procurement
  issuer: 示例
  rank: LAW
  from: 2003-01-01
  looked_at: 2026-11-27
  certainty: SOURCE
""",
    "powers/made-up.yaml": """
EX_TENDER_22:
  name_zh: 参加采购活动的条件
  name_en: Conditions for taking part in procurement
  basis: EX-TENDER-LAW
  article: "22"
  from: 2021-07-15
  looked_at: 2026-11-27
  certainty: SOURCE
  natures: [PENALTY]
  contexts: [PUBLIC_TRADING, FINANCE]
  subjects: [ENTERPRISE, INDIVIDUAL_BUSINESS]
  kinds: [ADMIN_PENALTY]
EX_FAST_9:
  name_zh: 优先办理
  name_en: To be served first
  basis: EX-TENDER-LAW
  article: "9"
  from: 2021-07-15
  looked_at: 2026-11-27
  certainty: SOURCE
  natures: [INCENTIVE]
  contexts: [FAST_TRACK, PUBLIC_TRADING]
  subjects: [ENTERPRISE]
  kinds: [ADMIN_LICENCE]
""",
    "measures/made-up.yaml": """
EX_NO_TENDERS:
  name_zh: 限制参加政府采购活动
  name_en: Barred from public procurement
  plain_zh: 三年内不得参加政府采购活动。
  plain_en: It may not take part in public procurement for a time.
  nature: PENALTY
  contexts: [PUBLIC_TRADING]
  applied_by_zh: 采购人
  applied_by_en: the buyer
  grounds:
    - {row: "1", power: EX_TENDER_22, kind: ADMIN_PENALTY, subjects: [ENTERPRISE, INDIVIDUAL_BUSINESS],
       when: {severity: [SERIOUS]}}
  basis: EX-TENDER-LAW
  article: "22"
  from: 2021-07-15
  looked_at: 2026-11-27
  certainty: SOURCE
  standing: ACTIVE
EX_NO_FINES:
  name_zh: 重点核查履约能力
  name_en: A closer look at its ability to perform
  plain_zh: 评审时重点核查。
  plain_en: Its bid is looked at more closely.
  nature: PENALTY
  contexts: [PUBLIC_TRADING, FINANCE]
  applied_by_zh: 采购人
  applied_by_en: the buyer
  grounds:
    - {row: "1", power: EX_TENDER_22, kind: ADMIN_PENALTY, subjects: [ENTERPRISE],
       when: {any_penalty: [FINE, CONFISCATION_OF_GAINS]}}
  ending: {end: AFTER_MONTHS, months: 2}
  basis: EX-TENDER-LAW
  article: "22"
  from: 2021-07-15
  looked_at: 2026-11-27
  certainty: SOURCE
  standing: ACTIVE
EX_ASLEEP:
  name_zh: 尚未启用的措施
  name_en: A measure that is not in use
  plain_zh: 依据尚待确认。
  plain_en: Its basis is not sure.
  nature: PENALTY
  contexts: [PUBLIC_TRADING]
  applied_by_zh: 采购人
  applied_by_en: the buyer
  grounds:
    - {row: "1", power: EX_TENDER_22, kind: ADMIN_PENALTY, subjects: [ENTERPRISE]}
  basis: EX-TENDER-LAW
  article: "22"
  from: 2021-07-15
  looked_at: 2026-11-27
  certainty: SOURCE
  standing: INACTIVE
  why_zh: 未确认。
  why_en: It is not confirmed.
EX_FIRST:
  name_zh: 优先办理
  name_en: Served first
  plain_zh: 同等条件下优先办理。
  plain_en: It is served first.
  nature: INCENTIVE
  contexts: [FAST_TRACK, PUBLIC_TRADING]
  applied_by_zh: 办事窗口
  applied_by_en: the counter
  grounds:
    - {row: "1", power: EX_FAST_9, kind: ADMIN_LICENCE, subjects: [ENTERPRISE]}
  unprompted: true
  basis: EX-TENDER-LAW
  article: "9"
  from: 2021-07-15
  looked_at: 2026-11-27
  certainty: SOURCE
  standing: ACTIVE
""",
}

ADOPTED: dict[str, Any] = {}
"""The row of its edition, once it was made."""

SERIOUS: dict[str, Any] = {"penalties": ["LICENCE_REVOCATION"], "severity": "SERIOUS"}
"""What makes a penalty one on which a bar from tenders rests."""
BARRED = ["EX_NO_TENDERS", "1"]
LOOKED_AT = ["EX_NO_FINES", "1"]
PURPOSE = "示例项目投标资格审查"


def catalogue_folder(place: Path) -> Path:
    """The shipped catalogue with these pages."""
    folder = place / "catalogue"
    shutil.copytree(settings.CATALOGUE_FOLDER, folder)
    for chapter in OWN_CHAPTERS:
        shutil.rmtree(folder / "national" / chapter, ignore_errors=True)
        (folder / "national" / f"{chapter}.yaml").unlink(missing_ok=True)
    for path in folder.glob("local/*/*"):
        if path.name in OWN_CHAPTERS:
            shutil.rmtree(path)
    for name, text in PAGES.items():
        path = folder / "national" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text.lstrip(), encoding="utf-8")
    return folder


def adopted_measures(place: Path) -> EditionRow:
    """The catalogue with these measures, adopted as the founding edition."""
    return factories.adopted_once(ADOPTED, lambda: catalogue_folder(place))


def a_room(*codes: str, reference: str = "示采〔2026〕9号") -> UUID:
    """The room of a tender with these bidders, of whatever catalogue is in force; bids are opened."""
    moment = factories.noon(factories.TODAY)
    caller = Caller(f"organ:{factories.MARKET.code}", "test", factories.MARKET.code, factories.MARKET.division)
    said: dict[str, Any] = {"codes": list(codes), "context": UseContext.PUBLIC_TRADING, "purpose": PURPOSE}
    asked_by: dict[str, Any] = {**said, "caller": caller, "moment": moment}
    given = give_answer(**asked_by)
    last = factories.TODAY + timedelta(days=30)
    room = Tender.objects.create(
        id=uuid4(),
        organ_code=factories.MARKET.code,
        reference=reference,
        title="示例办公设备采购",
        power="NONE",
        basis="PRC-APL",
        article="",
        opens_on=factories.TODAY,
        ends_on=last,
        state="OPENED",
        watch_id=begin_watch(reference=reference, ends_on=last, **asked_by),
        evidence_id=given.number,
    )
    for place, line in enumerate(given.lines, 1):
        Bidder.objects.create(tender=room, place=place, code=line.code, outcome=line.outcome)
    MeasureEffect.objects.create(
        organ_code=factories.MARKET.code,
        measure="EX_NO_TENDERS",
        effect="APPLIED",
        done_on=factories.TODAY,
        actor="test",
        at=moment.instant,
        once=room.id.bytes * 2,
    )
    TenderStep.objects.create(tender=room.id, event="BEGUN", actor="test", on_day=factories.TODAY, at=moment.instant)
    return room.id


def organ_token(day: date = factories.TODAY, name: str = "made-up") -> dict[str, str]:
    """The header of a system of the organ."""
    moment = factories.noon(day)
    token = issue_token(
        organ_code=factories.MARKET.code, name=name, from_day=day, until=None, actor="test", moment=moment
    )
    return {"Authorization": f"Bearer {token}"}


def asked(headers: dict[str, str], *codes: Any, context: str = "PUBLIC_TRADING", purpose: str = PURPOSE) -> Any:
    """The answer of a check, as it came."""
    body = orjson.dumps({"codes": list(codes), "context": context, "purpose": purpose})
    return Client().post("/api/v1/check", body, content_type="application/json", headers=headers)


def lines(answer: Any) -> list[dict[str, Any]]:
    """Its lines."""
    assert answer.status_code == 200, answer.content
    return [orjson.loads(line) for line in answer.content.splitlines()]


def stands(answer: Any, place: int = 1) -> list[list[str]]:
    """What stands for a code of the answer: measure and ground."""
    bodies = lines(answer)[place].get("bodies", [])
    return [[one["measure"], one["ground"]] for body in bodies for one in body["measures"]]
