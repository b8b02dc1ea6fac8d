"""Severity: the organ declares a class from its department's published table, we check; never by counting.

Articles: NDRC Order 36 art. on classes; Opinions art. 6; guard-rail G9; Decision 7 (no row, or doubt, means the lower
class and a question back to the organ).
"""

from datetime import date

from xinshu.law.catalogue import Catalogue
from xinshu.law.entries import ClassRow, ClassTable
from xinshu.law.terms import SEVERITY_ORDER, Decision, Procedure, Severity, lower
from xinshu.law.verdict import Reason, ReasonCode, SeverityVerdict


def severity(decision: Decision, catalogue: Catalogue, *, on_date: date) -> SeverityVerdict:
    """The class of the decision by the tables in force on that day, and whether the organ must be asked.

    Declared and table agree on the gravest row that holds: that is the class. Otherwise it is the lowest of what is
    declared, what the table gives, and (where the table is silent or nothing is declared) what the national rule's
    own words give.
    """
    words = _by_national_words(decision, catalogue, on_date)
    found = catalogue.class_table_on(decision.department, on_date)
    if found is None:
        code = ReasonCode.CLASS_TABLE_MISSING if decision.declared else ReasonCode.CLASS_UNDECLARED
        settled = lower(decision.declared or words, words)
        return _settled(settled, code, _national(catalogue, on_date), question=True)
    return _by_table(decision, found[1], words)


def _by_table(decision: Decision, table: ClassTable, words: Severity) -> SeverityVerdict:
    """Check the declared class, and the cited row, against the department's own table."""
    held = [row for row in table.rows if _holds(row, decision)]
    facts = _gravest(held, decision)
    doubtful = words if facts is None else lower(words, facts)
    declared = decision.declared
    if declared is None:
        return _settled(doubtful, ReasonCode.CLASS_UNDECLARED, table, question=True)
    if decision.cited_row is not None and all(row.row != decision.cited_row for row in table.rows):
        return _settled(lower(declared, doubtful), ReasonCode.CLASS_ROW_UNKNOWN, table, question=True)
    said = _gravest([row for row in held if decision.cited_row in (None, row.row)], decision)
    if facts is None or said is None:
        return _settled(lower(declared, doubtful), ReasonCode.CLASS_DISAGREES, table, question=True)
    if declared is facts is said:
        return _settled(declared, ReasonCode.CLASS_BY_TABLE, table, question=False)
    return _settled(lower(declared, lower(facts, said)), ReasonCode.CLASS_DISAGREES, table, question=True)


def _gravest(rows: list[ClassRow], decision: Decision) -> Severity | None:
    """The gravest of the rows, None of none; what was decided by summary procedure is minor (Order 36 art. 8)."""
    if rows and decision.procedure is Procedure.SUMMARY:
        return Severity.MINOR
    return max((row.severity for row in rows), key=SEVERITY_ORDER.index, default=None)


def _by_national_words(decision: Decision, catalogue: Catalogue, on_date: date) -> Severity:
    """What the national rule's own words give; where they do not decide (the size of a fine), the lowest class.

    Several penalties in one decision take the gravest row: the longest term counts for the one decision.
    """
    table = _national(catalogue, on_date)
    held = [] if table is None else [row for row in table.rows if _holds(row, decision)]
    return _gravest(held, decision) or Severity.MINOR


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
