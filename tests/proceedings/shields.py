"""Steps of a shield for tests, by the real actions: an application with the court's order, both officers, what is shown."""

from datetime import date
from typing import Any
from uuid import UUID

from tests.factories import SUBJECT, body, noon
from tests.proceedings.repairs import OWNER, officer
from xinshu.proceedings.cases.documents import attach
from xinshu.proceedings.cases.turns import Side
from xinshu.proceedings.shield import actions, deciding, revoking
from xinshu.register.access.queries import user_exists
from xinshu.register.access.roles import Role
from xinshu.register.records.models import Record
from xinshu.register.records.queries import shown_page

ORDERED = date(2026, 6, 15)
FIRST, SECOND = "运行一", "运行二"
PDF = b"%PDF-1.7\n1 0 obj\n<< >>\nendobj\n%%EOF\n"
ORDER = {
    "court": "示范市中级人民法院",
    "number": "（2026）示01破1号",
    "ordered_on": ORDERED.isoformat(),
    "plan": "REORGANISATION",
    "asked_by": "ADMINISTRATOR",
    "words": "重整计划已获批准。",
}
PERFORMED = {"performance": "已全部清偿。", "commitment": "yes", "signed_by": "示例甲"}


def officers() -> tuple[str, str]:
    """Two officers of the platform."""
    for name in (FIRST, SECOND):
        if not user_exists(name):
            officer(name, Role.OPERATOR, organ=None)
    return FIRST, SECOND


def mine() -> dict[str, Any]:
    """The body acts for itself."""
    return {"subjects": [body(SUBJECT)], "side": Side.SUBJECT, "actor": OWNER}


def attached(case: UUID, day: date, *, side: Side = Side.SUBJECT, content: bytes = PDF) -> None:
    """A document is attached."""
    attach(case=case, name="裁定书.pdf", chunks=[content], side=side, actor=OWNER, moment=noon(day))


def drafted(day: date, **changes: str) -> UUID:
    """A draft with the order in it and its document."""
    case = actions.begin(moment=noon(day), **mine())
    actions.save(case=case, form=ORDER | changes, moment=noon(day), **mine())
    attached(case, day)
    return case


def lodged(day: date, **changes: str) -> UUID:
    """An application that was lodged on that day."""
    case = drafted(day, **changes)
    actions.lodge(case=case, moment=noon(day), **mine())
    return case


def granted(day: date, **changes: str) -> UUID:
    """A shield that one officer proposed and the other confirmed on that day."""
    case, (first, second) = lodged(day, **changes), officers()
    deciding.propose(case=case, refusal=None, actor=first, moment=noon(day))
    deciding.confirm(case=case, actor=second, moment=noon(day))
    return case


def asked_completion(case: UUID, day: date) -> None:
    """The plan was performed on that day, and final repair is asked for, with a proof."""
    attached(case, day, content=PDF + b"\n")
    actions.ask_completion(case=case, form=PERFORMED | {"performed_on": day.isoformat()}, moment=noon(day), **mine())


def completed(case: UUID, day: date) -> None:
    """Final repair, by both officers."""
    asked_completion(case, day)
    deciding.propose(case=case, refusal=None, actor=FIRST, moment=noon(day))
    deciding.confirm(case=case, actor=SECOND, moment=noon(day))


def failing(case: UUID, day: date) -> None:
    """The body is told that a court ended the plan."""
    attached(case, day, side=Side.OPERATOR, content=PDF + b"\n\n")
    said = {"number": "（2026）示01破1号之三", "ruled_on": day.isoformat(), "words": "法院裁定终止执行。"}
    revoking.notice_failure(case=case, actor=FIRST, moment=noon(day), **said)


def failed(case: UUID, day: date) -> None:
    """The body replied, and the other officer ended the shield."""
    failing(case, day)
    actions.reply(case=case, words="无异议。", moment=noon(day), **mine())
    revoking.confirm_failure(case=case, actor=SECOND, moment=noon(day))


def shown(day: date) -> set[str]:
    """The numbers of the documents that are shown of the body."""
    number = {str(one.record_ref): one.document_number for one in Record.objects.filter(subject_id=body(SUBJECT))}
    return {number[form["ref"]] for form in shown_page(subject=body(SUBJECT), on_date=day)[0]}
