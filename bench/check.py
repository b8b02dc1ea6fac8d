"""What a check costs: a million codes in columns beside the same question in hand-written SQL; one code over HTTP.

Half of the codes are known, with two records each. Both ways give code, record, document, organ, measure and last day;
they are compared before they are timed, and run in turn on one server. Beside the check over HTTP stands what that
server can answer at most: `/healthz`, a page that asks nothing. `python -m bench.check 20000` runs a small one.
"""

import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import polars as pl
import polars.testing

from bench.intake import _house, _load
from bench.subject import serving

ROUNDS = 3
CODES = 1_000_000
RECORDS_A_BODY = 2
SECONDS = 6
CONNECTIONS = 16
PORT = 8761
TOLD = ["code", "record_ref", "document_number", "organ_code", "measure", "last_day"]

Row = dict[str, str | float]

BY_HAND = """
COPY (
SELECT q.code, r.record_ref::text, f.form ->> 'document_number', f.form #>> '{{organ,code}}', m.measure, m.last_day
  FROM unnest(string_to_array(%(codes)s, E'\\n')) q (code)
  JOIN subjects_subjectcode c ON c.code = q.code JOIN subjects_subject s ON s.id = c.subject_id
  JOIN records_record r ON r.subject_id = s.id
 CROSS JOIN LATERAL (SELECT coalesce(r.masked_form, r.public_form)::jsonb AS form OFFSET 0) f
 CROSS JOIN LATERAL (
       SELECT 'BENCH_FINED' AS measure,
              least(r.public_until - 1, (r.decided_on + interval '12 months')::date) AS last_day
        WHERE f.form -> 'fields' -> 'CF_CFLB' ?| array['FINE', 'CONFISCATION_OF_GAINS'] AND s.kind = 'ENTERPRISE'
       UNION ALL SELECT 'BENCH_ORDINARY', r.public_until - 1
        WHERE f.form ->> 'severity' IN ('ORDINARY', 'SERIOUS') AND s.kind IN ('ENTERPRISE', 'PUBLIC_INSTITUTION')) m
 WHERE {shown} AND r.kind = 'ADMIN_PENALTY' AND m.last_day >= %(day)s
   AND NOT (string_to_array(coalesce(r.masked_for, ''), ',') && array['STAYED', 'BODY_CLAIMED', 'BODY_DOUBTED'])
) TO STDOUT (FORMAT csv)
"""

LUA = """
local codes = {%s}
local n = 0
wrk.method = "POST"
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer %s"
request = function()
  n = n + 1
  local code = codes[n %% #codes + 1]
  return wrk.format(nil, nil, nil, '{"codes":["' .. code .. '"],"context":"PUBLIC_TRADING","purpose":"bench"}')
end
"""


def measure(codes: int = CODES) -> list[Row]:
    """Codes a second, and requests a second, median of the rounds: `name, ours, limit, ratio, unit, target`."""
    with _house() as folder:
        _load(folder, codes // 2 * RECORDS_A_BODY, seed=1, first_time=True, rows_a_body=RECORDS_A_BODY)
        asked = _codes(codes)
        return [_batch(asked), *_single(folder, asked)]


def _codes(count: int) -> pl.Series:
    from django.db import connection  # noqa: PLC0415 - Django is ready only now

    from bench.codes import codes  # noqa: PLC0415

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        cursor.execute("SELECT code FROM subjects_subjectcode WHERE scheme = 'USCC' ORDER BY md5(code)")
        known = [row[0] for row in cursor.fetchall()][: count // 2]
    unknown = codes(count - len(known), seed=7)
    return pl.concat([pl.Series("code", known, pl.String), unknown.alias("code")]).unique().shuffle(seed=1)


def _batch(asked: pl.Series) -> Row:
    ours, theirs = _in_columns(asked), _by_hand(asked)
    pl.testing.assert_frame_equal(ours.sort(TOLD), theirs.sort(TOLD))
    assert len(ours) > len(asked) // 4
    speeds: dict[str, list[float]] = {"ours": [], "limit": []}
    for _ in range(ROUNDS):
        speeds["ours"].append(len(asked) / _seconds(lambda: _in_columns(asked)))
        speeds["limit"].append(len(asked) / _seconds(lambda: _by_hand(asked)))
    mine, other = (statistics.median(one) for one in speeds.values())
    name = f"check of {len(asked):,} codes, {len(ours):,} measures (limit: hand-written SQL, equal answers)"
    return {"name": name, "ours": mine, "limit": other, "ratio": mine / other, "unit": "codes/s", "target": 0.5}


def _in_columns(asked: pl.Series) -> pl.DataFrame:
    from xinshu.bulk.codes import check_codes  # noqa: PLC0415
    from xinshu.bulk.consequences import followed  # noqa: PLC0415
    from xinshu.uses.measures.queries import facts_of  # noqa: PLC0415

    asking = _asking()
    sound = check_codes(asked).filter(pl.col("valid"))["code"].unique()
    facts = facts_of(sound, asking)
    return followed(facts, asking.context, asking.edition.catalogue, on_date=asking.day).select(TOLD)


def _by_hand(asked: pl.Series) -> pl.DataFrame:
    from django.db import connection  # noqa: PLC0415

    from xinshu.register.records.gate import SHOWN  # noqa: PLC0415

    values = {"codes": "\n".join(asked), "day": _asking().day}
    with connection.cursor() as cursor, cursor.cursor.copy(BY_HAND.format(shown=SHOWN), values) as answer:
        said = b"".join(answer)
    schema = {**dict.fromkeys(TOLD, pl.String), "last_day": pl.Date}
    return pl.read_csv(BytesIO(said), has_header=False, schema=schema)


def _asking() -> Any:
    """In public trading, by the shipped catalogue with two made-up measures in place of its own."""
    if not _ASKED:
        from bench.made_up import NOON  # noqa: PLC0415
        from xinshu.law.entries import When  # noqa: PLC0415
        from xinshu.law.measure_rules import Ending, Ground, Measure, Power  # noqa: PLC0415
        from xinshu.law.terms import (  # noqa: PLC0415
            Certainty,
            MeasureEnd,
            Nature,
            Penalty,
            Severity,
            Standing,
            SubjectKind,
            UseContext,
        )
        from xinshu.register.catalogues.queries import catalogue_on  # noqa: PLC0415
        from xinshu.uses.measures.queries import Asking  # noqa: PLC0415

        edition = catalogue_on(NOON.day)
        sure = {
            "basis": "PRC-APL",
            "looked_at": NOON.day,
            "certainty": Certainty.SOURCE,
            "start": edition.in_force_from,
        }
        named = {"name_zh": "示例", "name_en": "made up"}
        companies = frozenset({SubjectKind.ENTERPRISE})
        wider = companies | {SubjectKind.PUBLIC_INSTITUTION}
        trading = frozenset({UseContext.PUBLIC_TRADING})
        power = Power(
            **sure, **named, article="9", natures=frozenset({Nature.PENALTY}), contexts=trading, subjects=wider
        )
        said = {**sure, **named, "plain_zh": "", "plain_en": "", "nature": Nature.PENALTY, "contexts": trading}
        said |= {"applied_by_zh": "", "applied_by_en": "", "standing": Standing.ACTIVE}
        on = {"row": "1", "power": "BENCH", "kind": "ADMIN_PENALTY"}
        fined = When(any_penalty=frozenset({Penalty.FINE, Penalty.CONFISCATION_OF_GAINS}))
        ordinary = When(severity=frozenset({Severity.ORDINARY, Severity.SERIOUS}))
        year = Ending(end=MeasureEnd.AFTER_MONTHS, months=12)
        rows = {
            "BENCH_FINED": Measure(**said, grounds=(Ground(**on, when=fined, subjects=companies),), ending=year),
            "BENCH_ORDINARY": Measure(**said, grounds=(Ground(**on, when=ordinary, subjects=wider),)),
        }
        catalogue = replace(
            edition.catalogue,
            powers=MappingProxyType({"BENCH": power}),
            measures=MappingProxyType(rows),
            layers=MappingProxyType({**edition.catalogue.layers, **dict.fromkeys(rows, "national")}),
        )
        _ASKED.append(Asking(UseContext.PUBLIC_TRADING, replace(edition, catalogue=catalogue), NOON.day))
    return _ASKED[0]


_ASKED: list[Any] = []


def _single(folder: Path, asked: pl.Series) -> list[Row]:
    """One code a request, against the hello page of the same server."""
    from bench.made_up import MARKET  # noqa: PLC0415
    from xinshu.kit.clock import now  # noqa: PLC0415
    from xinshu.register.access.actions import issue_token  # noqa: PLC0415

    moment = now()
    token = issue_token(
        organ_code=MARKET.code, name="bench", from_day=moment.day, until=None, actor="bench", moment=moment
    )
    script = folder / "check.lua"
    script.write_text(LUA % (",".join(f'"{code}"' for code in asked.head(1000)), token), encoding="ascii")
    environment = os.environ | {"XINSHU_DATA_FOLDER": str(folder), "XINSHU_RATE_LIMIT": "0"}
    tool = str(Path(sys.executable).with_name("xinshu"))
    speeds: dict[str, list[float]] = {"check": [], "hello": []}
    with serving([tool, "run", "--port", str(PORT), "--without-worker"], environment, PORT):
        for turn in range(ROUNDS + 1):
            for page, seen in speeds.items():
                speed = _wrk(page, script)
                if turn:
                    seen.append(speed)
    ours, hello = (statistics.median(one) for one in speeds.values())
    name = f"check of one code over HTTP, kept and logged, {CONNECTIONS} clients (limit: the server's own hello page)"
    return [{"name": name, "ours": ours, "limit": hello, "ratio": ours / hello, "unit": "requests/s", "target": 0}]


def _wrk(page: str, script: Path) -> float:
    place = f"http://127.0.0.1:{PORT}/" + ("api/v1/check" if page == "check" else "healthz")
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", *(["-s", str(script)] if page == "check" else [])]
    said = subprocess.run([*command, place], check=True, capture_output=True, text=True).stdout
    if "Non-2xx" in said or "Socket errors" in said:
        raise RuntimeError(f"the load run met errors:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    assert found is not None
    return float(found.group(1))


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    for row in measure(int(sys.argv[1]) if sys.argv[1:] else CODES):
        print(row)
