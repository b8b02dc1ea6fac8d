"""Steps of a listing for tests, by the real actions: who stands at the unit, a proposal, and on to the entry."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final
from uuid import UUID

from tests.factories import MARKET, SUBJECT, body, noon
from tests.proceedings.repairs import OWNER, officer
from xinshu.kit.workdays import add_working_days
from xinshu.law.terms import ListingStep
from xinshu.proceedings.cases.documents import attach
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.lists import actions, deciding
from xinshu.proceedings.lists.queries import ListingCase, listing_case
from xinshu.register.access.queries import user_exists
from xinshu.register.access.roles import Role
from xinshu.register.catalogues.queries import catalogue_on

CLERK, REVIEWER, SECOND, HEAD = "列入经办", "列入复核", "列入批准", "列入负责人"
LIST: Final = "MARKET_REGULATION_LIST"
PDF: Final = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
PROPOSED = date(2026, 6, 1)
NOTICED = date(2026, 6, 2)
DECIDED = date(2026, 6, 15)
FORM: Final[Mapping[str, str]] = {
    "ground": "FOOD",
    "facts": "经查，当事人经营标注虚假生产日期的食品，情节严重，被处以吊销许可证的行政处罚。",
    "penalty": "吊销食品经营许可证",
    "reasons": "性质恶劣、情节严重、社会危害较大。",
    "months": "",
    "not_exempt": "yes",
}


def staff() -> None:
    """The four of the unit: who proposes, who reviews, who notes the approval, and its head."""
    for name, role in (
        (CLERK, Role.CLERK),
        (REVIEWER, Role.REVIEWER),
        (SECOND, Role.REVIEWER),
        (HEAD, Role.HEAD),
    ):
        if not user_exists(name):
            officer(name, role, organ=MARKET.code)


def mine() -> dict[str, Any]:
    """The body acts for itself."""
    return {"subjects": [body(SUBJECT)], "side": Side.SUBJECT, "actor": OWNER}


def listing(case: UUID, day: date = DECIDED) -> ListingCase:
    """The case as it stands."""
    found = listing_case(case, catalogue_on(day).catalogue)
    assert found is not None
    return found


def proved(case: UUID, day: date, what: str) -> None:
    """A proof of service is attached."""
    content = PDF.replace(b"<< >>", f"<< /{what.encode().hex()} >>".encode())
    attach(case=case, name="送达回证.pdf", chunks=[content], side=Side.ORGAN, actor=CLERK, moment=noon(day))


def proposed(day: date = PROPOSED, *, code: str = SUBJECT, name: str = LIST, **changes: str) -> UUID:
    """A clerk proposes it."""
    staff()
    body(code)
    form = {**FORM, **changes}
    return actions.propose(organ=MARKET.code, name=name, code=code, form=form, actor=CLERK, moment=noon(day))


def noticed(day: date = NOTICED, **changes: str) -> UUID:
    """A reviewer issued the notice."""
    case = proposed(day, **changes)
    actions.notice(case=case, number="示市监列告〔2026〕1号", actor=REVIEWER, moment=noon(day))
    return case


def told(day: date = NOTICED, **changes: str) -> UUID:
    """The notice was served that day."""
    case = noticed(day, **changes)
    proved(case, day, "告知")
    said = {"how": "DIRECT", "served_on": day.isoformat()}
    actions.serve_notice(case=case, actor=CLERK, moment=noon(day), **said)
    return case


def prepared(case: UUID, day: date) -> None:
    """Reviewed and approved that day, as far as its list demands."""
    rule = listing(case, day).rule
    assert rule is not None
    if rule.step(ListingStep.LEGAL_REVIEW):
        deciding.review(case=case, words="程序合法，适用依据正确。", actor=REVIEWER, moment=noon(day))
    if rule.step(ListingStep.APPROVAL):
        deciding.approve(case=case, words="上一级机关同意，示市监批〔2026〕1号", actor=SECOND, moment=noon(day))


def decided(day: date = DECIDED, *, months: str = "", **changes: str) -> UUID:
    """Decided that day by the head, the time for the defence being over."""
    case = told(**changes)
    prepared(case, day)
    deciding.decide(case=case, number="示市监列〔2026〕1号", months=months, actor=HEAD, moment=noon(day))
    return case


def served(day: date = DECIDED, **changes: str) -> UUID:
    """The decision was served on its day."""
    case = decided(day, **changes)
    proved(case, day, "决定")
    deciding.serve_decision(case=case, how="DIRECT", served_on=day.isoformat(), actor=CLERK, moment=noon(day))
    return case


def entered(day: date = DECIDED, **changes: str) -> UUID:
    """On the list."""
    case = served(day, **changes)
    deciding.enter_listing(case=case, actor=CLERK, moment=noon(day))
    return case


def working_days_after(day: date, count: int) -> date:
    """That many working days later."""
    found = add_working_days(day, count, catalogue_on(day).catalogue.calendar)
    assert isinstance(found, date)
    return found
