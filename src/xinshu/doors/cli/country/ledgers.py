"""The made-up organs reconcile their last months: their ledgers are what they filed, and a document forgotten."""

from datetime import date
from typing import Final

from xinshu.bulk.ledgers import ledger_of
from xinshu.doors.cli.country.organs import ORGANS
from xinshu.doors.cli.country.penalties import KIND
from xinshu.kit.moment import Moment
from xinshu.proceedings.intake.queries import documents_of
from xinshu.register.subjects.queries import described
from xinshu.uses.monitoring.actions import reconcile
from xinshu.uses.monitoring.queries import before

MONTHS: Final = 6
EVERY: Final = 3
"""One ledger of so many holds a document that was never filed."""


def reconcile_months(*, actor: str, moment: Moment) -> int:
    """Reconcile the penalties of the last whole months, organ by organ; how many ledgers there were."""
    month, done = before(moment.day), 0
    for _ in range(MONTHS):
        for organ in ORGANS:
            done += _reconcile(organ.code, month, forgotten=done % EVERY == 0, actor=actor, moment=moment)
        month = before(month)
    return done


def _reconcile(organ: str, month: date, *, forgotten: bool, actor: str, moment: Moment) -> bool:
    filed = list(documents_of(organ, KIND, month))
    if not filed:
        return False
    codes = {row.subject: row.code for row in described({one.subject for one in filed})}
    documents: list[dict[str, str | None]] = [
        {
            "number": one.number,
            "code": codes[one.subject],
            "item": None,
            "organ": one.organ,
            "decided_on": None,
            "content_digest": None,
        }
        for one in filed
    ]
    if forgotten:
        documents.append(documents[0] | {"number": f"示漏报〔{month.year}〕{month.month}号"})
    ledger = ledger_of(documents, organ=organ, kind_name=KIND, month=month)
    reconcile(
        organ_code=organ,
        kind=KIND,
        month=month,
        count=ledger.count,
        digest=ledger.digest,
        ledger=ledger,
        actor=actor,
        moment=moment,
    )
    return True
