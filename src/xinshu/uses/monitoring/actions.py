"""Counts the months, answers a reconciliation, raises alarms before a deadline passes, and ends them."""

from collections.abc import Iterable, Set
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from xinshu.bulk.ledgers import CODE, CONTENT, NUMBER, Ledger, digest_of, line_of
from xinshu.kit.errors import XinshuError
from xinshu.kit.moment import Moment
from xinshu.kit.workdays import NotYetComputable
from xinshu.law.catalogue import Catalogue
from xinshu.proceedings.intake.queries import Tally, batch, documents_of, outstanding, tallies
from xinshu.register.access.actions import UnknownOrgan, note
from xinshu.register.access.queries import organ
from xinshu.register.catalogues.queries import catalogue_on
from xinshu.register.records.own import Filed, HeldOf, Sought, held_of
from xinshu.register.subjects.queries import described, known
from xinshu.uses.monitoring.models import Alarm, MonthTally, Reconciliation
from xinshu.uses.monitoring.queries import COUNTED, days_left, reconciliation_row
from xinshu.uses.monitoring.states import ANSWER_WORDS, LEADS, Comparison, Ending, Named

FIRST_MONTH: Final = date(1949, 10, 1)
"""Nothing is counted from before this month."""

LAST_DAY: Final = date.max
DIGESTS_KEPT: Final = 31
"""Days after which the digests of a reconciliation are erased: it has long been answered then."""

FORGET: Final = """
UPDATE monitoring_reconciliation SET their_digest = '', our_digest = ''
 WHERE kind = ANY(%s) AND at < %s AND octet_length(their_digest) = 32
"""


class ReconciliationRefused(XinshuError):
    """A reconciliation cannot be answered as it was asked."""


class NoAlarm(XinshuError):
    """There is no open alarm of this organ for that batch."""


@transaction.atomic
def count_months(*, since: date = FIRST_MONTH, moment: Moment) -> int:
    """Count every month from that of `since` on anew; how many organs, kinds and months there are.

    A month that has ended can still change: a batch opened in it may be filed, and nothing tells us beforehand.
    """
    first = since.replace(day=1)
    kinds = catalogue_on(moment.day).catalogue.kinds
    termed = {name for name, kind in kinds.items() if kind.filing_term is not None}
    MonthTally.objects.filter(month__gte=first).delete()
    rows = [_tallied(tally, termed, moment) for tally in tallies(first=first, until=LAST_DAY)]
    MonthTally.objects.bulk_create(rows, batch_size=2_000)
    return len(rows)


def _tallied(tally: Tally, termed: Set[str], moment: Moment) -> MonthTally:
    counted = {name: getattr(tally, name) for name in COUNTED if name != "termed"}
    return MonthTally(
        organ_code=tally.organ_code,
        kind=tally.kind,
        month=tally.month,
        termed=tally.accepted if tally.kind in termed or tally.late else 0,
        counted_at=moment.instant,
        **counted,
    )


def reconcile(
    *,
    organ_code: str,
    kind: str,
    month: date,
    count: int,
    digest: bytes,
    ledger: Ledger | None = None,
    actor: str,
    moment: Moment,
) -> Comparison:
    """Compare what an organ says of a month of decision with what is held; with its ledger, document by document.

    Kept are counts and digests; the ledger is not. Raises UnknownOrgan, ReconciliationRefused.
    """
    _askable(organ_code, kind, month, moment)
    if ledger is not None and (ledger.count, ledger.digest) != (count, digest):
        raise ReconciliationRefused(
            f"所附台账与所报数量或摘要不一致：台账共{ledger.count}件，摘要为{ledger.digest.hex()}。"
            f"The ledger does not bear the count and digest given: it has {ledger.count} documents, and the digest"
            f" {ledger.digest.hex()}."
        )
    ours = _ours(organ_code, kind, month)
    our_digest = digest_of(line_of(one.identity, code) for one, code in ours)
    agreed = (count, digest) == (len(ours), our_digest)
    named = _compared(organ_code, ledger, ours) if ledger is not None else _Apart()
    told = named.counts(count) if agreed or ledger is not None else {}
    with transaction.atomic():
        kept = Reconciliation.objects.create(
            organ_code=organ_code,
            kind=kind,
            month=month,
            their_count=count,
            their_digest=digest,
            our_count=len(ours),
            our_digest=our_digest,
            listed=ledger is not None,
            actor=actor,
            on_day=moment.day,
            at=moment.instant,
            **told,
        )
        matter = f"{kind} {month:%Y-%m}"
        note(actor=actor, act="RECONCILE", matter=matter, purpose="归集对账", organ=organ_code, moment=moment)
    return Comparison(
        row=reconciliation_row(kept),
        missing_here=tuple(named.missing_here),
        missing_there=tuple(named.missing_there),
        different=tuple(named.different),
        withdrawn=tuple(named.withdrawn),
    )


def forget_digests(*, moment: Moment) -> int:
    """Erase the digests of old reconciliations of kinds that are ever erased; how many. Their counts stay.

    The digest of a month of one document is as good as the document to whoever guesses.
    """
    kinds = [name for name, kind in catalogue_on(moment.day).catalogue.kinds.items() if kind.retention.months]
    with connection.cursor() as cursor:
        cursor.execute(FORGET, [kinds, moment.instant - timedelta(days=DIGESTS_KEPT)])
        return int(cursor.rowcount)


def _askable(organ_code: str, kind: str, month: date, moment: Moment) -> None:
    if organ(organ_code) is None:
        raise UnknownOrgan(f"没有登记代码为“{organ_code}”的机关。No organ with this code is registered.")
    kinds = catalogue_on(moment.day).catalogue.kinds
    if kind not in kinds:
        raise ReconciliationRefused(
            f"目录中没有类目“{kind}”。The catalogue has no such kind; it has: {', '.join(kinds)}"
        )
    if month.day != 1 or month > moment.day:
        raise ReconciliationRefused("月份不能晚于本月。The month cannot lie ahead; write it as YYYY-MM.")


class _Apart:
    """The documents that are not the same on both sides."""

    def __init__(self) -> None:
        self.missing_here: list[Named] = []
        self.missing_there: list[Named] = []
        self.different: list[Named] = []
        self.withdrawn: list[Named] = []

    def counts(self, theirs: int) -> dict[str, int]:
        here, withdrawn = len(self.missing_here), len(self.withdrawn)
        return {
            "held": theirs - here - withdrawn,
            "missing_here": here,
            "missing_there": len(self.missing_there),
            "different": len(self.different),
            "withdrawn": withdrawn,
        }


def _ours(organ_code: str, kind: str, month: date) -> list[tuple[Filed, str]]:
    """What the organ filed of the month, each with the present code of its body."""
    filed = list(documents_of(organ_code, kind, month))
    subjects = sorted({one.subject for one in filed})
    codes = {row.subject: row.code for part in _parts(subjects) for row in described(part)}
    return [(one, codes[one.subject]) for one in filed]


def _parts(subjects: list[int], most: int = 20_000) -> Iterable[list[int]]:
    return (subjects[start : start + most] for start in range(0, len(subjects), most))


def _compared(organ_code: str, ledger: Ledger, ours: list[tuple[Filed, str]]) -> _Apart:
    """By the body that a code names and the digest of the key, so that a former or legacy code finds its record too."""
    rows = list(ledger.documents.select(NUMBER, CODE, "identity", CONTENT).iter_rows())
    bodies = known(code for _, code, _, _ in rows)
    sought = [
        Sought(place, subject, identity)
        for place, (_, code, identity, _) in enumerate(rows)
        for subject in (bodies[code].subjects if code in bodies else ())
    ]
    found: dict[int, HeldOf] = {}
    for one in held_of(organ=organ_code, sought=sought):
        if one.place not in found or found[one.place].ended:
            found[one.place] = one
    named = _Apart()
    for place, (number, code, _, content) in enumerate(rows):
        document, here = Named(number=number, code=code), found.get(place)
        if here is None:
            named.missing_here.append(document)
        elif here.ended:
            named.withdrawn.append(document)
        elif content is not None and content != here.content:
            named.different.append(document)
    theirs = {(one.subject, one.identity) for one in sought}
    named.missing_there = [
        Named(number=one.number, code=code) for one, code in ours if (one.subject, one.identity) not in theirs
    ]
    return named


@transaction.atomic
def raise_alarms(*, moment: Moment) -> int:
    """Warn of each deadline that is near, once for each lead; end what is dealt with. How many were raised.

    A day on which nobody ran this is made up for: what is due within the lead and was not warned of, is now.
    """
    left = outstanding(None)
    catalogue = catalogue_on(moment.day).catalogue
    _end_dealt_with({row.batch for row in left}, moment)
    batches = [row.batch for row in left]
    told = set(Alarm.objects.filter(batch__in=batches).values_list("batch", "lead"))
    answered = set(Alarm.objects.filter(batch__in=batches, ending=Ending.ANSWERED).values_list("batch", flat=True))
    due = [
        Alarm(
            batch=row.batch,
            organ_code=row.organ_code,
            kind=row.kind,
            rows=row.returned,
            due_on=row.returned_due_on,
            lead=lead,
            raised_on=moment.day,
            raised_at=moment.instant,
        )
        for row in left
        if row.batch not in answered
        and row.returned_due_on is not None
        and (lead := _lead(row.returned_due_on, catalogue, moment.day)) is not None
        and (row.batch, lead) not in told
    ]
    Alarm.objects.bulk_create(due, batch_size=2_000)
    return len(due)


def _lead(due_on: date, catalogue: Catalogue, day: date) -> int | None:
    """The shortest lead that has come; None when the deadline is far, past, or not computable."""
    if due_on < day:
        return None
    left = days_left(due_on, day, catalogue.calendar)
    if isinstance(left, NotYetComputable):
        return None
    return min((lead for lead in LEADS if left <= lead), default=None)


def _end_dealt_with(outstanding_batches: Set[UUID], moment: Moment) -> None:
    for alarm in Alarm.objects.filter(ended_at__isnull=True).exclude(batch__in=outstanding_batches):
        found = batch(alarm.batch)
        erased = found is None or found.erased_at is not None
        alarm.ending, alarm.ended_at = (Ending.ERASED if erased else Ending.SENT_AGAIN), moment.instant
        alarm.save(update_fields=["ending", "ended_at"])


@transaction.atomic
def answer_alarm(*, batch_id: UUID, organ_code: str, words: str, actor: str, moment: Moment) -> None:
    """The organ says how it dealt with the rows by another way; its alarms end, and none follows. Raises NoAlarm."""
    if not words.strip():
        raise NoAlarm("请说明退回的行已如何处理。Say how the returned rows were dealt with.")
    ended = Alarm.objects.filter(batch=batch_id, organ_code=organ_code, ended_at__isnull=True).update(
        ending=Ending.ANSWERED, ended_at=moment.instant, ended_by=actor, words=words.strip()[:ANSWER_WORDS]
    )
    if not ended:
        raise NoAlarm("该批次没有待处理的预警。There is no open alarm for this batch.")
    note(actor=actor, act="ANSWER_ALARM", matter=str(batch_id), purpose="归集", organ=organ_code, moment=moment)
