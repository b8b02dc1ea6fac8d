"""The report on a draft as PDF/A-2a and PDF/UA-1 with its charts, made without a network; same report, same bytes."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from django.utils.html import escape

from xinshu.doors.desk.paper import paper
from xinshu.doors.policies.telling import NOT_TOLD, OutcomeTold, TableTold, changes, findings, outcomes
from xinshu.doors.portal.charts import Bars

MOST_ROWS: Final = 40


def policy_pdf(report: Mapping[str, Any], report_hash: str) -> bytes:
    """The paper."""
    day = date.fromisoformat(report["day"])
    said = {
        **{name: report[name] for name in ("draft", "edition", "against", "day", "log_number", "read")},
        "hash": report_hash,
        "year": day.year,
        "month": day.month,
        "date": day.day,
        "not_told": NOT_TOLD,
        "changes": [
            {
                "words": one.words,
                "chapter": one.chapter,
                "sort": one.sort,
                "layer": one.layer,
                "class": one.measure_class,
            }
            for one in changes(report)
        ],
        "findings": findings(report),
        "outcomes": [_outcome(one) for one in outcomes(report)],
    }
    return paper("policy.typ", said)


def drawn(chart: Bars, *, title: str) -> str:
    """A chart of rows as an SVG of its own, in the colours of paper."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {chart.width} {chart.height}" width="{chart.width}"'
        f' height="{chart.height}" font-family="Noto Sans SC" font-size="10.5"><title>{escape(title)}</title>'
    ]
    for bar in chart.bars:
        parts.append(f'<rect x="{bar.x}" y="{bar.y}" width="{bar.width}" height="{bar.height}" fill="#17456b"/>')
        parts.append(f'<text x="0" y="{float(bar.y) - 5}" fill="#1d2126">{escape(bar.words)}</text>')
        parts.append(
            f'<text x="{chart.width}" y="{float(bar.y) - 5}" text-anchor="end" fill="#1d2126">{bar.number}</text>'
        )
    return "".join([*parts, "</svg>"])


def _outcome(one: OutcomeTold) -> dict[str, Any]:
    return {
        "what": one.what,
        "effect": one.effect,
        "bodies": one.bodies,
        "tables": [_table(table, one) for table in one.tables],
    }


def _table(table: TableTold, one: OutcomeTold) -> dict[str, Any]:
    rows = table.rows[:MOST_ROWS]
    return {
        "heading": table.heading,
        "svg": drawn(table.chart, title=table.heading[0]),
        "alt": f"{one.what[0]}，{one.effect[0]}，{table.heading[0]}："
        + "；".join(f"{words[0]} {number}" for words, number in rows),
        "rows": [[*words, number] for words, number in rows],
        "more": len(table.rows) - len(rows),
    }
