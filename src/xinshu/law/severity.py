"""Severity: the organ declares a class from its department's published table, we check; never by counting.

Articles: NDRC Order 36 art. on classes; Opinions art. 6; guard-rail G9; Decision 7 (no row, or doubt, means the lower
class and a question back to the organ).
"""

from datetime import date
from functools import reduce

from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import ClassRow, ClassTable
from xinshu.law.terms import SEVERITY_ORDER, Decision, Procedure, Severity, lower
from xinshu.law.verdict import Reason, ReasonCode, SeverityVerdict


def severity(decision: Decision, catalogue: Catalogue, *, on_date: date) -> SeverityVerdict:
    """The class of the decision by the tables in force on that day, and whether the organ must be asked."""
    words = _by_national_words(decision, catalogue, on_date)
    if decision.declared is None:
        return _settled(words, ReasonCode.CLASS_UNDECLARED, _national(catalogue, on_date), question=True)
    found = catalogue.class_table_on(decision.department, on_date)
    if found is None:
        settled = lower(decision.declared, words)
        return _settled(settled, ReasonCode.CLASS_TABLE_MISSING, _national(catalogue, on_date), question=True)
    return _by_table(decision, found[1], words)


def _by_table(decision: Decision, table: ClassTable, words: Severity) -> SeverityVerdict:
    """Check the declared class against the department's own table."""
    declared = decision.declared or words
    rows = [row for row in table.rows if decision.cited_row in (None, row.row)]
    if not rows:
        return _settled(lower(declared, words), ReasonCode.CLASS_ROW_UNKNOWN, table, question=True)
    held = [row for row in rows if _holds(row, decision)]
    if not held:
        return _settled(lower(declared, words), ReasonCode.CLASS_DISAGREES, table, question=True)
    gravest = max((row.severity for row in held), key=SEVERITY_ORDER.index)
    agrees = gravest is declared
    code = ReasonCode.CLASS_BY_TABLE if agrees else ReasonCode.CLASS_DISAGREES
    return _settled(lower(declared, gravest), code, table, question=not agrees)


def _by_national_words(decision: Decision, catalogue: Catalogue, on_date: date) -> Severity:
    """What the national rule's own words give; where they do not decide (the size of a fine), the lowest class.

    Several penalties in one decision take the gravest row: the longest term counts for the one decision.
    """
    found = catalogue.class_table_on(None, on_date)
    if found is None or decision.procedure is Procedure.SUMMARY:
        return Severity.MINOR
    held = [row.severity for row in found[1].rows if _holds(row, decision)]
    return reduce(lambda one, other: max(one, other, key=SEVERITY_ORDER.index), held, Severity.MINOR)


def _holds(row: ClassRow, decision: Decision) -> bool:
    """Whether every stated part of the row holds for the decision; an unknown fine meets no threshold."""
    if row.procedure and decision.procedure not in row.procedure:
        return False
    if row.any_penalty and not row.any_penalty & decision.penalties:
        return False
    if row.fine_from is not None and (decision.fine is None or decision.fine < row.fine_from):
        return False
    return row.fine_below is None or (decision.fine is not None and decision.fine < row.fine_below)


def _national(catalogue: Catalogue, on_date: date) -> ClassTable | None:
    found = catalogue.class_table_on(None, on_date)
    return None if found is None else found[1]


def _settled(settled: Severity, code: ReasonCode, table: ClassTable | None, *, question: bool) -> SeverityVerdict:
    reason = Reason(code) if table is None else Reason(code, table.basis, table.article)
    return SeverityVerdict(severity=settled, question=question, reasons=(reason,))
