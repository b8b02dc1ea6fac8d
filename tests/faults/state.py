"""What stands in the tables and in the vault, told so that two runs can be compared; and what must hold at any time.

References, batch ids and the register's own numbers differ from run to run, so each is told by what it stands for.
"""

import re
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

import orjson
from django.db import connection

from tests.factories import TODAY
from xinshu.doors.published_log import Lied, NotThere, check_all, source
from xinshu.proceedings import vault
from xinshu.proceedings.intake import own, queries
from xinshu.proceedings.intake.states import State
from xinshu.register.publog import tiles
from xinshu.register.publog.queries import leaves_from
from xinshu.register.records.queries import shown_counts, shown_json, shown_page, shown_record, shown_stream
from xinshu.tlog import verify
from xinshu.tlog.note import verifier_key

REFERENCE = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")

JOURNAL: Final = """
SELECT f.first_number + j.place, encode(r.identity, 'hex'), c.code, j.change, j.version, j.on_day, j.at, j.actor,
       j.organ_code, j.public_from, j.public_until, j.repair_from, j.severity, j.regime, j.reasons, j.words,
       encode(j.edition, 'hex')
  FROM records_journalline j JOIN records_filing f ON f.id = j.filing_id
  JOIN records_record r USING (subject_id, record_ref) JOIN subjects_subjectcode c USING (subject_id)
 ORDER BY 1 NULLS LAST, f.id, j.place
"""
RECORDS: Final = """
SELECT encode(r.identity, 'hex'), c.code, r.kind, r.organ_code, r.document_number, r.decided_on, r.severity, r.question,
       r.audience, r.public_from, r.public_until, r.repair_from, r.public_form, encode(r.edition, 'hex'), r.version,
       f.first_number, r.ended, r.ended_on, r.recorded_on, r.recorded_at
  FROM records_record r JOIN subjects_subjectcode c USING (subject_id) JOIN records_filing f ON f.id = r.filing_id
 ORDER BY 1, 2
"""
VERSIONS: Final = """
SELECT encode(r.identity, 'hex'), v.version, encode(v.content_digest, 'hex'), v.content, v.source_code, v.source_name,
       v.recorded_at
  FROM records_recordversion v JOIN records_record r USING (subject_id, record_ref) ORDER BY 1, 2
"""
SOURCES: Final = """
SELECT encode(r.identity, 'hex'), s.source_code, s.source_name, s.recorded_at
  FROM records_recordsource s JOIN records_record r USING (subject_id, record_ref) ORDER BY 1, 2
"""
ENTRIES: Final = """
SELECT l.first_number, CASE WHEN e.event IN (1, 4) THEN e.place END, e.event, encode(r.identity, 'hex'), e.subject_code,
       o.first_number, l.ends, l.numbered_at FROM publog_entry e JOIN publog_lot l ON l.id = e.lot_id
  LEFT JOIN records_record r USING (subject_id, record_ref) LEFT JOIN publog_lot o ON o.id = e.of_lot
 ORDER BY 1 NULLS LAST, l.id, 2, 4
"""
"""Changes and endings stand in their lot in an order that is drawn (docs/trust.md): there, the lot alone is compared."""
FILINGS: Final = """
SELECT first_number, lines, withdraws, part, kind, organ_code, actor, on_day, at, numbered_at FROM records_filing
 ORDER BY 1 NULLS LAST, id
"""
SUBJECTS: Final = """
SELECT c.code, c.scheme, s.kind, s.is_shell, n.name, n.searchable FROM subjects_subject s
  JOIN subjects_subjectcode c ON c.subject_id = s.id LEFT JOIN subjects_subjectname n ON n.subject_id = s.id ORDER BY 1
"""
BATCHES: Final = """
SELECT to_jsonb(b) - 'id' - 'parent' || jsonb_build_object('parent', p.file_name) FROM intake_batch b
  LEFT JOIN intake_batch p ON p.id = b.parent WHERE b.state <> 'DISCARDED' OR b.key IS NOT NULL
 ORDER BY b.file_name, b.key
"""
TRAIL: Final = "SELECT DISTINCT act, organ_code, purpose, actor FROM access_trailline ORDER BY 1, 2, 3, 4"
CURSORS: Final = "SELECT connector, cursor, moved_at FROM intake_connectorcursor ORDER BY 1"
WITHDRAWALS: Final = "SELECT organ_code, kind, reason, actor, on_day, at FROM intake_withdrawal ORDER BY at"

UNBALANCED: Final = {
    "a filing without all its lines": """
        SELECT f.id FROM records_filing f LEFT JOIN records_journalline j ON j.filing_id = f.id
         GROUP BY f.id HAVING count(j.place) <> f.lines OR min(j.place) <> 0 OR max(j.place) <> f.lines - 1""",
    "a line without a filing": """
        SELECT 1 FROM records_journalline j WHERE NOT EXISTS (SELECT FROM records_filing f WHERE f.id = j.filing_id)""",
    "a version without its one line": """
        SELECT 1 FROM records_recordversion v WHERE 1 <> (SELECT count(*) FROM records_journalline j
         WHERE j.subject_id = v.subject_id AND j.record_ref = v.record_ref AND j.version = v.version
           AND j.change IN ('ACCEPTED', 'CORRECTED'))""",
    "a line without its version": """
        SELECT 1 FROM records_journalline j WHERE j.change IN ('ACCEPTED', 'CORRECTED') AND NOT EXISTS (
         SELECT FROM records_recordversion v WHERE v.subject_id = j.subject_id AND v.record_ref = j.record_ref
           AND v.version = j.version)""",
    "a record that is not as its last line says": """
        SELECT 1 FROM records_record r WHERE NOT EXISTS (SELECT FROM records_journalline j
         WHERE j.subject_id = r.subject_id AND j.record_ref = r.record_ref AND j.filing_id = r.filing_id
           AND j.version = r.version AND j.public_until IS NOT DISTINCT FROM r.public_until)""",
    "a line of a record that is not there": """
        SELECT 1 FROM records_journalline j WHERE NOT EXISTS (SELECT FROM records_record r
         WHERE r.subject_id = j.subject_id AND r.record_ref = j.record_ref)""",
    "a body without code or name": """
        SELECT 1 FROM subjects_subject s WHERE NOT EXISTS (SELECT FROM subjects_subjectcode c WHERE c.subject_id = s.id)
         OR NOT EXISTS (SELECT FROM subjects_subjectname n WHERE n.subject_id = s.id)""",
    "a batch whose counts are not its lines": """
        SELECT b.id FROM intake_batch b WHERE b.state IN ('FILING', 'FILED') AND b.accepted + b.corrected <>
         (SELECT coalesce(sum(f.lines), 0) FROM records_filing f WHERE f.batch = b.id)""",
    "a filing of a part that its batch has not stored": """
        SELECT f.id FROM records_filing f LEFT JOIN intake_batch b ON b.id = f.batch
         WHERE NOT f.withdraws AND (b.id IS NULL OR f.part >= b.parts)""",
    "a withdrawal that is not counted once": """
        SELECT 1 FROM records_journalline j WHERE j.change = 'WITHDRAWN' AND 1 <> (
         SELECT count(*) FROM intake_withdrawal w WHERE w.record_ref = j.record_ref)""",
    "a lot without all its entries": """
        SELECT l.id FROM publog_lot l LEFT JOIN publog_entry e ON e.lot_id = l.id
         GROUP BY l.id HAVING count(e.place) <> l.entries OR min(e.place) <> 0 OR max(e.place) <> l.entries - 1""",
    "a filing that is numbered without its lots": """
        SELECT 1 FROM publog_lot l JOIN records_filing f ON f.id = l.filing_id
         WHERE (f.first_number IS NULL) <> (l.first_number IS NULL)""",
    "a record that the log does not show as it is": f"""
        SELECT 1 FROM records_record r LEFT JOIN publog_entry e ON e.lot_id = r.entry_lot AND e.place = r.entry_place
         WHERE (e.lot_id IS NOT NULL AND e.event < 3) IS DISTINCT FROM coalesce(r.public_from <= '{TODAY}'
           AND (r.public_until IS NULL OR r.public_until > '{TODAY}'), false)""",
    "entries with a gap or twice": """
        SELECT 1 FROM (SELECT first_number, coalesce(lag(first_number + entries) OVER (ORDER BY first_number), 0) AS due
          FROM publog_lot WHERE first_number IS NOT NULL) n WHERE first_number <> due""",
    "numbers with a gap or twice": """
        SELECT 1 FROM (SELECT first_number, coalesce(lag(first_number + lines) OVER (ORDER BY first_number), 1) AS due
          FROM records_filing WHERE first_number IS NOT NULL) n WHERE first_number <> due""",
}
"""What must be true after any crash, each as a question for what breaks it."""


def broken() -> list[str]:
    """Which of the rules do not hold."""
    return [*(rule for rule, sql in UNBALANCED.items() if _rows(sql)), *_unsound()]


def _unsound() -> Iterable[str]:
    """What is wrong with the published log: it is sound by itself, and the beginning of what is numbered."""
    key = tiles.key()
    if key is None or tiles.checkpoint() is None:
        return
    try:
        told = check_all(source(str(tiles.folder())), verifier_key(key), lambda done, total: None)
    except (Lied, NotThere) as error:
        yield f"the published log: {error}"
        return
    entries = [entry for chunk in leaves_from(0) for entry in chunk][: told.size]
    if verify.tree(map(verify.leaf, entries)) != told.root:
        yield "the published log is not the beginning of what is numbered"


def told() -> dict[str, Any]:
    """Everything that two runs must agree on, when they are done."""
    statements = {
        **{"journal": JOURNAL, "records": RECORDS, "versions": VERSIONS, "sources": SOURCES, "filings": FILINGS},
        "entries": ENTRIES,
        **{"subjects": SUBJECTS, "batches": BATCHES, "trail": TRAIL, "cursors": CURSORS, "withdrawals": WITHDRAWALS},
    }
    tables = {name: [_plain(row) for row in _rows(sql)] for name, sql in statements.items()}
    return {**tables, "returned": returned()}


def returned() -> list[Any]:
    """The rows that went back, of every batch that was not undone."""
    found = []
    for batch in queries.batches_of(None):
        if batch.state == State.DISCARDED:
            continue
        rows = own.returned(batch.id)
        told = [(row.row, row.sheet, row.cells, row.reasons) for row in (() if rows is None else rows.rows)]
        found.append([batch.file_name, told])
    return orjson.loads(orjson.dumps(sorted(found)))


def readable_beyond_counts() -> list[str]:
    """Batches of which other returned rows can be read than are counted: half a part, or what is half erased."""
    return [
        batch.file_name
        for batch in queries.batches_of(None)
        if batch.state in (State.FILING, State.FILED)
        and len(rows.rows if (rows := own.returned(batch.id)) else ()) != (0 if batch.erased_at else batch.returned)
    ]


def shown() -> dict[str, int]:
    """What an outsider can see, by identity, with its version; all forms of the gate must agree."""
    known = {
        (subject, reference): (identity, version)
        for subject, reference, identity, version in _rows(
            "SELECT subject_id, record_ref::text, encode(identity, 'hex'), version FROM records_record"
        )
    }
    streamed = {
        (row["subject"], row["record_ref"]): row["public_form"]
        for batch in shown_stream(on_date=TODAY)
        for row in batch.to_pylist()
    }
    subjects = sorted({subject for subject, _ in known})
    counts = shown_counts(subjects=subjects, on_date=TODAY)
    for subject in subjects:
        forms = sorted(orjson.loads(form)["ref"] for (whose, _), form in streamed.items() if whose == subject)
        listed = sorted(form["ref"] for form in orjson.loads(shown_json(subject=subject, on_date=TODAY)))
        page, total = shown_page(subject=subject, on_date=TODAY, most=200)
        assert forms == listed == sorted(form["ref"] for form in page)
        assert len(forms) == total == sum(counts.get(subject, {}).values())
    for subject, reference in known:
        one = shown_record(subject=subject, record_ref=UUID(reference), on_date=TODAY)
        assert (one is not None) == ((subject, reference) in streamed)
    return {known[key][0]: known[key][1] for key in streamed}


def waiting() -> list[str]:
    """Records of which a change is committed and not numbered."""
    sql = """SELECT DISTINCT encode(r.identity, 'hex') FROM records_journalline j JOIN records_record r
             USING (subject_id, record_ref) JOIN records_filing f ON f.id = j.filing_id WHERE f.first_number IS NULL"""
    return [row[0] for row in _rows(sql)]


def files() -> list[str]:
    """Every file of the vault by its name, without its batch."""
    return sorted(path.name for path in vault.folder().rglob("*") if path.is_file())


def _rows(sql: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql)
        return cursor.fetchall()


def _plain(row: Iterable[Any]) -> list[Any]:
    texts = [orjson.dumps(cell, default=str).decode() for cell in row]
    return [REFERENCE.sub("…", text) for text in texts]
