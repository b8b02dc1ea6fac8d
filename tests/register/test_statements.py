"""Statements over a whole part: however little the database knows of its tables, each row costs one probe of an index.

What was just loaded has no statistics yet, and a plan that was made for an empty table takes hours on a full one.
"""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import orjson
import pytest
from django.db import connection

from xinshu.register.records.statements import ADD_SOURCES

pytestmark = pytest.mark.django_db

ROWS = 20_000
WITHOUT_STATISTICS = f"""
INSERT INTO records_recordversion (subject_id, record_ref, version, content_digest, content, source_code, source_name,
                                   batch, recorded_at)
SELECT n / 5, md5(n::text)::uuid, 1, sha256(n::text::bytea), '{{}}', 'S', 'S', md5('batch')::uuid, now()
  FROM generate_series(1, {ROWS}) n;
CREATE TEMP TABLE brought (subject_id bigint, record_ref uuid, source_code varchar, source_name varchar)
    ON COMMIT DROP;
INSERT INTO brought SELECT subject_id, record_ref, source_code, source_name FROM records_recordversion;
ANALYZE brought;
"""


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(found for below in plan.get("Plans", ()) for found in nodes(below))]


def test_each_further_source_costs_one_probe_of_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(WITHOUT_STATISTICS)
        cursor.execute(f"EXPLAIN (FORMAT JSON) {ADD_SOURCES}", [UUID(int=1), datetime(2026, 11, 26, tzinfo=UTC)])
        (found,) = cursor.fetchone()
    plan = found if isinstance(found, list) else orjson.loads(found)
    reads = [node for node in nodes(plan[0]["Plan"]) if "records_" in node.get("Relation Name", "")]
    assert {node["Node Type"] for node in reads} == {"Index Scan", "ModifyTable"}
